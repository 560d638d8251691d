"""Numbers and their marks."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelstores.elements.values.number import number, plain


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234", "1234"),
        ("1.234", "1.234"),
        ("1,234", "1234"),
        ("0,123", "0.123"),
        ("3,50", "3.5"),
        ("1234,567", "1234.567"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1,15,200.00", "115200"),
        ("1'234.5", "1234.5"),
        ("1\u00a0234,5", "1234.5"),
    ],
)
def test_a_mark_groups_or_is_the_decimal_mark(text: str, value: str) -> None:
    assert number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["1.2.3", "1,2,3", "1.23,45.6", "12'34", "1" * 29, "1,234,56"])
def test_marks_without_sense_make_no_number(text: str) -> None:
    assert number(text) is None


@given(st.decimals(0, 10**12, places=4))
def test_a_number_in_one_form_is_read_as_itself(value: Decimal) -> None:
    assert number(plain(value)) == value
    assert number(f"{value:,.4f}") == value
