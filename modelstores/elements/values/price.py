"""Prices: amount, currency (ISO 4217) and what it is for, or free.

The value is "AMOUNT CURRENCY/FOR" ("0.4 USD/hour", "115200 USD/12 months"), or "free" with
the number 0. A range gives both its ends. "$" alone is the US dollar; signs that several
currencies have ("¥", "kr") are not read. A free trial is not free.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import zip_longest

from modelstores.elements.values.number import MAGNITUDES, NUMBER, number, plain
from modelstores.elements.values.value import (
    MAX_WORDS,
    Value,
    any_of,
    first,
    spellings,
    table,
    unread,
)

_TABLE = table("price.yaml")
_CURRENCIES: dict[str, str] = spellings(_TABLE["currencies"])
_UNITS: dict[str, str] = spellings(_TABLE["units"])
_PERIODS = frozenset({"second", "minute", "hour", "day", "week", "month", "year"})

_MONEY = rf"(?:{any_of([*_CURRENCIES, *_TABLE['ambiguous']])})"
_AMOUNT = rf"{NUMBER}(?![.,]?[0-9]|[A-Za-z%])"
_PRICE = re.compile(
    rf"(?<![^\W\d_])(?<![$.,])(?P<before>{_MONEY})[ \u00a0]?(?P<amount>{_AMOUNT})"
    rf"|(?<![\w$.,])(?P<figure>{NUMBER})[ \u00a0]?(?P<after>{_MONEY})(?![^\W\d_])"
)
_RANGE = re.compile(rf"\s?(?:[-\u2013\u2014~]|to\b)\s?({_AMOUNT})")
_TO = re.compile(r"\s?(?:[-\u2013\u2014~]|to)\s?")
_COUNT = r"[0-9][0-9,]{0,9}[kKmM]?"
_FOR = re.compile(
    rf"\s?(?:(?:/|per\b)\s?(?:(?P<count>{_COUNT})\s)?(?P<unit>[A-Za-z]{{1,20}})"
    rf"|for (?P<term>{_COUNT}) (?P<terms>[A-Za-z]{{1,20}})"
    rf"|(?:an? )?(?P<period>[A-Za-z]{{2,8}}))\b"
)
_CLAUSE = re.compile(r"[^\n;|,.:!?()]+")
_FREE = frozenset(_TABLE["free"])
_FREE_IN_TEXT = re.compile(rf"(?<!not )\b(?:{any_of(_TABLE['free_in_text'])})\b", re.IGNORECASE)
#: Most units after one amount: "$0.40/host/hour".
_MAX_UNITS = 3


def read(words: str) -> list[Value]:
    """Return the prices in some words, in their order."""
    text = words[:MAX_WORDS]
    found = sorted([*_free(text), *_prices(text)], key=lambda place: place[0])
    return first(value for _, value in found) or unread(words)


def _free(words: str) -> Iterator[tuple[int, Value]]:
    for clause in _CLAUSE.finditer(words):
        if clause[0].strip().lower() in _FREE:
            yield clause.start(), Value(clause[0].strip(), "free", 0.0)
    for phrase in _FREE_IN_TEXT.finditer(words):
        yield phrase.start(), Value(phrase[0], "free", 0.0)


def _prices(words: str) -> Iterator[tuple[int, Value]]:
    """Yield each price with its place; the lower end of a range has the unit of the upper."""
    places = list(_PRICE.finditer(words))
    for place, next_ in zip_longest(places, (following.start() for following in places[1:])):
        currency = _CURRENCIES.get(place["before"] or place["after"])
        amount, end = place["amount"] or place["figure"], place.end()
        amounts = [(place[0], amount)]
        if other := _RANGE.match(words, end):
            amounts.append((other[1], other[1]))
            end = other.end()
        elif next_ and _TO.fullmatch(words, end, next_) and (upper := _PRICE.match(words, next_)):
            end = upper.end()
        units, end_of_units = _units(words, end)
        if end == place.end():
            amounts = [(words[place.start() : end_of_units], amount)]
        for raw, figure in amounts:
            yield place.start(), _price(raw, number(figure), currency, units)


def _price(raw: str, amount: Decimal | None, currency: str | None, units: list[str]) -> Value:
    if amount is None or currency is None:
        return Value(raw)
    unit = "/".join([currency, *units])
    return Value(raw, f"{plain(amount)} {unit}", float(amount), unit)


def _units(words: str, start: int) -> tuple[list[str], int]:
    """Return what an amount is for, and where the words that say so end."""
    units: list[str] = []
    while len(units) < _MAX_UNITS and (found := _FOR.match(words, start)):
        count, word = found["count"] or found["term"], found["unit"] or found["terms"]
        unit = _UNITS.get((word or found["period"]).lower(), (word or "").lower())
        if not unit or (found["period"] and unit not in _PERIODS):
            break
        units.append(_counted(count, unit) if count else unit)
        start = found.end()
    return units, start


def _counted(count: str, unit: str) -> str:
    letter = count[-1].lower() if count[-1].isalpha() else ""
    figure = number(count[:-1] if letter else count)
    many = plain((figure or Decimal(1)) * MAGNITUDES.get(letter, 1))
    return unit if many == "1" else f"{many} {unit.removesuffix('s')}s"
