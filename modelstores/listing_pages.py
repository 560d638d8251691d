"""The listing pages of a run: what they lead to, and the products that they hold."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from modelstores.arguments import Arguments
from modelstores.capture.archive import Archive
from modelstores.capture.storage import NotKeptError
from modelstores.garbage import search_seldom
from modelstores.items import Listing, Product
from modelstores.losses import reason
from modelstores.store import Store
from modelstores.worker import Found, Worker

if TYPE_CHECKING:
    from modelstores.spider import StoreSpider

logger = logging.getLogger(__name__)

#: A second process reads ahead what an archive holds of listings, if there are more than these: it
#: takes as long to start as to read a few.
WORTH_A_WORKER = 10

#: The download slot of an archive's listings: as many are at work as keep two processes busy.
SLOT = "listings"
LISTINGS = {SLOT: {"delay": 0, "concurrency": 10}}
#: Listings at the worker, of these, while this process reads one itself.
ENOUGH = 7


def listings(store: Store, archive: Archive) -> list[str]:
    """Return the addresses of a store's listing pages that an archive holds."""
    first = set(store.start_urls)
    fits = re.compile(store.listing_url or "(?!)").fullmatch
    return [url for url in archive if (url in first or fits(url)) and archive.has(url)]


def worker_for(store: Store, arguments: Arguments, settings: BaseSettings) -> Worker | None:
    """Start a second process if an archive holds many listings to be read whole.

    Where items go to files as well they have to be there as products.
    """
    archive = arguments.archive
    whole = store.lists_products and not arguments.is_bounded
    if archive is None or not whole or settings.getdict("FEEDS"):
        return None
    many = len(listings(store, archive)) > WORTH_A_WORKER
    return Worker.start(type(store)) if many else None


class ListingPages:
    """Asks for the listing pages of a run and reads them."""

    def __init__(self, spider: StoreSpider):
        self._spider = spider
        #: reads an archive's listings ahead, if there are many
        self._worker: Worker | None = None

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
        worker = spider.opening and spider.opening.worker
        if worker and spider.terms:
            search_seldom()
            await worker.connect(spider.terms)
            self._worker = worker
        for url in listings(spider, archive):
            if spider.frontier.is_full:
                return
            yield self.ask(Request(url, meta={"download_slot": SLOT}))

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
        listing = Listing(capture=response.meta.get("capture"))
        reads_pages = spider.archive is None and frontier.is_bounded
        for one in found:
            if frontier.is_full:
                break
            if isinstance(one, Request):
                if request := self._follow(one):
                    yield request
            elif spider.archive and not frontier.is_new(spider.archive, one.native_id):
                continue
            elif reads_pages:
                if frontier.take(one.native_id):
                    yield spider.ask_product(spider.product_url.format(id=one.native_id))
            elif frontier.claim(one.native_id):
                listing.add(one)
        spider.account.add("listed", len(listing))
        for item in listing.products if self._feeds else filter(None, [listing]):
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

    def _follow(self, link: Request) -> Request | None:
        """Return the request for what a listing links to, unless it is to be left out."""
        spider, frontier = self._spider, self._spider.frontier
        native_id = spider.native_id_of(link.url)
        if spider.archive and not frontier.is_new(spider.archive, native_id, link.url):
            return None
        if native_id is None:
            return self.ask(link)
        return spider.ask_product(link.url) if frontier.take(native_id) else None

    async def _read_ahead(self, response: Response) -> Found | None:
        """Return what the worker finds in a listing; None if there is none that can be asked.

        One that has enough to do is not asked: else this process would wait for it.
        """
        worker = self._worker
        if worker is None or not worker.is_alive or worker.pending >= ENOUGH:
            return None
        self._spider.crawler.stats.inc_value("listings/by_worker")
        return await worker.read(response)

    @property
    def _feeds(self) -> bool:
        """Whether the items are written to files as well: each product by itself, and whole."""
        return bool(self._spider.settings.getdict("FEEDS"))
