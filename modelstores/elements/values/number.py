"""Numbers as people write them, whatever their marks.

The rule, where a mark could mean two things: a point is the decimal mark unless it stands
more than once or before a comma ("1.234" is 1.234, "1.234.567" and "1.234,5" are
grouped); a comma groups where just three digits follow it ("1,234" is 1234) and is the
decimal mark elsewhere ("3,50", "0,123"). Stores are read in English.
"""

from __future__ import annotations

import re
from decimal import Decimal

#: Most digits of a number: as many as a decimal holds without rounding.
_MAX_DIGITS = 28
_APART = "'\u2019\u00a0\u2009\u202f"
#: A number without sign; what it means :func:`number` says.
NUMBER = rf"[0-9]{{1,28}}(?:[.,{_APART}][0-9]{{1,28}}){{0,9}}"
#: What must not stand before a number that is to be read from its first digit.
START = r"(?<![\w.,])"

_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_GROUPED_BY = {
    # two digits stand between commas in India
    ",": re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{2,3}){1,9}(?<=,[0-9]{3})(?:\.[0-9]+)?"),
    ".": re.compile(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3}){2,9}|(?:\.[0-9]{3}){1,9},[0-9]+)"),
    "": re.compile(rf"[1-9][0-9]{{0,2}}(?:[{_APART}][0-9]{{3}}){{1,9}}(?:[.,][0-9]+)?"),
}
_COMMA = re.compile(r"[0-9]+,[0-9]+")
_MARKS = re.compile(f"[,.{_APART}]")

#: What a letter or word after a number stands for.
MAGNITUDES = {
    **{"k": 10**3, "m": 10**6, "b": 10**9, "bn": 10**9},
    **{"thousand": 10**3, "million": 10**6, "billion": 10**9},
}


def number(text: str) -> Decimal | None:
    """Return the number that matches ``NUMBER``, or None if its marks make no sense."""
    if sum(map(str.isdigit, text)) > _MAX_DIGITS:
        return None
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    for mark, grouped in _GROUPED_BY.items():
        if grouped.fullmatch(text):
            whole, fraction = text, ""
            last = max(text.rfind(","), text.rfind("."))
            if last >= 0 and text[last] != mark:
                whole, fraction = text[:last], text[last + 1 :]
            return Decimal(f"{_MARKS.sub('', whole)}.{fraction}")
    return Decimal(text.replace(",", ".")) if _COMMA.fullmatch(text) else None


def plain(amount: Decimal) -> str:
    """Return a number in one form: no exponent, no zeros that say nothing."""
    text = f"{amount:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
