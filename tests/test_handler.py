"""The download handler when its browser dies."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Error as BrowserError
from scrapy import Request, Spider
from scrapy.http import Response
from scrapy_playwright.handler import BrowserContextWrapper, ScrapyPlaywrightDownloadHandler

from modelstores.handler import RenderingHandler


def rendered(
    monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[RenderingHandler], Awaitable[None]]
) -> RenderingHandler:
    """Render a page whose browser never answers, and do something meanwhile."""

    async def never(*_: object) -> Response:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(ScrapyPlaywrightDownloadHandler, "_download_request_with_retry", never)
    handler = RenderingHandler.__new__(RenderingHandler)
    handler._at_work = set()
    tab = BrowserContextWrapper(context=None, semaphore=asyncio.Semaphore(0), persistent=False)
    handler.context_wrappers = {"tab-0": tab}
    handler.browser = object()

    async def render() -> None:
        page = handler._download_request_with_retry(Request("https://x.example"), Spider("x"))
        work = asyncio.ensure_future(page)
        await asyncio.sleep(0)  # it begins
        await meanwhile(handler)
        await asyncio.wait_for(work, timeout=10)

    try:
        asyncio.run(render())
    finally:
        assert handler._at_work == set()
    return handler


def test_a_page_of_a_dead_browser_is_ended_and_can_be_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    met: list[RenderingHandler] = []

    async def dies(handler: RenderingHandler) -> None:
        met.append(handler)
        await handler._browser_disconnected_callback()

    with pytest.raises(BrowserError, match="the browser died"):
        rendered(monkeypatch, dies)
    assert met[0].context_wrappers == {}
    assert not hasattr(met[0], "browser"), "the next page starts another"


def test_a_run_that_ends_is_no_browser_that_died(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ends(handler: RenderingHandler) -> None:
        for task in asyncio.all_tasks() - {asyncio.current_task()} - handler._at_work:
            task.cancel()

    with pytest.raises(asyncio.CancelledError):
        rendered(monkeypatch, ends)
