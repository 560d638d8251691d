"""What happens on a page in the browser: keep what it receives, or answer it from an archive."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from playwright.async_api import Error as BrowserError
from playwright.async_api import Page, Route, WebSocketRoute
from playwright.async_api import Response as BrowserResponse
from playwright.async_api import TimeoutError as BrowserTimeout
from scrapy import Request
from scrapy.http import Response
from scrapy_playwright.page import PageMethod
from warcio.bufferedreaders import BufferedReader

from modelstores.browser import unwanted
from modelstores.capture.archive import REDIRECTS, Answer, Archive
from modelstores.capture.writer import Exchange
from modelstores.renderer import RenderingError
from modelstores.wayback import plain

#: Seconds a page may take from its load to its last word. A page that spins in a
#: script never answers ``content()``, which has no bound of its own.
SETTLE_SECONDS = 20
#: Seconds within them to wait for the network to fall silent; a page that polls never is.
QUIET_SECONDS = 5
#: Largest rendered document, in characters; DOWNLOAD_MAXSIZE does not see these.
MAX_DOCUMENT = 32 * 1024 * 1024
#: Most answers kept of one page: a script that fetches without end must not fill the memory.
MAX_EXCHANGES = 300
#: Most things that are looked for on behalf of a page of the past: each costs the Wayback
#: Machine two requests, and the run at least four seconds.
MAX_ASKED = 50
#: Headers that speak of the connection or coding of an answer, not of its content.
OF_THE_TRANSFER = frozenset({"content-encoding", "content-length", "transfer-encoding"})

PageInit = Callable[[Page, Request], Awaitable[None]]
#: finds the answer to an address, or None
Finder = Callable[[str], Awaitable[Response | None]]


def meta(
    before_load: PageInit, tab: str, context: dict[str, Any], *, patient: bool = False
) -> dict[str, Any]:
    """Return the request meta that has a page rendered and settled.

    ``tab`` names the browser context to render in. Each holds one page at a time:
    pages of one site share a process within a context, so that a page that spins
    would stop the others there. ``patient``: what the page asks for may be long in coming,
    and no time that it waits for that counts as its own.
    """
    exchanges: list[Exchange] = []
    pending: list[asyncio.Task[None]] = []
    slow = {
        "playwright_page_goto_kwargs": {"wait_until": "commit"},
        "playwright_page_methods": [PageMethod(_answered, pending), PageMethod(_settled, [])],
    }
    return {
        "playwright": True,
        "playwright_context": tab,
        "playwright_context_kwargs": context,
        "playwright_page_init_callback": before_load,
        "playwright_page_methods": [PageMethod(_settled, pending)],
        "exchanges": exchanges,
        "pending": pending,
        **(slow if patient else {}),
    }


async def keep_exchanges(page: Page, request: Request) -> None:
    """Have each answer the page receives put into ``request.meta["exchanges"]``."""
    exchanges: list[Exchange] = request.meta["exchanges"]
    pending: list[asyncio.Task[None]] = request.meta["pending"]
    exchanges.clear()  # a retry starts anew
    for task in pending:  # of a browser that died: it may never answer
        task.cancel()
    pending.clear()

    async def keep(response: BrowserResponse) -> None:
        try:
            body = await response.body()
        except BrowserError:  # a redirect has none
            body = b""
        exchanges.append(
            Exchange(
                url=response.url,
                method=response.request.method,
                request_headers=list((await response.request.all_headers()).items()),
                status=response.status,
                reason=response.status_text,
                headers=list((await response.all_headers()).items()),
                body=body,
                as_sent=False,
                is_page=response.request.is_navigation_request()
                and response.frame == page.main_frame
                and response.status not in REDIRECTS,
            )
        )

    def received(response: BrowserResponse) -> None:
        if len(pending) < MAX_EXCHANGES:
            pending.append(asyncio.ensure_future(keep(response)))

    page.on("response", received)


def answer_from(archive: Archive) -> PageInit:
    """Return the page callback that answers every request of a page from the archive."""

    async def answer(route: Route) -> None:
        # Followed here, because routes do not see the hops of a redirect.
        found = archive.followed(route.request.url)
        if found is None:
            await route.abort("namenotresolved")
            return
        await route.fulfill(
            status=found.status,
            headers={n: v for n, v in found.headers if n.lower() not in OF_THE_TRANSFER},
            body=_decoded(found),
        )

    async def before_load(page: Page, _request: Request) -> None:
        await _keep_in(page, answer)

    return before_load


def answer_by(find: Finder) -> PageInit:
    """Return the page callback that answers what a page asks for by what ``find`` returns.

    It is asked for at most MAX_ASKED things of a page, which must be ``patient``: each is a
    task in ``request.meta["pending"]`` as long as it is looked for.
    """

    async def before_load(page: Page, request: Request) -> None:
        pending: list[asyncio.Task[None]] = request.meta["pending"]
        pending.clear()

        async def look_for(route: Route) -> None:
            found = await find(route.request.url)
            with suppress(BrowserError):  # the page may be gone by now
                if found is None:
                    await route.abort("namenotresolved")
                    return
                await route.fulfill(
                    status=found.status,
                    headers={
                        name: value
                        for name, value in plain(found.headers).items()
                        if name not in OF_THE_TRANSFER
                    },
                    body=found.body,
                )

        async def answer(route: Route) -> None:
            asked = route.request
            if asked.method != "GET" or unwanted(asked) or len(pending) >= MAX_ASKED:
                await route.abort()
            else:
                pending.append(asyncio.ensure_future(look_for(route)))

        await _keep_in(page, answer)

    return before_load


async def _keep_in(page: Page, answer: Callable[[Route], Awaitable[None]]) -> None:
    """Have every request of a page answered here, so that none leaves the browser."""

    async def close(socket: WebSocketRoute) -> None:
        await socket.close()

    await page.route("**", answer)
    await page.route_web_socket("**", close)


async def _answered(page: Page, pending: list[asyncio.Task[None]]) -> None:
    """Wait until the page has all it asked for: as long as that is being looked for."""
    while True:
        with suppress(BrowserTimeout):
            await page.wait_for_load_state("networkidle", timeout=QUIET_SECONDS * 1000)
        looking = [task for task in pending if not task.done()]
        if not looking:
            return
        await asyncio.wait(looking)


async def _settled(page: Page, pending: list[asyncio.Task[None]]) -> None:
    try:
        async with asyncio.timeout(SETTLE_SECONDS):
            await page.wait_for_load_state()
            with suppress(BrowserTimeout):
                await page.wait_for_load_state("networkidle", timeout=QUIET_SECONDS * 1000)
            length = await page.evaluate("document.documentElement.outerHTML.length")
            if length > MAX_DOCUMENT:  # asked first: a huge one would stop all pages to get here
                raise RenderingError(f"the rendered document is over {MAX_DOCUMENT} characters")
            document = await page.content()
            await asyncio.gather(*pending, return_exceptions=True)
    except TimeoutError:
        raise RenderingError(f"the page did not come to rest in {SETTLE_SECONDS} s") from None

    async def content() -> str:
        return document

    # The handler asks once more, and without a bound: a page may spin again by then.
    page.content = content  # type: ignore[assignment, method-assign]


def _decoded(answer: Answer) -> bytes:
    coding = next((v.lower() for n, v in answer.headers if n.lower() == "content-encoding"), "")
    if coding not in {"gzip", "x-gzip", "deflate", "br"}:
        return answer.body
    name = coding.removeprefix("x-")
    with BufferedReader(io.BytesIO(answer.body), decomp_type=name) as reader:
        return bytes(reader.read(MAX_DOCUMENT))
