"""Similarity keys against groups: figures worked out by hand, and against the scorer of others."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelstores.evaluation.gold import GoldError
from modelstores.evaluation.keys import COLUMNS, Prediction, evaluate, predict, table
from modelstores.evaluation.records import MODES, Record, product, read
from modelstores.page import FENCE
from modelstores.reports.render import FORMATS, render
from tests.crawling import scrapy

RESNET = "resnet-50|imagenet-1k|image-classification"
TEXT = """ResNet-50 sorts pictures into classes, so that nobody has to do it.

# How it was made

Trained on ImageNet by Acme Labs, see [the paper](https://arxiv.org/abs/1512.03385 ).
Code: https://github.com/acme-labs/nets

## Use ##

```python
# Trained on MS COCO
load("vgg16.pth")
```
"""


def line(id_: str = "a", /, **fields: Any) -> dict[str, Any]:
    made = {
        "id": id_,
        "store": "acme",
        "name": "acme-labs/resnet-50/1",
        "text": TEXT,
        "fields": {"license": ["mit"], "notebook": "https://acme.example/n.ipynb", "flops": 4},
        "declared": {"algorithm": ["resnet"], "datasets": [], "objective": ["classification"]},
        "gold": {
            "algorithm": "resnet-50",
            "datasets": ["imagenet-1k"],
            "objective": "image-classification",
        },
        "group": RESNET,
        "domain": "image",
        "weights": ["resnet50.pth"],
    }
    return {**made, **fields}


#: Declares what its text keeps to itself.
SILENT = line(
    "b",
    store="other",
    name="Our best net",
    text="Fast and small.",
    declared={
        "algorithm": "ResNet 50",
        "datasets": "ImageNet",
        "objective": "Image classification",
    },
)
#: Of another group, by its training data.
PLACES = line(
    "c",
    text="ResNet-50 trained on Places365 for scene classification, of all pictures.",
    declared={"objective": "image classification"},
    gold={"algorithm": "resnet-50", "datasets": ["places365"], "objective": "image-classification"},
    group="resnet-50|places365|image-classification",
)
#: In no group: nobody says what it was trained on.
UNKNOWN = line("d", text="A net.", gold={"algorithm": "resnet-50"}, group=None, domain="other")


def write(folder: Path, *lines: object) -> Path:
    path = folder / "gold.jsonl"
    words = (one if isinstance(one, str) else json.dumps(one) for one in lines)
    path.write_text("".join(f"{one}\n" for one in words), encoding="utf-8")
    return path


def record(folder: Path, **fields: Any) -> Record:
    (one,) = read(write(folder, line(**fields)))
    return one


# --- what the program is given ---


def test_a_record_becomes_what_a_spider_would_read(tmp_path: Path) -> None:
    made = product(record(tmp_path, text=TEXT.replace(" )", ")")), "page")
    assert made.name == "acme-labs/resnet-50/1"
    assert [one["heading"] for one in made.sections] == ["", "How it was made", "Use", ""]
    assert "see the paper." in made.sections[1]["text"]
    assert made.sections[2]["text"].strip().split("\n") == [
        *(FENCE, "# Trained on MS COCO", 'load("vgg16.pth")', FENCE),
    ]
    assert "license: mit" in made.sections[3]["text"]
    assert "flops: 4" in made.sections[3]["text"]
    assert made.links == [
        "https://arxiv.org/abs/1512.03385",
        "https://github.com/acme-labs/nets",
        "https://acme.example/n.ipynb",
    ]
    assert made.summary == "ResNet-50 sorts pictures into classes, so that nobody has to do it."
    assert made.stated == {"ml_algorithms": "resnet", "objective": "classification"}
    assert made.input_domains == ["classification"]


@pytest.mark.parametrize(
    ("text", "heading", "body"),
    [
        ("# One #\nx", "One", "x"),
        ("<h2 id='a'>One <b>two</b></h2>\nx", "One  two", "x"),
        ("####### no\nx", "", "####### no\nx"),
        ("#no\nx", "", "#no\nx"),
        ("~~~\n# no\n~~~", "", f"{FENCE}\n# no\n{FENCE}"),
        ("x ![a](b.png) [![c](d.png)](https://a.example/) y", "", "x   y"),
        ("Net<sup>[1]</sup>, if 1 < 2", "", "Net [1] , if 1 < 2"),
    ],
)
def test_markdown_is_read_as_its_page_shows_it(
    tmp_path: Path, text: str, heading: str, body: str
) -> None:
    made = product(record(tmp_path, text=text, fields={}), "text")
    assert [(one["heading"], one["text"]) for one in made.sections] == [(heading, body)]


def test_mode_text_holds_nothing_that_the_store_declares(tmp_path: Path) -> None:
    made = product(record(tmp_path), "text")
    assert (made.stated, made.input_domains) == ({}, [])
    assert product(record(tmp_path), "page") == replace(
        made,
        stated={"ml_algorithms": "resnet", "objective": "classification"},
        input_domains=["classification"],
    )


LABELS = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["vgg-16-coco", "google/bert/1"]),
        "gold": st.fixed_dictionaries(
            {
                "algorithm": st.sampled_from(["vgg-16", "bert-base"]),
                "datasets": st.lists(st.sampled_from(["coco", "wikipedia"])),
                "objective": st.sampled_from(["object-detection", "text-embedding"]),
            }
        ),
        "group": st.sampled_from([None, "vgg-16|coco|object-detection"]),
        "domain": st.sampled_from([None, "text", "audio"]),
        "weights": st.lists(st.sampled_from(["vgg16.pth", "bert.bin"])),
    }
)


@given(LABELS, st.sampled_from(MODES), st.sampled_from([line(), SILENT, UNKNOWN]))
def test_what_is_for_scoring_changes_no_prediction(
    tmp_path_factory: pytest.TempPathFactory, labels: dict[str, Any], mode: str, of: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("gold")
    one = evaluate(write(folder, of), mode).predictions[0]
    other = evaluate(write(folder, of | labels), mode).predictions[0]
    assert other == one | {"id": labels["id"]}


@pytest.mark.parametrize(
    ("datasets", "name", "text", "named"),
    [
        (["imagenet-1k"], "net", "Trained on ImageNet.", True),
        (["imagenet-1k"], "net_imagenet_1", "", True),
        (["imagenet-1k"], "net", "```\nload('imagenet_classes.txt')\n```", False),
        (["imagenet-1k"], "net", "See https://imagenet.example/", False),
        (["imagenet-1k", "jft-300m"], "net", "Trained on ImageNet.", False),
        (["imagenet-1k", "jft-300m"], "net", "Trained on ImageNet and JFT.", True),
        (["google-news"], "net", "Good news from us.", False),
        (["c4"], "net", "Trained on C4.", False),  # too short to be looked for
        ([], "net", "Trained on everything.", False),
    ],
)
def test_whether_the_text_names_the_data(
    tmp_path: Path, datasets: list[str], name: str, text: str, named: bool
) -> None:
    one = record(tmp_path, name=name, text=text, gold={"datasets": datasets})
    assert one.names_its_data() is named


# --- figures ---


def figures(found: list[Prediction], mode: str = "page") -> dict[tuple[str, str], dict[str, Any]]:
    made = [dict(zip(COLUMNS, row, strict=True)) for row in table(found, mode).rows]
    return {(row["figure"], row["of"]): row for row in made}


def answers(folder: Path, *keys: str | None, domain: str = "Image") -> list[Prediction]:
    """Return answers to the four records above: a key or none to each."""
    records = read(write(folder, line(), SILENT, PLACES, UNKNOWN))
    parts: list[Any] = [key.split("|") if key else [None] * 3 for key in keys]
    return [
        Prediction(one, key, key and "f" + key[-1], a, [d] if d else [], o, domain)
        for one, key, (a, d, o) in zip(records, keys, parts, strict=True)
    ]


def test_figures_worked_out_by_hand(tmp_path: Path) -> None:
    found = figures(answers(tmp_path, "r|i|c", "r|i|c", "r|i|c", None, domain="Video"))
    whole = found["pairs", "all"]
    assert [whole[name] for name in COLUMNS[2:9]] == [3, 1, 3, 1, 1 / 3, 1.0, 0.5]
    across = found["pairs", "different stores"]
    assert [across[name] for name in COLUMNS[2:9]] == [3, 1, 2, 1, 1 / 2, 1.0, pytest.approx(2 / 3)]
    assert found["b-cubed", "all"]["f1"] == pytest.approx(2 * (5 / 9) / (5 / 9 + 1))
    # all four are a resnet-50, of three with an answer; two of the three have equal data
    assert [found["slot", "algorithm"][name] for name in COLUMNS[2:6]] == [4, 6, 3, 3]
    assert [found["slot", "datasets"][name] for name in COLUMNS[2:6]] == [3, 1, 3, 1]
    assert (found["keyed", "in a group"]["share"], found["keyed", "all"]["share"]) == (1, 3 / 4)
    assert (found["keyed", "acme"]["right"], found["keyed", "acme"]["records"]) == (2, 3)
    # "other" is not scored
    assert [found["input domain", "all"][name] for name in ("records", "right")] == [3, 0]
    assert ("pairs", "text names the data") not in found


def test_in_mode_text_pairs_whose_text_names_the_data_stand_by_themselves(tmp_path: Path) -> None:
    keys = answers(tmp_path, "r|i|c", None, "r|i|c", None)
    found = figures(keys, "text")["pairs", "text names the data"]
    # b names nothing: a and c are left, which are no pair of the gold
    assert [found[name] for name in COLUMNS[2:6]] == [2, 0, 1, 0]


def test_a_pair_is_found_by_what_stores_declare_and_not_without(tmp_path: Path) -> None:
    gold = write(tmp_path, line(), SILENT, PLACES, UNKNOWN)
    for mode, keys in (("page", [RESNET, RESNET]), ("text", [RESNET, None])):
        outcome = evaluate(gold, mode)
        assert [one["key"] for one in outcome.predictions][:2] == keys
        assert outcome.predictions[3]["key"] is None
    one = evaluate(gold, "page").predictions[1]
    assert one == {
        "id": "b",
        "key": RESNET,
        "family_key": "resnet|imagenet-1k|image-classification",
        "algorithm": "resnet-50",
        "datasets": ["imagenet-1k"],
        "objective": "image-classification",
        "input_domain": "Image",
    }


@pytest.mark.parametrize(
    ("domain", "task"),
    [
        ("image", "image classification"),
        ("text", "text classification"),
        ("audio", "speech recognition"),
        ("video", "video classification"),
    ],
)
def test_input_domains_are_those_of_the_database(tmp_path: Path, domain: str, task: str) -> None:
    (one,) = read(write(tmp_path, line(domain=domain, name="A net", declared={"objective": task})))
    right = figures([predict(one, "page")])["input domain", domain]
    assert (right["records"], right["right"]) == (1, 1)


def test_words_of_others_steer_no_terminal_and_make_no_markup(tmp_path: Path) -> None:
    (one,) = read(write(tmp_path, line(store="<script>|\u4e00", domain="\x1b[2J")))
    for style in FORMATS:
        text = render(table([predict(one, "page")], "page"), style)
        if style in {"table", "markdown"}:
            assert all(c.isprintable() or c == "\n" for c in text)
        assert style != "markdown" or "<script>" not in text


# --- gold that cannot be used ---


@pytest.mark.parametrize(
    ("second", "what"),
    [
        (line("a"), "id 'a' was there before"),
        ({"id": "b", "store": "s"}, "no 'name'"),
        (line("b", store=None), "no 'store'"),
        (line("b", name=7), "'name' is no text"),
        (line("b", text=["x"]), "'text' is no text"),
        (line("b", fields=[]), "'fields' is no JSON object"),
        (line("b", declared="x"), "'declared' is no JSON object"),
        (line("b", gold=[]), "'gold' is no JSON object"),
        (line("b", group=1), "'group' is no text"),
        (line("b", domain={}), "'domain' is no text"),
        ("[", "not JSON"),
    ],
)
def test_gold_that_cannot_be_used_is_one_line(tmp_path: Path, second: object, what: str) -> None:
    gold = write(tmp_path, line("a"), "", second)
    with pytest.raises(GoldError) as error:
        read(gold)
    assert str(error.value) == f"{gold}:3: {what}"


@given(
    st.dictionaries(
        st.sampled_from(["text", "fields", "declared", "gold", "group", "domain", "name"]),
        st.recursive(
            st.one_of(st.none(), st.integers(), st.floats(), st.text(max_size=30)),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
            max_leaves=6,
        ),
    )
)
def test_any_line_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, Any]
) -> None:
    gold = write(tmp_path_factory.mktemp("gold"), line() | fields)
    with suppress(GoldError):
        assert len(evaluate(gold, "page").predictions) == 1


# --- the command ---


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return scrapy("evaluate", *arguments)


def test_figures_go_to_standard_output_and_predictions_to_their_file(tmp_path: Path) -> None:
    gold, out = write(tmp_path, line(), SILENT), tmp_path / "out.jsonl"
    ended = run("keys", gold, "--mode", "text", "--predictions", out, "--format", "json")
    assert (ended.returncode, ended.stderr) == (0, "")
    found = {(row["figure"], row["of"]): row for row in json.loads(ended.stdout)}
    assert (found["pairs", "all"]["gold"], found["pairs", "all"]["right"]) == (1, 0)
    assert [json.loads(one)["key"] for one in out.read_text().splitlines()] == [RESNET, None]
    ended = run("keys", gold, "--format", "json")
    found = {(row["figure"], row["of"]): row for row in json.loads(ended.stdout)}
    assert (found["pairs", "all"]["gold"], found["pairs", "all"]["right"]) == (1, 1)


def test_without_labels_there_are_predictions_only(tmp_path: Path) -> None:
    bare = {name: value for name, value in SILENT.items() if name in {"id", "store", "name"}}
    ended = run("keys", write(tmp_path, bare))
    assert (ended.returncode, ended.stdout) == (0, "")
    assert ended.stderr == "note: nothing is labelled, so there are no figures\n"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["keys", "GOLD", "--mode", "pages"], "no mode 'pages' (known: page, text)"),
        (["elements", "GOLD", "--mode", "page"], "evaluate 'elements' has no --mode"),
        (["keys", "BAD"], "bad.jsonl:1: no 'name'"),
    ],
)
def test_what_cannot_be_had_is_one_line(tmp_path: Path, arguments: list[str], named: str) -> None:
    gold, bad = write(tmp_path, line()), tmp_path / "bad.jsonl"
    bad.write_text('{"id": "a", "store": "acme"}')
    given = [{"GOLD": str(gold), "BAD": str(bad)}.get(word, word) for word in arguments]
    out = tmp_path / "out.jsonl"
    ended = run(*given, "--predictions", out)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("error: ")
    assert ended.stderr.endswith(f"{named}\n")
    assert ended.stderr.count("\n") == 1
    assert not out.exists()


# --- against others ---


@pytest.mark.shared
@pytest.mark.parametrize("wrong", [0.0, 0.2, 0.7])
def test_our_figures_are_the_scorers(shared: Path, tmp_path: Path, wrong: float) -> None:
    """On groups drawn by lot, with a part of the keys wrong or missing."""
    lot = random.Random(wrong)
    lines = []
    for number in range(60):
        algorithm, data = lot.choice("abc"), lot.choice("xyz")
        gold = {"algorithm": algorithm, "datasets": [data], "objective": "o"}
        group = f"{algorithm}|{data}|o" if lot.random() < 0.8 else None
        domain = lot.choice(["image", "text", "other"])
        store = lot.choice(["s", "t"])
        lines.append(line(str(number), store=store, gold=gold, group=group, domain=domain))
    path, out = write(tmp_path, *lines), tmp_path / "out.jsonl"
    found = []
    for one in read(path):
        algorithm = "b" if lot.random() < wrong else str(one.slots["algorithm"][0])
        data = [] if lot.random() < wrong else list(one.slots["datasets"])
        key = f"{algorithm}|{data[0]}|o" if data else None
        found.append(Prediction(one, key, None, algorithm, data, "o", "Image"))
    out.write_text("".join(f"{json.dumps(one.as_line())}\n" for one in found))
    scorer = shared / "gold" / "score_keys.py"
    ended = subprocess.run(
        [sys.executable, str(scorer), str(path), str(out), "--json", "--boot", "0"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    score, ours = json.loads(ended.stdout), figures(found)
    named = {"all": score["all"], **score["domains"]}
    assert len(named) == 4
    compared = [(ours["pairs", of], theirs["pairwise"]) for of, theirs in named.items()]
    compared.append((ours["pairs", "different stores"], score["all"]["cross_store"]))
    for row, theirs in compared:
        assert (row["right"], row["predicted"], row["gold"]) == tuple(
            theirs[name] for name in ("tp", "predicted", "gold")
        )
        for name in ("precision", "recall", "f1"):
            assert row[name] == pytest.approx(theirs[name])
    for name in ("precision", "recall", "f1"):
        assert ours["b-cubed", "all"][name] == pytest.approx(score["all"]["b_cubed"][name])
    for slot, theirs in score["slots_as_clusterings"].items():
        assert ours["slot", slot]["records"] == theirs["n"]
        assert ours["slot", slot]["f1"] == pytest.approx(theirs["pair_f1"])
    assert ours["keyed", "in a group"]["share"] == pytest.approx(score["coverage_grouped"])
    assert ours["keyed", "all"]["share"] == pytest.approx(score["coverage_all"])


@pytest.mark.shared
@pytest.mark.parametrize(
    ("mode", "of", "precision", "recall"),
    [("page", "all", 0.95, 0.85), ("text", "text names the data", 0.93, 0.75)],
)
def test_keys_are_as_good_as_they_were(
    shared: Path, mode: str, of: str, precision: float, recall: float
) -> None:
    every = read(shared / "gold" / "keys" / "tune.jsonl")
    ours = figures([predict(one, mode) for one in every], mode)
    assert ours["pairs", of]["precision"] >= precision
    assert ours["pairs", of]["recall"] >= recall
    assert ours["input domain", "all"]["share"] >= 0.95
    if mode == "page":
        assert ours["keyed", "in a group"]["share"] >= 0.90
