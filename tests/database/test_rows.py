from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelstores.database.rows import (
    counter_rows,
    license_rows,
    rank,
    reference_rows,
    sighting_row,
)
from modelstores.database.tables import storable
from tests.database.samples import product

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
    assert counter_rows(product(counters=numbers), 3, 1) == [(3, 1, "d", 2.0)]


def test_a_reference_and_a_wording_count_once() -> None:
    found = reference_rows([("arxiv", "1", "u"), ("arxiv", "1", "v"), ("doi", "1", "w")], 5)
    assert [(row["kind"], row["url"]) for row in found] == [("arxiv", "u"), ("doi", "w")]
    assert len(license_rows([("MIT", "MIT"), ("MIT", "MIT"), ("odd", None)], 5)) == 2
    with pytest.raises(ValueError, match="kind"):
        reference_rows([("isbn", "1", "u")], 5)


def test_a_sighting_says_where_the_words_stood() -> None:
    row = sighting_row(product(), {}, {"hub.warc.gz": 4}, "2026-02-01T00:00:00Z")
    assert row == {
        "captured_at": "2026-01-02T00:00:00Z",
        "capture_id": 4,
        "record_offset": 10,
        "record_id": "0-1",
        "rendered": True,
        "completed_by": None,
    }
    bare = sighting_row(replace(product(), capture=None), {}, {}, "2026-02-01T00:00:00Z")
    assert bare["captured_at"] == "2026-02-01T00:00:00Z"
    assert bare["capture_id"] is None


def test_a_page_stands_before_a_record_before_a_list_then_the_latest() -> None:
    places = [
        ("page", "2026-01-02", "a", None),
        ("page", "2026-01-01", "b", "x"),
        ("record", "2026-01-09", "c", None),
        ("list", "2026-01-09", "d", None),
    ]
    assert sorted(places, key=lambda p: rank(*p), reverse=True) == places
