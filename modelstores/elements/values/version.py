"""Version numbers: digits between points, with what marks a pre-release or build.

Where the words are a version and nothing else ("4.8", "2.0-beta", "3") they are read
whole; in a text, only what follows "version", "release" or "v" is ("v1.0.2", "Current
Version 4.8", "..._v5.1"). The value has no "v" and is in lower case. A date is no version.
"""

from __future__ import annotations

import re

from modelstores.elements.values.value import Value, search

_DIGITS = r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,6}"
# ASCII: else [a-z] in any case has letters (U+0130) that are two in lower case.
_TAIL = (
    r"(?a:[-+._ ]?(?:alpha|beta|rc|pre|preview|dev|post|final|snapshot|[ab](?=[0-9]))"
    r"(?:[-. ]?[0-9]{1,9})?|\+[a-z0-9]{1,20}(?:\.[a-z0-9]{1,20}){0,3})"
)
_ANY_TAIL = r"(?a:[-+._][a-z][a-z0-9]{0,20}(?:[-+._][a-z0-9]{1,20}){0,4})"
_WHOLE = re.compile(
    rf"(?:(?:current |latest )?(?:version|release):? )?v?\.?({_DIGITS}(?:{_TAIL}|{_ANY_TAIL})?)",
    re.IGNORECASE,
)
_MARKED = re.compile(
    rf"(?<![^\W_])(?:(?:version|release|ver\.?)[\s:|]{{0,3}}(?:(?:is|of) )?v?|v\.?) ?"
    rf"({_DIGITS}(?:{_TAIL})?)(?![a-z0-9]|\.[0-9])",
    re.IGNORECASE,
)


def read(words: str) -> list[Value]:
    """Return the versions in some words; a version has no number and no unit."""
    if whole := _WHOLE.fullmatch(words.strip()):
        return [_read(whole)]
    return search(_MARKED, words, _read)


def _read(found: re.Match[str]) -> Value:
    return Value(found[0], found[1].lower().replace(" ", "-"))
