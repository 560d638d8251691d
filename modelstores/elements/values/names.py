"""Names that a text lists, or has somewhere in it: of languages, of frameworks."""

from __future__ import annotations

import re
from collections.abc import Callable

from modelstores.elements.values.value import MAX_WORDS, Value, first, unread

#: Most words of a name that is found in the middle of a text.
_MAX_NAME = 3
#: From words to the canonical name, or None.
Naming = Callable[[str], str | None]

_PART = re.compile(r"[^,;|\n/&\u2022\u3001\uff0c]+")
_AND = re.compile(r"\band\b")
_WORD = re.compile(r"[^\W_]+")
_COMPARED = re.compile(r"[^\W_]+|\+")


def key(name: str) -> str:
    """Return the form in which names are compared: letters, digits and "+" in lower case."""
    return "".join(_COMPARED.findall(name)).casefold()


def read_names(words: str, whole: Naming, inside: Naming) -> list[Value]:
    """Return the names in some words.

    The words are a list if at least half of what stands between its marks is a name by
    ``whole``; what is none stays raw then. In the middle of a text names are those by
    ``inside``; of one that stands in another the longest counts.
    """
    parts = [part.strip() for part in _PART.findall(words[:MAX_WORDS])]
    said = [piece for part in parts if part for piece in _pieces(part, whole)]
    read = {piece: name for piece in said if (name := whole(piece))}
    listed = 2 * sum(piece in read for piece in said) >= len(said)
    values: list[Value] = []
    for piece in said:
        if name := read.get(piece):
            values.append(Value(piece, name))
        else:
            values += _inside(piece, inside) or ([Value(piece)] if listed else [])
    return first(values) or unread(words)


def _pieces(part: str, whole: Naming) -> list[str]:
    if whole(part):
        return [part]
    return [piece.strip() for piece in _AND.split(part) if piece.strip()]


def _inside(text: str, inside: Naming) -> list[Value]:
    found, words = [], list(_WORD.finditer(text))
    at = 0
    while at < len(words):
        for last in range(min(at + _MAX_NAME, len(words)) - 1, at - 1, -1):
            raw = text[words[at].start() : words[last].end()]
            gaps = len(raw) - sum(map(len, (word[0] for word in words[at : last + 1])))
            if gaps == last - at and (name := inside(raw)):  # one mark between words
                found.append(Value(raw, name))
                at = last
                break
        at += 1
    return found
