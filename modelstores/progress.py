"""What people see of a run: one line while it goes, and the sum at the end."""

from __future__ import annotations

import sys
import time
from typing import Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from twisted.internet.task import LoopingCall

#: Seconds between two progress lines: on a terminal they overwrite each other.
ON_TERMINAL, IN_LOG = 0.5, 10.0


class Progress:
    """Prints products, pages a second and time left to standard error."""

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
        self._loop.start(ON_TERMINAL if self._terminal else IN_LOG, now=False)

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
        print(
            clear + line, end=end or ("" if self._terminal else "\n"), file=sys.stderr, flush=True
        )


def status_line(store: str, counts: dict[str, int], expected: int | None, elapsed: float) -> str:
    """Return the progress line: products done, of how many, pages a second, time left."""
    done = sum(number for name, number in counts.items() if name != "listed")
    speed = done / elapsed if elapsed > 0 else 0.0
    of = f"/{expected}" if expected is not None else ""
    line = f"{store}: {done}{of} products, {speed:.1f} pages/s"
    if expected and speed and done < expected:
        line += f", {(expected - done) / speed:.0f} s left"
    return line
