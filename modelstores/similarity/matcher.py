"""Find the names of a vocabulary in a text: a token trie, longest match first.

The text is read as tokens, so that ``ResNet-50``, ``resnet50`` and ``RESNET_50``
are one thing: NFKC, lower case, letters apart from digits, decimals kept whole.
The time is linear in the text: a walk down the trie is never longer than the
longest name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress, count, islice, repeat
from typing import Any, NamedTuple

SENTENCE_ENDS = frozenset(".!?")
#: Tokens that a cue such as "trained on" reaches, if no sentence ends before.
CUE_REACH = 40

#: A token that no name contains: the end of a clause, a cell or a paragraph.
#: Names and variants do not reach across it.
_STOPS = r"[.,;:!?](?=\s)|\||\n[ \t]*\n"
#: A plus that ends a name, as in DeepLabV3+ and U-Net++; not one between names.
_PLUS = r"\+(?<=[^\W_]\+|\+\+)(?![^\W_(])"
_MARKS = r".,;:!?|\n+"
# the first character is looked at before the kinds of tokens are tried: most others are blanks
_ASCII = re.compile(rf"(?=[a-z0-9{_MARKS}])(?:[a-z]+|[0-9]+(?:\.[0-9]+)*|{_STOPS}|{_PLUS})")
_ANY = re.compile(rf"(?=[\w{_MARKS}])(?:[^\W\d_]+|\d+(?:\.\d+)*|{_STOPS}|{_PLUS})")

#: What stands behind the last word, and in no name.
_AFTER_ALL = " "


def normal(text: str) -> str:
    """Return the form of a text that is read: NFKC, in lower case."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).lower()


def tokenise(text: str) -> list[str]:
    """Return the tokens of ``text``: words, numbers and the stops between them."""
    return Text(text).tokens


class Text:
    """A piece of text with its tokens, and the way back from tokens to words.

    ``where`` says where it stood in the product, ``form`` is its normal form if that is
    known. Offsets are worked out only
    for the few tokens that are quoted.
    """

    __slots__ = ("_found", "_normal", "_origin", "_pattern", "_scanner", "raw", "tokens", "where")

    def __init__(self, raw: str, where: str = "", form: str | None = None) -> None:
        self.raw = raw
        self.where = where
        plain = raw.isascii()
        pattern = _ASCII if plain else _ANY
        self._normal = normal(raw) if form is None else form
        self.tokens: list[str] = pattern.findall(self._normal)
        self._pattern = pattern
        self._scanner: Iterator[re.Match[str]] | None = None
        #: what was found of the tokens, up to the last that was quoted
        self._found: list[re.Match[str]] = []
        #: empty where both have the same offsets; None: not known yet
        self._origin: list[int] | None = [] if plain else None

    def sentence_end(self, start: int) -> int:
        """Return where the sentence ends in which token ``start`` stands, or a cue's reach."""
        for i in range(start, min(start + CUE_REACH, len(self.tokens))):
            if self.tokens[i] in SENTENCE_ENDS or self.tokens[i][0] == "\n":
                return i
        return start + CUE_REACH

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the character offsets in ``raw`` of the tokens ``start`` to ``end`` (excluded)."""
        if end > len(self._found):
            self._scanner = self._scanner or self._pattern.finditer(self._normal)
            self._found.extend(islice(self._scanner, end - len(self._found)))
        first, last = self._found[start].start(), self._found[end - 1].end()
        if self._origin == []:
            return first, last
        return self._original(first), self._original(last)

    def words(self, start: int, end: int) -> str:
        """Return the words of ``raw`` that the tokens ``start`` to ``end`` (excluded) stand for."""
        first, last = self.span(start, end)
        return self.raw[first:last]

    def is_spelled(self, start: int, end: int, spelling: str) -> bool:
        """Whether the words that the tokens stand for are spelled exactly so."""
        times = self.raw.count(spelling)
        if not times:  # as is mostly so
            return False
        if spelling.isalpha() and times == self._normal.count(spelling.lower()):
            return True  # it is spelled no other way in all of the text
        return self.words(start, end) == spelling

    def _original(self, offset: int) -> int:
        """Return the offset in ``raw`` of an offset in its normal form."""
        if self._origin is None:
            self._origin = []
            if self._normal != self.raw.lower() or len(self._normal) != len(self.raw):
                self._origin += _origins(self.raw)
        if not self._origin:
            return offset
        return self._origin[min(offset, len(self._origin) - 1)]


def _origins(text: str) -> Iterator[int]:
    """Yield the offset in ``text`` of each character of its normal form, and of its end."""
    sizes = {character: len(normal(character)) for character in set(text)}
    if any(map(unicodedata.combining, sizes)):
        for index, cluster in _clusters(text):
            yield from repeat(index, len(normal(cluster)))
    else:
        yield from chain.from_iterable(map(repeat, count(), map(sizes.__getitem__, text)))
    yield len(text)


def _clusters(text: str) -> Iterable[tuple[int, str]]:
    """Yield each character together with the marks that combine with it."""
    start = 0
    for index in range(1, len(text)):
        if not unicodedata.combining(text[index]):
            yield start, text[start:index]
            start = index
    if text:
        yield start, text[start:]


class Hit(NamedTuple):
    """Tokens ``start`` to ``end`` (excluded) are a name with these senses."""

    start: int
    end: int
    senses: tuple[Any, ...]


class Trie:
    """Names as paths of tokens; a name may have several senses."""

    #: the key under which a node keeps the senses of the name that ends there
    _END = ""

    def __init__(self) -> None:
        self._root: dict[str, Any] = {}

    def add(self, tokens: Sequence[str], sense: Any) -> None:
        """Add a sense to the name that these tokens spell."""
        if not tokens:
            raise ValueError("a name needs at least one letter or digit")
        node = self._root
        for token in tokens:
            node = node.setdefault(token, {})
        senses = node.get(self._END, ())
        if sense not in senses:
            node[self._END] = (*senses, sense)

    def names(self) -> Iterator[tuple[tuple[str, ...], tuple[Any, ...]]]:
        """Yield every name as its tokens, with its senses."""
        nodes: list[tuple[tuple[str, ...], dict[str, Any]]] = [((), self._root)]
        while nodes:
            path, node = nodes.pop()
            if self._END in node:
                yield path, node[self._END]
            nodes += [((*path, t), node[t]) for t in node if t != self._END]

    def find(self, tokens: Sequence[str]) -> list[Hit]:
        """Return the names in ``tokens``, leftmost first, longest first, none overlapping."""
        root, end_here, free, hits = self._root, self._END, 0, []
        path = [*tokens, _AFTER_ALL]
        for start in compress(range(len(tokens)), map(root.__contains__, tokens)):
            node, end, best = root[path[start]], start + 1, 0
            if start < free or (end_here not in node and path[end] not in node):
                continue  # as mostly
            while node is not None:
                if end_here in node:
                    best, senses = end, node[end_here]
                node = node.get(path[end])
                end += 1
            if best:
                hits.append(Hit(start, best, senses))
                free = best
        return hits
