"""Age ratings: the name of the rating, and the years from which on it lets people in.

Read are Apple's and Google's ("4+", "Rated for 12+", "Everyone 10+", "Teen", "Mature 17+"),
PEGI, USK and ESRB, and "13 years and older". Ratings that name no age ("High Maturity",
"Unrated") are not.
"""

from __future__ import annotations

import re

from modelstores.elements.values.value import MAX_WORDS, Value, first, search, table

_RATINGS = table("age_rating.yaml")
_NAMES = {
    spelling: name
    for name, rating in _RATINGS.items()
    for spelling in (name.lower(), *rating["also"])
}
#: What the boards rate: other numbers after their names are no ratings.
_BOARDS = {"PEGI": (3, 7, 12, 16, 18), "USK": (0, 6, 12, 16, 18)}
#: An age beyond this is none that a rating speaks of.
_MAX_YEARS = 21

_CLAUSE = re.compile(r"[^\n;|,()\u2022\u00b7]+")
_PREFIX = re.compile(r"(?:(?:age|content) rating:? |rated:? (?:for )?)")
_AGE = re.compile(
    r"\b(?P<board>PEGI|USK)[: -]{0,3}(?:ages )?(?P<rated>[0-9]{1,2})(?![\w.])\+?"
    r"|(?<![\w.,+-])(?P<years>[0-9]{1,2})(?: ?\+(?!\w)"
    r"| (?:years )?(?:(?:and|or) (?:up|older|over|above))\b)",
    re.IGNORECASE,
)


def read(words: str) -> list[Value]:
    """Return the ratings in some words: the number is in years."""
    named = [value for clause in _CLAUSE.findall(words[:MAX_WORDS]) if (value := _named(clause))]
    return first(named) or search(_AGE, words, _read)


def _named(clause: str) -> Value | None:
    said = clause.strip()
    key = " ".join(said.lower().replace(":", " ").split())
    name = _NAMES.get(key) or _NAMES.get(_PREFIX.sub("", key, count=1))
    return Value(said, name, float(_RATINGS[name]["years"]), "years") if name else None


def _read(found: re.Match[str]) -> Value | None:
    years = int(found["rated"] or found["years"])
    board = (found["board"] or "").upper()
    if board:
        name = f"{board} {years}" if years in _BOARDS[board] else None
    else:
        name = f"{years}+" if years <= _MAX_YEARS else None
    return Value(found[0], name, float(years), "years") if name else Value(found[0])
