"""Which pages of a run are rendered, from what, and in which tab."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.http import Response

from modelstores import browser
from modelstores.capture.wayback import is_memento

if TYPE_CHECKING:
    from modelstores.capture.archive import Answer, Archive
    from modelstores.spider import StoreSpider

HANDLER = "modelstores.handler.RenderingHandler"

#: The download slot of pages that are answered here: none of them asks a server.
SLOT = "rendered-shells"
#: Most bytes kept of what pages of the past asked for: their scripts are much the same.
MAX_KEPT = 64 * 1024 * 1024


class RenderingError(Exception):
    """A page could not be rendered; the message says why in one line."""


class Renderer:
    """Has pages rendered: live, from an archive, or from the Wayback Machine.

    ``version`` is that of the Chromium that is there, if one is.
    """

    def __init__(self, spider: StoreSpider):
        self._spider = spider
        self._tabs = count()
        #: {address: what the Wayback Machine holds for it, or will have answered}
        self._past: dict[str, asyncio.Task[Response | None]] = {}
        self._kept = 0
        self.version: str | None = None
        if not (spider.render or spider.render_shells):
            return
        from modelstores import rendering  # noqa: PLC0415 - Playwright is slow to load

        self._rendering = rendering
        path = browser.find()
        self.version = browser.version(path)
        is_live = spider.archive is None and spider.wayback is None
        reachable = [*spider.allowed_domains, *spider.asset_domains] if is_live else []
        options = browser.launch_options(path, reachable)
        spider.crawler.settings.set("PLAYWRIGHT_LAUNCH_OPTIONS", options, priority="spider")
        # It logs a lost page with a traceback; whoever asked for the page keeps the reason.
        logging.getLogger("scrapy-playwright").setLevel(logging.ERROR)

    def meta(self, url: str) -> dict[str, Any]:
        """Return what has a page rendered: live, or from the archive if that holds it only raw."""
        spider = self._spider
        if not spider.render or spider.record_id(url) or spider.wayback:
            return {}
        if spider.archive is None:
            return self._rendering.meta(self._rendering.keep_exchanges, *self._tab())
        if spider.archive.is_rendered(url):
            return {}
        raw = spider.archive.find(url)
        if raw and is_memento({name.lower(): value for name, value in raw.headers}):
            return {}  # read as it was when it came: without a browser
        return self._from_archive(spider.archive, raw)

    def fills_in(self, response: Response) -> bool:
        """Tell whether a page that is an empty shell can be had rendered."""
        spider = self._spider
        place = response.meta.get("capture")
        is_past = spider.archive is not None or spider.wayback is not None
        return spider.render_shells and is_past and not (place and place.rendered)

    async def filled_in(self, response: Response) -> Response:
        """Return the page of an empty shell, rendered; nothing is asked of the store.

        Raises:
            RenderingError: there is no Chromium, or the page does not come to rest.
            Exception: whatever the browser raises when a page is lost.
        """
        if self.version is None:
            raise RenderingError("no Chromium to render with")
        archive = self._spider.archive
        meta = (
            self._from_archive(archive, archive.find(response.url))
            if archive
            else self._from_the_past(response)
        )
        # The page holds a slot while what it asks for is fetched in others: it needs its own.
        own = {"download_slot": SLOT, "dont_obey_robotstxt": True}
        request = Request(response.url, meta={**meta, **own})
        return await self._spider.crawler.engine.download_async(request)

    def _tab(self) -> tuple[str, dict[str, Any]]:
        """Return the name of the next tab, and what its browser context is like."""
        settings = self._spider.settings
        tabs = settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        context = {
            "user_agent": settings["USER_AGENT"],
            "service_workers": "block",
            "accept_downloads": False,
            "locale": "en-US",
            "timezone_id": "UTC",
        }
        return f"tab-{next(self._tabs) % tabs}", context

    def _from_archive(self, archive: Archive, raw: Answer | None) -> dict[str, Any]:
        answered = self._rendering.meta(self._rendering.answer_from(archive), *self._tab())
        place = replace(raw.capture, rendered=True) if raw else None
        return {**answered, "dont_cache": True, "capture": place}

    def _from_the_past(self, shell: Response) -> dict[str, Any]:
        async def find(url: str) -> Response | None:
            return shell if url == shell.url else await self._memento(url)

        answered = self._rendering.meta(self._rendering.answer_by(find), *self._tab(), patient=True)
        return {**answered, "capture": shell.meta.get("capture")}

    async def _memento(self, url: str) -> Response | None:
        """Return what the Wayback Machine holds for an address; it is asked once a run."""
        if self._kept > MAX_KEPT:
            self._past.clear()
            self._kept = 0
        if url not in self._past:
            self._past[url] = asyncio.ensure_future(self._ask(url))
        return await asyncio.shield(self._past[url])

    async def _ask(self, url: str) -> Response | None:
        # It passes the middlewares as any request: TimeTravel answers it, the capture keeps it.
        # Whose address it is does not matter: they are not asked.
        try:
            request = Request(url, meta={"allow_offsite": True})
            found = await self._spider.crawler.engine.download_async(request)
        except Exception:  # never archived, or cannot be had: the page goes without
            return None
        self._kept += len(found.body)
        return found
