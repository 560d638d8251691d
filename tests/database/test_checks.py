"""Every check of a snapshot, on both sides of its bound."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from modelstores.database.checks import Check, run_checks
from modelstores.database.tables import COUNTS
from modelstores.items import Capture, Product
from tests.database.samples import VERSIONS, product, rows, told, write

STATES = {"p": "present", "a": "absent", "n": "not_applicable", "u": "unknown"}
#: What a page of the samples cannot hold.
BEYOND = {"page": ("origin",)}


def of(native_id: object, states: str = "ppu", day: int = 1, **changes: Any) -> Product:
    """Return a product; ``states`` has a letter for owner, size and origin."""
    elements = {name: told(STATES[letter]) for name, letter in zip(ELEMENTS, states, strict=True)}
    capture = Capture("hub.warc.gz", 0, "<x>", f"2026-01-{day:02}T00:00:00Z")
    # Pages that say the same are one observation with one state an element.
    said = {"summary": states, "elements": elements, "capture": capture} | changes
    return product(str(native_id), **said)


ELEMENTS = ("owner", "size", "origin")


def many(number: int, states: str = "ppu", **changes: Any) -> list[Product]:
    return [of(i, states, **changes) for i in range(number)]


def checked(
    engine: Engine,
    *products: Product,
    counts: Mapping[str, int] | None = None,
    scope: str = "full",
    beyond: Mapping[str, Collection[str]] = BEYOND,
    of_store: Collection[str] = (),
    **changes: Any,
) -> dict[str, Check]:
    """Write a snapshot, and return its checks by name."""
    number, _ = write(engine, *products, scope=scope, **changes)
    (row,) = rows(engine, f"SELECT {', '.join(COUNTS)} FROM snapshot WHERE id = {number}")
    with engine.connect() as connection:
        found = run_checks(
            connection,
            number,
            counts=dict(zip(COUNTS, row, strict=True)) | dict(counts or {}),
            scope=scope,
            beyond=beyond,
            of_store=of_store,
        )
    assert [one.name for one in found] == [
        "sum", "products", "fill", "headings", "quarantined", "lost", "unknown",
    ]  # fmt: skip
    return {one.name: one for one in found}


def test_a_first_snapshot_has_nothing_to_compare_with(engine: Engine) -> None:
    found = checked(engine, *many(3))
    assert all(one.passed for one in found.values())
    assert (found["products"].figure, found["fill"].figure) == (None, None)
    assert found["sum"].figure == found["unknown"].figure == 0


def test_an_empty_snapshot_divides_by_nothing(engine: Engine) -> None:
    found = checked(engine)
    assert all(one.passed for one in found.values())
    assert {one.figure for name, one in found.items() if name != "sum"} == {None}


@pytest.mark.parametrize(
    ("counts", "passed", "figure"),
    [
        ({}, True, 0),
        ({"listed": 9, "merged": 3, "out_of_scope": 2, "refused": 1}, True, 0),
        ({"listed": 4}, False, 1),
        ({"listed": 4, "stored": 4}, False, 1),
    ],
)
def test_the_sum(engine: Engine, counts: dict[str, int], passed: bool, figure: int) -> None:
    found = checked(engine, *many(3), counts=counts)["sum"]
    assert (found.passed, found.figure, found.bound) == (passed, figure, 0)


def test_listed_and_stored_in_words(engine: Engine) -> None:
    assert checked(engine, *many(3), counts={"listed": 4})["sum"].sentence == (
        "sum: 4 listed and 3 accounted for, 3 stored and 3 seen, not the same"
    )


@pytest.mark.parametrize(("left", "passed"), [(8, True), (7, False), (12, True), (0, False)])
def test_products_of_a_full_snapshot(engine: Engine, left: int, passed: bool) -> None:
    write(engine, *many(10, day=2))
    found = checked(engine, *many(left, day=3))["products"]
    assert (found.passed, found.figure, found.bound) == (passed, left / 10, 0.8)
    if left == 7:
        assert found.sentence == "products: 7 of the 10 of snapshot 1 (2026-01-02), less than 80 %"


@pytest.mark.parametrize(
    "before",
    [
        {"scope": "partial"},
        {"source": "live"},
        {"status": "suspect"},
        {"status": "failed"},
    ],
)
def test_products_are_those_of_the_last_complete_full_one_of_the_same_origin(
    engine: Engine, before: dict[str, str]
) -> None:
    write(engine, *many(2))
    write(engine, *many(10), **before)
    assert checked(engine, of("a"))["products"].figure == 0.5


def test_the_last_one_is_by_capture_and_of_the_same_store(engine: Engine) -> None:
    write(engine, *many(10, day=9))
    write(engine, *(replace(one, store="zoo") for one in many(10, day=1)), store="zoo")
    assert checked(engine, of("a", day=2))["products"].figure is None, "read later, captured before"
    assert checked(engine, of("a", day=9))["products"].figure == 0.1, "the same capture, read again"


def test_products_of_a_partial_snapshot_are_as_few_as_asked_for(engine: Engine) -> None:
    write(engine, *many(10))
    assert checked(engine, of("a"), scope="partial")["products"].figure is None


@pytest.mark.parametrize(("shown", "passed"), [(7, True), (6, False)])
@pytest.mark.parametrize("scope", ["full", "partial"])
def test_fill(engine: Engine, scope: str, shown: int, passed: bool) -> None:
    write(engine, *many(9), of(9, "pau"), scope=scope)
    now = [*many(shown, day=2), *(of(i, "pau", day=2) for i in range(shown, 10))]
    found = checked(engine, *now, scope=scope)["fill"]
    assert (found.passed, found.bound) == (passed, 0.2)
    assert found.figure == pytest.approx((9 - shown) / 10)
    assert found.sentence.startswith(
        f"fill: size is shown by {shown}0 % of 10 products, 90 % in snapshot 1 (2026-01-01)"
    )
    assert ("more than 20 points less" in found.sentence) is not passed


def test_fill_of_a_full_snapshot_is_of_all_products(engine: Engine) -> None:
    write(engine, *many(2))
    found = checked(engine, *many(2), *(of(f"new{i}", "pau") for i in range(2)))["fill"]
    assert found.figure == 0.5


@pytest.mark.parametrize("scopes", [("full", "partial"), ("partial", "full")])
def test_fill_of_a_part_is_of_the_products_that_both_have(
    engine: Engine, scopes: tuple[str, str]
) -> None:
    write(engine, of("same"), of("gone"), scope=scopes[0])
    found = checked(engine, of("same"), of("new", "aau"), scope=scopes[1])["fill"]
    assert (found.passed, found.figure) == (True, 0)
    assert found.detail == "no element fell since snapshot 1 (2026-01-01)"
    found = checked(engine, of("other"), scope="partial")["fill"]
    assert found.figure is None, "none in common"


@pytest.mark.parametrize("scope", ["full", "partial"])
def test_fill_compares_equal_kinds_of_source(engine: Engine, scope: str) -> None:
    write(engine, *many(4), of("x", "uuu", source="list"), scope=scope)
    records = [of(i, "uuu", source="record") for i in range(2, 4)]
    found = checked(engine, of(0), of(1), *records, scope=scope)["fill"]
    assert (found.passed, found.figure) == (True, 0)
    lists = [of(i, "uuu", source="list") for i in range(9)]
    assert checked(engine, *lists, store="hub", source="live")["fill"].figure is None


def test_shared_products_are_those_of_equal_kinds_of_source(engine: Engine) -> None:
    write(engine, *many(2, "aau"), of(2), of(3), scope="partial")
    records = [of(i, "aau", source="record") for i in (2, 3)]
    found = checked(engine, *many(2, "aau"), *records, scope="partial")["fill"]
    assert (found.passed, found.figure) == (True, 0)


def test_kinds_of_source_weigh_as_in_the_later_snapshot(engine: Engine) -> None:
    write(engine, *many(9), of("r", "aau", source="record"))
    now = [*many(1, "pau"), *(of(f"r{i}", "aau", source="record") for i in range(3))]
    found = checked(engine, *now)["fill"]
    assert (found.figure, found.passed) == (0.25, False)
    assert "size is shown by 0 % of 4 products, 25 % in snapshot 1" in found.sentence


def test_fill_is_compared_within_a_codebook_whatever_the_parser(engine: Engine) -> None:
    write(engine, *many(2))
    now = many(2, "pau")
    versions = VERSIONS | {"codebook": "2"}
    assert checked(engine, *now, versions=versions)["fill"].figure is None
    versions = VERSIONS | {"parser": "2"}
    assert checked(engine, *now, versions=versions)["fill"].figure == 1


@pytest.mark.parametrize(("number", "passed"), [(4, True), (5, False)])
def test_quarantined(engine: Engine, number: int, passed: bool) -> None:
    found = checked(engine, *many(2), counts={"listed": 100, "quarantined": number})
    assert (found["quarantined"].passed, found["quarantined"].figure) == (passed, number / 100)
    assert found["lost"].passed
    if not passed:
        assert found["quarantined"].sentence == "quarantined: 5 of 100 products, not under 5 %"


@pytest.mark.parametrize(("number", "passed"), [(3, True), (4, False)])
def test_lost(engine: Engine, number: int, passed: bool) -> None:
    counts = {"listed": 100, "quarantined": 2, "failed": number, "refused": 50}
    found = checked(engine, *many(2), counts=counts)["lost"]
    assert (found.passed, found.figure, found.bound) == (passed, (2 + number) / 100, 0.05)
    if not passed:
        assert found.sentence == (
            "lost: 6 of 100 products failed or were quarantined, more than 5 %"
        )


@pytest.mark.parametrize(("unread", "passed"), [(1, True), (2, False)])
def test_unknown(engine: Engine, unread: int, passed: bool) -> None:
    products = [*many(9 - unread), *(of(f"u{i}", "puu") for i in range(unread))]
    products += [of("half", "npu"), of("other half", "pnu")]
    found = checked(engine, *products)["unknown"]
    assert (found.passed, found.figure, found.bound) == (passed, unread / 20, 0.1)
    if not passed:
        assert found.sentence == "unknown: 2 of 20 places could not be read, not under 10 %"


def test_what_only_policy_pages_say_is_no_place_of_a_product(engine: Engine) -> None:
    assert checked(engine, *many(4), beyond={})["unknown"].figure == pytest.approx(1 / 3)
    assert checked(engine, *many(4), beyond={}, of_store=["origin"])["unknown"].figure == 0


def test_a_kind_of_source_is_excused_from_what_it_cannot_hold(engine: Engine) -> None:
    beyond = {"page": ("origin",), "record": ("size", "origin")}
    found = checked(engine, of("a"), of("b", "puu", source="record"), beyond=beyond)
    assert found["unknown"].detail == "0 of 3 places could not be read"


def test_a_product_of_which_nothing_was_read_counts_with_all_its_places(engine: Engine) -> None:
    beyond = {"page": ("origin",), "list": ("size", "origin")}
    products = [of("a"), of("b", "puu", source="list"), of("c", "unu", source="list")]
    found = checked(engine, *products, beyond=beyond)["unknown"]
    assert found.detail.startswith("2 of 5 places"), "owner and origin of c; size does not apply"
    bare = replace(of("d", source="list"), elements={})
    found = checked(engine, bare, beyond=beyond, of_store=["owner"])["unknown"]
    assert found.detail.startswith("2 of 2 places"), "no state written is none known"


def sections(*headings: str) -> list[dict[str, str]]:
    return [{"heading": heading, "text": "words"} for heading in headings]


@pytest.mark.parametrize(
    ("now", "passed"),
    [(("A", "B"), True), (("A", "X"), True), (("X", "Y"), False), ((), False)],
)
def test_headings_that_stood_on_most_pages(
    engine: Engine, now: tuple[str, ...], passed: bool
) -> None:
    checked(engine, *(of(i, sections=sections("A", "B", f"of {i}")) for i in range(4)))
    pages = (of(i, day=2, sections=sections(*now)) for i in range(4))
    found = checked(engine, *pages, started_at="2026-03-01T00:00:00Z")
    assert found["headings"].passed is passed
    assert found["headings"].figure == len({"A", "B"} - set(now)) / 2
