"""The listing pages of a run: what they lead to, and the products that they hold."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from scrapy import Request, signals
from scrapy.http import Response
from twisted.python.failure import Failure

from modelstores.capture.archive import Archive
from modelstores.capture.storage import NotKeptError
from modelstores.garbage import search_seldom
from modelstores.items import Listing, Product
from modelstores.losses import reason
from modelstores.worker import Found, Worker

if TYPE_CHECKING:
    from modelstores.spider import StoreSpider

logger = logging.getLogger(__name__)

#: A second process reads ahead what an archive holds of listings, if there are more than these: it
#: takes as long to start as to read a few.
WORTH_A_WORKER = 10


class ListingPages:
    """Asks for the listing pages of a run and reads them."""

    def __init__(self, spider: StoreSpider):
        self._spider = spider
        #: reads an archive's listings ahead, if there are many
        self._worker: Worker | None = None
        spider.crawler.signals.connect(self._close, signals.spider_closed)

    def ask(self, listing: Request) -> Request:
        """Return the request for a listing page: the store's own, complete."""
        return listing.replace(
            callback=self.read,
            errback=self.lost,
            meta=listing.meta | self._spider.renderer.meta(listing.url),
        )

    async def of_archive(self, archive: Archive) -> AsyncIterator[Request]:
        """Ask for the listing pages that an archive holds, if they can say anything new."""
        spider = self._spider
        if spider.frontier.is_bounded and not spider.lists_products:
            return
        listings = spider.frontier.listings(archive)
        many = spider.lists_products and len(listings) > WORTH_A_WORKER
        if many and not (spider.frontier.is_bounded or self._feeds):
            self._worker = await Worker.start(type(spider), spider.known)
            search_seldom()
        for url in listings:
            if spider.frontier.is_full:
                return
            yield self.ask(Request(url))

    async def read(self, response: Response) -> AsyncIterator[Request | Listing | Product]:
        """Ask for the products, and the further listings, of a listing page.

        Entries that are products themselves are stored, unless pages are to be read: those
        of some products, or those that an archive holds.
        """
        spider, frontier = self._spider, self._spider.frontier
        try:
            found = await self._read_ahead(response)
            if found is None:
                found = list(spider.parse(response))
        except Exception as error:
            self.lose(response.url, error)
            return
        entries: list[Product] = []
        reads_pages = spider.archive is None and frontier.is_bounded
        for one in found:
            entry = one if isinstance(one, Product) else None
            native_id = entry.native_id if entry else spider.native_id_of(one.url)
            url = spider.product_url.format(id=native_id) if entry else one.url
            if spider.archive and not frontier.is_new(
                spider.archive, url, native_id, entry=entry is not None
            ):
                continue
            if native_id is None:
                yield self.ask(one if isinstance(one, Request) else Request(url))
            elif frontier.is_full:
                break
            elif entry is None or reads_pages:
                if frontier.take(native_id):
                    yield spider.ask_product(url)
            elif frontier.claim(native_id):
                entry.capture = response.meta.get("capture")
                entries.append(entry)
        spider.account.add("listed", len(entries))
        for item in entries if self._feeds or not entries else [Listing(entries)]:
            yield item

    def lost(self, failure: Failure) -> None:
        """Keep note of a listing page that was not received."""
        if not isinstance(failure.value, NotKeptError):  # the run ends, and says so
            self.lose(failure.request.url, failure.value)  # type: ignore[attr-defined]

    def lose(self, url: str, error: BaseException | None) -> None:
        """Keep note that a listing is not whole."""
        spider = self._spider
        if spider.archive and not spider.lists_products:
            spider.frontier.leads_out = True  # its pages are there, with or without a listing
            return
        spider.crawler.stats.inc_value("listings/failed")
        logger.error("listing %s: %s", url, reason(error))

    async def _read_ahead(self, response: Response) -> Found | None:
        """Return what the worker finds in a listing; None if there is none that can be asked."""
        if self._worker is None or not self._worker.is_ready:
            return None
        self._spider.crawler.stats.inc_value("listings/by_worker")
        return await self._worker.read(response)

    @property
    def _feeds(self) -> bool:
        """Whether the items are written to files as well: each product by itself, and whole."""
        return bool(self._spider.settings.getdict("FEEDS"))

    def _close(self) -> None:
        """End the second process."""
        if self._worker:
            self._worker.close()
