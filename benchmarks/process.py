"""A command in a process of its own, and what it cost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]


class Cost(NamedTuple):
    """Seconds on the clock, seconds of the processor, and peak memory in MiB."""

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
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        sys.exit(f"it failed: {' '.join(command)}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
