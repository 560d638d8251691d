"""The lines of a document, as a reader sees them: what :mod:`modelstores.page` builds on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import parsel
from lxml import etree

#: Longest text read from one page, in characters. The longest real product pages at
#: hand have 190 KB of HTML, so nothing that people read is lost.
MAX_TEXT = 200_000


def tags(names: str) -> frozenset[str]:
    """Return names written in a row as a set."""
    return frozenset(names.split())


HEADINGS = tags("h1 h2 h3 h4 h5 h6")
# Elements that hold no words a reader sees (``annotation`` repeats a formula's source).
_UNSEEN = tags(
    "annotation audio canvas head iframe noscript object script style svg template video"
)
# Elements that start a line, after the HTML standard's rendering section (15.3), where
# their display is block, list-item or a table's part.
_BLOCKS = HEADINGS | tags(
    "address article aside blockquote body br button caption center dd details dialog dir div dl dt"
    " fieldset figcaption figure footer form header hgroup hr html legend li main menu nav ol"
    " option p pre section summary table tbody tfoot thead tr ul"
)
_CELLS, _BOLD, _LISTS = tags("td th"), tags("b strong"), tags("ol ul li")
# Blocks that only group: their lines belong to the list item, cell or heading around them.
_GROUPING = tags("br center div p section")
# Characters that steer terminals or reorder text, and lone surrogates, which no UTF-8 holds.
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def collapse(words: str) -> str:
    """Return the words on one line, without control characters."""
    if not words.isprintable():  # no control character is
        words = _CONTROL.sub("", words)
    return " ".join(words.split())


class Line(NamedTuple):
    """A line as a reader sees it.

    ``tag`` is the element it stands in, ``lead`` its beginning if that is marked as a
    label: the bold start of a line, or the heading cell of a row with two cells.
    """

    tag: str
    text: str
    lead: str


def element(node: etree._Element | parsel.Selector) -> etree._Element:
    """Return the lxml element of a selector, or the element itself."""
    return node.root if isinstance(node, parsel.Selector) else node


def lines(node: etree._Element | parsel.Selector) -> Iterator[Line]:
    """Yield the visible lines under a node, until MAX_TEXT characters have been read."""
    top = element(node)
    if isinstance(top, str):  # a selector of text or of an attribute
        yield Line("", collapse(top[:MAX_TEXT]), "")
        return
    size = 0
    for line in _walk(top):
        if not line.text:
            continue
        size += len(line.text)
        if size > MAX_TEXT:
            yield line._replace(text=line.text[: len(line.text) - size + MAX_TEXT])
            return
        yield line


def _walk(top: etree._Element) -> Iterator[Line]:
    """Yield every line under an element; empty ones too."""
    line = _Reader()
    walker = etree.iterwalk(top, events=("start", "end", "comment", "pi"))
    for event, node in walker:
        if event == "start":
            if node.tag in _UNSEEN:
                walker.skip_subtree()
                continue
            if line.ends_before(node):
                yield line.take()
            line.open(node)
        elif event == "end" and node.tag not in _UNSEEN:
            if line.ends_after(node):
                yield line.take()
            line.close(node)
        if event != "start" and node.tail and node is not top:
            line.add(node.tail)
    yield line.take()


class _Reader:
    """The line that is being read, and what it stands in."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.blank = True  # nothing but white space so far
        self.lead = ""
        self.bold: etree._Element | None = None  # open, and at the line's start
        self.code: etree._Element | None = None  # an open ``pre``
        self.inside = [""]  # tags of the open blocks
        self.cells, self.heading_cell = 0, False  # of the open row

    def add(self, words: str) -> None:
        self.parts.append(words)
        self.blank = self.blank and words.isspace()

    def take(self) -> Line:
        """Return the line and begin the next."""
        if self.inside[-1] == "pre":
            words = _CONTROL.sub("", "".join(self.parts)).replace("\r", "").strip("\n")
        else:
            words = collapse("".join(self.parts))
        line = Line(self.inside[-1], words, self.lead)
        self.parts, self.blank, self.lead, self.bold = [], True, "", None
        return line

    def _within_line(self, tag: str) -> bool:
        """Whether a block does not break the line: a paragraph in a cell or heading."""
        return tag in _GROUPING and (self.cells > 0 or self.inside[-1] in HEADINGS)

    def ends_before(self, node: etree._Element) -> bool:
        return bool(
            self.code is None
            and node.tag in _BLOCKS
            and self.parts
            and not self._within_line(node.tag)
        )

    def open(self, node: etree._Element) -> None:
        tag = node.tag
        if self.code is not None:
            if tag == "br":
                self.add("\n")
        elif tag in _BLOCKS:
            self._open_block(node)
        elif tag in _CELLS:
            self._open_cell(tag)
        elif tag in _BOLD and self.blank and self.bold is None:
            self.bold = node
        if node.text:
            self.add(node.text)

    def _open_block(self, node: etree._Element) -> None:
        tag, outer = node.tag, self.inside[-1]
        if self._within_line(tag):
            self.add(" ")
        grouping = tag in _GROUPING or (outer == "dd" and tag in _LISTS)
        self.inside.append(outer if outer and grouping else tag)
        if tag == "pre":
            self.code = node
        elif tag == "tr":
            self.cells, self.heading_cell = 0, False

    def _open_cell(self, tag: str) -> None:
        self.cells += 1
        if self.cells == 1:
            self.heading_cell = tag == "th"
            return
        labelled = self.cells == 2 and tag == "td" and (self.heading_cell or self.lead)
        self.lead = collapse("".join(self.parts)) if labelled else ""
        self.add(" | ")

    def ends_after(self, node: etree._Element) -> bool:
        if self.code is not None:
            return node is self.code
        return bool(node.tag in _BLOCKS and self.parts and not self._within_line(node.tag))

    def close(self, node: etree._Element) -> None:
        if self.code is not None and node is not self.code:
            return
        if node.tag in _BLOCKS:
            self.code = None
            self.inside.pop()
            if node.tag == "tr":
                self.cells = 0
            elif self._within_line(node.tag):
                self.add(" ")
        elif node is self.bold:
            self.bold = None
            self.lead = "" if self.blank else collapse("".join(self.parts))
