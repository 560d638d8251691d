"""The tagger: order of proof, states, evidence, and what proves nothing."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelstores import page
from modelstores.elements import proofs, tagger
from modelstores.elements import text as elements_text
from modelstores.elements.codebook import Codebook, load
from modelstores.elements.rules import Rules
from modelstores.elements.tagger import tag, tag_policy
from modelstores.items import Policy, Product
from tests.elements.samples import ABSENT, IDS, UNKNOWN, product, proof


def test_nothing_said_is_absent() -> None:
    tags = tag(product())
    assert list(tags) == IDS
    of_the_store = {"online_submission", "store_review_policy"}
    for name, told in tags.items():
        assert tuple(told.values()) == (UNKNOWN if name in of_the_store else ABSENT), name


def test_what_policy_pages_say_is_unknown_of_a_product_unless_it_shows_it() -> None:
    assert tag(product())["online_submission"]["state"] == "unknown"
    shown = tag(product(stated={"online_submission": "Edit model card"}))
    assert shown["online_submission"]["state"] == "present"


@pytest.mark.parametrize(
    "sections",
    [
        [("Usage", "Give it a picture."), ("Text", "word " * 4_001)],
        [("Usage", "Give it a picture."), *[("Text", "word " * 3_999)] * 11],
        [("Usage", "Give it a picture."), *[("Text", "word")] * 1_000],
    ],
    ids=["long section", "long page", "many sections"],
)
def test_what_is_not_found_on_a_page_that_is_not_read_whole_is_unknown(
    sections: list[tuple[str, str]],
) -> None:
    found = tag(product(*sections))
    assert found["user_instruction"]["state"] == "present"
    assert found["size"]["state"] == "unknown"
    assert tag(product(*sections[:1]))["size"]["state"] == "absent"


def test_unread_is_unknown_unless_proven_elsewhere() -> None:
    said = product(("Usage", "Give it a picture."), unread=["size", "user_instruction"])
    tags = tag(said)
    assert tags["size"]["state"] == "unknown"
    assert tags["user_instruction"]["state"] == "present"
    assert tags["pricing"]["state"] == "absent"


def test_an_element_of_another_kind_is_not_applicable() -> None:
    book = load()
    elements = tuple(
        replace(e, kinds=("app",)) if e.id == "permission" else e for e in book.elements
    )
    rules = Rules(replace(book, elements=elements))
    said = product(stated={"permission": "camera"}, unread=["permission"])
    assert tag(said, rules)["permission"]["state"] == "not_applicable"
    assert tag(replace(said, kind="app"), rules)["permission"]["state"] == "present"


def test_what_the_store_states_comes_first() -> None:
    section = ("Training data", "Pictures of cats.")
    found = proof("training_set", section, stated={"training_set": " Dogs\n  2019 "})
    assert found == ("present", "Dogs 2019", "stated", "stated:training_set")


@pytest.mark.parametrize("words", ["", "  ", "None", "[More Information Needed]", "TBD", "n/a."])
def test_a_stated_placeholder_proves_nothing(words: str) -> None:
    assert proof("training_set", stated={"training_set": words}) == ABSENT


def test_a_stated_licence_proves_both_licence_elements() -> None:
    for stated in ("end_user_license", "developer_license"):
        tags = tag(product(stated={stated: "apache-2.0"}))
        assert tags["end_user_license"]["rule"] == f"stated:{stated}"
        assert tags["developer_license"]["rule"] == f"stated:{stated}"
    assert proof("developer_license", stated={"end_user_license": "Store terms of sale"}) == ABSENT
    assert proof("end_user_license", stated={"end_user_license": "other"}) == ABSENT


def test_objective_is_no_element() -> None:
    assert tag(product(stated={"objective": "image classification"})) == tag(product())


def test_a_summary_is_a_description() -> None:
    found = proof("description", summary="Finds cats.")
    assert found == ("present", "Finds cats.", "summary", "field:summary")


def test_counters_are_proof_without_their_number() -> None:
    tags = tag(product(counters={"likes": 0, "downloads_last_month": 4711}))
    assert tuple(tags["user_feedback"].values()) == (
        "present",
        "counter:likes",
        "counter",
        "counter:likes",
    )
    assert tags["usage_statistics"]["evidence"] == "counter:downloads_last_month"
    assert "4711" not in str(tags)


def test_a_heading_of_a_counters_element_is_its_own_evidence() -> None:
    found = proof("user_feedback", ("Customer reviews", "4.5 of 5, 227 ratings"))
    assert found[:2] == ("present", "Customer reviews")


@pytest.mark.parametrize(
    ("heading", "rule"),
    [
        ("Training data", "training data"),
        ("  TRAINING   DATA: ", "training data"),
        ("\U0001f4da Training Data [optional]", "training data"),
        ("2.1 Training data", "training data"),
        ("Training data and preprocessing", "training data"),
        ("训练数据", "训练数据"),
    ],
)
def test_headings_compare_by_their_words(heading: str, rule: str) -> None:
    found = proof("training_set", (heading, "Photos from two zoos."))
    assert found[1] == "Photos from two zoos."
    assert found[3] == f"heading:{rule}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n \n",
        "[More Information Needed]",
        "* TBA",
        "Coming soon!",
        "Dataset: [More Information Needed]",
        "TODO\n\n- None",
        "```\n\n```",
        "Unknown dataset",
    ],
)
def test_a_heading_with_nothing_below_proves_nothing(text: str) -> None:
    assert proof("training_set", ("Training data", text)) == ABSENT


def test_template_sentences_prove_nothing() -> None:
    section = (
        "How to get started",
        "Use the code below to get started with the model.\n[More Information Needed]",
    )
    assert proof("user_instruction", section) == ABSENT
    summary = "This model card has been automatically generated for the model that it is."
    assert proof("description", summary=summary) == ABSENT


def test_performance_needs_a_figure() -> None:
    assert proof("performance", ("Evaluation", "It is the best there is.")) == ABSENT
    assert proof("performance", ("Evaluation", "It is good.\nTop-1: 71.2"))[1] == "Top-1: 71.2"


@pytest.mark.parametrize(
    ("element", "line"),
    [
        ("end_user_license", "License: MIT"),
        ("developer_license", "* Licence : CC-BY-4.0"),
        ("language", "Language(s) (NLP): Finnish"),
        ("origin", "Finetuned from model [optional]: some/base"),
        ("performance", "Loss: 0.12"),
        ("size", "Model size: 12.5 MB"),
    ],
)
def test_labels_in_the_text(element: str, line: str) -> None:
    found = proof(element, ("Facts", line))
    assert found[:3] == ("present", line, "section:Facts")
    assert found[3].startswith("label:")


def test_labels_in_tables_and_headings() -> None:
    table = "Name | Base model | Trained on\na | some/base | the corpus\nb | None | None"
    found = proof("origin", ("", table))
    assert found[1] == "Name | Base model | Trained on a | some/base | the corpus"
    assert found[3] == "label:base model"
    assert proof("training_set", ("", table))[3] == "label:trained on"
    assert proof("ml_algorithms", ("", "Architecture | perceptive net"))[3] == "label:architecture"
    assert proof("end_user_license", ("license: MIT", ""))[1] == "license: MIT"
    assert proof("performance", ("", "top 1 | a | b\nx | y | z\n0.5 | 1 | 2")) == ABSENT


@pytest.mark.parametrize(
    ("element", "line"),
    [
        ("description", "Finetuned from model: [More Information Needed]"),
        ("origin", "Finetuned from model: TBD"),
        ("end_user_license", "License: other"),
        ("developer_license", "License: house rules"),
        ("size", "Model size: 7B params"),
        ("performance", "Loss: unknown"),
        ("owner", "Developed by: [More Information Needed]"),
    ],
)
def test_labels_that_prove_nothing(element: str, line: str) -> None:
    assert proof(element, ("Facts", line)) == ABSENT


@pytest.mark.parametrize(
    ("element", "text"),
    [
        ("framework", "A small net for PyTorch."),
        ("framework", "```\nimport torch\n```"),
        ("ml_algorithms", "Its backbone is a ResNet-50."),
        ("user_instruction", '```\nmodel = torch.hub.load("owner/repo", "net")\n```'),
        ("deployment_instructions", "```\npip install -q thing\n```"),
        ("training_set", "The net was trained on 3,000 hours of radio."),
        ("training_set", "It was pretrained with the Kinetics images."),
        ("performance", "Its accuracy is 71.2 % there."),
        ("origin", "It is a fine-tuned version of owner/base."),
        ("language", "It handles eleven regional languages."),
        ("pricing", "Use is free of charge."),
        ("end_user_license", "It is released under the MIT license."),
        ("compatibility", "It works on Mac and Linux."),
        ("demo", "Try our online demo."),
        ("description", "This model is a detector of cats."),
        ("size", "The file takes 30 MB on disk."),
    ],
)
def test_text_proves(element: str, text: str) -> None:
    state, evidence, where, rule = proof(element, ("Notes", text))
    assert (state, where) == ("present", "section:Notes")
    assert evidence in text
    assert rule.startswith(("pattern:", "term:"))


@pytest.mark.parametrize(
    ("element", "text"),
    [
        ("training_set", "It was trained on 8 GPUs for two days."),
        ("training_set", "It is a fine-tuned version of owner/base on the None dataset."),
        ("training_set", "Error rates on the data set with pretrained models are low."),
        ("ml_algorithms", "We are albertans."),
        ("ml_algorithms", "```\n# resnet, not used\n```"),
        ("end_user_license", "```\n# released under the MIT license\n```"),
        ("size", "It needs an A100 80GB."),
        ("age_rating", "You must be 18 years old to accept these terms."),
        ("version_number", "transformers 4.30.1"),
        ("framework", "They are transformers of the world."),
    ],
)
def test_text_does_not_prove(element: str, text: str) -> None:
    assert proof(element, ("Notes", text)) == ABSENT


def test_the_name_shows_an_algorithm_but_no_description() -> None:
    found = proof("ml_algorithms", name="My ResNet-18 net")
    assert found == ("present", "My ResNet-18 net", "name", "term:resnet")
    assert proof("framework", name="PyTorch thing") == ABSENT


def test_headings_come_before_text_and_links() -> None:
    sections = [("Notes", "See our paper."), ("References", "Doe, 2020")]
    links = ["https://arxiv.org/abs/2001.00001"]
    assert proof("origin", *sections, links=links)[3] == "heading:references"
    assert proof("origin", sections[0], links=links)[3].startswith("pattern:")
    assert proof("origin", links=links)[1:] == (links[0], "link", "link:arxiv.org/*/*")


def test_links_are_compared_by_host_and_path() -> None:
    assert proof("demo", links=["https://colab.research.google.com/x"])[0] == "present"
    assert proof("demo", links=["https://huggingface.co/spaces/a/b"])[0] == "present"
    assert proof("demo", links=["https://huggingface.co/a/b"]) == ABSENT
    assert proof("origin", links=["https://notarxiv.org/abs/1", "http://[::1/"]) == ABSENT
    assert proof("origin", links=["https://export.arxiv.org/abs/2001.00001"])[0] == "present"


def test_the_templates_own_link_proves_nothing() -> None:
    assert proof("origin", links=["https://arxiv.org/abs/1910.09700"]) == ABSENT


def test_store_elements_come_from_statements_only() -> None:
    found = proof("online_submission", stated={"online_submission": "Sell here"})
    assert found[0] == "present"


def test_evidence_is_clean_and_short() -> None:
    said = "\x1b[31mRe\u202ed\u200b\x00 \ud800 " + "word " * 100
    evidence = proof("owner", stated={"owner": said})[1]
    assert evidence.startswith("[31mRed word")
    assert len(evidence) <= 200
    where = proof("origin", ("References " + "x" * 100_000, "Doe, 2020"))
    assert where[2] is None or len(where[2]) <= len("section:") + 80


def test_the_proof_is_inside_the_evidence_of_a_long_line() -> None:
    line = "word " * 2_000 + "it is a fine-tuned version of owner/base " + "more " * 2_000
    evidence = proof("origin", ("Notes", line))[1]
    assert "fine-tuned version of" in evidence
    assert len(evidence) <= 200
    assert evidence.startswith("word")


def test_lower_case_keeps_every_place() -> None:
    every = "".join(map(chr, range(0x110000)))
    assert len(elements_text.lower(every)) == len(every)


def test_code_stands_between_the_same_fences_as_on_pages() -> None:
    assert elements_text.FENCE == page.FENCE


TEXT = st.text(max_size=300) | st.lists(
    st.sampled_from(
        [
            "License: MIT",
            "trained on the data",
            "```",
            "\n",
            "[More Information Needed]",
            "import torch",
            "\u202e",
            "\x1b[0m",
            "accuracy 0.5",
            "ResNet",
            ": ",
            "\ud83d",
        ]
    ),
    max_size=12,
).map(" ".join)
#: Whatever the codebook's expressions look for, also cut short, repeated, and with marks in it.
WANTED = (
    st.sampled_from([p for e in load().elements for p in e.patterns])
    .flatmap(lambda p: st.from_regex(p.regex, alphabet=st.characters(codec="utf-8")))
    .flatmap(
        lambda words: st.builds(
            lambda end, times, mark: (words[:end] + mark) * times,
            st.integers(1, len(words) + 1),
            st.integers(1, 40),
            st.sampled_from([" ", "\n", ": ", " | ", "\u202e", "\u200b", "\x1b[31m", "<b>", "\0"]),
        )
    )
)
PRODUCTS = st.builds(
    product,
    name=TEXT,
    kind=st.sampled_from(["model", "app"]),
    summary=st.none() | TEXT,
    stated=st.dictionaries(st.sampled_from([*IDS, "objective"]), TEXT, max_size=6),
    sections=st.lists(
        st.fixed_dictionaries(
            {"heading": TEXT | st.sampled_from(["Usage", "License"]), "text": TEXT | WANTED}
        ),
        max_size=5,
    ),
    links=st.lists(st.sampled_from(["https://arxiv.org/abs/1", "http://[", ""]) | TEXT, max_size=4),
    counters=st.dictionaries(st.sampled_from(["likes", "\x00"]), st.floats(), max_size=2),
    unread=st.lists(st.sampled_from(IDS), max_size=3),
)


@settings(max_examples=300, deadline=None)
@given(said=PRODUCTS)
def test_any_product_gets_all_tags_with_clean_evidence(said: Product) -> None:
    before = repr(said)
    tags = tag(said)
    assert list(tags) == IDS
    for found in tags.values():
        assert list(found) == ["state", "evidence", "where", "rule"]
        proven = found["state"] == "present"
        assert proven or found["state"] in {"absent", "not_applicable", "unknown"}
        for value in (found["evidence"], found["where"], found["rule"]):
            assert (value is not None) == proven
            if proven:
                assert value
                assert len(value) <= 200
                assert value.isprintable()
                value.encode()
    assert tag(said) == tags
    assert repr(said) == before


NESTED = "".join(
    f"{' ' * (n % 50)}- item {n} is a model trained on data: 0.{n}\n" for n in range(9)
)
HOSTILE = {
    "nested lists": NESTED * 20_000,
    "one line": "this model is a " * 600_000,
    "spaces": " " * 5_000_000,
    "labels": "license:\n" * 500_000,
    "under the": "under the " * 500_000,
    "fine-tuned": "fine-tuned version of x on " * 300_000,
    "dataset": "trained on " * 500_000,
    "versions": "top-1 acc 1\n" * 300_000,
    "fences": "```\n" * 500_000,
    "not ascii": "基于模型是" * 500_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_costs_bounded_work(text: str) -> None:
    heading = "training data " * 10_000
    said = product((heading, text), *[(heading, text[:30_000])] * 400, name=text, summary=text)
    said.stated = dict.fromkeys(IDS[:3], text)
    said.links = ["https://" + "a." * 50_000] * 5_000
    start = time.process_time()
    tags = tag(said)
    assert time.process_time() - start < 2
    assert list(tags) == IDS


def test_only_the_first_part_of_a_text_is_read() -> None:
    filler = "x " * elements_text.SECTION
    assert proof("pricing", ("", filler + "free of charge")) == UNKNOWN
    full = [("", "x " * (elements_text.SECTION // 2))] * (
        elements_text.PRODUCT // elements_text.SECTION
    )
    assert proof("pricing", *full, ("", "free of charge")) == UNKNOWN
    assert proof("pricing", *full[1:], ("", "free of charge"))[0] == "present"


def test_rules_follow_the_codebook() -> None:
    book = load()
    size = replace(book["size"], headings=("weight",), requires=None)
    elements = tuple(size if e.id == "size" else e for e in book.elements)
    other: Codebook = replace(book, elements=elements)
    said = product(("Weight", "heavy"))
    assert tag(said)["size"]["state"] == "absent"
    assert tag(said, Rules(other))["size"]["evidence"] == "heavy"


def policy(text: str, *elements: str) -> Policy:
    return Policy("store", "https://store.example/p", list(elements), "Policy", text)


@pytest.mark.parametrize(
    ("element", "shows", "does_not"),
    [
        (
            "online_submission",
            "Sign in and upload a new version of your model.",
            "To submit a model, write to us by e-mail.",
        ),
        (
            "store_review_policy",
            "All apps are reviewed by us before they appear.",
            "Users may review what they bought.",
        ),
        (
            "cloud_deployment",
            "You can run each net on our servers in the cloud.",
            "Clouds are white.",
        ),
        ("pricing", "Use is charged by the hour: prices from $0.10 per hour.", "Money is nice."),
        (
            "local_installation",
            "Tap once and the app installs on your device.",
            "Devices differ.",
        ),
    ],
)
def test_a_policy_page_shows_what_its_words_say(element: str, shows: str, does_not: str) -> None:
    found = tag_policy(policy(f"Welcome.\n{shows}\nGoodbye.", element))
    assert list(found) == [element]
    assert found[element]["state"] == "present"
    assert found[element]["evidence"] in shows
    assert found[element]["where"] == "policy"
    assert tag_policy(policy(does_not, element))[element]["state"] == "absent"
    assert tag_policy(policy(" \n", element))[element]["state"] == "unknown"


def test_only_short_values_are_remembered() -> None:
    """A cache keyed by what pages hold is bounded by number and by length."""
    remembered = proofs._known.cache_info
    tag(Product("s", "1", "https://s.example", "model", "list", "x", stated={"owner": "q" * 81}))
    before = remembered().currsize
    tag(Product("s", "1", "https://s.example", "model", "list", "x", stated={"owner": "r" * 81}))
    assert remembered().currsize == before
    assert remembered().maxsize == proofs.KNOWN_VALUES


def test_counters_prove_the_same_when_they_are_remembered() -> None:
    rules = tagger.default_rules()
    for names in (("likes", "downloads_30d"), ("likeness",), ("likes", "x" * proofs.MAX_KNOWN)):
        found = proofs.by_counters(names, rules)
        assert found == proofs._counted(names, rules) == proofs.by_counters(names, rules)
    assert proofs._known_counters.cache_info().maxsize == proofs.KNOWN_COUNTERS
    long = proofs._known_counters.cache_info().currsize
    proofs.by_counters(("likes", "y" * proofs.MAX_KNOWN), rules)
    assert proofs._known_counters.cache_info().currsize == long


LISTED = st.builds(
    product,
    name=TEXT | WANTED | st.sampled_from(["bert-v1.2", "resnet", "x"]),
    kind=st.sampled_from(["model", "app"]),
    source=st.just("list"),
    stated=st.dictionaries(st.sampled_from([*IDS, "objective"]), TEXT | WANTED, max_size=6),
    counters=st.dictionaries(st.sampled_from(["likes", "downloads"]), st.floats(), max_size=2),
    unread=st.lists(st.sampled_from(IDS), max_size=3),
)


@settings(max_examples=300, deadline=None)
@given(said=LISTED)
def test_a_short_record_is_tagged_as_any_other(said: Product) -> None:
    """What is remembered of records with the same words changes nothing."""
    whole = tagger._whole(said, tagger.default_rules())
    assert tag(said) == whole
    assert tag(said) == whole
    assert list(tag(said)) == IDS


def test_a_short_record_needs_no_element_of_a_certain_name() -> None:
    """What is read by itself follows from the codebook, which may have no owner."""
    book = load()
    rules = Rules(replace(book, elements=tuple(e for e in book.elements if e.id != "owner")))
    said = Product("s", "1", "", "model", "list", "x", stated={"owner": "acme", "language": "en"})
    assert tag(said, rules) == tagger._whole(said, rules)
    assert tag(said, rules)["language"]["evidence"] == "en"
    assert "owner" in tagger.default_rules().alone
    assert not tagger.default_rules().alone & {"origin", "end_user_license", "version_number"}


def test_a_short_records_name_comes_before_its_stated_words() -> None:
    stated = {"owner": "acme", "origin": "some/bert"}
    for name, where in (("resnet", "name"), ("x", "stated"), ("resnet", "name")):
        tags = tag(Product("s", name, "", "model", "list", name, stated=stated))
        assert tags["ml_algorithms"]["where"] == where
        assert tags["owner"]["evidence"] == "acme"


def test_records_that_are_remembered_share_no_answer() -> None:
    first = Product("s", "1", "", "model", "list", "x", stated={"license": "MIT"})
    tag(first)["origin"] = {}
    assert tag(first)["origin"]["state"] == "absent"


def test_only_small_records_are_remembered() -> None:
    known = tagger._known_record.cache_info
    stated = {"owner": "acme", "language": "q" * tagger.MAX_RECORD}
    before = known().currsize
    tag(Product("s", "1", "", "model", "list", "x", stated=stated))
    assert known().currsize == before
    assert known().maxsize == tagger.KNOWN_RECORDS
