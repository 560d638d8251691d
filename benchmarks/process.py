"""A command in a process of its own, and what it cost."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).parents[1]
#: Seconds between two looks at the memory of a command and the processes that it started.
LOOK = 0.25


class Cost(NamedTuple):
    """Seconds on the clock, seconds of the processor, and peak memory in MiB, of all processes."""

    seconds: float
    cpu: float
    peak: float


def scrapy(*arguments: str, database: Path) -> Cost:
    """Run a scrapy command on a database; end this program if it fails.

    A process starts with the peak of the one that made it: keep this one small.
    """
    command = [sys.executable, "-m", "scrapy", *arguments]
    command += ["-s", f"DATABASE_URL=sqlite:///{database}"]
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    peaks, ended = [0.0], threading.Event()
    watching = threading.Thread(target=watch, args=(process.pid, peaks, ended))
    watching.start()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    ended.set()
    watching.join()
    if status:
        sys.exit(f"it failed: {' '.join(command)}")
    peak = max(*peaks, usage.ru_maxrss / 1024)
    return Cost(seconds, usage.ru_utime + usage.ru_stime, peak)


def watch(pid: int, peaks: list[float], ended: threading.Event) -> None:
    """Note now and then how many MiB a process and those that it started take together."""
    while not ended.wait(LOOK):
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            family = [process, *process.children(recursive=True)]
            peaks.append(sum(one.memory_info().rss for one in family) / 2**20)
