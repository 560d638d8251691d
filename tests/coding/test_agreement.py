"""Figures worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from modelstores.coding.agreement import COLUMNS, agreement
from modelstores.coding.sheet import Unit
from modelstores.database.writer import Writer
from modelstores.reports.render import render
from modelstores.reports.table import Cell
from tests.coding.judging import element, judge, page, pair
from tests.database.samples import product, run, similarity, told, write

NAMES = "abcdefghij"
#: By product: what Ann (a), Bea (b) and the program say of the owner.
OWNER = {"a": "1111100000", "b": "1111000001", "program": "1110110000"}


@pytest.fixture
def hub(engine: Engine) -> Engine:
    """A hub whose ten products show their owner as OWNER says."""
    states = {"1": told("present", "Ada", "top", "rule"), "0": told("absent")}
    writer = Writer(engine, run())
    writer.open()
    for name, letter in zip(NAMES, OWNER["program"], strict=True):
        owned = product().elements | {"owner": states[letter]}
        one = product(name, elements=owned, input_domain="Image" if name < "c" else "Audio")
        paper = [("arxiv", "1", "u")] if name == "a" else []
        writer.add(one, [*paper, *([("github", "x/y", "v")] if name < "c" else [])])
    writer.close("complete", [], {}, {})
    return engine


def figures(engine: Engine, **options: object) -> list[tuple[Cell, ...]]:
    with engine.connect() as connection:
        table = agreement(connection, **options)
        assert tuple(table.columns) == COLUMNS
        return [
            tuple(round(cell, 4) if isinstance(cell, float) else cell for cell in row)
            for row in table.rows
        ]


def code(engine: Engine, coder: str, letters: str, name: str = "owner") -> None:
    units = (element(engine, "hub", native_id, name) for native_id in NAMES)
    judge(engine, coder, *zip(units, letters, strict=False))


def test_each_two_coders_and_each_coder_and_the_program(hub: Engine) -> None:
    code(hub, "a", OWNER["a"])
    code(hub, "b", OWNER["b"])
    code(hub, "a", "11", "size")
    # ann, bea: 8 of 10 equal, both have 5 yes: by chance 0.5; kappa (0.8 - 0.5) / 0.5.
    # program: 5 yes. With ann: 4 of her 5 are found, 4 of its 5 are right; 8 of 10 equal.
    # With bea: 3 of each; 6 of 10 equal, kappa (0.6 - 0.5) / 0.5.
    owner = [
        ("elements", "owner", "a", "b", 10, 0.8, 0.6, None, None, None),
        ("elements", "owner", "a", "program", 10, 0.8, 0.6, 0.8, 0.8, 0.8),
        ("elements", "owner", "b", "program", 10, 0.6, 0.2, 0.6, 0.6, 0.6),
    ]
    assert figures(hub) == [
        *owner,
        # twice yes, and the program says absent: it finds none of them
        ("elements", "size", "a", "program", 2, 0.0, 0.0, 0.0, 0.0, 0.0),
        ("elements", None, "a", "b", 10, 0.8, 0.6, None, None, None),
        # of 12: 8 equal; ann has 7 yes, the program 5: (8*12 - 35 - 35) / (144 - 70) = 26 / 74
        ("elements", None, "a", "program", 12, 0.6667, 0.3514, 0.8, 0.5714, 0.6667),
        ("elements", None, "b", "program", 10, 0.6, 0.2, 0.6, 0.6, 0.6),
    ]
    assert figures(hub, what=("domains",)) == []


def test_what_has_several_codes(hub: Engine) -> None:
    pages = [page(hub, "hub", name) for name in NAMES[:4]]
    answers = zip(("paper", "repository", "paper", "none"), pages, strict=True)
    judge(hub, "a", *((Unit("origins", one), said) for said, one in answers))
    # The program: paper, repository, none, none. 3 of 4 equal; by chance (2*1 + 1*1 + 1*2) / 16.
    expected = ("origins", None, "a", "program", 4, 0.75, round((12 - 5) / (16 - 5), 4))
    assert figures(hub) == [(*expected, 0.75, 0.75, 0.75)]
    judge(hub, "b", *((Unit("domains", one), "Image") for one in pages))
    assert figures(hub, what=("domains",)) == [
        ("domains", None, "b", "program", 4, 0.5, 0.0, 0.5, 0.5, 0.5)
    ]


def test_no_answer_of_the_program_is_not_a_wrong_one(engine: Engine) -> None:
    write(engine, product("a", input_domain=None), product("b"))
    units = [Unit("domains", page(engine, "hub", name)) for name in "ab"]
    judge(engine, "x", *((unit, "Image") for unit in units))
    (row,) = figures(engine)
    assert row[4:6] == (2, 0.5)
    assert row[7:] == (1.0, 0.5, 0.6667)


def test_pairs(engine: Engine) -> None:
    write(engine, product("a"), product("b", similarity=similarity(None)))
    write(engine, product("z", store="zoo"), store="zoo")
    for name, said in (("a", "1"), ("b", "1")):
        judge(engine, "x", (pair(engine, ("hub", name), ("zoo", "z")), said))
    assert figures(engine) == [("similar", None, "x", "program", 2, 0.5, 0.0, 1.0, 0.5, 0.6667)]


def test_coders_who_read_different_pages_are_not_compared(hub: Engine) -> None:
    judge(hub, "x", (element(hub, "hub", "a", "owner"), "1"))
    write(hub, product("a", summary="changed"), scope="partial")
    judge(hub, "y", (element(hub, "hub", "a", "owner"), "1"))
    assert {row[2:4] for row in figures(hub)} == {("x", "program"), ("y", "program")}


def test_the_same_words_read_by_another_parser_are_the_same_page(hub: Engine) -> None:
    judge(hub, "x", (element(hub, "hub", "a", "owner"), "1"))
    one = replace(product("a"), input_domain="Image")
    write(hub, one, versions={"project": "0", "parser": "2", "codebook": "1", "vocabulary": "1"})
    judge(hub, "y", (element(hub, "hub", "a", "owner"), "1"))
    assert ("x", "y") in {row[2:4] for row in figures(hub)}


def test_of_chosen_stores(hub: Engine) -> None:
    write(hub, product("z", store="zoo"), store="zoo")
    judge(hub, "x", (element(hub, "hub", "a", "owner"), "1"))
    judge(hub, "x", (pair(hub, ("hub", "a"), ("zoo", "z")), "1"))
    assert figures(hub, stores=("zoo",)) == []
    assert {row[0] for row in figures(hub, stores=("hub",))} == {"elements"}


def test_nothing_coded(engine: Engine) -> None:
    with engine.connect() as connection:
        table = agreement(connection)
    assert table.rows == []
    assert table.remarks == ("nothing is coded that two have judged",)


@pytest.mark.parametrize("style", ["table", "markdown", "csv", "json"])
def test_every_format(hub: Engine, style: str) -> None:
    judge(hub, "x", (element(hub, "hub", "a", "owner"), "1"))
    with hub.connect() as connection:
        printed = render(agreement(connection), style)
    assert "owner" in printed
    assert "program" in printed
