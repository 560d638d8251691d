from __future__ import annotations

import csv
import io
import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelstores.reports.render import FORMATS, MAX_WIDTH, render, safe, width
from modelstores.reports.table import Block, Table

HOSTILE = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("\x1b[]|=+-@\t\r\n\x07\x9b;m\u202e\u200b\0`<>*\"'"),
    ),
    max_size=40,
)


def table(*words: str) -> Table:
    rows = [(number, word, None, 0.5) for number, word in enumerate(words)]
    lines = [[str(number), word] for number, word in enumerate(words)]
    return Table(("n", "words", "nothing", "share"), rows, [Block("Title", ["n", "words"], lines)])


@settings(deadline=None)
@given(HOSTILE)
def test_text_for_terminals_steers_nothing(word: str) -> None:
    for style in ("table", "markdown"):
        text = render(table(word), style)
        assert all(unicodedata.category(c)[0] != "C" for c in text.replace("\n", ""))
        assert len(text.splitlines()) == len(render(table("x"), style).splitlines())


@settings(deadline=None)
@given(HOSTILE)
def test_json_is_without_loss(word: str) -> None:
    assert json.loads(render(table(word), "json")) == [
        {"n": 0, "words": word, "nothing": None, "share": 0.5}
    ]


@settings(deadline=None)
@given(HOSTILE)
def test_csv_runs_no_formula_and_loses_nothing_else(word: str) -> None:
    text = render(table(word), "csv")
    header, row = csv.reader(io.StringIO(text, newline=""))
    assert header == ["n", "words", "nothing", "share"]
    assert not row[1].startswith(("=", "+", "-", "@", "\t", "\r"))
    kept = word.replace("\r\n", "\n").replace("\r", "\n")
    assert row[1] in {kept, f"'{kept}"}
    assert row[2:] == ["", "0.5"]


@settings(deadline=None)
@given(HOSTILE)
def test_markdown_keeps_its_columns(word: str) -> None:
    line = render(table(word), "markdown").splitlines()[-1]
    assert line.replace(r"\\", "").replace(r"\|", "").count("|") == 3
    assert "<" not in line.replace(r"\<", "")


@settings(deadline=None)
@given(HOSTILE)
def test_findings_steer_nothing_either(word: str) -> None:
    for style in ("table", "markdown"):
        text = render(Table(("n",), [], [Block("T", ["n"], [])], (), [f"a{word}b"]), style)
        assert all(unicodedata.category(c)[0] != "C" for c in text.replace("\n", ""))
        assert text.count("\n") == {"table": 5, "markdown": 6}[style]


def test_parts_of_one_kind_have_equal_widths() -> None:
    blocks = [
        Block("One", ["a", "b"], [["wide cell", "x"]]),
        Block("Two", ["a", "b"], [["y", "z"]]),
        Block("Other", ["a", "b", "c"], [["1", "2", "3"]]),
    ]
    assert render(Table((), [], blocks, ["note"], ["finding"]), "table").split("\n\n") == [
        "One\na          b\n---------  -\nwide cell  x",
        "Two\na          b\n---------  -\ny          z",
        "Other\na  b  c\n-  -  -\n1  2  3",
        "finding",
        "note\n",
    ]


@settings(deadline=None)
@given(st.lists(HOSTILE, min_size=1, max_size=4))
def test_columns_are_aligned(words: list[str]) -> None:
    made = table(*words)
    swapped = [Block("Title", ["words", "n"], [list(reversed(row)) for row in made.layout[0].rows])]
    lines = render(Table(made.columns, made.rows, swapped), "table").splitlines()[1:]
    assert len({width(line) for line in lines}) == 1


@pytest.mark.parametrize("first", "=+-@\t\r")
def test_csv_disarms_every_kind_of_formula(first: str) -> None:
    shown = first.replace("\r", "\n")
    assert list(csv.reader(io.StringIO(render(table(f"{first}1"), "csv"))))[1][1] == f"'{shown}1"


def test_numbers_are_no_formulas() -> None:
    negative = Table(("x",), [(-1,), ("-1",)], [])
    assert render(negative, "csv") == "x\n-1\n'-1\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("a\x1b]0;title\x07b", "ab"),
        ("\x9b2Jx", "x"),
        ("a\nb\tc\r\nd", "a b c d"),
        ("abc\u202edef\u2066g", "abcdefg"),
        ("日本語 ✓ é", "日本語 ✓ é"),
    ],
)
def test_what_steers_a_terminal_goes(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_wide_characters_and_long_cells() -> None:
    assert width("日本e\u0301") == 5
    line = render(table("日" * 500), "table").splitlines()[-1]
    assert line.endswith("…")
    assert width(line) <= MAX_WIDTH + 3


def test_an_empty_report() -> None:
    empty = Table(("a", "b"), [], [])
    assert {style: render(empty, style) for style in FORMATS} == {
        "table": "",
        "csv": "a,b\n",
        "json": "[]\n",
        "markdown": "",
    }
