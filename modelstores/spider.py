"""StoreSpider: all that the spiders of the stores share."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import scrapy
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from modelstores import layout, renderer
from modelstores.account import Account
from modelstores.arguments import Arguments
from modelstores.capture.archive import Archive
from modelstores.capture.storage import NotKeptError
from modelstores.capture.wayback import live_address
from modelstores.frontier import Frontier
from modelstores.garbage import search_often
from modelstores.items import Policy, Product, Rejection, merge
from modelstores.listing_pages import LISTINGS, ListingPages
from modelstores.losses import reason, rejection
from modelstores.page import EmptyShell, NotAProduct
from modelstores.redirects import LedAway, led_to
from modelstores.store import Store, as_listed
from modelstores.wayback import TravelError, WaybackMachine

if TYPE_CHECKING:
    from modelstores.database.entry import Terms
    from modelstores.description import Known
    from modelstores.opening import Opening

logger = logging.getLogger(__name__)

#: What cannot hold for a replay: nothing is fetched, so nobody has to be spared.
REPLAY_SETTINGS: dict[str, Any] = {
    "HTTPCACHE_IGNORE_MISSING": True,  # what the archive lacks is not fetched
    "ROBOTSTXT_OBEY": False,
    "RETRY_HTTP_CODES": [],
    "AUTOTHROTTLE_ENABLED": False,
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
    "DOWNLOAD_SLOTS": LISTINGS,
}
#: The same without a browser: nothing that could fetch is loaded, which takes long.
OFFLINE_SETTINGS: dict[str, Any] = {
    "DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https", "file", "data", "ftp", "s3")),
    "RETRY_ENABLED": False,
}
#: Where there is a browser its processes count too; Scrapy's own looks at its process alone.
MEMORY_USAGE = {
    "scrapy.extensions.memusage.MemoryUsage": None,
    "scrapy_playwright.memusage.ScrapyPlaywrightMemoryUsageExtension": 0,
}


class StoreSpider(Store, scrapy.Spider):
    """Base of all spiders. A store's spider sets the attributes and writes ``parse``."""

    archive: Archive | None = None
    limit: int | None = None
    #: the Wayback Machine, if this run travels to a past day
    wayback: WaybackMachine | None = None
    #: what the run holds: database, lease, and what it goes on with
    opening: Opening | None = None
    #: the file this run writes, if any
    capture_path: Path | None = None
    #: what a killed run had received that this one goes on with
    resumed: Archive | None = None
    #: the answers of the last complete live snapshot, by which only changes are asked for
    previous: Archive | None = None
    #: what the rows of its database are made by, if it has one
    terms: Terms | None = None
    arguments: Arguments
    account: Account
    frontier: Frontier
    listing_pages: ListingPages
    renderer: renderer.Renderer
    versions: Mapping[str, Any]

    # --- setting up ---

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Hand https to the browser's handler, and watch its memory, only if there is a browser."""
        super().update_settings(settings)
        if cls.render or cls.render_shells:
            handlers = settings.getdict("DOWNLOAD_HANDLERS")
            handlers.setdefault("https", renderer.HANDLER)
            settings.set("DOWNLOAD_HANDLERS", handlers, priority="spider")
            settings.set(
                "EXTENSIONS", settings.getdict("EXTENSIONS") | MEMORY_USAGE, priority="spider"
            )
            retried = [*settings.getlist("RETRY_EXCEPTIONS"), "playwright.async_api.Error"]
            settings.set("RETRY_EXCEPTIONS", retried, priority="spider")  # a browser that died

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Make the spider from ``-a`` arguments.

        Raises:
            ArgumentError: an argument is unknown or has no usable value.
        """
        opening = kwargs.pop("opening", None)
        arguments = Arguments.of(kwargs)
        spider = super().from_crawler(crawler, *args)
        spider.arguments = arguments
        spider.archive, spider.limit = arguments.archive, arguments.limit
        if opening:
            spider.hold(opening)
        if arguments.at:
            spider.wayback = WaybackMachine(crawler, arguments.at)
            spider.allowed_domains = [*cls.allowed_domains, spider.wayback.host]  # type: ignore[misc]
        spider.account = Account(crawler)
        spider.frontier = Frontier(spider, spider.account, arguments)
        crawler.signals.connect(spider.led_back, signals.request_dropped)
        if spider.archive:
            crawler.settings.setdict(REPLAY_SETTINGS, priority="cmdline")
            if not (cls.render or cls.render_shells):
                crawler.settings.setdict(OFFLINE_SETTINGS, priority="cmdline")
        spider.renderer = renderer.Renderer(spider)
        spider.listing_pages = ListingPages(spider)
        return spider

    def hold(self, opening: Opening) -> None:
        """Take what the run begins with: the command's, or what the first pipeline opened."""
        self.opening = opening
        self.versions = opening.run.versions
        self.capture_path = opening.capture_path
        self.resumed, self.previous = opening.resumed, opening.previous

    @property
    def known(self) -> Known:
        """Digests of what the database holds already, tagged and keyed by these versions."""
        return self.terms.known if self.terms else frozenset()

    @property
    def scope(self) -> str:
        """Which part of the store this run covers: "full" only if its listing ended."""
        lost = self.crawler.stats.get_value("listings/failed", 0)
        some = self.wayback or self.frontier.is_bounded or lost
        whole = self.archive is None or self.frontier.holds_listing(self.archive)
        return "full" if whole and not some else "partial"

    # --- asking ---

    async def start(self) -> AsyncIterator[Request]:
        """Ask for every product the archive holds, or for the store's listing."""
        search_often()
        if self.archive is None:
            for url in self.policy_urls:
                yield self.ask_policy(url)
            # An app store is never read whole: its listings of that day say which apps.
            if self.wayback and self.frontier.ids is None and self.kind == "model":
                async for request in self.products_archived(self.wayback):
                    yield request
                return
            for url in self.frontier.chosen():
                yield self.ask_product(url)
            listings = list(self.listings()) if self.frontier.ids is None else []
            self.crawler.stats.set_value("listings/first", " ".join(r.url for r in listings))
            for listing in listings:
                yield self.listing_pages.ask(listing)
            return
        async for request in self.of_archive(self.archive):
            if self.crawler.engine.needs_backout():  # as many at a time as are being worked on
                await self.crawler.signals.wait_for(signals.scheduler_empty)
            yield request

    async def of_archive(self, archive: Archive) -> AsyncIterator[Request]:
        """Ask for all that an archive holds of the store."""
        for url in filter(archive.has, self.policy_urls):
            yield self.ask_policy(url)
        for url in self.frontier.of_archive(archive):
            yield self.ask_product(url)
        async for request in self.listing_pages.of_archive(archive):
            yield request

    async def products_archived(self, machine: WaybackMachine) -> AsyncIterator[Request]:
        """Ask for every product page that the Wayback Machine's index names."""
        before = self.product_url.partition("{id}")[0]
        try:
            async for memento in machine.captures(before, prefix=True):
                url = live_address(memento.original, urlsplit(before).scheme)
                native_id = self.product_id(url)
                if self.frontier.is_full:
                    return
                if native_id and self.frontier.take(native_id):
                    yield self.ask_product(url)
        except TravelError as error:
            self.listing_pages.lose(before, error)

    def ask_product(self, url: str) -> Request:
        """Return the request for a product's page or record."""
        return Request(
            url,
            self.read,
            errback=self.lost,
            cb_kwargs={"native_id": self.native_id_of(url)},
            meta=self.renderer.meta(url),
        )

    def ask_policy(self, url: str) -> Request:
        """Return the request for a policy page."""
        return Request(
            url,
            self.read_policy,
            errback=self.lost_policy,
            cb_kwargs={"url": url},
            meta=self.renderer.meta(url),
        )

    # --- reading ---

    async def read_policy(self, response: Response, url: str) -> AsyncIterator[Policy]:
        """Read a policy page."""
        try:
            policy = self.parse_policy(response, url)
        except Exception as error:
            self.account.note(Rejection("policy", url, [reason(error)]))
            return
        policy.capture = response.meta.get("capture")
        yield policy

    async def read(self, response: Response, native_id: str) -> AsyncIterator[Product]:
        """Read one product's page or record, completed by its record where there is one."""
        found = self.parsed(response)
        if isinstance(found, EmptyShell) and self.renderer.fills_in(response):
            try:
                response = await self.renderer.filled_in(response)
                found = self.parsed(response)
            except Exception as error:
                found = NotAProduct(f"{found}; rendering it failed: {reason(error)}")
        with suppress(NotKeptError):  # the run ends: what was not kept was not read
            if isinstance(found, Exception):
                yield await self.not_shown(_asked(response), native_id, found)
            elif not self.frontier.is_another(found, response):
                yield await self.completed(found, response)

    async def completed(self, product: Product, response: Response) -> Product:
        """Return a product with what its record says, and without what a new layout hides."""
        if layout.is_changed(self, product):
            product.unread = layout.unread(self, product)
            self.account.unread(rejection(_asked(response), "none of the store's headings"))
        record = await self.fetch_record(product.native_id) if product.source == "page" else None
        return merge(product, record) if record else product

    def parsed(self, response: Response) -> Product | Exception:
        """Return the product of an answer, or why it shows none."""
        try:
            product = self.product(response)
        except Exception as error:  # whatever one page does costs that page alone
            if not isinstance(error, NotAProduct):
                logger.error("%s: %s while parsing", response.url, type(error).__name__)
            return error
        product.capture = response.meta.get("capture")
        return product

    async def not_shown(self, asked: Request, native_id: str, error: Exception) -> Product:
        """Return a product whose page was answered but shows none: its record, or as listed."""
        self.account.unread(rejection(asked, reason(error)))
        record = None if self.record_id(asked.url) else await self.fetch_record(native_id)
        return record or as_listed(self, native_id, asked.meta.get("capture"))

    async def fetch_record(self, native_id: str) -> Product | None:
        """Return what the product's record says, if there is one."""
        if self.record_url is None:
            return None
        url = self.record_url.format(id=native_id)
        if self.archive and not self.archive.has(url):
            return None
        try:
            response = await self.crawler.engine.download_async(Request(url))
            if response.status != 200:
                return None
            record = self.product(response)
            record.capture = response.meta.get("capture")
            return record
        except NotKeptError:
            raise
        except TravelError:  # most records were never archived
            return None
        except Exception as error:  # the page alone is enough
            logger.warning("%s: record not read (%s)", url, type(error).__name__)
            return None

    # --- losing ---

    async def lost(self, failure: Failure) -> AsyncIterator[Product]:
        """Keep a product page that was not received, with the reason."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error = failure.value
        if isinstance(error, NotKeptError):  # the run ends, and says so
            return
        if not self.within_store(led_to(request)):
            error = LedAway("redirected outside the store")
        if isinstance(error, LedAway):
            yield await self.not_shown(request, request.cb_kwargs["native_id"], error)
            return
        refused = "Forbidden by robots.txt" in str(error)
        self.account.reject(rejection(request, reason(error)), "refused" if refused else "failed")

    def led_back(self, request: Request) -> None:
        """Account for a product redirected to one that was asked for already."""
        if request.callback == self.read:
            self.account.add("merged")

    def lost_policy(self, failure: Failure) -> None:
        """Keep note of a policy page that was not received."""
        if isinstance(failure.value, NotKeptError):
            return
        url: str = failure.request.url  # type: ignore[attr-defined]
        self.account.note(Rejection("policy", url, [reason(failure.value)]))


def _asked(response: Response) -> Request:
    request: Request = response.request  # type: ignore[assignment]
    return request
