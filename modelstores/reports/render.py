"""Write a report in any format. All words in it may be a hostile page's."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence

from modelstores.reports.table import Block, Cell, Table

#: Longest cell in the formats for people, in columns of a terminal.
MAX_WIDTH = 60

# Terminal control sequences: CSI (ECMA-48, 5.4) and OSC (8.3.89), with their content.
_SEQUENCES = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*")
#: Beginnings of cells that a spreadsheet would run as a formula (CWE-1236).
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# What Markdown would read as markup, and HTML within it.
_MARKUP = re.compile(r"([\\`*_\[\]<>|&#~!])")


def render(table: Table, style: str) -> str:
    """Return the text of a report; ``style`` is one of FORMATS."""
    return FORMATS[style](table)


def safe(text: str) -> str:
    """Return a text on one line without anything that steers a terminal.

    Control sequences go, white space of any kind becomes one space, and control, format
    (bidirectional, zero-width), private and unassigned characters go.
    """
    text = " ".join(_SEQUENCES.sub("", text).split())
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in text if unicodedata.category(c)[0] != "C")


def width(text: str) -> int:
    """Return the columns a text takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.combining(c) or unicodedata.category(c) in {"Mn", "Me"}
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )


def _table(table: Table) -> str:
    blocks = [
        (safe(block.title), [[_cut(safe(cell)) for cell in row] for row in _lines(block)])
        for block in table.layout
    ]
    # One width a column for all parts of a kind, so that the eye can go down the page.
    kinds: dict[int, list[list[str]]] = defaultdict(list)
    for _, rows in blocks:
        kinds[len(rows[0])] += rows
    widths = {
        kind: [max(width(cell) for cell in column) for column in zip(*rows, strict=True)]
        for kind, rows in kinds.items()
    }
    parts = []
    for title, rows in blocks:
        across = widths[len(rows[0])]
        rows.insert(1, ["-" * w for w in across])
        lines = (
            "  ".join(cell + " " * (w - width(cell)) for cell, w in zip(row, across, strict=True))
            for row in rows
        )
        parts.append("".join(f"{line.rstrip()}\n" for line in (title, *lines)))
    # Notes are ours, and their spaces count.
    ends = [safe(line) for line in table.findings], table.notes
    parts += ["".join(f"{line}\n" for line in lines) for lines in ends if lines]
    return "\n".join(parts)


def _lines(block: Block) -> Sequence[Sequence[str]]:
    return [block.columns, *block.rows]


def _cut(text: str) -> str:
    if width(text) <= MAX_WIDTH:
        return text
    kept = 0
    for i, c in enumerate(text):
        kept += width(c)
        if kept > MAX_WIDTH - 1:
            return text[:i] + "…"
    return text


def _markdown(table: Table) -> str:
    parts = []
    for block in table.layout:
        rows = [block.columns, ["---"] * len(block.columns), *block.rows]
        lines = [
            f"| {' | '.join(cell if n == 1 else _escaped(cell) for cell in row)} |\n"
            for n, row in enumerate(rows)
        ]
        parts.append(f"### {_escaped(block.title)}\n\n{''.join(lines)}")
    ends = table.findings, table.notes
    parts += ["".join(f"- {_escaped(line)}\n" for line in lines) for lines in ends if lines]
    return "\n".join(parts)


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", safe(text))


def _csv(table: Table) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([_unarmed(cell) for cell in row] for row in table.rows)
    return text.getvalue()


def _unarmed(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    # A bare carriage return would end the row for many readers, quoted or not.
    text = cell.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if cell.startswith(FORMULA) else text


def _json(table: Table) -> str:
    rows: Sequence[dict[str, Cell]] = [
        dict(zip(table.columns, row, strict=True)) for row in table.rows
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


FORMATS: dict[str, Callable[[Table], str]] = {
    "table": _table,
    "csv": _csv,
    "json": _json,
    "markdown": _markdown,
}
