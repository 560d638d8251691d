"""Normalise what a product says of its elements; the codebook names the normaliser of each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from modelstores.elements import codebook
from modelstores.elements.values import (
    age_rating,
    count,
    date,
    framework,
    language,
    license,  # noqa: A004 - the module, not the builtin
    performance,
    price,
    size,
    version,
)
from modelstores.elements.values.value import Normaliser, Value
from modelstores.items import Product

#: Texts that are remembered with their values, and how long these are at most, in
#: characters: stores state the same licences, frameworks and languages again and again.
KNOWN_TEXTS, MAX_KNOWN = 10_000, 80

_MODULES = (
    *(age_rating, count, date, framework, language),
    *(license, performance, price, size, version),
)
#: {what the codebook calls it in ``values``, which is its module's name: the normaliser}
NORMALISERS: dict[str, Normaliser] = {
    module.__name__.rpartition(".")[2]: module.read for module in _MODULES
}


def normalise(
    product: Product, elements: Mapping[str, Mapping[str, Any]]
) -> dict[str, tuple[Value, ...]]:
    """Return {element: its values} of what a product shows.

    ``elements`` are the product's tags. Read are the words that the store states for the
    element, else those that prove it. Counters, and headings that stand over them, move by
    themselves: they are no words. The function is pure.
    """
    found = {}
    for element, normaliser, counted in _plan():
        told = elements.get(element)
        if told is None or told["state"] != "present":
            continue
        if told["where"] == "stated":
            words = product.stated.get(element) or told["evidence"]
        elif counted:
            continue
        else:
            words = told["evidence"]
        values = (_known if len(words) <= MAX_KNOWN else _values)(normaliser, words)
        if values:
            found[element] = values
    return found


def _values(normaliser: str, words: str) -> tuple[Value, ...]:
    return tuple(NORMALISERS[normaliser](words))


_known = lru_cache(KNOWN_TEXTS)(_values)


@cache
def _plan() -> tuple[tuple[str, str, bool], ...]:
    """Return (element, its normaliser, whether counters show it) of those that have values."""
    return tuple(
        (one.id, one.values, bool(one.counters)) for one in codebook.load().elements if one.values
    )
