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
from itertools import chain, compress, islice
from typing import Any, NamedTuple

SENTENCE_ENDS = frozenset(".!?")
#: Tokens that a cue such as "trained on" reaches, if no sentence ends before.
CUE_REACH = 40

#: A token that no name contains: the end of a clause, a cell or a paragraph.
#: Names and variants do not reach across it.
_STOPS = r"[.,;:!?](?=\s)|\||\n[ \t]*\n"
#: Of these, the ones that are stops only before a blank.
_AT_END = frozenset(".,;:!?")
#: A plus that ends a name, as in DeepLabV3+ and U-Net++; not one between names.
_PLUS = r"\+(?<=[^\W_]\+|\+\+)(?![^\W_(])"
_ASCII = re.compile(rf"[a-z]+|[0-9]+(?:\.[0-9]+)*|{_STOPS}|{_PLUS}")
_ANY = re.compile(rf"[^\W\d_]+|\d+(?:\.\d+)*|{_STOPS}|{_PLUS}")


#: The words that end a paragraph; they stand between two others.
_BREAK = re.compile(r"(\n[ \t]*\n)")
#: A text of more characters is read word by word, and each word looked up that was read before.
_LONG = 300
#: Words that are remembered with their tokens, and how long these are at most, in characters.
_KNOWN, _MAX_KNOWN = 50_000, 30


class _Words(dict[str, tuple[str, ...]]):
    """The tokens of words, each with the blank after it."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        super().__init__()
        self._pattern = pattern

    def __missing__(self, word: str) -> tuple[str, ...]:
        """Read a word; when there are too many, all are forgotten."""
        tokens = tuple(self._pattern.findall(word + " "))
        if len(word) <= _MAX_KNOWN:
            if len(self) >= _KNOWN:
                self.clear()
            self[word] = tokens
        return tokens


_WORDS = {pattern: _Words(pattern) for pattern in (_ASCII, _ANY)}


def _tokens(text: str, pattern: re.Pattern[str]) -> list[str]:
    """Return what ``pattern.findall(text)`` does, of a long text in a third of the time."""
    if len(text) <= _LONG:
        return pattern.findall(text)
    known, found = _WORDS[pattern].__getitem__, []
    for index, paragraph in enumerate(_BREAK.split(text)):
        if index % 2:
            found.append(paragraph)
        else:
            found.extend(chain.from_iterable(map(known, paragraph.split())))
    if text[-1] in _AT_END:
        found.pop()  # no blank follows: the text ends with it
    return found


def normal(text: str) -> str:
    """Return the form of a text that is read: NFKC, in lower case."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).lower()


def tokenise(text: str) -> list[str]:
    """Return the tokens of ``text``: words, numbers and the stops between them."""
    return Text(text).tokens


class Text:
    """A piece of text with its tokens, and the way back from tokens to words.

    ``where`` says where it stood in the product. Offsets are worked out only
    for the few tokens that are quoted.
    """

    __slots__ = ("_found", "_normal", "_origin", "_pattern", "_scanner", "raw", "tokens", "where")

    def __init__(self, raw: str, where: str = "") -> None:
        self.raw = raw
        self.where = where
        plain = raw.isascii()
        pattern = _ASCII if plain else _ANY
        self._normal = normal(raw)
        self.tokens = _tokens(self._normal, pattern)
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
                for index, cluster in _clusters(self.raw):
                    size = len(unicodedata.normalize("NFKC", cluster).lower())
                    self._origin += [index] * size
                self._origin.append(len(self.raw))
        if not self._origin:
            return offset
        return self._origin[min(offset, len(self._origin) - 1)]


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
        root, last, free, hits = self._root, len(tokens), 0, []
        for start in compress(range(last), map(root.__contains__, tokens)):
            if start < free:
                continue
            node, end, best, senses = root[tokens[start]], start + 1, 0, ()
            while True:
                if self._END in node:
                    best, senses = end, node[self._END]
                if end == last or tokens[end] not in node:
                    break
                node = node[tokens[end]]
                end += 1
            if best:
                hits.append(Hit(start, best, senses))
                free = best
        return hits
