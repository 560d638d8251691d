"""Going on with a snapshot whose run was killed or failed.

The run that goes on reads everything again, in the same order, what it has from its own
capture, and adds it again: what is there already stays as it is, so that at no time less
is there than before, and at the end what an undisturbed run would have written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Engine, delete, null, select, update

from modelstores.database.engine import errors_of
from modelstores.database.storable import to_json
from modelstores.database.tables import (
    COUNTS,
    capture,
    element_count,
    quarantine,
    snapshot,
    snapshot_check,
    store,
)

if TYPE_CHECKING:
    from modelstores.database.writer import Run

#: Why a snapshot failed whose run can no longer say so itself.
KILLED = "the run was killed"
#: What must be equal for a run to go on with another's snapshot, besides store and settings.
VERSIONS = ("parser", "codebook", "vocabulary")


class Resumable(NamedTuple):
    """A snapshot to go on with."""

    snapshot_id: int
    #: ISO 8601, UTC: the start of the whole
    started_at: str
    #: name of the WARC file that its run wrote, if any
    capture_file: str | None


def resumable(engine: Engine, run: Run, days: float) -> Resumable | None:
    """Return the snapshot that a run goes on with; None if it begins a new one.

    It is the last one of the same store, source, settings and versions, if that did not
    come to its end (`running` or `failed`) and began at most some days before this run.
    Whoever asks holds the lease of the store, so that no other run is at work on it.
    """
    c = snapshot.c
    found = (
        select(c.id, c.status, c.started_at, c.capture_file, c.settings)
        .join(store)
        .where(store.c.name == run.store, c.source == run.source)
        .where(*(c[name] == str(run.versions[name]) for name in VERSIONS))
        .order_by(c.id.desc())
    )
    settings = json.loads(to_json(dict(run.settings)))
    with errors_of(engine), engine.begin() as connection:
        last = next((row for row in connection.execute(found) if row.settings == settings), None)
    if last is None or last.status not in ("running", "failed"):
        return None
    age = datetime.fromisoformat(run.started_at) - datetime.fromisoformat(last.started_at)
    if age > timedelta(days=days):
        return None
    return Resumable(last.id, last.started_at, last.capture_file)


def abandon(engine: Engine, store_name: str, but: Resumable | None = None) -> int:
    """Close as `failed` what killed runs of a store left `running`; return how many.

    ``but`` is the snapshot that is gone on with.
    """
    c = snapshot.c
    left = (
        update(snapshot)
        .where(c.store_id.in_(select(store.c.id).where(store.c.name == store_name)))
        .where(c.status == "running", c.id != (but.snapshot_id if but else 0))
        .values(status="failed", reasons=[KILLED])
    )
    with errors_of(engine), engine.begin() as connection:
        return int(connection.execute(left).rowcount)


def reopen(connection: Connection, one: Resumable, store_id: int, row: Mapping[str, Any]) -> None:
    """Make a snapshot `running` again; ``row`` has what its run says anew.

    What is written when a snapshot closes, and what was rejected, will be found again.
    """
    ended = ("ended_at", "captured_from", "captured_until", *COUNTS)
    connection.execute(
        update(snapshot)
        .where(snapshot.c.id == one.snapshot_id)
        .values({**row, "started_at": one.started_at, **dict.fromkeys(ended, null())})
    )
    for table in (quarantine, element_count, snapshot_check):
        connection.execute(delete(table).where(table.c.snapshot_id == one.snapshot_id))
    if one.capture_file:
        # The file grows: its digest and times are told when it is closed again.
        connection.execute(
            update(capture)
            .where(capture.c.store_id == store_id, capture.c.file == one.capture_file)
            .values(sha256="", bytes=null(), first_at=null(), last_at=null())
        )
