"""What people see of many runs at once."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from typing import Protocol, TextIO

from modelstores.progress import ON_TERMINAL

#: Seconds between two lines on each run where there is no terminal.
IN_LOG = 10.0


class Shown(Protocol):
    """What is shown of one run."""

    state: str
    exit_code: int | None

    @property
    def label(self) -> str:
        """What people see the run under."""

    @property
    def is_going(self) -> bool:
        """Whether it was started and has not ended."""


def printable(text: str) -> str:
    """Return a text that moves no cursor and starts no line."""
    return "".join(c if c.isprintable() else "?" for c in text.expandtabs(1).rstrip("\r"))


class Board:
    """Shows where all runs are: a line each, repainted on a terminal, now and then in a log."""

    def __init__(self, runs: Sequence[Shown], stream: TextIO):
        self._runs, self._stream = runs, stream
        self._terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._painted = 0
        self._next = time.monotonic() + (0 if self._terminal else IN_LOG)

    def say(self, *lines: str) -> None:
        """Print lines that stay."""
        if not lines:
            return
        self._erase()
        for line in lines:
            print(line, file=self._stream)
        self._stream.flush()
        if self._terminal:
            self._next = 0.0  # what was erased is painted again

    def tick(self) -> None:
        """Paint, if it is time to."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + (ON_TERMINAL if self._terminal else IN_LOG)
        going = [run for run in self._runs if run.is_going]
        if not self._terminal:
            self.say(*(f"{run.label}: {run.state}" for run in going))
            return
        self._erase()
        columns, rows = shutil.get_terminal_size()
        done = sum(run.exit_code is not None for run in self._runs)
        lines = [f"{run.label}: {run.state}"[: columns - 1] for run in going[: rows - 2]]
        lines.append(f"{done} of {len(self._runs)} snapshots done"[: columns - 1])
        print("\n".join(lines), end="", file=self._stream, flush=True)
        self._painted = len(lines)

    def _erase(self) -> None:
        if self._painted:
            up = f"\x1b[{self._painted - 1}A" if self._painted > 1 else ""
            print(f"\r{up}\x1b[J", end="", file=self._stream)
        self._painted = 0
