"""The capture as Scrapy's HTTP cache (``HTTPCACHE_STORAGE``)."""

from __future__ import annotations

import asyncio
import http
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy import signals
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers, HtmlResponse, Request, Response
from scrapy.responsetypes import responsetypes

from modelstores.capture.archive import REDIRECTS, Answer, Archive
from modelstores.capture.writer import CaptureError, CaptureWriter, Exchange
from modelstores.items import Capture

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from modelstores.spider import StoreSpider


logger = logging.getLogger(__name__)

#: How a run ends whose capture cannot be written.
CAPTURE_ERROR = "capture_error"
#: In the meta of a request that was asked conditionally: the answer it may confirm.
KNOWN_ANSWER = "known_answer"


class NotKeptError(IgnoreRequest):
    """An answer could not be written to the capture: it does not count as read."""


class WarcStorage:
    """Writes what a live run receives, and serves what an archive holds.

    A live run writes one file, ``spider.capture_path``; one that goes on where a killed run
    left off adds to that run's file, and is served what it had received
    (``spider.resumed``). A run with ``-a archive=`` is served only from the archive and
    writes nothing. In all, ``request.meta["capture"]`` says where the answer stands.

    If the file cannot be written the run ends (``capture_error``): what is not kept does
    not count as read.
    """

    def __init__(self, settings: BaseSettings):
        self._folder = Path(settings["CAPTURE_DIR"])
        self._writer: CaptureWriter | None = None
        self._error: NotKeptError | None = None

    def open_spider(self, spider: StoreSpider) -> None:
        """Get ready; a live run's file is made with the first answer."""
        self._spider = spider
        if spider.archive is None:
            spider.crawler.signals.connect(self._note_undated, signals.response_downloaded)

    def close_spider(self, _spider: StoreSpider) -> None:
        """Close the capture."""
        if self._writer:
            self._writer.close()

    def retrieve_response(self, spider: StoreSpider, request: Request) -> Response | None:
        """Return the archive's answer to the request, or what was received already, or None."""
        if spider.archive is None:
            return received(spider.resumed, request)
        renders = spider.render or spider.render_shells
        answer = spider.archive.find(
            request.url, rendered=renders and spider.archive.is_rendered(request.url)
        )
        if answer is None:
            return None
        request.meta["capture"] = answer.capture
        return as_response(answer, request.url)

    def store_response(self, spider: StoreSpider, request: Request, response: Response) -> None:
        """Write the answer; of a rendered page all that the browser received, then its document.

        Raises:
            NotKeptError: it cannot be written; the run ends.
        """
        if self._error:
            raise self._error
        try:
            self._writer = self._writer or self._open_file(spider)
            request.meta["capture"] = _written(self._writer, spider, request, response)
        except CaptureError as error:
            self._error = NotKeptError(str(error))
            logger.error("%s", error)
            ending = spider.crawler.engine.close_spider_async(reason=CAPTURE_ERROR)
            self._ending = asyncio.ensure_future(ending)
            raise self._error from error

    def _open_file(self, spider: StoreSpider) -> CaptureWriter:
        if spider.capture_path is None:
            spider.capture_path = new_path(self._folder, spider.name, datetime.now(UTC))
        day = spider.wayback.day if spider.wayback else None
        versions = (f"{name}/{version}" for name, version in spider.versions.items() if version)
        about = {
            "software": ", ".join(versions),
            "isPartOf": spider.name,
            "description": f"captures by the Wayback Machine near {day}" if day else "",
            "robots": "obey" if spider.settings.getbool("ROBOTSTXT_OBEY") else "ignore",
            "http-header-user-agent": spider.settings["USER_AGENT"],
        }
        # The path is this run's own, so what stands there is what it wrote before it was killed.
        return CaptureWriter(spider.capture_path, about, resume=True)

    @staticmethod
    def _note_undated(response: Response, request: Request) -> None:
        # HttpCacheMiddleware adds a Date where there is none; a capture must not keep it.
        if b"Date" not in response.headers:
            request.meta["undated"] = True


def new_path(folder: Path, store: str, started: datetime) -> Path:
    """Return the file that a run writes: ``CAPTURE_DIR/STORE/STORE-TIME.warc.gz``."""
    return folder / store / f"{store}-{started:%Y%m%dT%H%M%S%fZ}.warc.gz"


def received(archive: Archive | None, request: Request) -> Response | None:
    """Return what a killed run had received for a request, or None: then it is asked again.

    Only a good answer or a redirect is (an error may have passed meanwhile), and only to a
    GET, since several POSTs share an address. Of a page to be rendered it is the document.
    """
    if archive is None or request.method != "GET":
        return None
    rendered = bool(request.meta.get("playwright"))
    try:
        answer = _document(archive, request.url) if rendered else archive.find(request.url)
    except (OSError, ValueError):
        return None
    if answer is None or not (answer.status < 300 or answer.status in REDIRECTS):
        return None
    request.meta["capture"] = answer.capture
    response = as_response(answer, answer.url if rendered else request.url)
    if rendered:
        response.flags.append("playwright")  # robots.txt is asked for where it led to
    return response


def _document(archive: Archive, url: str) -> Answer | None:
    """Return the document rendered of a page; redirects are followed, as the browser did."""
    raw = archive.followed(url)
    good = raw is not None and raw.status < 300  # an error page is rendered too
    return archive.find(raw.url, rendered=True) if raw and good else None


def _written(
    writer: CaptureWriter, spider: StoreSpider, request: Request, response: Response
) -> Capture:
    """Write the answer; return where what is read of it stands."""
    exchanges: list[Exchange] | None = request.meta.pop("exchanges", None)
    if exchanges is None:
        exchange = _exchange(request, response)
        known: Answer | None = request.meta.get(KNOWN_ANSWER)
        if response.status == http.HTTPStatus.NOT_MODIFIED and known:
            return writer.revisit(exchange, known.original or known)
        return writer.exchange(exchange)
    page, url = None, response.url
    if not exchanges:  # a shell of the past: it was kept when it came, and all it asked for
        page = request.meta.get("capture")
        # Its scripts may have written its address in another way.
        same = spider.product_id(url) == spider.product_id(request.url)
        url = request.url if same else url
    for exchange in exchanges:
        place = writer.exchange(exchange)
        page = place if exchange.is_page else page
    document = response.text.encode() if isinstance(response, HtmlResponse) else response.body
    return writer.rendered(url, document, page)


def as_response(answer: Answer, url: str) -> Response:
    """Return an archive's answer as the Scrapy response a spider parses."""
    headers = Headers()
    for name, value in answer.headers:
        headers.appendlist(name, value)
    kind = responsetypes.from_args(headers=headers, url=url, body=answer.body)
    return kind(url, status=answer.status, headers=headers, body=answer.body)


def _exchange(request: Request, response: Response) -> Exchange:
    try:
        reason = http.HTTPStatus(response.status).phrase
    except ValueError:
        reason = ""
    memento: dict[str, str] = request.meta.get("memento", {})
    return Exchange(
        url=response.url,
        method=request.method,
        request_headers=pairs(request.headers),
        status=response.status,
        reason=reason,
        headers=pairs(response.headers),
        body=response.body,
        request_body=request.body,
        made_up=frozenset({"date"}) if request.meta.pop("undated", False) else frozenset(),
        time=memento.get("time"),
        source=memento.get("url"),
    )


def pairs(headers: Headers) -> list[tuple[str, str]]:
    """Return Scrapy's headers as (name, value), one pair a value."""
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        for value in values
    ]
