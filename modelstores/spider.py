"""StoreSpider: all that the spiders of the stores share."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import scrapy
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.settings import BaseSettings
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from modelstores import browser, rendering
from modelstores.account import Account
from modelstores.arguments import Arguments
from modelstores.capture.archive import Archive
from modelstores.capture.wayback import is_memento, live_address
from modelstores.frontier import Frontier
from modelstores.items import Capture, Policy, Product, Rejection, merge
from modelstores.page import NotAProduct
from modelstores.store import Store
from modelstores.versions import versions
from modelstores.wayback import TravelError, WaybackMachine

logger = logging.getLogger(__name__)

RENDERING_HANDLER = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"

#: What cannot hold for a replay: nothing is fetched, so nobody has to be spared.
REPLAY_SETTINGS: dict[str, Any] = {
    "HTTPCACHE_IGNORE_MISSING": True,  # what the archive lacks is not fetched
    "ROBOTSTXT_OBEY": False,
    "RETRY_ENABLED": False,
    "AUTOTHROTTLE_ENABLED": False,
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 4,
}


class StoreSpider(Store, scrapy.Spider):
    """Base of all spiders. A store's spider sets the attributes and writes ``parse``."""

    archive: Archive | None = None
    limit: int | None = None
    #: the Wayback Machine, if this run travels to a past day
    wayback: WaybackMachine | None = None
    #: the file this run writes, once it has begun to
    capture_path: Path | None = None
    account: Account
    frontier: Frontier
    versions: dict[str, str | None]

    def __init__(self, name: str | None = None, **kwargs: Any):
        super().__init__(name, **kwargs)
        self._rendered = count()

    # --- setting up ---

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Hand https to the browser's handler only if the spider needs a browser."""
        super().update_settings(settings)
        if cls.render:
            handlers = settings.getdict("DOWNLOAD_HANDLERS")
            handlers.setdefault("https", RENDERING_HANDLER)
            settings.set("DOWNLOAD_HANDLERS", handlers, priority="spider")

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Make the spider from ``-a`` arguments.

        Raises:
            ArgumentError: an argument is unknown or has no usable value.
        """
        arguments = Arguments.of(kwargs)
        spider = super().from_crawler(crawler, *args)
        spider.archive, spider.limit = arguments.archive, arguments.limit
        if arguments.at:
            spider.wayback = WaybackMachine(crawler, arguments.at)
            spider.allowed_domains = [*cls.allowed_domains, spider.wayback.host]  # type: ignore[misc]
        spider.account = Account(crawler)
        spider.frontier = Frontier(spider, spider.account, arguments)
        crawler.signals.connect(spider.led_away, signals.request_scheduled)
        crawler.signals.connect(spider.led_back, signals.request_dropped)
        if spider.archive:
            crawler.settings.setdict(REPLAY_SETTINGS, priority="cmdline")
        if cls.render:
            # It logs a lost page with a traceback; the page's errback keeps the reason.
            logging.getLogger("scrapy-playwright").setLevel(logging.ERROR)
            path = browser.find()
            reachable = [] if spider.archive else [*cls.allowed_domains, *cls.asset_domains]
            options = browser.launch_options(path, reachable)
            crawler.settings.set("PLAYWRIGHT_LAUNCH_OPTIONS", options, priority="spider")
            spider.versions = versions(browser.version(path))
        else:
            spider.versions = versions()
        return spider

    @property
    def scope(self) -> str:
        """Which part of the store this run covers: "full" only if its listing ended."""
        lost = self.crawler.stats.get_value("listings/failed", 0)
        some = self.archive or self.wayback or self.frontier.is_bounded or lost
        return "partial" if some else "full"

    # --- asking ---

    async def start(self) -> AsyncIterator[Request]:
        """Ask for every product the archive holds, or for the store's listing."""
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
            for url in self.start_urls if self.frontier.ids is None else ():
                yield self.ask_listing(url)
            return
        for url in filter(self.archive.has, self.policy_urls):
            yield self.ask_policy(url)
        for url in self.frontier.of_archive(self.archive):
            if self.crawler.engine.needs_backout():  # as many at a time as are being worked on
                await self.crawler.signals.wait_for(signals.scheduler_empty)
            yield self.ask_product(url)

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
            self._lost_listing(before, error)

    def ask_listing(self, url: str) -> Request:
        """Return the request for a listing page."""
        return Request(
            url, self.read_listing, errback=self.lost_listing, meta=self.rendering_meta(url)
        )

    def ask_product(self, url: str) -> Request:
        """Return the request for a product's page or record."""
        return Request(url, self.read, errback=self.lost, meta=self.rendering_meta(url))

    def ask_policy(self, url: str) -> Request:
        """Return the request for a policy page."""
        return Request(
            url,
            self.read_policy,
            errback=self.lost_policy,
            cb_kwargs={"url": url},
            meta=self.rendering_meta(url),
        )

    def rendering_meta(self, url: str) -> dict[str, Any]:
        """Return what has a page rendered: live, or from the archive if that holds it only raw."""
        if not self.render or self.record_id(url) or self.wayback:
            return {}
        context = {
            "user_agent": self.settings["USER_AGENT"],
            "service_workers": "block",
            "accept_downloads": False,
            "locale": "en-US",
            "timezone_id": "UTC",
        }
        tabs = self.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        tab = f"tab-{next(self._rendered) % tabs}"
        if self.archive is None:
            return rendering.meta(rendering.keep_exchanges, tab, context)
        if self.archive.is_rendered(url):
            return {}
        answered = rendering.meta(rendering.answer_from(self.archive), tab, context)
        raw = self.archive.find(url)
        if raw and is_memento({name.lower(): value for name, value in raw.headers}):
            return {}  # read as it was when it came: without a browser
        place = replace(raw.capture, rendered=True) if raw else None
        return {**answered, "dont_cache": True, "capture": place}

    # --- reading ---

    async def read_listing(self, response: Response) -> AsyncIterator[Request]:
        """Ask for the products, and the further listings, of a listing page."""
        try:
            found = list(self.parse(response))
        except Exception as error:
            self._lost_listing(response.url, error)
            return
        for request in found:
            if not isinstance(request, Request):
                continue
            native_id = self.product_id(request.url) or self.record_id(request.url)
            if native_id is None:
                yield self.ask_listing(request.url)
            elif self.frontier.is_full:
                return
            elif self.frontier.take(native_id):
                yield self.ask_product(request.url)

    async def read_policy(self, response: Response, url: str) -> AsyncIterator[Policy]:
        """Read a policy page."""
        try:
            policy = self.parse_policy(response, url)
        except Exception as error:
            self.account.note(Rejection("policy", url, [_reason(error)]))
            return
        policy.capture = response.meta.get("capture")
        yield policy

    async def read(self, response: Response) -> AsyncIterator[Product]:
        """Read one product's page or record, completed by its record where there is one."""
        capture: Capture | None = response.meta.get("capture")
        product = self.parsed_product(response, capture)
        if product is None or self.frontier.is_another(product, response):
            return
        if self.record_url and product.source == "page":
            record = await self.fetch_record(product.native_id)
            product = merge(product, record) if record else product
        yield product

    def parsed_product(self, response: Response, capture: Capture | None) -> Product | None:
        """Return the product of an answer; one that holds none is lost, with the reason."""
        try:
            if not self.within_store(response.url):
                raise NotAProduct("the page led out of the store")
            product = next((x for x in self.parse(response) if isinstance(x, Product)), None)
            if product is None:
                raise NotAProduct("the page shows no product")
        except Exception as error:  # whatever one page does costs that page alone
            if not isinstance(error, NotAProduct):
                logger.error("%s: %s while parsing", response.url, type(error).__name__)
            asked = response.request.url if response.request else response.url
            self.account.reject(Rejection("page", asked, [_reason(error)], capture=capture))
            return None
        product.capture = capture
        return product

    async def fetch_record(self, native_id: str) -> Product | None:
        """Return what the product's record says, if there is one."""
        url = str(self.record_url).format(id=native_id)
        if self.archive and not self.archive.has(url):
            return None
        try:
            response = await self.crawler.engine.download_async(Request(url))
            if response.status != 200:
                return None
            record = next((x for x in self.parse(response) if isinstance(x, Product)), None)
            if record:
                record.capture = response.meta.get("capture")
            return record
        except TravelError:  # most records were never archived
            return None
        except Exception as error:  # the page alone is enough
            logger.warning("%s: record not read (%s)", url, type(error).__name__)
            return None

    # --- losing ---

    def lost(self, failure: Failure) -> None:
        """Keep a product page that was not received, with the reason."""
        request: Request = failure.request  # type: ignore[attr-defined]
        refused = "Forbidden by robots.txt" in str(failure.value)
        rejection = Rejection(
            "page", request.url, [_reason(failure.value)], capture=request.meta.get("capture")
        )
        self.account.reject(rejection, "refused" if refused else "failed")

    def led_away(self, request: Request) -> None:
        """Account for a product redirected outside the store: Scrapy drops it without a word."""
        if request.callback == self.read and not self.within_store(request.url):
            self.account.reject(Rejection("page", request.url, ["redirected outside the store"]))

    def led_back(self, request: Request) -> None:
        """Account for a product redirected to one that was asked for already."""
        if request.callback == self.read:
            self.account.add("merged")

    def lost_policy(self, failure: Failure) -> None:
        """Keep note of a policy page that was not received."""
        url: str = failure.request.url  # type: ignore[attr-defined]
        self.account.note(Rejection("policy", url, [_reason(failure.value)]))

    def lost_listing(self, failure: Failure) -> None:
        """Keep note of a listing page that was not received: the listing is not whole."""
        self._lost_listing(failure.request.url, failure.value)  # type: ignore[attr-defined]

    def _lost_listing(self, url: str, error: BaseException | None) -> None:
        self.crawler.stats.inc_value("listings/failed")
        logger.error("listing %s: %s", url, _reason(error))


def _reason(error: BaseException | None) -> str:
    """Return in one line why a page was lost."""
    if isinstance(error, HttpError):
        return f"HTTP status {error.response.status}"
    if isinstance(error, (NotAProduct, IgnoreRequest, rendering.RenderingError)):
        return str(error)[:500]
    first = (str(error).splitlines() or [""])[0][:300]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
