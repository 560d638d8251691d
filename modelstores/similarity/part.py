"""A text of a product with the names that were found in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

from modelstores.similarity.matcher import Hit, Text, normal
from modelstores.similarity.prose import without_code
from modelstores.similarity.vocabulary import Sense, Vocabulary

#: Characters read of a name or heading.
MAX_TITLE = 300
#: Fields and headings that are remembered as read, and how long these are at most, in
#: characters: stores have a few hundred tasks, architectures and headings again and again.
KNOWN_FIELDS, MAX_KNOWN = 4_000, 80

T = TypeVar("T")


class once(Generic[T]):
    """A property worked out at its first use, as ``cached_property`` without its lock.

    Up to Python 3.11 that lock costs more than what most of the properties below do.
    """

    def __init__(self, function: Callable[[Any], T]) -> None:
        self._function = function
        self._name = function.__name__
        self.__doc__ = function.__doc__

    def __get__(self, instance: Any, owner: type) -> T:
        """Work it out, and put it where the next look finds it."""
        value = instance.__dict__[self._name] = self._function(instance)
        return value


class Match(NamedTuple):
    """A name that was found: one sense, and where its words stand in a text."""

    text: Text
    start: int
    end: int
    sense: Sense

    @property
    def words(self) -> str:
        """The words as they stand in the text."""
        return self.text.words(self.start, self.end)


class Asked:
    """What questions are asked about; each is answered once."""

    _known: Vocabulary
    _told: dict[tuple[Callable[..., Any], tuple[Any, ...]], Any]

    def tells(self, read: Callable[..., T], *more: Any) -> T:
        """Return what ``read`` makes of this, the vocabulary, and whatever ``more`` there is.

        It is worked out once: what comes out is not to be changed.
        """
        question = (read, more)
        if question not in self._told:
            self._told[question] = read(self, self._known, *more)
        found: T = self._told[question]
        return found


class Part(Asked):
    """A text with what was found in it.

    ``title``: it is a name or a field, where short names may be taken at their word.
    ``code``: code may stand in it, which is not read.
    ``handle``: it is written as an identifier, so that case tells nothing.
    """

    def __init__(
        self, raw: str, where: str, known: Vocabulary, title: bool = False, code: bool = False
    ) -> None:
        self._raw = raw
        self._code = code
        self._where = where
        self.title = title
        self.handle = title and (not raw or raw.split(maxsplit=1) == [raw])
        self._known = known
        self._told = {}

    @once
    def prose(self) -> str:
        """The text without its code."""
        return without_code(self._raw) if self._code else self._raw

    @once
    def text(self) -> Text:
        """What is prose of it, as tokens."""
        return Text(self.prose, self._where, self._normal if self.prose is self._raw else None)

    @once
    def _normal(self) -> str:
        return normal(self._raw)

    def may_name(self, names: Iterable[Iterable[str]]) -> bool:
        """Whether one of some names, each as its tokens, can stand in the text.

        A cheap test, which reads nothing: only a no is certain.
        """
        text = self._normal
        for name in names:  # generators would cost more than the search
            for token in name:
                if token not in text:
                    break
            else:
                return True
        return False

    @once
    def matches(self) -> list[Match]:
        """All names in the text, in order."""
        if not self._raw:
            return []
        text = self.text
        return [
            Match(text, hit.start, hit.end, sense)
            for hit in self._known.trie.find(text.tokens)
            for sense in hit.senses
            if (self.title or not sense.titles)
            and (not sense.exact or self._is_spelled(sense, hit))
        ]

    @property
    def may_tell(self) -> bool:
        """Whether there is a name in it, or words that introduce one that is not known."""
        return bool(self.matches) or "trained on" in self._normal

    def _is_spelled(self, sense: Sense, hit: Hit) -> bool:
        """Whether a short name is written as it needs to be, if only that makes it one here."""
        if self.title and not hit.senses[0].exact:
            return False  # it counts in titles however it is spelled: one match is enough
        if self.handle:
            return True  # case tells nothing here: the reader asks for a variant as well
        return self.text.is_spelled(hit.start, hit.end, sense.exact)

    @once
    def _by_kind(self) -> dict[str, list[Match]]:
        found: dict[str, list[Match]] = {}
        for match in self.matches:
            found.setdefault(match.sense.kind, []).append(match)
        return found

    def of(self, kind: str) -> list[Match]:
        """Return the matches of one kind."""
        return self._by_kind.get(kind, [])


def known_part(raw: str, where: str, known: Vocabulary, title: bool) -> Part:
    """Return a field or heading as a part; what stores say again and again is read once."""
    read = _known_part if len(raw) <= MAX_KNOWN else Part
    return read(raw, where, known, title)


@lru_cache(KNOWN_FIELDS)
def _known_part(raw: str, where: str, known: Vocabulary, title: bool) -> Part:
    return Part(raw, where, known, title)


def evidence(match: Match | None, words: str = "", where: str = "") -> dict[str, Any]:
    """Return the words that show something, and where they stood."""
    if match is not None:
        return {"words": match.words[:MAX_TITLE], "where": match.text.where}
    return {"words": words[:MAX_TITLE], "where": where}


def together(said: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return several pieces of evidence as one: the words, and the places where these stood."""
    if len(said) == 1:
        return said[0]
    words = dict.fromkeys(str(each["words"]) for each in said)
    where = dict.fromkeys(str(each["where"]) for each in said)
    return evidence(None, ", ".join(words), ", ".join(where))
