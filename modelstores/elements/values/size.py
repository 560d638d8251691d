"""Sizes on disk, in bytes.

Units are taken as written: kB, MB, GB, TB are powers of 1000 and KiB, MiB, GiB, TiB powers
of 1024, whichever the store may have meant. A letter without "B" ("12M") counts where
nothing else stands there, as does a bare whole number, which is bytes. Memory (RAM, GPU),
rates ("GB/s") and numbers of parameters ("7B") are no sizes on disk.
"""

from __future__ import annotations

import re

from modelstores.elements.values.number import NUMBER, START, number
from modelstores.elements.values.value import Value, search

_POWERS = {letter: power for power, letter in enumerate("kmgt", start=1)}
_SIZE = re.compile(
    rf"{START}({NUMBER})[\s\u00a0]?(?:bytes?|([kmgt])(i?)b)(?![\w/]|ps\b)", re.IGNORECASE
)
_ALONE = re.compile(rf"({NUMBER}) ?([KMGT])|[0-9]{{1,18}}")
_MEMORY = re.compile(r"\b(?:v?ram|gpus?|memory)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;|()\n]|\.\s")
#: No product has an exabyte.
_BEYOND = 10**18
#: Characters before and after a size in which memory is looked for.
_NEAR = 30


def read(words: str) -> list[Value]:
    """Return the sizes on disk in some words: value and number are bytes, unit is "B"."""
    if alone := _ALONE.fullmatch(words.strip()):
        amount, letter = (alone[1], alone[2]) if alone[1] else (alone[0], "")
        if size := _size(alone[0], amount, letter, binary=False):
            return [size]
    return search(_SIZE, words, _read)


def _read(found: re.Match[str]) -> Value | None:
    words = found.string
    before = _CLAUSE.split(words[max(found.start() - _NEAR, 0) : found.start()])[-1]
    after = _CLAUSE.split(words[found.end() : found.end() + _NEAR])[0]
    if _MEMORY.search(before) or _MEMORY.search(after):
        return None
    return _size(found[0], found[1], found[2] or "", binary=bool(found[3]))


def _size(raw: str, amount: str, letter: str, *, binary: bool) -> Value | None:
    if (figure := number(amount)) is None:
        return None
    size = round(figure * (1024 if binary else 1000) ** _POWERS.get(letter.lower(), 0))
    return Value(raw, str(size), float(size), "B") if size < _BEYOND else None
