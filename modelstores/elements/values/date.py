"""Dates, in ISO 8601: ``2018-05-31``, or ``2018-05`` and ``2018`` where no more is said.

Read are ISO 8601 (the time of day is left out), "2018/05/31", and English months ("May 31,
2018", "31 May 2018", "May 2018"). Of two numbers before a year the one above 12 is the
day; where both could be ("03/04/2019") it is not read, nor is a year of two digits.
"""

from __future__ import annotations

import datetime
import re

from modelstores.elements.values.value import Value, search

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_YEAR, _DAY = r"(?:19|20)[0-9]{2}", r"[0-9]{1,2}"
_DATE = re.compile(
    rf"(?<![\w.])(?:"
    rf"(?P<iso>({_YEAR})(?:-([0-9]{{2}})-([0-9]{{2}})(?=T|(?!\w))|/({_DAY})/({_DAY})(?!\w)))"
    rf"|(?P<month>{_YEAR}-[0-9]{{2}}(?![\w-]))"
    rf"|(?P<named>(?:({_DAY})(?:st|nd|rd|th)?(?: of)?[ -])?({_MONTH})\b\.?(?:"
    rf",?[ -]{_YEAR}| {_DAY}(?:st|nd|rd|th)?,? {_YEAR}))(?!\w)"
    rf"|(?P<numbers>({_DAY})([/.-])({_DAY})[/.-]({_YEAR}|[0-9]{{2}})(?![\w/-]|\.[0-9]))"
    rf")",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"[0-9]+")
_ONLY_YEAR = re.compile(_YEAR)


def read(words: str) -> list[Value]:
    """Return the dates in some words; a date has no number and no unit."""
    if _ONLY_YEAR.fullmatch(year := words.strip()):
        return [Value(year, year)]
    return search(_DATE, words, _read)


def _read(found: re.Match[str]) -> Value | None:
    raw = found[0]
    numbers = [int(digits) for digits in _NUMBERS.findall(raw)]
    if found["numbers"]:
        first, second, year = numbers
        days = {_iso(year, second, first), _iso(year, first, second)} - {None}
        return Value(raw, days.pop() if len(days) == 1 else None) if days or year < 100 else None
    if found["named"]:
        month = 1 + next(i for i, name in enumerate(_MONTHS) if name in raw.lower())
        days_ = numbers[:-1]
        if len(days_) > 1:
            return None
        value = _iso(numbers[-1], month, days_[0]) if days_ else _iso(numbers[-1], month)
    else:
        value = _iso(*numbers)
    return Value(raw, value) if value else None


def _iso(year: int, month: int, day: int | None = None) -> str | None:
    try:
        date = datetime.date(year, month, day or 1).isoformat()
    except ValueError:
        return None
    if year < 1900 or day == 0:
        return None
    return date if day else date[:7]
