"""Counts of downloads, ratings and the like: "1.2M", "10,000+", "1,234 ratings", "3.5k".

A count is a whole number: what has decimals and no letter after it ("4.5") is a rating,
and neither of "4.5 out of 5" is a count. "+" (at least) stays in the value.
"""

from __future__ import annotations

import re

from modelstores.elements.values.number import MAGNITUDES, NUMBER, number, plain
from modelstores.elements.values.value import Value, any_of, search

_COUNT = re.compile(
    rf"(?<![\w.,/$\u20ac\u00a3])(?<!out of )({NUMBER})(?: ?({any_of(MAGNITUDES)})(?!\w))?(\+)?"
    r"(?![\w%/]|[.,][0-9]| ?%| (?:out of|stars?)\b)",
    re.IGNORECASE,
)


def read(words: str) -> list[Value]:
    """Return the counts in some words; a count has no unit."""
    return search(_COUNT, words, _read)


def _read(found: re.Match[str]) -> Value | None:
    figure, magnitude = number(found[1]), found[2]
    if figure is None or ("." in str(figure) and not magnitude):
        return None
    count = figure * MAGNITUDES[magnitude.lower()] if magnitude else figure
    if count != int(count):
        return None
    return Value(found[0], plain(count) + (found[3] or ""), float(count))
