"""The download handler when its browser dies."""

from __future__ import annotations

import asyncio

from scrapy_playwright.handler import BrowserContextWrapper

from modelstores.handler import RenderingHandler


def test_a_page_that_waits_for_its_turn_in_a_dead_browser_is_let_go() -> None:
    async def dies() -> RenderingHandler:
        handler = RenderingHandler.__new__(RenderingHandler)
        tab = BrowserContextWrapper(context=None, semaphore=asyncio.Semaphore(0), persistent=False)
        handler.context_wrappers = {"tab-0": tab}
        handler.browser = object()
        waits = asyncio.ensure_future(tab.semaphore.acquire())
        await handler._browser_disconnected_callback()
        await asyncio.wait_for(waits, timeout=10)
        return handler

    handler = asyncio.run(dies())
    assert handler.context_wrappers == {}
    assert not hasattr(handler, "browser"), "the next page starts another"
