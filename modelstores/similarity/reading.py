"""What of a product is read, in order of trust, as texts with their matches.

Page text is hostile input: every part is bounded before anything looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

from modelstores.items import Product
from modelstores.similarity.matcher import Text
from modelstores.similarity.vocabulary import Sense, Vocabulary

#: Characters read of all sections together. A model page has 4.6 KB on average and says what it
#: is at its beginning; what follows is usage, results and history.
MAX_BODY = 20_000
#: Characters of these in which a family is looked for that neither name, field nor heading names:
#: a page says first what its model is, later what it is compared with.
MAX_OPENING = 5_000
#: Characters read of a name or heading, and of a stated field or summary.
MAX_TITLE = 300
MAX_FIELD = 2_000
#: Links looked at.
MAX_LINKS = 200
#: Fields that are remembered as read, and how long these are at most, in characters: stores
#: state a few hundred tasks and architectures again and again.
KNOWN_FIELDS, MAX_KNOWN = 4_000, 80

#: Code that lost its fence: indented lines, prompts, imports; assignments of calls and literals.
_CODE_BEGINS = ("    ", "\t", ">>>", "$ ", "import ", "#include")
_ASSIGNMENT = re.compile(r"[ \w.,]{1,60}=[^\n]*[(\['\"{]")
_URL = re.compile(r"https?://[^\s)>\]\"']+")
#: A file's name tells about files: imagenet_classes.txt is no training data.
_FILE_ENDING = re.compile(
    r"\.(?:txt|csv|json|py|ipynb|ya?ml|tar|t?gz|zip|pth|pt|h5|onnx|tflite|ckpt"
    r"|safetensors|bin|pbtxt|pb|jpe?g|png|md|html|pkl|npz|npy|sh)\b"
)
_MAX_FILE_NAME = 120


def without_code(text: str) -> str:
    """Return ``text`` with code, addresses and file names as blanks of equal length."""
    lines, fence = [], ""
    for line in text.split("\n"):
        begins = line.lstrip()[:3]
        if begins in ("```", "~~~") and fence in ("", begins):
            fence = "" if fence else begins
            line = " " * len(line)  # noqa: PLW2901
        elif fence or line.startswith(_CODE_BEGINS) or ("=" in line and _ASSIGNMENT.match(line)):
            line = " " * len(line)  # noqa: PLW2901
        lines.append(line)
    text = "\n".join(lines)
    if "://" in text:
        text = _URL.sub(lambda match: " " * len(match[0]), text)
    return _without_files(text)


def _without_files(text: str) -> str:
    parts, done = [], 0
    for ending in _FILE_ENDING.finditer(text):
        start, first = ending.start(), max(done, ending.start() - _MAX_FILE_NAME)
        while start > first and (text[start - 1].isalnum() or text[start - 1] in "_-/."):
            start -= 1
        parts += [text[done:start], " " * (ending.end() - start)]
        done = ending.end()
    parts.append(text[done:])
    return "".join(parts)


T = TypeVar("T")


class once(Generic[T]):
    """A property worked out at its first use, as ``cached_property`` without its lock.

    Up to Python 3.11 that lock costs more than what most of the properties below do.
    """

    def __init__(self, function: Callable[[Any], T]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __get__(self, instance: Any, owner: type) -> T:
        """Work it out, and put it where the next look finds it."""
        value = instance.__dict__[self._function.__name__] = self._function(instance)
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


class Part:
    """A text with what was found in it.

    ``title``: it is a name or a field, where short names may be taken at their word.
    ``code``: code may stand in it, which is not read.
    ``handle``: it is written as an identifier, so that case tells nothing.
    """

    def __init__(
        self, raw: str, where: str, known: Vocabulary, title: bool = False, code: bool = False
    ) -> None:
        self._raw = raw
        self._where = where
        self._code = code
        self.title = title
        self.handle = title and (not raw or raw.split(maxsplit=1) == [raw])
        self._known = known
        self._told: dict[tuple[Any, ...], Any] = {}

    @once
    def text(self) -> Text:
        """The text, without its code, as tokens."""
        return Text(without_code(self._raw) if self._code else self._raw, self._where)

    @once
    def matches(self) -> list[Match]:
        """All names in the text, in order."""
        if not self._raw:
            return []
        return [
            Match(self.text, hit.start, hit.end, sense)
            for hit in self._known.trie.find(self.text.tokens)
            for sense in hit.senses
            if self._counts(sense, hit.start, hit.end)
        ]

    def _counts(self, sense: Sense, start: int, end: int) -> bool:
        if sense.titles:
            return self.title
        if not sense.exact:
            return True
        if self.handle:
            return True  # case tells nothing here: the reader asks for a variant as well
        # cheap test first: the spelling is rarely there at all
        return sense.exact in self.text.raw and self.text.words(start, end) == sense.exact

    @once
    def _by_kind(self) -> dict[str, list[Match]]:
        found: dict[str, list[Match]] = {}
        for match in self.matches:
            found.setdefault(match.sense.kind, []).append(match)
        return found

    def of(self, kind: str) -> list[Match]:
        """Return the matches of one kind."""
        return self._by_kind.get(kind, [])

    def tells(self, read: Callable[..., T], *more: Any) -> T:
        """Return what ``read`` makes of this part, the vocabulary, and whatever ``more`` there is.

        It is worked out once: what comes out is not to be changed.
        """
        question = (read, *more)
        if question not in self._told:
            self._told[question] = read(self, self._known, *more)
        found: T = self._told[question]
        return found


@lru_cache(KNOWN_FIELDS)
def _known_field(raw: str, where: str, known: Vocabulary) -> Part:
    return Part(raw, where, known, title=True)


def _field(raw: str, where: str, known: Vocabulary) -> Part:
    """Return a stated field as a part; what stores state again and again is read once."""
    if len(raw) <= MAX_KNOWN:
        return _known_field(raw, where, known)
    return Part(raw, where, known, title=True)


class Reading:
    """A product as parts. Each part is read at most once, when somebody asks for it."""

    def __init__(self, product: Product, known: Vocabulary) -> None:
        self._product = product
        self._known = known
        #: whether there is nothing beyond name and fields
        self.is_bare = not (product.summary or product.sections or product.links)

    def _part(self, raw: str, where: str, title: bool = True, code: bool = False) -> Part:
        return Part(raw, where, self._known, title, code)

    @once
    def title(self) -> Part:
        """The name; of a handle ``owner/name/3`` without owner and number of edition.

        A product that is only listed has none: its id is no title.
        """
        name = "" if self._product.only_listed else self._product.name.strip()[:MAX_TITLE]
        if "/" not in name:
            return self._part(name, "name")
        pieces = name.split("/")
        rest = "".join(pieces[1:])
        # ViT-B/16 has no owner: what an owner gives to a model has letters
        if any(c.isalpha() for c in rest) and not any(c.isspace() for c in name):
            pieces = pieces[1:]
            if len(pieces) > 1 and pieces[-1].isdecimal():
                pieces.pop()
        return self._part("/".join(pieces), "name")

    def stated(self, element: str) -> Part | None:
        """Return what the store states in a field."""
        words = self._product.stated.get(element)
        return _field(words[:MAX_FIELD], f"stated:{element}", self._known) if words else None

    @once
    def tasks(self) -> list[Part]:
        """The input domains or tasks in the store's words."""
        return [
            _field(words[:MAX_TITLE], "input_domains", self._known)
            for words in self._product.input_domains[:MAX_LINKS]
        ]

    @once
    def summary(self) -> Part:
        """The summary; without one, the first words of the page."""
        summary = (self._product.summary or "")[:MAX_FIELD].strip()
        if summary:
            return self._part(summary, "summary", title=False, code=True)
        for section in self._product.sections:
            raw = without_code(section.get("text", "")[:MAX_FIELD]).strip()
            if raw:
                first = _FIRST_SENTENCE.split(raw[:MAX_TITLE], maxsplit=1)[0]
                return self._part(
                    first, _where(section.get("heading", "")[:MAX_TITLE]), title=False
                )
        return self._part("", "summary", title=False)

    @once
    def sections(self) -> list[tuple[str, str]]:
        """(heading, text) of the sections, up to :data:`MAX_BODY` characters."""
        found, left = [], MAX_BODY
        for section in self._product.sections:
            heading = section.get("heading", "")[:MAX_TITLE]
            raw = section.get("text", "")[:left]
            found.append((heading, raw))
            left -= len(raw) + len(heading) + 1
            if left <= 0:
                break
        return found

    @once
    def headings(self) -> list[Part]:
        """The headings of the sections."""
        return [self._part(heading, "heading", title=False) for heading, _ in self.sections]

    @once
    def opening(self) -> list[Part]:
        """The texts with which the page opens, up to :data:`MAX_OPENING` characters."""
        found, left = [], MAX_OPENING
        for heading, raw in self.sections:
            if left > 0 and raw:
                found.append(self._part(raw[:left], _where(heading), title=False, code=True))
                left -= len(raw)
        return found

    def on_training(self) -> Iterator[tuple[Part, bool]]:
        """Yield the passages that speak of training; True: its heading says that all of it does."""
        if self._product.summary and self._speaks_of_training(self._product.summary):
            yield self.summary, False
        for (heading, raw), part in zip(self.sections, self.headings, strict=True):
            if tuple(part.text.tokens) in self._known.training_headings:
                yield self._part(raw, _where(heading), title=False, code=True), True
            elif self._speaks_of_training(raw):
                for passage in without_code(raw).split("\n\n"):
                    if self._speaks_of_training(passage):
                        yield self._part(passage, _where(heading), title=False), False

    def _speaks_of_training(self, raw: str) -> bool:
        """Whether a cue can be in a text: only then it is worth reading."""
        low = raw[:MAX_BODY].lower()
        return any(stem in low for stem in self._known.cue_stems)

    @once
    def links(self) -> list[tuple[str, str]]:
        """(link, family) of the links that stand for an algorithm."""
        found = []
        for link in self._product.links[:MAX_LINKS]:
            family = self._known.links.get(reference(link[:MAX_TITLE]))
            if family:
                found.append((link, family))
        return found


_FIRST_SENTENCE = re.compile(r"(?<=[.!?])\s|\n[ \t]*\n")


def _where(heading: str) -> str:
    return f"section: {heading}".strip()


_ARXIV = re.compile(r"arxiv\.org/(?:abs|pdf|html)/(\d{4}\.\d{4,5})")
_REPOSITORY = re.compile(r"github\.com/([\w.-]+/[\w-]+)")


def reference(link: str) -> str:
    """Return the arXiv id or the ``owner/repository`` (lower case) that a link names, or ""."""
    link = link.lower()
    found = _ARXIV.search(link) or _REPOSITORY.search(link)
    return found[1] if found else ""


def evidence(match: Match | None, words: str = "", where: str = "") -> dict[str, Any]:
    """Return the words that show something, and where they stood."""
    if match is not None:
        return {"words": match.words[:MAX_TITLE], "where": match.text.where}
    return {"words": words[:MAX_TITLE], "where": where}
