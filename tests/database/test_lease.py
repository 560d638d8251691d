from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine

from modelstores.database.engine import DatabaseError, name_of
from modelstores.database.lease import Held, Lease, Lost, Process, acquire, database_time
from tests.conftest import ROOT
from tests.database.samples import rows

ELSEWHERE = Process("other", "another start", 7, 1.0)


class Clock:
    """The database's clock, as the test sets it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 2, 1, tzinfo=UTC)

    def __call__(self, connection: Connection) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def take(engine: Engine, clock: Clock) -> Callable[..., Lease]:
    """Return what acquires a lease of 60 seconds."""

    def acquired(store: str = "hub", process: Process | None = None) -> Lease:
        return acquire(engine, store, "Hub", "model", seconds=60, clock=clock, process=process)

    return acquired


def test_a_store_that_is_held_is_refused_in_one_line(
    engine: Engine, take: Callable[..., Lease]
) -> None:
    take()
    with pytest.raises(Held) as caught:
        take()
    assert isinstance(caught.value, DatabaseError)
    assert str(caught.value) == (
        f"{name_of(engine)}: hub is being read by process {os.getpid()} on {socket.gethostname()}"
        " since 2026-02-01T00:00:00.000Z"
    )
    assert take("zoo").store == "zoo"


def test_a_lease_that_was_released_is_free(engine: Engine, take: Callable[..., Lease]) -> None:
    take().release()
    second = take()
    assert rows(engine, "SELECT token FROM lease") == [(second.token,)]


def test_a_lease_holds_for_as_long_as_it_is_renewed(
    take: Callable[..., Lease], clock: Clock
) -> None:
    lease = take(process=ELSEWHERE)
    for _ in range(20):
        clock.pass_(50)
        lease.renew()
        with pytest.raises(Held, match="process 7 on other"):
            take()
    clock.pass_(59.9)
    with pytest.raises(Held):
        take()
    clock.pass_(0.1)
    take()


def test_a_lease_that_was_lost_cannot_be_renewed_nor_released(
    take: Callable[..., Lease], clock: Clock
) -> None:
    first = take(process=ELSEWHERE)
    clock.pass_(60)
    second = take()
    with pytest.raises(Lost, match="another run has taken over hub"):
        first.renew()
    first.release()
    second.renew()


def test_a_lease_that_expired_and_that_nobody_took_is_renewed(
    take: Callable[..., Lease], clock: Clock
) -> None:
    lease = take(process=ELSEWHERE)
    clock.pass_(1000)
    lease.renew()
    with pytest.raises(Held):
        take()


HOLDING = """
import sys
from modelstores.database.engine import connect
from modelstores.database.lease import Held, acquire
engine = connect(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
try:
    acquire(engine, "hub", "Hub", "model")
    print("held", flush=True)
    sys.stdin.readline()
except Held as error:
    print(error, flush=True)
"""


def holder(url: str) -> subprocess.Popen[str]:
    started = subprocess.Popen(
        [sys.executable, "-c", HOLDING, url], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert started.stdout.readline() == "ready\n"
    return started


def go(process: subprocess.Popen[str]) -> None:
    process.stdin.write("\n")
    process.stdin.flush()


def test_a_dead_holder_of_this_machine_loses_it_at_once(url: str, engine: Engine) -> None:
    process = holder(url)
    go(process)
    assert process.stdout.readline() == "held\n"
    with pytest.raises(Held, match=f"process {process.pid} on"):
        acquire(engine, "hub", "Hub", "model")
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, and a zombie
    lease = acquire(engine, "hub", "Hub", "model")
    process.communicate()
    lease.release()


def test_two_at_once_one_wins(url: str) -> None:
    both = [holder(url) for _ in range(2)]
    for process in both:
        go(process)
    said = sorted((process.stdout.readline() for process in both), key=len)
    for process in both:
        process.communicate()
    assert said[0] == "held\n"
    assert ": hub is being read by process " in said[1]


@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        ({}, False),
        ({"started": Process.own().started - 5}, True),  # its number was given again
        ({"number": 2**22 + 1}, True),
        ({"number": 2**22 + 1, "machine": "before the last start"}, False),
        ({"number": 2**22 + 1, "host": "elsewhere"}, False),
    ],
)
def test_only_a_process_of_this_machine_is_known_to_be_gone(
    changes: dict[str, object], gone: bool
) -> None:
    assert replace(Process.own(), **changes).gone() is gone


def test_the_time_is_the_databases(engine: Engine) -> None:
    with engine.connect() as connection:
        told = database_time(connection)
    assert abs(told - datetime.now(UTC)) < timedelta(minutes=1)
