"""Elements against labels: figures worked out by hand, and against the scorer of others."""

from __future__ import annotations

import gzip
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelstores.elements import codebook
from modelstores.evaluation.agreement import Confusion
from modelstores.evaluation.elements import (
    COLUMNS,
    MAX_WRONG,
    Page,
    Prediction,
    by_element,
    evaluate,
    macro,
    micro,
    predict,
    read,
    table,
)
from modelstores.evaluation.gold import GoldError
from modelstores.reports.render import FORMATS, render
from modelstores.store import Store
from tests.crawling import scrapy
from tests.stores.test_examples import FOLDER, LOADER, STORES

#: Pages of every store, labelled by reading them; what is arguable is left out.
GOLD = FOLDER / "elements.jsonl"
BOOK = codebook.load()
NAMES = {element.id: element.name for element in BOOK.elements}


def store_of(name: str) -> Store | None:
    return LOADER.load(name)() if name in STORES else None


def nothing_seen(done: int, total: int) -> None:
    pass


def answer(name: str, labels: dict[str, bool], shown: Iterable[str], **said: Any) -> Prediction:
    """Return what might have been found on a page of the store that the name begins with."""
    page = Page(name, name.partition(":")[0], f"https://x.example/{name}", Path(name), labels)
    proof = {"state": "present", "evidence": "words", "where": "summary", "rule": "term:x"}
    absent = dict.fromkeys(proof) | {"state": "absent"}
    shown = set(shown)
    told = {element: proof if element in shown else absent for element in NAMES}
    return Prediction(page, {} if "unread" in said else told, **said)


ANSWERS = [
    answer("x:a", {"owner": True, "size": False, "demo": False}, ["owner", "size"]),
    answer("x:b", {"owner": True, "size": True, "demo": False}, ["size"]),
    answer("y:c", {"owner": False, "size": False}, ["size", "demo"]),
]


def rows(answers: list[Prediction], figure: str) -> list[dict[str, Any]]:
    made = [dict(zip(COLUMNS, row, strict=True)) for row in table(answers).rows]
    return [row for row in made if row["figure"] == figure]


def quality(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("precision", "recall", "f1", "kappa"))


def test_figures_worked_out_by_hand() -> None:
    owner, demo, size = sorted(rows(ANSWERS, "element"), key=lambda r: "ods".index(r["element"][0]))
    # owner: once rightly yes, once missed, once rightly no; kappa (6/9 - 4/9) / (5/9)
    assert (owner["gold"], owner["predicted"], owner["judged"]) == (2, 1, 3)
    assert quality(owner) == pytest.approx((1, 1 / 2, 2 / 3, 0.4))
    # size: once rightly yes, twice wrongly; agreement is what chance gives
    assert (size["gold"], size["predicted"], size["judged"]) == (1, 3, 3)
    assert quality(size) == pytest.approx((1 / 3, 1, 1 / 2, 0))
    # demo: nowhere, and not labelled on the page where it was found
    assert (demo["gold"], demo["predicted"], demo["judged"]) == (0, 0, 2)
    assert quality(demo) == (1, 1, 1, 1)
    # together: 2 rightly yes, 2 wrongly, 1 missed, 3 rightly no; kappa (5/8 - 1/2) / (1/2)
    (whole,) = rows(ANSWERS, "micro")
    assert (whole["gold"], whole["predicted"], whole["judged"]) == (3, 4, 8)
    assert quality(whole) == pytest.approx((1 / 2, 2 / 3, 4 / 7, 1 / 4))
    # demo is on no page, and no element on five
    (mean,) = rows(ANSWERS, "macro")
    assert quality(mean) == pytest.approx((2 / 3, 3 / 4, 7 / 12, 1 / 5))
    assert rows(ANSWERS, "macro_5") == []
    assert [(r["store"], r["gold"], r["predicted"]) for r in rows(ANSWERS, "store")] == [
        ("x", 3, 3),
        ("y", 0, 1),
    ]


def test_a_macro_of_five_leaves_rarer_elements_out() -> None:
    often = [answer(f"x:{n}", {"owner": True, "size": n == 0}, ["owner"]) for n in range(5)]
    (mean,) = rows(often, "macro_5")
    assert quality(mean) == (1, 1, 1, 1)
    assert rows(often, "macro")[0]["f1"] == 0.5
    assert rows(often[1:], "macro_5") == []


def test_every_wrong_answer_is_listed_with_what_was_taken_for_proof() -> None:
    lost = answer("z:d", {"owner": True}, [], unread="a login")
    wrong = [
        tuple(row[name] for name in ("id", "element", "gold", "predicted", "state", "rule"))
        for row in rows([*ANSWERS, lost], "wrong")
    ]
    assert wrong == [
        ("x:a", "size", 0, 1, "present", "term:x"),
        ("x:b", "owner", 1, 0, "absent", None),
        ("y:c", "size", 0, 1, "present", "term:x"),
        ("z:d", "owner", 1, 0, "unread", None),
    ]
    block = table([*ANSWERS, lost]).layout[-1]
    assert block.title == "Wrong: 4"
    assert block.rows[0] == ["x:a", "Size", "false alarm", "words", "summary", "term:x"]
    assert block.rows[-1] == ["z:d", "Owner", "miss (unread)", "", "", ""]


def test_people_are_shown_so_many_wrong_answers_and_no_more() -> None:
    many = [answer(f"x:{n}", {"owner": True}, []) for n in range(MAX_WRONG + 2)]
    made = table(many)
    assert len(made.layout[-1].rows) == MAX_WRONG
    assert made.findings == ["2 more wrong answers are in csv and json"]
    assert len(rows(many, "wrong")) == MAX_WRONG + 2


ELEMENTS = st.sets(st.sampled_from(["owner", "size", "demo", "origin"]))


@given(st.lists(st.tuples(st.sampled_from("xy"), ELEMENTS, ELEMENTS, ELEMENTS), max_size=12))
def test_figures_are_those_of_sets(pages: list[tuple[str, set[str], set[str], set[str]]]) -> None:
    """Labelled, right and given answers as sets of (page, element) say the same."""
    answers = [
        answer(f"{store}:{n}", {e: e in right for e in judged}, given)
        for n, (store, judged, right, given) in enumerate(pages)
    ]
    judged = {(a.page.id, e) for a in answers for e in a.page.labels}
    right = {(a.page.id, e) for a in answers for e, yes in a.page.labels.items() if yes}
    found = {(i, e) for i, e in judged for a in answers if a.page.id == i and a.shows(e)}
    whole = micro(by_element(answers))
    assert whole.judged == len(judged)
    assert (whole.tp, whole.support, whole.predicted) == (
        len(right & found),
        len(right),
        len(found),
    )
    assert by_element(answers[::-1]) == by_element(answers)
    parts = (micro(by_element(a for a in answers if a.page.store == store)) for store in "xy")
    assert sum(parts, Confusion()) == whole
    mean = macro(by_element(answers))
    assert (mean is None) == (not right)
    if mean:
        assert all(-1 <= one <= 1 for one in mean[1:])


# --- pages ---


def test_what_people_read_on_our_pages_is_found() -> None:
    outcome = evaluate(GOLD, store_of, nothing_seen)
    assert outcome.unread == []
    assert outcome.table is not None
    assert {page.store for page in read(GOLD)} == set(STORES)
    assert [row for row in outcome.table.rows if row[0] == "wrong"] == []
    labelled = [json.loads(line) for line in GOLD.read_text().splitlines()]
    assert [one["id"] for one in outcome.predictions] == [one["id"] for one in labelled]
    for one, right in zip(outcome.predictions, labelled, strict=True):
        assert list(one) == ["id", "elements"]
        assert list(one["elements"]) == list(NAMES.values())
        assert one["elements"] | right["elements"] == one["elements"]


def line(name: str = "a", **fields: Any) -> dict[str, Any]:
    made = {"id": name, "store": "pytorch_hub", "url": "https://pytorch.org/hub/a_b_c/"}
    return {k: v for k, v in ({**made, "file": "a.html"} | fields).items() if v is not None}


def write(folder: Path, *lines: object) -> Path:
    path = folder / "gold.jsonl"
    words = (one if isinstance(one, str) else json.dumps(one) for one in lines)
    path.write_text("".join(f"{one}\n" for one in words), encoding="utf-8")
    return path


LOGIN = "<html><body><form><input name=a><button>Sign in</button></form></body></html>"


def test_a_page_that_cannot_be_read_is_named_and_shows_nothing(tmp_path: Path) -> None:
    (tmp_path / "login.html").write_text(LOGIN)
    (tmp_path / "bad.html.gz").write_bytes(gzip.compress(b"<html>" * 99)[:-9])
    owner = {"elements": {"Owner": 1}}
    gold = write(
        tmp_path,
        line("none", store="nosuch", **owner),
        line("gone", **owner),
        line("login", file="login.html", **owner),
        line("damaged", file="bad.html.gz", **owner),
        line("led out", file="login.html", url="https://elsewhere.example/", **owner),
        line("no address", file="login.html", url="https://[/", **owner),
    )
    outcome = evaluate(gold, store_of, nothing_seen)
    assert outcome.unread[:2] == [
        "none (nosuch): no spider reads the store 'nosuch'",
        "gone (pytorch_hub): there is no such file",
    ]
    assert [one.partition(" (")[0] for one in outcome.unread] == [
        *("none", "gone", "login", "damaged", "led out", "no address"),
    ]
    assert outcome.unread[4].endswith("the page led out of the store")
    assert all(not any(one["elements"].values()) for one in outcome.predictions)
    assert outcome.table is not None
    block = next(b for b in outcome.table.layout if b.title == "Stores")
    assert [row[:5] for row in block.rows] == [
        ["nosuch", "1", "1", "1", "0"],
        ["pytorch_hub", "5", "5", "5", "0"],
    ]


def test_a_spider_that_fails_costs_its_page_alone(tmp_path: Path) -> None:
    class Failing(Store):
        name, allowed_domains = "failing", ["x.example"]

        def parse(self, response: object, **kwargs: Any) -> Any:
            raise RuntimeError("oh\x1b[2J\nno")

    page = Page("x:a", "failing", "https://x.example/a", tmp_path / "a.html", {"owner": True})
    page.path.write_text("<p>x")
    found = predict(page, Failing())
    assert (found.told, found.unread) == ({}, "RuntimeError: oh\x1b[2J")


def test_pages_are_told_while_they_are_read() -> None:
    seen: list[tuple[int, int]] = []
    evaluate(GOLD, store_of, lambda done, total: seen.append((done, total)))
    assert seen == [(n, 8) for n in range(1, 9)]


@pytest.mark.parametrize(
    ("second", "what"),
    [
        (line("a"), "id 'a' was there before"),
        (line("b", file="/etc/passwd"), "leads out of the folder"),
        (line("b", file="../gold.jsonl"), "leads out of the folder"),
        (line("b", file="pages/../../x"), "leads out of the folder"),
        (line("b", file="a\x00b"), "'file' is no printable text"),
        (line("b", file="out.html"), "leads out of the folder"),
        (line("b", url=None), "no 'url'"),
        (line("b", store=["aws"]), "'store' is no printable text"),
        (line("b", elements={"Ownr": 1}), "no element 'Ownr'"),
        (line("b", elements={"Owner": 2}), "'Owner' is neither 0 nor 1"),
        (line("b", elements={"Owner": "1"}), "'Owner' is neither 0 nor 1"),
        (line("b", elements={"Owner": []}), "'Owner' is neither 0 nor 1"),
        (line("b", elements=[]), "'elements' is no JSON object"),
        (line("b", elements=None) | {"elements": 0}, "'elements' is no JSON object"),
    ],
)
def test_gold_that_cannot_be_used_is_one_line(tmp_path: Path, second: object, what: str) -> None:
    (tmp_path / "gold").mkdir()
    (tmp_path / "out.html").write_text(LOGIN)
    (tmp_path / "gold" / "out.html").symlink_to(tmp_path / "out.html")
    gold = write(tmp_path / "gold", line("a"), "", second)
    with pytest.raises(GoldError) as error:
        read(gold)
    assert str(error.value).startswith(f"{gold}:3: ")
    assert what in str(error.value)
    assert str(error.value).isprintable()


def test_labels_may_be_missing(tmp_path: Path) -> None:
    one, two = read(write(tmp_path, line("a"), line("b", elements={"Owner": 1, "Size": False})))
    assert (one.labels, two.labels) == ({}, {"owner": True, "size": False})


# --- the command ---


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return scrapy("evaluate", *arguments)


def test_figures_go_to_standard_output_and_predictions_to_their_file(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "wolfram", tmp_path / "wolfram")
    labelled = json.loads(GOLD.read_text().splitlines()[0])
    assert labelled["store"] == "wolfram"
    lost = line("\u4e00", elements={"Owner": 1, "Demo": 0})
    gold, out = write(tmp_path, labelled, lost), tmp_path / "out.jsonl"
    ended = run("elements", gold, "--predictions", out, "--format", "json")
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        "unread: \u4e00 (pytorch_hub): there is no such file",
        "note: 1 of 2 pages could not be read",
    ]
    found = {row["element"]: row for row in json.loads(ended.stdout) if row["figure"] == "element"}
    assert len(found) == 26
    assert (found["owner"]["gold"], found["owner"]["predicted"]) == (2, 1)
    one, two = map(json.loads, out.read_text("utf-8").splitlines())
    assert one == {"id": labelled["id"], "elements": labelled["elements"]}
    assert (two["id"], set(two["elements"].values())) == ("\u4e00", {0})
    assert {path.name for path in tmp_path.iterdir()} == {"wolfram", "gold.jsonl", "out.jsonl"}


def test_without_labels_there_are_predictions_only(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "pytorch_hub" / "full.html", tmp_path / "a.html")
    out = tmp_path / "out.jsonl"
    ended = run("elements", write(tmp_path, line()), "--predictions", out)
    assert (ended.returncode, ended.stdout) == (0, "")
    assert ended.stderr == "note: nothing is labelled, so there are no figures\n"
    assert json.loads(out.read_text())["elements"]["Owner"] == 1


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "nothing named to evaluate (known: elements"),
        (["nosuch", "GOLD"], "no evaluation of 'nosuch' (known: elements"),
        (["elements"], "takes one gold file, not 0"),
        (["elements", "GOLD", "GOLD"], "takes one gold file, not 2"),
        (["elements", "GOLD", "--format", "xml"], "no format 'xml'"),
        (["elements", "nosuch.jsonl"], "nosuch.jsonl: No such file"),
        (["elements", "no\x1b[2Jsuch"], "no?[2Jsuch: No such file"),
        (["elements", "BAD"], "bad.jsonl:1: not JSON"),
        (["elements", "GOLD", "--output", "nowhere/x"], "nowhere/x: cannot be written"),
    ],
    ids=["nothing", "unknown", "no gold", "two", "format", "missing", "odd name", "bad", "output"],
)
def test_what_cannot_be_had_is_one_line(tmp_path: Path, arguments: list[str], named: str) -> None:
    bad, out = tmp_path / "bad.jsonl", tmp_path / "out.jsonl"
    bad.write_text("{\x1b[2J")
    given = [{"GOLD": str(GOLD), "BAD": str(bad)}.get(word, word) for word in arguments]
    ended = run(*given, *(["--predictions", str(out)] if "--output" not in given else []))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("error: ")
    assert ended.stderr.count("\n") == 1
    assert named in ended.stderr
    assert not out.exists()


def test_words_of_a_page_steer_no_terminal_and_make_no_markup(tmp_path: Path) -> None:
    hostile = answer("x:a", {"owner": False}, ["owner"])
    hostile.told["owner"]["evidence"] = "\x1b[2J<script>\u202e=cmd|x"  # type: ignore[index]
    for style in FORMATS:
        text = render(table([hostile]), style)
        if style in {"table", "markdown"}:
            assert all(c.isprintable() or c == "\n" for c in text)
        assert style != "markdown" or "<script>" not in text


# --- against others ---


def scored(shared: Path, gold: Path, predictions: Path) -> dict[str, Any]:
    """Return what the scorer that came with the gold says."""
    scorer = shared / "gold" / "score_elements.py"
    ended = subprocess.run(
        [sys.executable, str(scorer), str(gold), str(predictions), "--json", "--boot", "0"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def agree(figures: list[dict[str, Any]], score: dict[str, Any]) -> None:
    """Check that our figures are the scorer's."""
    of = {row["element"]: row for row in figures if row["figure"] == "element"}
    assert {NAMES[element] for element in of} == set(score["per_element"])
    whole = {row["figure"]: row for row in figures}
    pairs = [(of[element], score["per_element"][NAMES[element]]) for element in of]
    for ours, theirs in [*pairs, (whole["micro"], score["micro"])]:
        assert quality(ours) == pytest.approx(quality(theirs))
        assert (ours["gold"], ours["predicted"]) == (theirs["support"], theirs["predicted"])
    assert whole["macro"]["f1"] == pytest.approx(score["macro_f1"])
    assert whole["macro"]["kappa"] == pytest.approx(score["macro_kappa"])


@pytest.mark.shared
@pytest.mark.parametrize("wrong", [0.0, 0.1, 0.5, 0.9])
def test_our_figures_are_the_scorers(shared: Path, tmp_path: Path, wrong: float) -> None:
    """On labels drawn by lot, with a part of the answers wrong."""
    lot = random.Random(wrong)
    answers = []
    for number in range(40):
        labels = {element: lot.random() < n / 26 for n, element in enumerate(NAMES)}
        shown = [element for element in NAMES if labels[element] != (lot.random() < wrong)]
        answers.append(answer(f"x:{number}", labels, shown))
    gold = write(
        tmp_path,
        *(
            {
                "id": one.page.id,
                "store": one.page.store,
                "elements": {NAMES[e]: int(yes) for e, yes in one.page.labels.items()},
            }
            for one in answers
        ),
    )
    predictions = tmp_path / "predictions.jsonl"
    predictions.write_text("".join(f"{json.dumps(one.as_line())}\n" for one in answers))
    figures = [dict(zip(COLUMNS, row, strict=True)) for row in table(answers).rows]
    agree(figures, scored(shared, gold, predictions))


@pytest.mark.shared
def test_real_pages(shared: Path, tmp_path: Path) -> None:
    """What people labelled on real pages is found, and our figures are the scorer's."""
    gold, out = shared / "gold" / "elements" / "tune.jsonl", tmp_path / "out.jsonl"
    ended = run("elements", gold, "--predictions", out, "--format", "json")
    assert (ended.returncode, ended.stderr) == (0, "")
    figures = json.loads(ended.stdout)
    agree(figures, scored(shared, gold, out))
    whole = {row["figure"]: row for row in figures}
    assert whole["micro"]["f1"] >= 0.93
    assert whole["macro_5"]["f1"] >= 0.85
    assert whole["micro"]["kappa"] >= 0.80
