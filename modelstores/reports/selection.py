"""The stores of a report, and what must be said of the snapshots that it does not count."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, func, select, text

from modelstores.database.tables import STATUSES, snapshot, store
from modelstores.database.views import Selection, query

#: The statuses that count by default, and those with what ``--all`` adds.
DEFAULT, ALL = ("complete",), ("complete", "suspect")


class ReportError(ValueError):
    """What was asked for cannot be had; the message is one line."""


class Store(NamedTuple):
    """A store: its name, and what it offers ("model" or "app")."""

    name: str
    kind: str


def stores(connection: Connection) -> list[Store]:
    """Return all stores in the order of every report: model before app, each by name."""
    found = select(store.c.name, store.c.kind).order_by(store.c.kind.desc(), store.c.name)
    return [Store(row.name, row.kind) for row in connection.execute(found)]


def check_stores(connection: Connection, selection: Selection) -> None:
    """Object to stores that the database does not hold.

    Raises:
        ReportError: there is one; it is named.
    """
    known = [store.name for store in stores(connection)]
    for name in selection.stores:
        if name not in known:
            raise ReportError(f"no store {name!r} in the database (there are: {', '.join(known)})")


def any_counts(connection: Connection, selection: Selection) -> bool:
    """Return whether any product counts: a report on none has nothing to say."""
    seen = f"SELECT 1 FROM ({query('latest_sighting', selection)}) AS seen LIMIT 1"  # noqa: S608 - constants
    return connection.scalar(text(seen)) is not None


def remarks(connection: Connection, selection: Selection) -> list[str]:
    """Return a line for each thing that a reader must know before trusting the figures."""
    return left_out(connection, selection) + _mixtures(connection, selection)


def left_out(connection: Connection, selection: Selection) -> list[str]:
    """Return a line for each status whose snapshots do not count, and one if none does."""
    every = select(snapshot.c.status, func.count().label("number")).group_by(snapshot.c.status)
    if selection.stores:
        every = every.join(store).where(store.c.name.in_(selection.stores))
    counts = {row.status: row.number for row in connection.execute(every)}
    lines = []
    if not any(status in counts for status in selection.statuses):
        lines.append("no snapshot counts" if counts else "the database holds no snapshot")
    for status in STATUSES:
        if status in counts and status not in selection.statuses:
            number = counts[status]
            noun, them = ("snapshot", "it") if number == 1 else ("snapshots", "them")
            hint = f"; --all includes {them}" if status in ALL else ""
            lines.append(f"{number} {status} {noun} left out{hint}")
    return lines


def _mixtures(connection: Connection, selection: Selection) -> list[str]:
    """Return a line for each kind of version of which the products counted have several."""
    versions = "SELECT DISTINCT codebook, vocabulary FROM"
    used = connection.execute(text(f"{versions} ({selection.sql}) AS counted")).all()
    if len(used) > 1:  # only then can products differ: that takes longer to tell
        latest = query("latest_sighting", selection)
        used = connection.execute(text(f"{versions} ({latest}) AS seen")).all()
    lines = []
    for name, found in zip(("codebook", "vocabulary"), zip(*used, strict=True), strict=False):
        if len(set(found)) > 1:
            several = ", ".join(sorted(set(found)))
            hint = "; `scrapy rekey` brings their keys to one" if name == "vocabulary" else ""
            lines.append(f"products were read with more than one {name}: {several}{hint}")
    return lines
