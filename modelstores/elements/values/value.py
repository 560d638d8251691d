"""What a normaliser gives: the store's words, and beside them the same in one form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any

import yaml

#: Most characters of a text that are read, and most values that are taken from it.
MAX_WORDS, MAX_VALUES = 10_000, 100
#: Most characters that are kept of words that are not read: as many as of evidence.
MAX_RAW = 200


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an element; what could not be read has ``raw`` alone."""

    #: the words as the store has them
    raw: str
    #: the same in one form: reading it gives the same value again
    value: str | None = None
    #: the value as a number: bytes, amount, count, figure, years
    number: float | None = None
    #: unit of the number: "B", "USD/hour", "%", "years"
    unit: str | None = None
    #: what a figure of performance measures
    metric: str | None = None
    #: the data that a figure of performance was measured on
    dataset: str | None = None


#: From words to values: pure, for any text, in time linear in its length.
Normaliser = Callable[[str], list[Value]]


def unread(words: str) -> list[Value]:
    """Return the words alone, or nothing if there are none."""
    raw = words.strip()[:MAX_RAW].rstrip()
    return [Value(raw)] if raw else []


def search(
    pattern: re.Pattern[str], words: str, read: Callable[[re.Match[str]], Value | None]
) -> list[Value]:
    """Return the values at the places that a pattern finds, or the words alone without any.

    ``read`` returns None of a place that holds nothing of the kind looked for.
    """
    found = map(read, pattern.finditer(words[:MAX_WORDS]))
    return first(value for value in found if value) or unread(words)


def first(values: Iterable[Value]) -> list[Value]:
    """Return as many values as are kept of one text, each once."""
    return list(islice(dict.fromkeys(values), MAX_VALUES))


@cache
def table(name: str) -> Any:
    """Return what the YAML file ``name`` beside the normalisers holds."""
    return yaml.safe_load(files(__package__).joinpath(name).read_text("utf-8"))


def spellings(names: Mapping[str, Sequence[str] | None]) -> dict[str, str]:
    """Return {way of writing: canonical name} of {canonical name: other ways of writing it}."""
    return {
        spelling: canonical
        for canonical, others in names.items()
        for spelling in (canonical, *(others or ()))
    }


def any_of(names: Iterable[str]) -> str:
    """Return a regular expression that matches the longest of some names."""
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
