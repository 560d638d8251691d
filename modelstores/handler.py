"""scrapy-playwright's download handler, which must outlive its browser."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import Error as BrowserError
from scrapy import Request, Spider
from scrapy.http import Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler


class RenderingHandler(ScrapyPlaywrightDownloadHandler):
    """Forgets a browser that died at once, and ends what its pages were at.

    Its own way is to close the dead contexts first, and to leave each page to find out:
    some of what a page asks a browser (its headers) is then never answered, and a page that
    waits for its turn in a dead context waits for ever.
    """

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._at_work: set[asyncio.Task[Response]] = set()

    async def _download_request_with_retry(self, request: Request, spider: Spider) -> Response:
        """Render a page.

        Raises:
            BrowserError: the browser died meanwhile; another one may be asked.
        """
        work = asyncio.ensure_future(super()._download_request_with_retry(request, spider))
        self._at_work.add(work)
        try:
            return await work
        except asyncio.CancelledError:
            if asyncio.current_task().cancelling():  # type: ignore[union-attr]
                raise  # the run ends
            raise BrowserError("the browser died") from None
        finally:
            self._at_work.discard(work)

    async def _browser_disconnected_callback(self) -> None:
        self.context_wrappers.clear()
        if hasattr(self, "browser"):
            del self.browser
        for work in list(self._at_work):
            work.cancel()
