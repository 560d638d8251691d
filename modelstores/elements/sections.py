"""The sections of a product as the tagger reads them: lines, code apart, labels, no template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from modelstores.elements.rules import Rules
from modelstores.elements.text import (
    FENCE,
    HEADING,
    PRODUCT,
    SECTION,
    SECTIONS,
    bare,
    clean,
    is_blank,
    lower,
)
from modelstores.items import Product

#: A label is at most this long, its mark included.
LABEL = 60
#: What ends a label.
MARKS = ":\uff1a"
#: What stands between the cells of a row, and most columns that are compared.
CELLS, COLUMNS = " | ", 30


class Line(NamedTuple):
    """A line as it stands, and in lower case."""

    text: str
    low: str


#: Stands before the rows of a table that are not its first, and where no label waits.
NO_LINE = Line("", "")


class Section(NamedTuple):
    """A section without template text: its heading, all its lines, and those outside code.

    Elements that are ``ruled_out`` cannot be proven by labels and text here: the heading
    says that these tell of something else.
    """

    heading: str
    ruled_out: frozenset[str]
    lines: list[Line]
    prose: list[Line]
    code: list[Line]

    @property
    def where(self) -> str:
        """Return the place that evidence from this section has."""
        return f"section:{clean(self.heading, HEADING)}"


def as_line(text: str, length: int = SECTION) -> Line:
    """Return the part of a text that is read, as one line."""
    return Line(text[:length], lower(text[:length]))


def is_cut(product: Product) -> bool:
    """Tell whether there is more text than is read: what was not found may stand there."""
    if not product.sections:
        return False
    lengths = [len(section["heading"]) + len(section["text"]) for section in product.sections]
    return len(lengths) > SECTIONS or max(lengths, default=0) > SECTION or sum(lengths) >= PRODUCT


def read_sections(product: Product, rules: Rules) -> Iterator[Section]:
    """Yield the sections without what a template brought along, within the bounds."""
    left = PRODUCT
    for section in product.sections[:SECTIONS]:
        if left <= 0:
            return
        heading, text = section["heading"], section["text"][: min(SECTION, left)]
        left -= len(text)
        if rules.is_of_others(heading):
            continue
        found = Section(heading, rules.ruled_out(heading), [], [], [])
        kind = found.prose
        low = lower(text)
        # Looking once spares most sections a look at each of their long lines.
        templated = any(sentence in low for sentence in rules.boilerplate)
        for line in map(Line, text.split("\n"), low.split("\n")):
            if line.text == FENCE:
                kind = found.code if kind is found.prose else found.prose
                continue
            long = len(line.low) > 2 * LABEL
            if (long and not templated) or not is_left_open(line.low, rules):
                found.lines.append(line)
                kind.append(line)
        yield found


def is_left_open(low: str, rules: Rules) -> bool:
    """Tell whether a line is empty, a template's, or a label without a value of its own."""
    if is_open(bare(low), rules) or is_blank(low):
        return True
    label, value = split_label(low)
    return bool(label and value.strip()) and (is_open(bare(value), rules) or is_blank(value))


def is_open(words: str, rules: Rules) -> bool:
    """Tell whether bare words are none, a placeholder, or a template's."""
    return not words or words in rules.placeholders or words.startswith(rules.boilerplate)


def labelled(section: Section) -> Iterator[tuple[str, str, str]]:
    """Yield (label, value, the words of both) of lines, of the heading, and of tables.

    In a table a label is the first of two cells, or the head of a column. The value of a
    label that ends its line is the next line, unless that has a label of its own.
    """
    before, waiting = None, NO_LINE
    heading = as_line(section.heading)
    for line in (heading, *section.prose):
        if cells := split_row(line.low):
            if len(cells) == 2:
                yield cells[0], cells[1], line.text
            elif before is not None:
                heads = split_row(before.low)
                if len(heads) == len(cells):
                    for head, cell in zip(heads, cells, strict=True):
                        yield head, cell, f"{before.text} {line.text}"
            # Only the first row of a table heads its columns.
            before = line if before is None else NO_LINE
            waiting = NO_LINE
            continue
        before = None
        label, value = split_label(line.low)
        if value.strip():
            yield label, value, line.text
        elif waiting.low and not label:
            yield split_label(waiting.low)[0], line.low, f"{waiting.text} {line.text}"
        waiting = line if label and not value.strip() and line is not heading else NO_LINE


def statements(section: Section, rules: Rules) -> Iterator[tuple[str, str, Line]]:
    """Yield (label or "", what is said, line) of each line but those that head a table.

    Of a row, what is said are its cells but the first, without those that are left open.
    """
    in_table = False
    for line in section.lines:
        cells = split_row(line.low)
        if cells and (in_table or len(cells) == 2):
            said = [cell for cell in cells[1:] if not is_open(bare(cell), rules)]
            yield cells[0], CELLS.join(said), line
        elif not cells:
            label, value = split_label(line.low)
            yield label, value if label else line.low, line
        in_table = bool(cells)


def split_row(low: str) -> list[str]:
    """Return the cells of a line that is a row of a table, else none."""
    row = f" {low} " if "|" in low else ""
    return row.split(CELLS, COLUMNS) if CELLS in row else []


def split_label(low: str) -> tuple[str, str]:
    """Return label and value of a line "Label: value", or two empty strings."""
    for mark in MARKS:
        if (end := low.find(mark, 0, LABEL)) > 0:
            return low[:end], low[end + 1 :]
    return "", ""
