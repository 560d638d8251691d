from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Table

from modelstores.database import tables
from modelstores.database.entry import Entry, Terms, entry
from modelstores.database.rows import (
    Values,
    counter_rows,
    license_rows,
    observation_row,
    rank,
    reference_rows,
    section_rows,
    sighting_row,
    similarity_row,
    state_rows,
    value_rows,
)
from modelstores.database.storable import storable
from modelstores.elements.values.value import Value
from modelstores.items import SOURCES, Product
from tests.database.samples import CODEBOOK, product

NUMBERS = {one["id"]: number for number, one in enumerate(CODEBOOK, start=1)}
FILES = {"hub.warc.gz": 4}

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=30)


@settings(deadline=None)
@given(ANY_TEXT)
def test_storable_text_is_utf8_without_nul_and_stays_so(text: str) -> None:
    stored = storable(text)
    assert "\0" not in stored.encode().decode()
    assert storable(stored) == stored
    if not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text):
        assert stored == text


def test_counters_that_count_nothing_are_left_out() -> None:
    numbers = {"likes": float("nan"), "a": float("inf"), "b": 10**400, "c": "many", "d": 2}
    assert counter_rows(numbers) == [("d", 2.0)]


def test_a_reference_and_a_wording_count_once() -> None:
    found = reference_rows([("arxiv", "1", "u"), ("arxiv", "1", "v"), ("doi", "1", "w")])
    assert found == [("arxiv", "1", "u"), ("doi", "1", "w")]
    assert license_rows([("MIT", "MIT"), ("MIT", "MIT"), ("odd", None)]) == [
        ("MIT", "MIT"),
        ("odd", None),
    ]
    with pytest.raises(ValueError, match="kind"):
        reference_rows([("isbn", "1", "u")])


def test_a_sighting_says_where_the_words_stood() -> None:
    captured = product().capture
    day = "2026-02-01T00:00:00Z"
    row = sighting_row(captured, None, {"hub.warc.gz": 4}, day)
    assert row == ("2026-01-02T00:00:00Z", 4, 10, "0-1", True, None)
    assert sighting_row(None, None, {}, day) == (day, None, None, None, False, None)
    *_, completed_by = sighting_row(None, captured, {}, day)
    assert json.loads(completed_by)["record_id"] == "<urn:uuid:0-1>"


@pytest.mark.parametrize(
    ("table", "before", "made"),
    [
        (tables.observation, 2, lambda one: [observation_row(one, "1", "digest")]),
        (tables.section, 1, section_rows),
        (tables.element_state, 1, lambda one: state_rows(one.elements, NUMBERS)),
        (tables.similarity, 1, lambda one: [similarity_row(one, "1")]),
        (tables.counter, 2, lambda one: counter_rows(one.counters)),
        (tables.sighting, 3, lambda one: [sighting_row(one.capture, None, FILES, "")]),
        (tables.reference, 1, lambda _: reference_rows([("doi", "1", "u")])),
        (tables.license_, 1, lambda _: license_rows([("MIT", "MIT")])),
        (tables.element_value, 1, lambda _: value_rows({"size": [Value("1 B")]}, NUMBERS)),
    ],
)
def test_a_row_has_all_columns_but_the_first_and_is_ready(
    table: Table, before: int, made: Callable[[Product], list[Values]]
) -> None:
    found = made(product(summary="half a \ud800", name="a\0b"))
    assert found
    for row in found:
        assert before + len(row) == len(table.columns)
        for column, value in zip(list(table.columns)[before:], row, strict=True):
            assert isinstance(value, str | int | float | None)
            assert value is not None or column.nullable
            assert not isinstance(value, str) or value == storable(value)


def test_what_is_known_is_told_of_no_more() -> None:
    terms = Terms("1", "1", NUMBERS, {}, dict.fromkeys(SOURCES, frozenset()))
    new = entry(product(), terms)
    assert new.observation
    assert new.states
    again = entry(product(), replace(terms, known={new.digest}))
    assert again == Entry(
        "a/one", "model", "page", new.digest, [("likes", 3.0), ("downloads", 7.5)]
    )


def test_a_page_stands_before_a_record_before_a_list_then_the_latest() -> None:
    places = [
        ("page", "2026-01-02", "a", None),
        ("page", "2026-01-01", "b", "x"),
        ("record", "2026-01-09", "c", None),
        ("list", "2026-01-09", "d", None),
    ]
    assert sorted(places, key=lambda p: rank(*p), reverse=True) == places
