"""Last station: the snapshot, its products, and whatever was rejected on the way."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure

from modelstores.account import receipt, rejected, summary, verdict
from modelstores.capture.archive import sha256
from modelstores.database.engine import DatabaseError, connect
from modelstores.database.writer import CaptureFile, Run, Writer
from modelstores.elements import codebook
from modelstores.elements.licences import spdx
from modelstores.elements.references import references
from modelstores.items import Policy, Product, Rejection
from modelstores.spider import StoreSpider

#: Elements whose stated words are licences.
LICENSES = ("end_user_license", "developer_license")
#: Settings without which a run cannot be understood later.
SETTINGS_KEPT = ("USER_AGENT", "ROBOTSTXT_OBEY", "DOWNLOAD_DELAY", "DOWNLOAD_MAXSIZE")


class DatabasePipeline:
    """Opens a snapshot, adds to it, and closes it with a verdict and the run's receipt."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler
        self._failed = False
        crawler.signals.connect(self._rejected, rejected)
        crawler.signals.connect(self._broken, signals.item_error)
        crawler.signals.connect(self._closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the pipeline and connect it."""
        return cls(crawler)

    def open_spider(self) -> None:
        """Begin the snapshot."""
        spider: StoreSpider = self._crawler.spider  # type: ignore[assignment]
        settings = self._crawler.settings
        self._engine = connect(settings["DATABASE_URL"])
        self._writer = Writer(
            self._engine,
            Run(
                store=spider.name,
                title=spider.title,
                kind=spider.kind,
                source="archive" if spider.archive else "wayback" if spider.wayback else "live",
                started_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
                versions=spider.versions,
                elements=[asdict(element) for element in codebook.load().elements],
                scope=spider.scope,
                settings={name: settings[name] for name in SETTINGS_KEPT}
                | ({"at": spider.wayback.day.isoformat()} if spider.wayback else {}),
                captures=[
                    CaptureFile(file.name, file.sha256, file.bytes)
                    for file in (spider.archive.files if spider.archive else [])
                ],
            ),
        )
        self._writer.open()
        self._timer = LoopingCall(self._safely, self._writer.tick)
        self._timer.start(self._writer.seconds, now=False)

    def process_item(self, item: Product | Policy) -> Product | Policy:
        """Store the product, or what a policy page shows."""
        if isinstance(item, Policy):
            policy = item
            self._safely(lambda: self._writer.add_policy(policy, policy.shown))
            return item
        stated = dict.fromkeys(item.stated[name] for name in LICENSES if name in item.stated)
        licenses = [(raw, spdx(raw)) for raw in stated]
        self._safely(lambda: self._writer.add(item, references(item), licenses))
        self._crawler.spider.account.add("stored")  # type: ignore[union-attr]
        return item

    def _rejected(self, rejection: Rejection) -> None:
        self._safely(lambda: self._writer.reject(rejection))

    def _safely(self, write: Callable[[], None]) -> None:
        """Write; if the database fails, say so once and end the run."""
        try:
            write()
        except DatabaseError as error:
            if not self._failed:
                self._failed = True
                print(f"error: {error}", file=sys.stderr)
                ending = self._crawler.engine.close_spider_async(reason="database_error")
                self._ending = asyncio.ensure_future(ending)

    def _broken(self, item: Product | Policy, failure: Failure) -> None:
        reason = f"{type(failure.value).__name__} in a pipeline"
        if isinstance(item, Policy):
            self._rejected(Rejection("policy", item.url, [reason]))
            return
        rejection = Rejection("page", item.url, [reason], item.as_stated(), item.capture)
        self._crawler.spider.account.reject(rejection)  # type: ignore[union-attr]

    def _closed(self, spider: StoreSpider, reason: str) -> None:
        stats = self._crawler.stats
        counts = spider.account.counts
        damaged = len(spider.archive.damage) if spider.archive else 0
        lost_listings = stats.get_value("listings/failed", 0)
        unread = spider.account.unread_number
        self._timer.stop()
        try:
            self._writer.flush()
            # A product met under two addresses has one sighting; close() corrects its own.
            twice = self._writer.merged
            given, counts = (
                counts,
                counts
                | {
                    "stored": counts["stored"] - twice,
                    "merged": counts["merged"] + twice,
                },
            )
            status, reasons = verdict(reason, counts, damaged, lost_listings, unread)
            self._writer.close(
                status,
                reasons,
                receipt(stats.get_stats()),
                given,
                scope=spider.scope,
                captures=_written(spider),
            )
            stats.set_value("snapshot/status", status)  # only now: it stands in the database
        except DatabaseError as error:
            status, reasons = "failed", [str(error)]
        finally:
            self._engine.dispose()
        for line in summary(counts, status, reasons, spider.account.losses, unread):
            print(f"{spider.name}: {line}", file=sys.stderr)


def _written(spider: StoreSpider) -> list[CaptureFile]:
    """Return the capture a live run wrote, with its digest."""
    path = spider.capture_path
    if path is None:
        return []
    return [CaptureFile(path.name, sha256(path), path.stat().st_size)]
