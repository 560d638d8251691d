"""A fleet: many snapshots at once, a ``scrapy crawl`` process each, seen through what they print.

The stores run side by side, the snapshots of one store one after another. One thread
does it all: it starts, reads, paints and ends.
"""

from __future__ import annotations

import contextlib
import glob
import os
import re
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from modelstores.board import Board, printable
from modelstores.progress import GRACE, ON_TERMINAL

#: Longest line taken from a run, in characters; what is longer is cut.
MAX_LINE = 2000

#: Reads, of 64 KiB, that empty the pipe of a dead process: Linux lets one hold 1 MiB.
MAX_READS = 16
#: A signal that follows the first within this time, in seconds, is the same wish:
#: ``timeout`` and service managers signal a process and its group.
SAME_WISH = 1.0

#: The lines of a run that are understood; :mod:`modelstores.progress` and
#: :mod:`modelstores.account` print them. All others are shown as they are.
PROGRESS = re.compile(r"\d+(?:/\d+)? products, .*")
SUM = re.compile(r"\d+ \w+ = \d+ stored .*")
ENDED = re.compile(r"snapshot (?P<status>[a-z]+)(?:: (?P<reasons>.*))?")
ERROR = "error: "

SIGNALS = {number.value: number.name for number in signal.Signals}


@dataclass
class Run:
    """One snapshot: what is asked for, and what its process said so far."""

    store: str
    archive: Path | None = None
    #: the day to travel to, YYYY-MM-DD
    at: str | None = None
    state: str = "waiting"
    sum: str = ""
    status: str = ""
    reasons: str = ""
    #: the process's exit code; negative: the signal that killed it
    exit_code: int | None = None
    _said: str = ""
    _torn: bytes = b""

    @property
    def label(self) -> str:
        """What people see the run under: the store, and the file where there is one."""
        return f"{self.store} {printable(self.archive.name)}" if self.archive else self.store

    def command(self, settings: Sequence[str]) -> list[str]:
        """Return the command line; ``settings`` are NAME=VALUE."""
        command = [sys.executable, "-m", "scrapy", "crawl", self.store]
        if self.archive:
            command += ["-a", f"archive={glob.escape(str(self.archive))}"]
        if self.at:
            command += ["-a", f"at={self.at}"]
        for setting in (*settings, "PROGRESS_SECONDS=1"):
            command += ["-s", setting]
        return command

    def read(self, data: bytes) -> Iterator[str]:
        """Take in what the process printed; yield the lines that people have to see."""
        *lines, self._torn = (self._torn + data).split(b"\n")
        self._torn = self._torn[: 4 * MAX_LINE]
        for line in lines:
            shown = self._read_line(printable(line.decode(errors="replace"))[:MAX_LINE].strip())
            if shown:
                yield shown

    def _read_line(self, line: str) -> str:
        own = line.removeprefix(f"{self.store}: ")
        if PROGRESS.fullmatch(own):
            self.state = own
        elif SUM.fullmatch(own):
            self.sum = own
        elif ended := ENDED.fullmatch(own):
            self.state = own
            self.status, self.reasons = ended["status"], ended["reasons"] or ""
        elif own:
            self._said = own
            return f"{self.store}: {own}"
        return ""

    def end(self, exit_code: int) -> None:
        """Take note that the process is gone."""
        self.exit_code = exit_code
        if exit_code < 0:
            self.status = f"killed by {SIGNALS.get(-exit_code, f'signal {-exit_code}')}"
        elif not self.status:
            self.status = {0: "complete", 2: "not started"}.get(exit_code, "failed")
            self.reasons = self._said.removeprefix(ERROR) if exit_code else ""
        self.state = self.status

    @property
    def is_going(self) -> bool:
        """Whether its process was started and has not ended."""
        return self.state != "waiting" and self.exit_code is None

    @property
    def is_complete(self) -> bool:
        """Whether the process says so: an exit code of 0, nothing else."""
        return self.exit_code == 0

    def closing_line(self) -> str:
        """Return what became of the snapshot."""
        if self.exit_code is None:
            return f"{self.label}: not started"
        code = f" (exit code {self.exit_code})" if self.exit_code > 0 else ""
        said = "; ".join(filter(None, (self.sum, self.reasons)))
        return f"{self.label}: {self.status}{code}" + (f": {said}" if said else "")


def summary(runs: Sequence[Run]) -> list[str]:
    """Return the closing lines of a fleet: one a snapshot, and how many are complete."""
    complete = sum(run.is_complete for run in runs)
    total = f"{complete} of {len(runs)} snapshots complete"
    return [*(run.closing_line() for run in runs), total]


def _pipe(process: subprocess.Popen[bytes]) -> int:
    """Return the descriptor that what a process prints is read from."""
    return cast(IO[bytes], process.stdout).fileno()


@dataclass
class Fleet:
    """Runs snapshots, so many processes at a time, until all have ended or it is told to stop."""

    #: of each store its runs, in order
    queues: list[list[Run]]
    jobs: int
    #: NAME=VALUE, for every process
    settings: Sequence[str]
    board: Board
    #: seconds that a process which was told to end has
    grace: float = GRACE
    _processes: dict[subprocess.Popen[bytes], Run] = field(default_factory=dict)
    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    #: when it was told to stop, and whether it was told so again
    _told: float | None = None
    _hurried: bool = False
    _ending: bool = False

    def run(self) -> None:
        """Run them all. Whatever ends this, no process is left behind."""
        waiting = [list(queue) for queue in self.queues if queue]
        with self._selector, self._stoppable():
            try:
                while self._processes or (waiting and self._told is None):
                    if self._told is None:
                        self._launch(waiting)
                    for key, _ in self._selector.select(timeout=ON_TERMINAL):
                        self._read(key.data)
                    for process in [p for p in self._processes if p.poll() is not None]:
                        self._reap(process)
                    self._stop_if_told()
                    self.board.tick()
            finally:  # an error here, such as nobody reading our lines: they end as if told to
                self._end_all()

    def _launch(self, waiting: list[list[Run]]) -> None:
        """Start what may run now: of each queue its first, if none of that store is running."""
        busy = {run.store for run in self._processes.values()}
        for queue in waiting:
            if len(self._processes) >= self.jobs:
                break
            if queue[0].store not in busy:
                self._start(queue.pop(0))
        waiting[:] = filter(None, waiting)

    def _start(self, run: Run) -> None:
        # A group of its own: Ctrl-C reaches this process alone, which passes it on once.
        process = subprocess.Popen(  # noqa: S603 - our own command, no shell
            run.command(self.settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
        os.set_blocking(_pipe(process), False)
        run.state = "starting"
        self._processes[process] = run
        self._selector.register(_pipe(process), selectors.EVENT_READ, process)

    def _read(self, process: subprocess.Popen[bytes]) -> bool:
        """Read what a process printed by now; return whether there was anything."""
        try:
            data = os.read(_pipe(process), 1 << 16)
        except BlockingIOError:
            return False
        if not data:
            self._unwatch(process)
        self.board.say(*self._processes[process].read(data or b"\n"))
        return bool(data)

    def _unwatch(self, process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(KeyError):  # at the end of its pipe it was so already
            self._selector.unregister(_pipe(process))

    def _reap(self, process: subprocess.Popen[bytes]) -> None:
        # Not until the end of the pipe: a browser that outlives its crawler holds it open.
        for _ in range(MAX_READS):
            if not self._read(process):
                break
        self._unwatch(process)
        cast(IO[bytes], process.stdout).close()
        run = self._processes.pop(process)
        run.end(process.returncode)
        self.board.say(run.closing_line())

    def _stop_if_told(self) -> None:
        if self._told is None:
            return
        if not self._ending:
            self._ending = True
            self.board.say("ending: pages being read are finished (again: end at once)")
            self._tell(signal.SIGTERM)
        elif self._hurried or time.monotonic() > self._told + self.grace:
            self._tell(signal.SIGKILL)

    def _tell(self, number: int) -> None:
        for process in self._processes:
            process.send_signal(number)

    def _end_all(self) -> None:
        if not self._processes:
            return
        self._tell(signal.SIGTERM)
        deadline = time.monotonic() + self.grace
        for process in self._processes:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @contextmanager
    def _stoppable(self) -> Iterator[None]:
        """Heed the signals that ask to stop, except those that were ignored so far (nohup)."""

        def tell(*_: Any) -> None:
            now = time.monotonic()
            if self._told is None:
                self._told = now
            elif now > self._told + SAME_WISH:
                self._hurried = True

        asked = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.getsignal(number) for number in asked}
        for number, handler in before.items():
            if handler != signal.SIG_IGN:
                signal.signal(number, tell)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
