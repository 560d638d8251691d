"""Prices."""

from __future__ import annotations

import pytest

from modelstores.elements.values.price import read
from modelstores.elements.values.value import Value


@pytest.mark.parametrize(
    ("words", "amount", "unit"),
    [
        ("$0.40/hr", 0.4, "USD/hour"),
        ("$0.40 per hour", 0.4, "USD/hour"),
        ("$0.40/host/hr", 0.4, "USD/host/hour"),
        ("$1.2 / HostHrs", 1.2, "USD/host/hour"),
        ("$115,200.00 for 12 months", 115_200, "USD/12 months"),
        ("$0.007 / Units", 0.007, "USD/unit"),
        ("$5 a month", 5, "USD/month"),
        ("9.99 EUR monthly", 9.99, "EUR/month"),
        ("$2 per 1M tokens", 2, "USD/1000000 tokens"),
        ("$1 per 1,000 requests", 1, "USD/1000 requests"),
        ("US$ 1.99", 1.99, "USD"),
        ("A$5", 5, "AUD"),
        ("\u20ac3,50", 3.5, "EUR"),
        ("1.234,50 \u20ac", 1234.5, "EUR"),
        ("\u20b91,15,200.00", 115_200, "INR"),
        ("$1,000", 1000, "USD"),
        ("5 USD", 5, "USD"),
        ("$0.00", 0, "USD"),
        ("0.4 USD/hour", 0.4, "USD/hour"),
    ],
)
def test_a_price_has_amount_currency_and_what_it_is_for(
    words: str, amount: float, unit: str
) -> None:
    assert read(words) == [Value(words, f"{amount:g} {unit}", amount, unit)]


@pytest.mark.parametrize(
    "words", ["Free", "FREE", "Price: Free", "Free (default)", "It is free of charge.", "無料"]
)
def test_what_costs_nothing_is_free(words: str) -> None:
    (value,) = read(words)
    assert (value.value, value.number, value.unit) == ("free", 0, None)


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("$2.99 - $8.99 per item", ["2.99 USD/item", "8.99 USD/item"]),
        ("$5\u201310/month", ["5 USD/month", "10 USD/month"]),
        ("$1 to $2 per user", ["1 USD/user", "2 USD/user"]),
        ("Small: $0.1 / Units\nLarge: $0.2 / Units", ["0.1 USD/unit", "0.2 USD/unit"]),
        ("Free (default): $0 / Units", ["free", "0 USD/unit"]),
        ("Price: $2.99; Extras: Free", ["2.99 USD", "free"]),
        ("$3 an item, $4", ["3 USD", "4 USD"]),
    ],
)
def test_several_prices_stand_in_their_order(words: str, values: list[str]) -> None:
    assert [one.value for one in read(words)] == values


@pytest.mark.parametrize(
    "words",
    [
        "free trial",
        "7-day free trial",
        "This is not free of charge",
        "feel free to ask",
        "\u00a5500",
        "20 kr",
        "$5k",
        "X$5",
        "5",
        "Contact us",
    ],
)
def test_what_is_no_known_price_stays_raw(words: str) -> None:
    assert [one.value for one in read(words)] == [None]
