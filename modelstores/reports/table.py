"""What a report is: a long tidy table for programs, and its layout for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

Cell = str | int | float | None


@dataclass(frozen=True)
class Block:
    """A part of a report as people read it; the cells are words already.

    All parts of one report have equally many columns.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Table:
    """A report: ``columns`` and ``rows`` for csv and json, ``layout`` for the other formats.

    ``notes`` are the lines that explain the layout.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    layout: Sequence[Block]
    notes: Sequence[str] = field(default=())
