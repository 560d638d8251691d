"""Time travel: every address is answered by the Wayback Machine, as it stood near a day."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from itertools import count
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadConnectionRefusedError, IgnoreRequest, NotConfigured
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.utils.misc import load_object

from modelstores.capture import wayback
from modelstores.capture.archive import REDIRECTS
from modelstores.capture.storage import received

if TYPE_CHECKING:
    from modelstores.spider import StoreSpider

logger = logging.getLogger(__name__)

#: The download slot of index requests (settings: DOWNLOAD_SLOTS).
INDEX_SLOT = "wayback-index"
#: How often the archive is asked again after "too much" (429, or no connection at all), and
#: after a failure, which may be that of one page; each wait is twice the one before.
RETRIES_REFUSED, RETRIES_FAILED = 4, 2
TOO_MUCH, FAILURES = 429, frozenset({500, 502, 503, 504, 520, 522, 524})
#: How many addresses in a row may fail before the archive counts as down.
MAX_FAILED = 3
#: How many captures are tried before a page counts as lost, and hops to each.
CANDIDATES, HOPS = 3, 5
#: Most answers of the index to one question.
INDEX_PAGES = 1_000


class TravelError(IgnoreRequest):
    """A page could not be had from the Wayback Machine; the message says why in one line."""


class WaybackMachine:
    """The archive, asked one request at a time, and left alone when it says so."""

    def __init__(self, crawler: Crawler, day: date):
        self._crawler = crawler
        self.day = day
        self.base: str = crawler.settings["WAYBACK_URL"].rstrip("/")
        self._first_wait = crawler.settings.getfloat("WAYBACK_WAIT")
        self._one_at_a_time = asyncio.Lock()
        self._passing = tuple(map(load_object, crawler.settings.getlist("RETRY_EXCEPTIONS")))
        self._failed = 0
        self._gave_up = False

    @property
    def host(self) -> str:
        """The archive's host."""
        return urlsplit(self.base).hostname or ""

    def is_its_own(self, url: str) -> bool:
        """Tell whether an address is one of the archive itself."""
        return urlsplit(url).netloc == urlsplit(self.base).netloc

    async def captures(self, url: str, *, prefix: bool = False) -> AsyncIterator[wayback.Memento]:
        """Yield what the index names: the captures of an address, or of all that begin so.

        Raises:
            TravelError: the index does not answer, or the site is blocked.
        """
        resume = ""
        for _ in range(INDEX_PAGES):
            address = wayback.index_url(self.base, url, prefix=prefix, resume=resume)
            meta = {"download_slot": INDEX_SLOT, "autothrottle_dont_adjust_delay": True}
            answer = await self._ask(address, meta)
            if answer.status != 200:
                raise TravelError(f"the archive's index answered with status {answer.status}")
            try:
                found, following = wayback.read_index(answer.body)
            except ValueError as error:
                raise TravelError(str(error)) from None
            for memento in found:
                yield memento
            if not following or following == resume:
                return
            resume = following
        logger.warning("%s: only the first %s pages of the index were read", url, INDEX_PAGES)

    async def page(self, url: str) -> tuple[Response, str, str]:
        """Return the page nearest to the day, its own time, and its address in the archive.

        Raises:
            TravelError: it was never archived, or cannot be had.
        """
        captures = [memento async for memento in self.captures(url)]
        pages = wayback.nearest((one for one in captures if one.is_page), self.day)
        if not pages:
            only = sorted({one.status for one in captures})
            raise TravelError(
                f"never archived as a page, only with status {', '.join(only)[:100]}"
                if only
                else "never archived"
            )
        for memento in pages[:CANDIDATES]:
            address = wayback.memento_url(self.base, memento.timestamp, memento.original)
            answer = await self._memento(address)
            headers = plain(answer.headers)
            if answer.status < 300 and (taken := wayback.memento_time(answer.url, headers)):
                return answer, taken, answer.url
        raise TravelError(f"archived, but the archive cannot show it (status {answer.status})")

    async def _memento(self, address: str) -> Response:
        """Return a capture, redirects to where the archive keeps it followed."""
        for _ in range(HOPS):
            answer = await self._ask(address, {"dont_cache": True})
            headers = plain(answer.headers)
            if answer.status not in REDIRECTS or wayback.is_memento(headers):
                return answer  # an archived redirect is the page's own answer
            address = urljoin(address, headers.get("location", ""))
            kept = wayback.read_memento_url(address)
            if kept is None or not self.is_its_own(address):
                raise TravelError("the archive leads elsewhere")
            address = wayback.memento_url(self.base, kept.timestamp, kept.original)
        raise TravelError("the archive redirects without end")

    async def _ask(self, address: str, meta: dict[str, Any]) -> Response:
        """Return the archive's answer; while it refuses, nobody asks it anything.

        Raises:
            TravelError: it kept refusing (then the run ends), failed, or blocks this site.
        """
        meta = {
            **meta,
            "dont_retry": True,  # Scrapy's own retries do not wait
            "dont_redirect": True,
            "handle_httpstatus_all": True,
        }
        async with self._one_at_a_time:
            for attempt in count():
                if self._over:
                    raise TravelError("the run ended before the archive answered")
                answer, reason, refused, asked = await self._try(address, meta)
                if answer is not None:
                    self._failed = 0
                    return answer
                self._crawler.stats.inc_value("wayback/refused")
                if attempt == (RETRIES_REFUSED if refused else RETRIES_FAILED):
                    break
                wait = max(self._first_wait * 2**attempt, asked)
                logger.warning("the archive asks for a rest (%s): %.0f s", reason, wait)
                await self._rest(wait)
            self._failed += 1
            if refused or self._failed == MAX_FAILED:
                self._give_up()
        raise TravelError(f"the archive {'refuses to answer' if refused else 'fails'} ({reason})")

    async def _try(
        self, address: str, meta: dict[str, Any]
    ) -> tuple[Response | None, str, bool, float]:
        """Return the answer; or else why there is none, if that is a refusal, and the wait asked.

        Raises:
            TravelError: asking again would not help.
        """
        request = Request(address, meta=dict(meta), dont_filter=True)
        try:
            answer = await self._crawler.engine.download_async(request)
        except IgnoreRequest as error:  # robots.txt
            raise TravelError(f"the archive: {error}") from None
        except self._passing as error:
            refused = isinstance(error, DownloadConnectionRefusedError)
            return None, type(error).__name__, refused, 0.0
        except Exception as error:
            raise TravelError(f"the archive: {type(error).__name__}") from None
        headers = plain(answer.headers)
        if wayback.is_blocked(answer.status, headers):
            raise TravelError("blocked: the archive does not show this site")
        if wayback.is_memento(headers) or answer.status not in {TOO_MUCH, *FAILURES}:
            return answer, "", False, 0.0
        asked = wayback.retry_after(headers.get("retry-after", ""), datetime.now(UTC))
        return None, f"status {answer.status}", answer.status == TOO_MUCH, asked

    async def _rest(self, seconds: float) -> None:
        """Wait, unless the run ends meanwhile."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self._over:
            await asyncio.sleep(min(left, 1.0))

    @property
    def _over(self) -> bool:
        return self._gave_up or not self._crawler.crawling

    def _give_up(self) -> None:
        """End the run: whoever goes on asking is locked out for hours."""
        self._gave_up = True
        ending = self._crawler.engine.close_spider_async(reason="wayback_refuses")
        self._ending = asyncio.ensure_future(ending)


class TimeTravel:
    """Downloader middleware that answers a store's address from the archive.

    It stands before robots.txt is asked (a store's rules its own server, the archive's
    rules the archive), and its answers pass the HTTP cache as any answer does: captures
    keep the page under its original address, with the memento's own time. What a killed
    run had received is taken from its capture, and not kept a second time.
    """

    def __init__(self, spider: StoreSpider, machine: WaybackMachine):
        self._spider = spider
        self._machine = machine

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware, if this run travels."""
        spider: StoreSpider = crawler.spider  # type: ignore[assignment]
        if spider.wayback is None:
            raise NotConfigured
        return cls(spider, spider.wayback)

    async def process_request(self, request: Request) -> Response | None:
        """Answer with the memento nearest to the day.

        What asks the archive itself passes, and what the browser is to render: each request
        of such a page comes back here (``rendering.answer_by``).
        """
        if self._machine.is_its_own(request.url) or request.meta.get("playwright"):
            return None
        if kept := received(self._spider.resumed, request):
            kept.flags.append("cached")
            return kept
        memento, taken, address = await self._machine.page(request.url)
        request.meta["memento"] = {"time": taken, "url": address}
        if b"Date" not in memento.headers:
            request.meta["undated"] = True
        kind = responsetypes.from_args(headers=memento.headers, url=request.url, body=memento.body)
        return kind(request.url, status=memento.status, headers=memento.headers, body=memento.body)


def plain(headers: Headers) -> dict[str, str]:
    """Return headers with names in lower case, and the first value of each."""
    return {
        name.decode("latin-1").lower(): values[0].decode("latin-1")
        for name, values in headers.items()
        if values
    }
