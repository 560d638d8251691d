"""The lease of a store: one run at a time works on it, from one machine or several.

A run holds it for a minute and renews it well before that, so that a run that died loses
it: at once where its process is known to be gone, else when it expires. All times are
those of the database's clock: those of two machines may differ.
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, select, update

from modelstores.database.engine import DatabaseError, errors_of, name_of
from modelstores.database.opened import write_store
from modelstores.database.tables import lease

#: How long a lease holds unless it is renewed, and how often a run renews it, in seconds.
SECONDS, RENEW_SECONDS = 60, 10

_CLOCK = {
    "sqlite": func.strftime("%Y-%m-%dT%H:%M:%fZ", "now"),
    # Not the time of the transaction: it may have waited for another's.
    "postgresql": func.to_char(
        func.timezone("UTC", func.clock_timestamp()), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
    ),
}

Clock = Callable[[Connection], datetime]


class Held(DatabaseError):
    """Another run is at work on the store."""


class Lost(DatabaseError):
    """The lease went to another run: this one may write no more."""


def database_time(connection: Connection) -> datetime:
    """Return the time by the database's clock."""
    told = connection.scalar(select(_CLOCK[connection.dialect.name]))
    return datetime.fromisoformat(str(told))


@dataclass(frozen=True)
class Process:
    """A process that cannot be taken for another: not on another machine, not a later one."""

    host: str
    #: the start of the machine, and which of its processes see each other
    machine: str
    number: int
    started: float

    @classmethod
    def own(cls) -> Process:
        """Return this process."""
        return cls(socket.gethostname(), _machine(), os.getpid(), psutil.Process().create_time())

    def gone(self) -> bool:
        """Return whether a process of this machine has ended; one elsewhere cannot be asked."""
        if (self.host, self.machine) != (socket.gethostname(), _machine()):
            return False
        try:
            other = psutil.Process(self.number)
            ended = other.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
            # Two processes may be told the start of a third with a little difference.
            return ended or abs(other.create_time() - self.started) > 1
        except psutil.NoSuchProcess:
            return True
        except psutil.AccessDenied:
            return False


@dataclass(frozen=True)
class Lease:
    """A lease that was acquired: renew it on a timer, release it at the end."""

    engine: Engine
    store: str
    store_id: int
    token: str
    seconds: float
    clock: Clock

    def renew(self) -> None:
        """Hold it for its time again, from now.

        Raises:
            Lost: another run has it, or none.
        """
        with errors_of(self.engine), self.engine.begin() as connection:
            until = _text(self.clock(connection) + timedelta(seconds=self.seconds))
            renewed = connection.execute(update(lease).where(self._mine).values(expires_at=until))
            if not renewed.rowcount:
                raise Lost(f"{name_of(self.engine)}: another run has taken over {self.store}")

    def release(self) -> None:
        """Give it back; nothing happens if it was lost."""
        with errors_of(self.engine), self.engine.begin() as connection:
            connection.execute(delete(lease).where(self._mine))

    @property
    def _mine(self) -> ColumnElement[bool]:
        return (lease.c.store_id == self.store_id) & (lease.c.token == self.token)


def acquire(
    engine: Engine,
    name: str,
    title: str,
    kind: str,
    *,
    seconds: float = SECONDS,
    clock: Clock = database_time,
    process: Process | None = None,
) -> Lease:
    """Acquire the lease of a store, which is written if it is new, for some seconds.

    Raises:
        Held: another run has it, and is not known to be dead. The message is one line.
        DatabaseError: the database fails.
    """
    me, token = process or Process.own(), uuid.uuid4().hex
    with errors_of(engine), engine.begin() as connection:
        # Who else wants it waits here: writing the store's row locks it.
        store_id = write_store(connection, name, title, kind)
        now = clock(connection)
        _refuse_if_held(connection, store_id, name, now)
        connection.execute(delete(lease).where(lease.c.store_id == store_id))
        connection.execute(
            insert(lease).values(
                store_id=store_id,
                token=token,
                host=me.host,
                machine=me.machine,
                process=me.number,
                process_started=me.started,
                acquired_at=_text(now),
                expires_at=_text(now + timedelta(seconds=seconds)),
            )
        )
    return Lease(engine, name, store_id, token, seconds, clock)


def _refuse_if_held(connection: Connection, store_id: int, name: str, now: datetime) -> None:
    held = connection.execute(select(lease).where(lease.c.store_id == store_id)).first()
    if held is None or held.expires_at <= _text(now):
        return
    holder = Process(held.host, held.machine, held.process, held.process_started)
    if not holder.gone():
        raise Held(
            f"{name_of(connection.engine)}: {name} is being read by process {held.process}"
            f" on {held.host} since {held.acquired_at}"
        )


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _machine() -> str:
    """Return what tells this start of the machine, and this container in it, from any other."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:  # not Linux
        return f"{uuid.getnode():x} {psutil.boot_time():.0f}"
