"""Keys: what makes one, what must not, and the traps on the way."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelstores.items import Product
from modelstores.similarity import describe, input_domain, similarity
from modelstores.similarity.files import raw


def product(name: str, text: str = "", **more: Any) -> Product:
    if text:
        more.setdefault("sections", [{"heading": "", "text": text}])
    return Product("store", "1", "https://store.example/1", "model", "page", name, **more)


WOLFRAM = product(
    "ResNet-50 Trained on ImageNet Competition Data",
    "Identify the main object in an image",
    stated={
        "objective": "Classification",
        "training_set": "ImageNet Large Scale Visual Recognition Challenge 2012 classification "
        "data, more than a million pictures in a thousand classes.",
    },
    input_domains=["Image"],
)
PYTORCH_HUB = product(
    "ResNet50",
    "The residual nets here expect pictures of three colours.\n\n"
    "```python\nmodel = torch.hub.load('pytorch/vision', 'resnet18')\n```\n",
    summary="A deep residual network that was pre-trained on ImageNet",
    input_domains=["vision"],
)
HUGGING_FACE = product(
    "somebody/resnet-50",
    "# ResNet-50 v1.5\nIt learned ImageNet-1k at 224x224.",
    stated={"training_set": "imagenet-1k", "objective": "image-classification"},
)


def test_one_offering_has_one_key_in_every_store() -> None:
    keys = [similarity(p)["key"] for p in (WOLFRAM, PYTORCH_HUB, HUGGING_FACE)]
    assert keys == ["resnet-50|imagenet-1k|image-classification"] * 3
    assert similarity(WOLFRAM)["family_key"] == "resnet|imagenet-1k|image-classification"
    assert [input_domain(p)["domain"] for p in (WOLFRAM, PYTORCH_HUB, HUGGING_FACE)] == [
        "Image"
    ] * 3


def test_every_part_has_its_words() -> None:
    found = similarity(WOLFRAM)
    assert found["evidence"]["algorithm"] == {"words": "ResNet-50", "where": "name"}
    assert found["evidence"]["datasets"]["where"] == "stated:training_set"
    assert found["evidence"]["datasets"]["words"].startswith("ImageNet")
    assert found["evidence"]["objective"] == {
        "words": "Classification",
        "where": "stated:objective",
    }
    assert set(found) == {
        "key", "family_key", "algorithm", "variant", "datasets", "objective", "artefacts",
        "vocabulary", "evidence",
    }  # fmt: skip


EVERYWHERE = product(
    "RetinaNet",
    summary="Finds things",
    stated={"ml_algorithms": "ResNet-101 FPN", "training_set": "COCO, Cracks-2020"},
    input_domains=["Object Detection"],
    sections=[
        {"heading": "Overview", "text": "See the notes."},
        {"heading": "Making", "text": "Pre-trained on Objects365, it was fine-tuned on COCO."},
    ],
)
LINKED = product(
    "Pupil",
    sections=[{"heading": "Data", "text": 'It was trained on the "cats" subset of CIFAR-10.'}],
    links=["https://arxiv.org/abs/1608.06993"],
)


@pytest.mark.parametrize("page", [WOLFRAM, PYTORCH_HUB, HUGGING_FACE, EVERYWHERE, LINKED])
def test_the_words_of_each_part_stand_in_the_place_that_is_named(page: Product) -> None:
    found, domain = describe(page)
    assert found["key"]
    places = {
        "name": page.name,
        "summary": page.summary or "",
        "input_domains": ", ".join(page.input_domains),
        "links": " ".join(page.links),
        **{f"stated:{element}": words for element, words in page.stated.items()},
        **{f"section: {s['heading']}".strip(): s["text"] for s in page.sections},
    }
    told = {**found["evidence"], "domain": {"words": domain["evidence"], "where": domain["where"]}}
    assert set(told) == {"algorithm", "datasets", "objective", "domain"}
    for part, shown in told.items():
        where = str(shown["where"]).removeprefix("family named in ").split(", ")
        assert set(where) <= set(places), part
        for words in str(shown["words"]).split(", "):
            assert words, part
            assert any(words in places[place] for place in where), (part, words)


@pytest.mark.parametrize(
    "missing",
    [
        product("Thing", stated={"training_set": "mnist", "objective": "image-classification"}),
        product("ResNet-50", stated={"objective": "image-classification"}),
        product("BERT base", stated={"training_set": "wikipedia"}),
    ],
    ids=["algorithm", "training data", "objective"],
)
def test_a_missing_part_gives_no_key(missing: Product) -> None:
    found = similarity(missing)
    assert found["key"] is None
    assert found["family_key"] is None


# --- properties ---

SENTENCES = st.lists(
    st.sampled_from(
        ["The weather was fine.", "See the notes below.", "We thank our colleagues.",
         "It runs on small machines too.", "Questions are welcome."]
    ), max_size=6,
)  # fmt: skip


CASES = st.sampled_from([str.lower, str.upper, str.title, str])
JOINTS = st.sampled_from(["-", "_", " "])


def names(kind: str) -> st.SearchStrategy[str]:
    """Draw a name of the vocabulary whose case carries no meaning."""
    return st.sampled_from([a for e in raw(kind)["entries"] for a in e.get("aliases", ())])


@settings(deadline=None, max_examples=300)
@given(
    names("algorithms"), st.lists(names("datasets"), min_size=1, max_size=3), names("objectives"),
    st.data(),
)  # fmt: skip
def test_writing_order_and_unrelated_words_do_not_change_the_key(
    algorithm: str, datasets: list[str], objective: str, data: st.DataObject
) -> None:
    def written(words: str) -> str:
        case, joint = data.draw(CASES), data.draw(JOINTS)
        return str(case(words).replace(" ", joint))

    stated = {"training_set": ", ".join(datasets), "objective": objective}
    plain = similarity(product(algorithm, "It is here.", stated=stated))["key"]
    assert plain
    stated = {
        "training_set": ", ".join(map(written, data.draw(st.permutations(datasets)))),
        "objective": written(objective),
    }
    more = " ".join([*data.draw(SENTENCES), "It is here.", *data.draw(SENTENCES)])
    assert similarity(product(written(algorithm), more, stated=stated))["key"] == plain


@settings(deadline=None)
@given(st.sampled_from(["-", "_", " ", ""]), CASES, SENTENCES, SENTENCES)
def test_numbers_may_be_written_together_with_their_words(
    joint: str, case: Any, before: list[str], after: list[str]
) -> None:
    name, data = (case(joint.join(words)) for words in (("resnet", "50"), ("imagenet", "1", "k")))
    body = " ".join([*before, f"The model was pre-trained on {data}.", *after])
    stated = {"objective": "image-classification"}
    key = similarity(product(name, body, stated=stated))["key"]
    assert key == "resnet-50|imagenet-1k|image-classification"


@pytest.mark.parametrize(
    ("name", "handle", "prose"),
    [
        ("BiT", "owner/bit-m-r50x1", "We run it on one bit-m."),
        ("OPT", "owner/opt-350m", "Users may opt out."),
        ("SSD", "owner/ssd_resnet50", "Keep it on an ssd."),
    ],
)
def test_case_counts_in_running_text_for_names_that_are_everyday_words(
    name: str, handle: str, prose: str
) -> None:
    family = similarity(product(name))["algorithm"]
    assert family is not None
    assert similarity(product("Pupil", f"It is a {name}."))["algorithm"] == family
    assert similarity(product("Pupil", prose))["algorithm"] is None
    # a handle has no case: there a variant tells
    assert {similarity(product(case(handle)))["algorithm"] for case in (str.lower, str.upper)} == {
        family
    }


@settings(deadline=None)
@given(st.permutations(["squad", "wikipedia", "bookcorpus", "x-rays"]))
def test_the_order_of_data_sets_does_not_change_the_key(names: list[str]) -> None:
    stated = {"training_set": ", ".join(names), "objective": "question-answering"}
    key = similarity(product("BERT base", stated=stated))["key"]
    assert key == "bert-base|bookcorpus+squad+wikipedia+x:x-rays|question-answering"


@settings(deadline=None)
@given(st.permutations(["SQuAD", "Wikipedia", "BookCorpus"]))
def test_nor_does_their_order_in_running_text(names: list[str]) -> None:
    text = f"It was trained on {names[0]}, {names[1]} and {names[2]}."
    assert similarity(product("BERT", text))["datasets"] == ["bookcorpus", "squad", "wikipedia"]


WORDS = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(
            ["ResNet", "-50", "BERT", "trained on", "ImageNet", "SSD", " ", ".", "\n\n", "v2",
             "USE", "```", "1.5", "x", "L-12_H-768", "\u00b2", "and", "/", "Data", "classification"]
        )
    ).map(" ".join),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.tuples(WORDS, WORDS),
    st.dictionaries(st.sampled_from(["ml_algorithms", "training_set", "objective"]), WORDS),
    st.lists(WORDS, max_size=3), WORDS, st.lists(WORDS, max_size=3),
)  # fmt: skip
def test_it_never_raises_and_says_the_same_twice(
    names: tuple[str, str], stated: dict[str, str], domains: list[str], text: str, links: list[str]
) -> None:
    name, summary = names
    p = product(name, text, summary=summary, stated=stated, input_domains=domains, links=links)
    found = similarity(p)
    assert found == similarity(p)
    assert describe(p) == (found, input_domain(p))
    parts = (found["algorithm"], found["datasets"], found["objective"])
    assert (found["key"] is not None) == all(parts)
    assert (found["family_key"] is not None) == all(parts)
    assert found["datasets"] == sorted(set(found["datasets"]))


@pytest.mark.parametrize(
    "text",
    ["a" * 10**7, "USE " * 10**6, "trained on ImageNet " * 10**5, "```\n" * 10**6, "a-a." * 10**6,
     "\n" * 10**7, "\ufb01" * 10**6, "x.pt" * 10**6, "resnet v 50 " * 10**5, "=" * 10**6],
    ids=lambda text: repr(text[:8]),
)  # fmt: skip
def test_hostile_text_costs_bounded_time(text: str) -> None:
    p = product(text[:10**5], summary=text, stated={"training_set": text, "objective": text},
                sections=[{"heading": text[:10**5], "text": text}] * 3, links=[text] * 300,
                input_domains=[text] * 300)  # fmt: skip
    start = time.process_time()
    similarity(p)
    input_domain(p)
    assert time.process_time() - start < 2
