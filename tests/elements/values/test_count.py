"""Counts."""

from __future__ import annotations

import pytest

from modelstores.elements.values.count import read
from modelstores.elements.values.value import Value


@pytest.mark.parametrize(
    ("words", "raw", "value", "number"),
    [
        ("1.2M", "1.2M", "1200000", 1_200_000),
        ("10,000+", "10,000+", "10000+", 10_000),
        ("1,234 ratings", "1,234", "1234", 1_234),
        ("3.5k", "3.5k", "3500", 3_500),
        ("1.2 million downloads", "1.2 million", "1200000", 1_200_000),
        ("1.234.567", "1.234.567", "1234567", 1_234_567),
        ("1\u202f234", "1\u202f234", "1234", 1_234),
        ("0", "0", "0", 0),
        ("4.5 (88 ratings)", "88", "88", 88),
    ],
)
def test_a_count(words: str, raw: str, value: str, number: float) -> None:
    assert read(words) == [Value(raw, value, number)]


def test_a_range_is_two_counts() -> None:
    assert [one.number for one in read("1,000,000 - 5,000,000")] == [1_000_000, 5_000_000]


@pytest.mark.parametrize("words", ["4.5", "1.234", "5.0", "4.5 out of 5", "4/5", "12%", "$5"])
def test_what_is_no_whole_number_stays_raw(words: str) -> None:
    assert read(words) == [Value(words)]
