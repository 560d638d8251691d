"""Licences as SPDX expressions, from the words that a store prints.

Ids and expressions are those of the package ``license_expression``, other names those of
``license.yaml``. In a sentence, what is read is what stands after "under" or "License:".
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from license_expression import Licensing, get_spdx_licensing

from modelstores.elements.values.value import Value, first, search, table

#: A licence's name or expression is shorter; what is longer is a licence's text.
LONGEST = 200

#: What can stand in an SPDX expression (SPDX 2.3, annex D).
_EXPRESSION = re.compile(r"[A-Za-z0-9.+()\- ]+")
_ADDRESS = re.compile(r"^https?://(?:www\.)?")
_FILLERS = frozenset({"the", "a", "an", "license", "licence", "licenses", "version", "ver"})
_VERSION = re.compile(r"^v\.?(?=\d)")
_WORDS = re.compile(r"[\w.+/\-]+")
_LIST = re.compile(r"\s?[,;]\s")
#: Where a sentence names a licence.
_NUMBERED = r",? v(?:er|ersion)?\.? ?[0-9]|,? [0-9]"
_NAMED = re.compile(
    r"\b(?:licen[sc]e(?: name)?\s?[:|]\s?|under (?:the terms of )?(?:the |an? )?)"
    rf"(?P<name>[^\s,;:()|](?:[^,;:()|\n]|,(?={_NUMBERED})){{0,80}}?)"
    rf"(?=,(?!{_NUMBERED})|[;:()|\n]|$|\.(?:\s|$)"
    rf"| (?:licen[sc]e(?!{_NUMBERED})|and|which|with|for|terms)\b)",
    re.IGNORECASE,
)


def read(words: str) -> list[Value]:
    """Return the licences in some words: one, several between commas, or those of a sentence."""
    stripped = words.strip()
    parts = _LIST.split(stripped) if len(stripped) <= LONGEST else []
    for said in ([stripped], parts):
        if said and all(map(spdx, said)):
            return first(Value(one, spdx(one)) for one in said)
    return search(_NAMED, words, _read)


def _read(found: re.Match[str]) -> Value | None:
    name = found["name"]
    licence = spdx(name)
    return Value(name, licence) if licence else None


@lru_cache(maxsize=10_000)
def spdx(raw: str) -> str | None:
    """Return the SPDX expression of a licence as a store prints it, or None if it names none.

    Licences outside the SPDX list have a ``LicenseRef-`` id. "other" and
    names without the version or variant that makes the licence give None.
    """
    words = raw.strip()
    if not words or len(words) > LONGEST:
        return None
    name = key(words)
    if name in _aliases():
        return _aliases()[name]
    return _expression(words) or _expression(name)


def key(raw: str) -> str:
    """Return the form in which the alias table writes a licence's name."""
    low = raw.lower()
    if address := _ADDRESS.match(low):
        return low[address.end() :].rstrip("/")
    words = (_VERSION.sub("", word.strip(".-")) for word in _WORDS.findall(low.replace("_", "-")))
    return "-".join(word for word in words if word and word not in _FILLERS)


@cache
def _aliases() -> dict[str, str | None]:
    names: dict[str, str | None] = table("license.yaml")
    return names | {key(licence): licence for licence in names.values() if licence}


@cache
def _licensing() -> Licensing:
    return get_spdx_licensing()


def _expression(words: str) -> str | None:
    if not _EXPRESSION.fullmatch(words):
        return None
    try:
        parsed = _licensing().parse(words, validate=True, strict=True)
    except Exception:
        # Its own ExpressionError, and on some malformed input whatever comes up
        # inside (TypeError, AssertionError): either way the words are no expression.
        return None
    return None if parsed is None else str(parsed.render())
