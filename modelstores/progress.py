"""What people see of a run: one line while it goes, and the sum at the end."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from twisted.internet.task import LoopingCall

#: Seconds between two progress lines on a terminal, where they overwrite each other.
ON_TERMINAL = 0.5
#: Seconds that a run which was told to end has for the pages it is at: Scrapy fetches what
#: its downloader holds, 16 requests (CONCURRENT_REQUESTS) at one a second or slower.
GRACE = 60.0


class Progress:
    """Prints products, pages a second and time left to standard error.

    Setting ``PROGRESS_SECONDS``: seconds between two lines in a log.
    """

    def __init__(self, crawler: Crawler):
        self._crawler = crawler
        self._terminal = sys.stderr.isatty()
        self._loop = LoopingCall(self._show)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the extension and connect it."""
        progress = cls(crawler)
        crawler.signals.connect(progress.opened, signals.spider_opened)
        crawler.signals.connect(progress.closed, signals.spider_closed)
        return progress

    def opened(self, spider: Spider) -> None:  # noqa: ARG002
        """Start the clock."""
        self._started = time.monotonic()
        in_log = self._crawler.settings.getfloat("PROGRESS_SECONDS")
        self._loop.start(ON_TERMINAL if self._terminal else in_log, now=False)

    def closed(self, spider: Spider) -> None:  # noqa: ARG002
        """Show the last figures."""
        if self._loop.running:
            self._loop.stop()
        self._show(end="\n")

    def _show(self, end: str | None = None) -> None:
        spider = self._crawler.spider
        if spider is None:
            return
        elapsed = time.monotonic() - self._started
        account, frontier = spider.account, spider.frontier  # type: ignore[attr-defined]
        line = status_line(spider.name, account.counts, frontier.expected, elapsed)
        clear = "\r\x1b[K" if self._terminal else ""
        end = end or ("" if self._terminal else "\n")
        try:
            print(clear + line, end=end, file=sys.stderr, flush=True)
        except BrokenPipeError:
            _end_unheard()


def _end_unheard() -> None:
    """End the run as SIGTERM does: whoever started it and read what it says is gone."""
    from twisted.internet import reactor  # noqa: PLC0415 - Scrapy installs it first

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    signal.raise_signal(signal.SIGTERM)
    # Scrapy waits for the pages it is at; the second signal waits for nothing.
    reactor.callLater(GRACE, signal.raise_signal, signal.SIGTERM)  # type: ignore[arg-type]


def status_line(store: str, counts: dict[str, int], expected: int | None, elapsed: float) -> str:
    """Return the progress line: products done, of how many, pages a second, time left."""
    done = sum(number for name, number in counts.items() if name != "listed")
    speed = done / elapsed if elapsed > 0 else 0.0
    of = f"/{expected}" if expected is not None else ""
    line = f"{store}: {done}{of} products, {speed:.1f} pages/s"
    if expected and speed and done < expected:
        line += f", {(expected - done) / speed:.0f} s left"
    return line
