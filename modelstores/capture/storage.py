"""The capture as Scrapy's HTTP cache (``HTTPCACHE_STORAGE``)."""

from __future__ import annotations

import http
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy import signals
from scrapy.http import Headers, HtmlResponse, Request, Response
from scrapy.responsetypes import responsetypes

from modelstores.capture.archive import Answer
from modelstores.capture.writer import CaptureWriter, Exchange

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from modelstores.spider import StoreSpider


class WarcStorage:
    """Writes what a live run receives, and serves what an archive holds.

    A live run writes one file, ``CAPTURE_DIR/STORE/STORE-TIME.warc.gz``, and is served
    nothing from it. A run with ``-a archive=`` is served only from the archive and
    writes nothing. In both, ``request.meta["capture"]`` says where the answer stands.
    """

    def __init__(self, settings: BaseSettings):
        self._folder = Path(settings["CAPTURE_DIR"])
        self._writer: CaptureWriter | None = None

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
        """Return the archive's answer to the request, or None."""
        if spider.archive is None:
            return None
        renders = spider.render or spider.render_shells
        answer = spider.archive.find(
            request.url, rendered=renders and spider.archive.is_rendered(request.url)
        )
        if answer is None:
            return None
        request.meta["capture"] = answer.capture
        return as_response(answer, request.url)

    def store_response(self, spider: StoreSpider, request: Request, response: Response) -> None:
        """Write the answer; of a rendered page all that the browser received, then its document."""
        writer = self._writer = self._writer or self._new_file(spider)
        exchanges: list[Exchange] | None = request.meta.pop("exchanges", None)
        if exchanges is None:
            request.meta["capture"] = writer.exchange(_exchange(request, response))
            return
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
        request.meta["capture"] = writer.rendered(url, document, page)

    def _new_file(self, spider: StoreSpider) -> CaptureWriter:
        started = datetime.now(UTC)
        name = f"{spider.name}-{started:%Y%m%dT%H%M%S%fZ}.warc.gz"
        writer = CaptureWriter(
            self._folder / spider.name / name,
            {
                "software": ", ".join(
                    f"{name}/{version}" for name, version in spider.versions.items() if version
                ),
                "isPartOf": spider.name,
                **(
                    {"description": f"captures by the Wayback Machine near {spider.wayback.day}"}
                    if spider.wayback
                    else {}
                ),
                "robots": "obey" if spider.settings.getbool("ROBOTSTXT_OBEY") else "ignore",
                "http-header-user-agent": spider.settings["USER_AGENT"],
            },
        )
        spider.capture_path = writer.path
        return writer

    @staticmethod
    def _note_undated(response: Response, request: Request) -> None:
        # HttpCacheMiddleware adds a Date where there is none; a capture must not keep it.
        if b"Date" not in response.headers:
            request.meta["undated"] = True


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
        request_headers=_pairs(request.headers),
        status=response.status,
        reason=reason,
        headers=_pairs(response.headers),
        body=response.body,
        request_body=request.body,
        made_up=frozenset({"date"}) if request.meta.pop("undated", False) else frozenset(),
        time=memento.get("time"),
        source=memento.get("url"),
    )


def _pairs(headers: Headers) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        for value in values
    ]
