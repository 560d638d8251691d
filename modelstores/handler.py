"""scrapy-playwright's download handler, which must outlive its browser."""

from __future__ import annotations

from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler


class RenderingHandler(ScrapyPlaywrightDownloadHandler):
    """Forgets a browser that died at once, with all its pages.

    Its own way is to close the dead contexts first: if one of them fails in another way than
    expected, or a page still waits for its turn in one, that page waits for ever.
    """

    async def _browser_disconnected_callback(self) -> None:
        dead = list(self.context_wrappers.values())
        self.context_wrappers.clear()
        if hasattr(self, "browser"):
            del self.browser
        for context in dead:
            context.semaphore.release()  # who waits there meets a closed target, and tries anew
