"""A person's word that a suspect snapshot is right: the store has really changed."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, select, update

from modelstores.database.tables import snapshot, store


class AcceptError(ValueError):
    """The snapshot cannot be accepted; the message is one line."""


def accept(connection: Connection, number: int, why: str) -> str:
    """Make a suspect snapshot complete; return the name of its store.

    What its checks found stays in ``snapshot_check`` and in its reasons, to which the day and
    ``why`` are added. Later snapshots are compared with it.

    Raises:
        AcceptError: there is no such snapshot, or it is not suspect.
    """
    c = snapshot.c
    # The status stands in the UPDATE, too: two people may look at the same snapshot.
    suspect = (c.id == number) & (c.status == "suspect")
    found = connection.execute(
        select(store.c.name, c.status, c.reasons).join(store).where(c.id == number)
    ).one_or_none()
    if found is None:
        raise AcceptError(f"no snapshot {number} in the database")
    reasons = [*found.reasons, f"accepted on {datetime.now(UTC):%Y-%m-%d}: {why}"]
    changed = connection.execute(
        update(snapshot).where(suspect).values(status="complete", reasons=reasons)
    )
    if not changed.rowcount:
        raise AcceptError(f"snapshot {number} of {found.name} is {found.status}, not suspect")
    return str(found.name)
