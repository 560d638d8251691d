"""What of a product is read, in order of trust, as texts with their matches.

Page text is hostile input: every part is bounded before anything looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from modelstores.items import Product
from modelstores.similarity.fields import MAX_FIELD, fields_of, stated
from modelstores.similarity.part import MAX_TITLE, Part, known_part, once
from modelstores.similarity.prose import without_code
from modelstores.similarity.section import Section, where
from modelstores.similarity.vocabulary import Vocabulary

#: Characters read of all sections together. A model page has 4.6 KB on average and says what it
#: is at its beginning; what follows is usage, results and history.
MAX_BODY = 20_000
#: Characters of these in which a family is looked for that neither name, field nor heading names:
#: a page says first what its model is, later what it is compared with.
MAX_OPENING = 2_000
#: Links looked at.
MAX_LINKS = 200


class Reading:
    """A product as parts. Each part is read at most once, when somebody asks for it."""

    def __init__(self, product: Product, known: Vocabulary) -> None:
        self._product = product
        self._known = known
        self.fields = fields_of(product, known)
        #: whether there is nothing beyond name and fields
        self.is_bare = not (product.summary or product.sections or product.links)

    def _part(self, raw: str, where: str, title: bool = False, code: bool = False) -> Part:
        return Part(raw, where, self._known, title, code)

    @once
    def title(self) -> Part:
        """The name; of a handle ``owner/name/3`` without owner and number of edition.

        A product that is only listed has none: its id is no title.
        """
        name = "" if self._product.only_listed else self._product.name.strip()[:MAX_TITLE]
        if "/" not in name:
            return self._part(name, "name", title=True)
        pieces = name.split("/")
        rest = "".join(pieces[1:])
        # ViT-B/16 has no owner: what an owner gives to a model has letters
        if any(c.isalpha() for c in rest) and not any(c.isspace() for c in name):
            pieces = pieces[1:]
            if len(pieces) > 1 and pieces[-1].isdecimal():
                pieces.pop()
        return self._part("/".join(pieces), "name", title=True)

    def stated(self, element: str) -> Part | None:
        """Return what the store states in a field."""
        return stated(element, self._product.stated.get(element, ""), self._known)

    @property
    def has_fields_only(self) -> bool:
        """Whether nothing tells what the product is but the :class:`Fields`."""
        has_more = not self.is_bare or "training_set" in self._product.stated
        return not (has_more or self.title.may_tell)

    @once
    def summary(self) -> Part:
        """The summary; without one, the first words of the page."""
        summary = (self._product.summary or "")[:MAX_FIELD].strip()
        if summary:
            return self._part(summary, "summary", code=True)
        for section in self._product.sections:
            raw = without_code(section.get("text", "")[:MAX_FIELD]).strip()
            if raw:
                first = _FIRST_SENTENCE.split(raw[:MAX_TITLE], maxsplit=1)[0]
                return self._part(first, where(section.get("heading", "")[:MAX_TITLE]))
        return self._part("", "summary")

    @once
    def sections(self) -> list[Section]:
        """The sections, up to :data:`MAX_BODY` characters."""
        found, left = [], MAX_BODY
        for section in self._product.sections:
            heading = section.get("heading", "")[:MAX_TITLE]
            raw = section.get("text", "")[:left]
            found.append(Section(heading, raw, self._known))
            left -= len(raw) + len(heading) + 1
            if left <= 0:
                break
        return found

    @once
    def headings(self) -> list[Part]:
        """The headings of the sections."""
        return [
            known_part(section.heading, "heading", self._known, title=False)
            for section in self.sections
        ]

    @once
    def opening(self) -> list[Section]:
        """The sections with which the page opens, up to :data:`MAX_OPENING` characters."""
        found, left = [], MAX_OPENING
        for section in self.sections:
            size = len(section.raw)
            if size > left:
                section = Section(section.heading, section.raw[:left], self._known)  # noqa: PLW2901
            if size:
                found.append(section)
                left -= size
            if left <= 0:
                break
        return found

    @property
    def passages(self) -> list[Part]:
        """The paragraphs of the opening."""
        return [passage for section in self.opening for passage in section.passages]

    def on_training(self, speaks: Callable[[str], Any]) -> Iterator[tuple[Part, bool]]:
        """Yield the passages that speak of training in lower case; True: all of it does.

        A summary or paragraph is a passage, and a whole section whose heading says so.
        """
        if self._product.summary and speaks(self._product.summary[:MAX_FIELD].lower()):
            yield self.summary, False
        for section in self.sections:
            if section.is_on_training:
                yield section.whole, True
            elif speaks(section.raw.lower()):
                for passage in section.passages:
                    if speaks(passage.prose.lower()):
                        yield passage, False

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
_ARXIV = re.compile(r"arxiv\.org/(?:abs|pdf|html)/(\d{4}\.\d{4,5})")
_REPOSITORY = re.compile(r"github\.com/([\w.-]+/[\w-]+)")


def reference(link: str) -> str:
    """Return the arXiv id or the ``owner/repository`` (lower case) that a link names, or ""."""
    link = link.lower()
    found = _ARXIV.search(link) or _REPOSITORY.search(link)
    return found[1] if found else ""
