"""How a report marks what people judged and agree on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from modelstores.reports.table import Table

MARK = "†"
NOTE = f"{MARK}      judged by people: two or more, who agree"
COLUMN = "coded"


def marked(words: str, coded: int) -> str:
    """Return the words of a cell, marked if people stand behind a part of it."""
    return f"{words} {MARK}" if coded else words


def with_coded(table: Table, coded: Sequence[int]) -> Table:
    """Return a report with a last column ``coded``: of each row, the products judged by people.

    A report that rests on no such product stays as it is.
    """
    if not any(coded):
        return table
    rows = [(*row, number) for row, number in zip(table.rows, coded, strict=True)]
    notes = table.notes if NOTE in table.notes else (*table.notes, NOTE)
    return replace(table, columns=(*table.columns, COLUMN), rows=rows, notes=notes)
