"""What a report is: a long tidy table for programs, and its layout for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

Cell = str | int | float | None


@dataclass(frozen=True)
class Block:
    """A part of a report as people read it; the cells are words already."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Table:
    """A report: ``columns`` and ``rows`` for csv and json, ``layout`` for the other formats.

    ``findings`` are sentences that follow from the layout, ``notes`` lines that explain it.
    ``remarks`` are what a reader must know before trusting it; None stands for what holds of
    every report that counts products as they were last seen (``selection.remarks``).
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    layout: Sequence[Block]
    notes: Sequence[str] = field(default=())
    findings: Sequence[str] = field(default=())
    remarks: Sequence[str] | None = None


def percent(share: float) -> str:
    """Return a share as people read it: what is there is never 0 %, what is missing never 100 %."""
    if 0 < share < 0.01:
        return "<1 %"
    if 0.99 < share < 1:
        return ">99 %"
    return f"{share:.0%}".replace("%", " %")


def part(number: int, total: int) -> str:
    """Return a number with its share of a total."""
    return f"{number} ({percent(number / total)})" if number else "0"
