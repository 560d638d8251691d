"""What people agree on stands before the program's answer, and is marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from modelstores.coding.sheet import Unit
from modelstores.commands.report import REPORTS
from modelstores.database.views import Selection
from modelstores.database.writer import Writer
from modelstores.items import Product
from modelstores.reports import coverage, elements, groups, origins, similar
from modelstores.reports.coded import MARK, NOTE
from modelstores.reports.render import render
from modelstores.reports.table import Table
from tests.coding.judging import element, judge, page, pair
from tests.database.samples import product, rows, run, similarity, told, write

RESNET, VGG = "resnet/50|imagenet|image-classification", "vgg/16|imagenet|image-classification"
PAPER, OTHER, REPOSITORY = ("arxiv", "1", "u"), ("doi", "10.1/2", "v"), ("github", "x/y", "w")
CODED = ("elements", "coverage", "groups", "origins", "similar")


def of(store: str, native_id: str, key: str | None = None, domain: str | None = "Image") -> Product:
    return replace(product(native_id, similarity=similarity(key), input_domain=domain), store=store)


@pytest.fixture
def stores(engine: Engine) -> Engine:
    """A hub with three products, a zoo with two and a farm with one."""
    writer = Writer(engine, run())
    writer.open()
    writer.add(of("hub", "a", RESNET), [PAPER, REPOSITORY])
    writer.add(of("hub", "b", VGG, "Audio"), [OTHER])
    writer.add(of("hub", "c", None, None), [REPOSITORY])
    writer.close("complete", [], {}, {})
    write(engine, of("zoo", "a", RESNET), of("zoo", "d", "bert|wiki|fill-mask"), store="zoo")
    write(engine, of("farm", "f", RESNET), store="farm")
    return engine


def made(engine: Engine, name: str, **options: object) -> Table:
    with engine.connect() as connection:
        return REPORTS[name](connection, **options)


def cells(table: Table, *key: object) -> Sequence[Any]:
    (row,) = (row for row in table.rows if row[: len(key)] == key or row[1 : len(key) + 1] == key)
    return row


def test_without_agreed_labels_reports_have_no_more_columns(stores: Engine) -> None:
    before = {name: made(stores, name) for name in CODED}
    modules = (elements, coverage, groups, origins, similar)
    assert [before[module.__name__.rpartition(".")[2]].columns for module in modules] == [
        module.COLUMNS for module in modules
    ]
    # One coder is none, and two who differ are none.
    judge(stores, "x", (element(stores, "hub", "a", "owner"), "0"))
    judge(stores, "xy", (Unit("domains", page(stores, "hub", "a")), "Video"))
    judge(stores, "y", (Unit("domains", page(stores, "hub", "a")), "Audio"))
    judge(stores, "x", (Unit("origins", page(stores, "hub", "a")), "none"))
    judge(stores, "x", (pair(stores, ("hub", "a"), ("zoo", "a")), "0"))
    assert {name: made(stores, name) for name in CODED} == before


def test_a_third_who_differs_ends_the_agreement(stores: Engine) -> None:
    owner = element(stores, "hub", "a", "owner")
    judge(stores, "xy", (owner, "0"))
    assert cells(made(stores, "coverage"), "hub", "owner")[2:4] == (2, 1)
    judge(stores, "z", (owner, "1"))
    assert cells(made(stores, "coverage"), "hub", "owner")[2:4] == (3, 0)
    judge(stores, "z", (owner, "0"))
    assert rows(stores, "SELECT code, coders FROM agreed_coding") == [("0", 3)]


def test_elements_and_coverage(stores: Engine) -> None:
    judge(
        stores,
        "xy",
        (element(stores, "hub", "a", "owner"), "0"),  # present
        (element(stores, "hub", "a", "size"), "1"),  # absent
        (element(stores, "hub", "b", "size"), "0"),  # absent, as the program says
        (element(stores, "hub", "c", "origin"), "1"),  # unknown
    )
    table = made(stores, "coverage")
    assert table.columns == (*coverage.COLUMNS, "coded")
    assert cells(table, "hub", "owner") == ("hub", "owner", 2, 1, 0, 0, 2 / 3, 1)
    assert cells(table, "hub", "size") == ("hub", "size", 1, 2, 0, 0, 1 / 3, 2)
    assert cells(table, "hub", "origin") == ("hub", "origin", 1, 0, 0, 2, 1.0, 1)
    assert cells(table, "zoo", "owner") == ("zoo", "owner", 2, 0, 0, 0, 1.0, 0)
    table = made(stores, "elements")
    assert table.columns == (*elements.COLUMNS, "coded")
    assert cells(table, "size", "hub")[3:] == (1, 1, 3, 1 / 3, 2)
    printed = render(table, "table")
    assert f"✓ 33 % {MARK}" in printed
    assert NOTE in printed
    assert printed.count(MARK) == 4, "three cells and the note"


def test_an_element_that_did_not_apply(engine: Engine) -> None:
    na = product().elements | {"owner": told("not_applicable")}
    write(engine, product("a", elements=na))
    judge(engine, "xy", (element(engine, "hub", "a", "owner"), "1"))
    row = cells(made(engine, "coverage"), "hub", "owner")
    assert row == ("hub", "owner", 1, 0, 0, 0, 1.0, 1)


def test_evidence_follows_the_coders(stores: Engine) -> None:
    judge(
        stores,
        "xy",
        *((element(stores, "hub", name, "owner"), "0") for name in "ab"),
        (element(stores, "hub", "b", "size"), "1"),
        (element(stores, "hub", "c", "owner"), "1"),
    )
    table = made(stores, "elements", evidence=True)
    assert table.columns == (*elements.COLUMNS, *elements.EVIDENCE, "coded")
    owner, size = cells(table, "owner", "hub"), cells(table, "size", "hub")
    assert owner[7:12] == ("c", "https://hub.example/c", "Ada", "stated:owner", "stated")
    assert size[7:12] == ("b", "https://hub.example/b", None, None, "coding")


def test_counts_that_are_not_kept(engine: Engine) -> None:
    """A store most of whose products were seen again since is counted anew."""
    write(engine, *(product(name) for name in "abc"))
    again = [product(name, summary="new") for name in "ab"]
    write(engine, *again, scope="partial")
    judge(engine, "xy", *((element(engine, "hub", name, "owner"), "0") for name in "ac"))
    row = cells(made(engine, "coverage"), "hub", "owner")
    assert row == ("hub", "owner", 1, 2, 0, 0, 1 / 3, 2)


@pytest.mark.parametrize("name", CODED)
def test_a_page_that_says_something_else_must_be_judged_anew(stores: Engine, name: str) -> None:
    before = made(stores, name)
    judge(stores, "xy", (element(stores, "hub", "a", "owner"), "0"))
    judge(stores, "xy", (Unit("domains", page(stores, "hub", "a")), "Video"))
    judge(stores, "xy", (Unit("origins", page(stores, "hub", "a")), "none"))
    judge(stores, "xy", (pair(stores, ("hub", "a"), ("zoo", "d")), "1"))
    assert made(stores, name).columns[-1] == "coded"
    writer = Writer(stores, run(scope="partial"))
    writer.open()
    writer.add(replace(of("hub", "a", RESNET), summary="new"), [PAPER, REPOSITORY])
    writer.close("complete", [], {}, {})
    assert made(stores, name) == before


def test_the_other_of_a_pair_changes(stores: Engine) -> None:
    judge(stores, "xy", (pair(stores, ("hub", "c"), ("zoo", "d")), "1"))
    assert len(made(stores, "similar").rows) == 5
    write(stores, replace(of("zoo", "d", "bert|wiki|fill-mask"), summary="new"), store="zoo")
    assert len(made(stores, "similar").rows) == 3


def test_the_same_words_read_again_keep_their_labels(stores: Engine) -> None:
    judge(stores, "xy", (element(stores, "farm", "f", "owner"), "0"))
    later = {"project": "0", "parser": "2", "codebook": "2", "vocabulary": "1"}
    write(stores, of("farm", "f", RESNET), store="farm", versions=later)
    assert cells(made(stores, "coverage"), "farm", "owner")[2:] == (0, 1, 0, 0, 0.0, 1)


def test_groups(stores: Engine) -> None:
    judge(stores, "xy", (Unit("domains", page(stores, "hub", "c")), "Audio"))
    table = made(stores, "groups", selection=Selection(stores=("hub",)))
    assert table.columns == (*groups.COLUMNS, "coded")
    found = {row[0]: row[2:] for row in table.rows if row[2]}
    assert found == {"Image": (1, 1 / 3, 0, 0), "Audio": (2, 2 / 3, 0, 1)}
    assert f"2 (67 %) {MARK}" in render(table, "table")
    assert rows(stores, "SELECT native_id, input_domain FROM latest_product WHERE coded = 1") == [
        ("c", "Audio")
    ]


def test_origins(stores: Engine) -> None:
    judge(stores, "xy", (Unit("origins", page(stores, "hub", "a")), "repository"))
    judge(stores, "xy", (Unit("origins", page(stores, "hub", "c")), "paper"))
    table = made(stores, "origins")
    assert table.columns == (*origins.COLUMNS, "coded")
    # papers: that of b alone; a's is not its origin, and c's is known to people only
    assert cells(table, "hub") == ("hub", 3, 2, 2 / 3, 1, 1, 2)
    assert cells(table, "zoo") == ("zoo", 2, 0, 0.0, 0, 0, 0)
    assert f"hub {MARK}" in render(table, "table")


def members(table: Table) -> list[tuple[object, ...]]:
    return [(row[0], f"{row[2]}/{row[3]}", row[-1]) for row in table.rows]


def test_pairs_that_only_people_call_similar(stores: Engine) -> None:
    judge(stores, "xy", (pair(stores, ("zoo", "d"), ("hub", "c")), "1"))
    table = made(stores, "similar")
    assert table.columns == (*similar.COLUMNS, "coded")
    assert list(table.notes).count(NOTE) == 1
    assert members(table) == [
        (1, "farm/f", 0), (1, "hub/a", 0), (1, "zoo/a", 0), (2, "hub/c", 1), (2, "zoo/d", 1),
    ]  # fmt: skip
    assert table.rows[-1][1] == "coded:hub/c|zoo/d"
    assert f"hub {MARK}" in render(table, "table")
    found = {row[:2]: row[4:] for row in made(stores, "groups").rows if row[2]}
    assert found[None, "hub"] == (1, 1)
    assert found["Image", "zoo"] == (2, 1)


def test_pairs_that_people_confirm(stores: Engine) -> None:
    judge(stores, "xy", (pair(stores, ("zoo", "a"), ("hub", "a")), "1"))
    assert members(made(stores, "similar")) == [
        (1, "farm/f", 0), (1, "hub/a", 1), (1, "zoo/a", 1)
    ]  # fmt: skip


def test_pairs_that_people_call_different(stores: Engine) -> None:
    judge(stores, "xy", (pair(stores, ("zoo", "a"), ("hub", "a")), "0"))
    assert len(made(stores, "similar").rows) == 3, "each is similar to the third still"
    judge(stores, "xy", (pair(stores, ("farm", "f"), ("hub", "a")), "0"))
    table = made(stores, "similar")
    assert [row[2:4] for row in table.rows] == [("farm", "f"), ("zoo", "a")]
    assert "left out, for people agree that nothing is similar to them: 1" in table.notes
    assert NOTE in table.notes, "the counts by input domain are marked too"
    judge(stores, "xy", (pair(stores, ("farm", "f"), ("zoo", "a")), "0"))
    assert made(stores, "similar").rows == []
    found = {row[:2]: row[4:] for row in made(stores, "groups").rows if row[2]}
    assert found["Image", "hub"] == (0, 1)


def test_a_product_of_two_groups_is_counted_once(stores: Engine) -> None:
    judge(stores, "xy", (pair(stores, ("hub", "a"), ("zoo", "d")), "1"))
    assert [row[3] for row in made(stores, "similar").rows].count("a") == 3
    found = {row[:2]: row[2:] for row in made(stores, "groups").rows}
    assert found["Image", "hub"] == (1, 1 / 3, 1, 1)
    assert found["Image", "zoo"] == (2, 1.0, 2, 1)


def test_stores_that_are_not_asked_for_judge_nothing(stores: Engine) -> None:
    judge(stores, "xy", (pair(stores, ("hub", "a"), ("zoo", "d")), "1"))
    only = Selection(stores=("hub", "farm"))
    assert made(stores, "similar", selection=only).columns == similar.COLUMNS


def test_sql_says_what_reports_say(stores: Engine) -> None:
    judge(stores, "xy", (element(stores, "hub", "a", "owner"), "0"))
    sql = "SELECT store, present, absent, coded FROM element_matrix WHERE element = 'owner'"
    assert rows(stores, f"{sql} ORDER BY store") == [
        ("farm", 1, 0, 0), ("hub", 2, 1, 1), ("zoo", 2, 0, 0)
    ]  # fmt: skip
    assert rows(stores, "SELECT state, told, coders FROM coded_state") == [("absent", "present", 2)]
