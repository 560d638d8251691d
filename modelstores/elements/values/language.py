"""Languages as tags of BCP 47: the code of ISO 639-1 if there is one, else of ISO 639-3.

Read are codes of ISO 639 ("EN", "eng", "ger"), tags with script and region ("zh-Hans",
"pt_br") and names in English. What names many languages is ``mul``. A code is the language
that ISO gives it, whatever its author may have meant: "unk" is Enawené-Nawé, "jp" none.
Codes and names are those of the package ``iso639``, names that people use besides in
``language.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from modelstores.elements.values.names import key, read_names
from modelstores.elements.values.value import Value, table

if TYPE_CHECKING:
    from iso639 import Language

_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|[0-9]{3}))?")
_BRACKETS = re.compile(r"\s{0,2}\([^()]{0,60}\)$")
_MACRO = " (macrolanguage)"


def read(words: str) -> list[Value]:
    """Return the languages in some words; a name or code that ISO 639 has not is not read.

    In the middle of a text, only names with a capital are read that have a code of ISO 639-1
    or stand in the table, as others are everyday words too.
    """
    return read_names(words, _tag, _named)


def _named(said: str) -> str | None:
    return _common().get(key(said)) if said[0].isupper() else None


def _tag(said: str) -> str | None:
    """Return the tag of a code, tag or name."""
    name = key(said[:200])
    if tag := _own_names().get(name):
        return tag
    if len(said) == 2 and said.lower() in codes_of_two_letters():
        return said.lower()
    if tag := _common().get(name):
        return tag
    if found := _TAG.fullmatch(said):
        code, script, region = found.groups()
        language, script = _codes().get(code.lower()), (script or "").title()
        if language and script in ("", *table("language.yaml")["scripts"]):
            parts = (language, script, (region or "").upper())
            return "-".join(filter(None, parts))
    return _names().get(name) or _names().get(key(_BRACKETS.sub("", said[-200:])))


def _languages() -> Iterable[Language]:
    from iso639 import ALL_LANGUAGES  # noqa: PLC0415 - it takes a fifth of a second

    return ALL_LANGUAGES


@cache
def codes_of_two_letters() -> frozenset[str]:
    """Return the codes of ISO 639-1."""
    return frozenset(table("language.yaml")["two_letters"].split())


@cache
def _own_names() -> dict[str, str]:
    names = table("language.yaml")["names"]
    return {key(name): tag for tag, others in names.items() for name in others}


@cache
def _common() -> dict[str, str]:
    """Return {key of a name: tag} of languages that many speak."""
    return {key(one.name): one.part1 for one in _languages() if one.part1} | _own_names()


@cache
def _names() -> dict[str, str]:
    """Return {key of a name: tag}; a language of ISO 639-1 stands before others of its name."""
    found: dict[str, str] = {}
    for one in sorted(_languages(), key=lambda one: (one.part1 is None, one.part3)):
        others = [other for name in one.other_names or () for other in (name.print, name.inverted)]
        for name in (one.name, *others):
            if one.status == "A":
                found.setdefault(key(name.removesuffix(_MACRO)), _code(one))
    return found | _common()


@cache
def _codes() -> dict[str, str]:
    """Return {code of any part of ISO 639: tag}."""
    of_iso = {
        code: _code(one)
        for one in _languages()
        if one.status == "A"
        for code in (one.part1, one.part2b, one.part2t, one.part3)
        if code
    }
    return of_iso | table("language.yaml")["codes"]


def _code(one: Language) -> str:
    return one.part1 or one.part3
