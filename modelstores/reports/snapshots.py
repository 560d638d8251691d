"""``snapshots``: every run with its status, and why it is not complete."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from modelstores.database.tables import COUNTS, snapshot, snapshot_check, store
from modelstores.database.views import COMPLETE, Selection
from modelstores.reports.table import Block, Cell, Table

#: The versions that have a column.
VERSIONS = ("project", "parser", "codebook", "vocabulary", "scrapy", "chromium")
COLUMNS = (
    *("snapshot", "store", "status", "scope", "source", "captured_from", "captured_until"),
    *COUNTS,
    *("started_at", "seconds"),
    *(f"{name}_version" for name in VERSIONS),
    *("reasons", "failed_checks"),
)
#: Counts that the layout for people has, besides those listed and stored, where they are not 0.
OTHERS = COUNTS[2:]


def snapshots(connection: Connection, *, selection: Selection = COMPLETE) -> Table:
    """Return a row a snapshot of the stores selected, whatever its status, newest last.

    ``seconds`` is how long the run took, None while it runs or if it was killed;
    ``failed_checks`` has the figure and the bound of each check that failed.
    """
    sql = select(snapshot, store.c.name.label("store")).join(store).order_by(snapshot.c.id)
    if selection.stores:
        sql = sql.where(store.c.name.in_(selection.stores))
    failed = _failed_checks(connection)
    rows: list[tuple[Cell, ...]] = []
    lines, findings = [], []
    for one in connection.execute(sql):
        seconds = _seconds(one.started_at, one.ended_at)
        times = one.captured_from, one.captured_until
        counts = [getattr(one, name) for name in COUNTS]
        versions = [_word(one.versions.get(name)) for name in VERSIONS]
        reasons, checks = "; ".join(map(str, one.reasons)), "; ".join(failed.get(one.id, ()))
        named = one.id, one.store, one.status, one.scope, one.source
        rows.append((*named, *times, *counts, one.started_at, seconds, *versions, reasons, checks))
        lines.append(_line(one, seconds))
        if reasons:
            findings.append(f"snapshot {one.id} of {one.store} is {one.status}: {reasons}")
    if not rows:
        return Table(COLUMNS, [], [], remarks=["the database holds no snapshot"])
    columns = ["snapshot", "store", "status", "scope", "source", "captured"]
    columns += ["listed", "stored", "other", "seconds", "parser"]
    return Table(COLUMNS, rows, [Block("Snapshots", columns, lines)], (), findings, remarks=())


def _failed_checks(connection: Connection) -> dict[int, list[str]]:
    """Return the figure and bound of each failed check, by snapshot."""
    c = snapshot_check.c
    found: dict[int, list[str]] = {}
    sql = select(c.snapshot_id, c.name, c.figure, c.bound).where(c.passed.is_(False))
    for number, name, figure, bound in connection.execute(sql.order_by(c.snapshot_id, c.name)):
        found.setdefault(number, []).append(f"{name} {figure:g} (bound {bound:g})")
    return found


def _line(one: Row[Any], seconds: int | None) -> list[str]:
    day, until = (time[:10] if time else "" for time in (one.captured_from, one.captured_until))
    captured = day if day == until else f"{day} to {until}"
    others = ", ".join(
        f"{number} {name.replace('_', ' ')}" for name in OTHERS if (number := getattr(one, name))
    )
    cells = (one.id, one.store, one.status, one.scope, one.source, captured)
    return [
        _word(cell) or "" for cell in (*cells, one.listed, one.stored, others, seconds, one.parser)
    ]


def _seconds(started_at: str, ended_at: str | None) -> int | None:
    if ended_at is None:
        return None
    return round(
        (datetime.fromisoformat(ended_at) - datetime.fromisoformat(started_at)).total_seconds()
    )


def _word(value: object) -> str | None:
    return None if value is None else str(value)
