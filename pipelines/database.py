"""Last station: the snapshot, its products, and whatever was rejected on the way."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace

from scrapy import signals
from scrapy.crawler import Crawler
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure

from modelstores.account import receipt, rejected, summary, verdict
from modelstores.capture.archive import sha256
from modelstores.database import lease
from modelstores.database.engine import DatabaseError
from modelstores.database.writer import CaptureFile, Writer
from modelstores.description import mentioned
from modelstores.items import Item, Listing, Policy, Rejection, products
from modelstores.opening import Opening
from modelstores.spider import StoreSpider
from pipelines import Station


class DatabasePipeline(Station):
    """Opens a snapshot, adds to it, and closes it with a verdict and the run's receipt."""

    def __init__(self, crawler: Crawler):
        super().__init__(crawler)
        self._failed = False
        crawler.signals.connect(self._rejected, rejected)
        crawler.signals.connect(self._broken, signals.item_error)
        crawler.signals.connect(self._closed, signals.spider_closed)

    def open_spider(self) -> None:
        """Begin the snapshot, or go on with that of a killed run."""
        spider = self.spider
        if spider.opening is None:  # no command that has opened the run
            spider.hold(Opening.of(spider, spider.arguments, self._crawler.settings))
        self._opening: Opening = spider.opening  # type: ignore[assignment]
        self._writer = Writer(self._opening.engine, self._opening.run)
        self._writer.open(self._opening.continues)
        if not self._crawler.settings.getdict("FEEDS"):  # which are to have all that is told
            self._writer.terms = replace(self._writer.terms, known=self._writer.known())
        spider.terms = self._writer.terms
        self._timers = [
            self._every(self._writer.seconds, self._writer.tick),
            self._every(lease.RENEW_SECONDS, self._opening.lease.renew),
        ]

    def process_item(self, item: Item) -> Item:
        """Store the products, or what a policy page shows."""
        if isinstance(item, Policy):
            policy = item
            self._safely(lambda: self._writer.add_policy(policy, policy.shown))
            return item
        self._safely(lambda: self._add(item))
        return item

    def _add(self, item: Item) -> None:
        if isinstance(item, Listing):
            self._writer.put(item.ready, item.capture)
        for product in products(item):
            self._writer.add(product, *mentioned(product, self._writer.terms.known))
        self.spider.account.add("stored", len(item) if isinstance(item, Listing) else 1)

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

    def _every(self, seconds: float, action: Callable[[], None]) -> LoopingCall:
        timer = LoopingCall(self._safely, action)
        timer.start(seconds, now=False)
        return timer

    def _broken(self, item: Item, failure: Failure) -> None:
        reason = f"{type(failure.value).__name__} in a pipeline"
        if isinstance(item, Policy):
            self._rejected(Rejection("policy", item.url, [reason]))
        spider = self.spider
        for one in products(item):
            spider.account.reject(
                Rejection("page", one.url, [reason], one.as_stated(), one.capture)
            )
        for entry in item.ready if isinstance(item, Listing) else ():
            url = spider.product_url.format(id=entry.native_id)
            spider.account.reject(Rejection("page", url, [reason], capture=item.capture))

    def _closed(self, spider: StoreSpider, reason: str) -> None:
        stats = self._crawler.stats
        counts = spider.account.counts
        damaged = len(spider.archive.damage) if spider.archive else 0
        lost_listings = stats.get_value("listings/failed", 0)
        unread = spider.account.unread_number
        for timer in self._timers:
            timer.stop()
        try:
            status, reasons = self._writer.close(
                *verdict(reason, counts, damaged, lost_listings, unread),
                receipt(stats.get_stats()),
                counts,
                scope=spider.scope,
                captures=_written(spider),
            )
            counts = self._writer.counts(counts)
            stats.set_value("snapshot/status", status)  # only now: it stands in the database
            self._opening.close()
        except DatabaseError as error:
            status, reasons = "failed", [str(error)]
        for line in summary(counts, status, reasons, spider.account.losses, unread):
            print(f"{spider.name}: {line}", file=sys.stderr)


def _written(spider: StoreSpider) -> list[CaptureFile]:
    """Return the capture a live run wrote, with its digest."""
    path = spider.capture_path
    if path is None or not path.exists():
        return []
    return [CaptureFile(path.name, sha256(path), path.stat().st_size)]
