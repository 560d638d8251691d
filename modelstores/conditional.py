"""Ask only for what changed: conditional requests (RFC 9110, 13) to a store seen before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response

from modelstores.capture.archive import Answer, Archive
from modelstores.capture.revisits import NOT_MODIFIED, freshened
from modelstores.capture.storage import KNOWN_ANSWER, as_response, pairs

if TYPE_CHECKING:
    from modelstores.spider import StoreSpider

#: {header of an answer: header of a request that asks for another one only}
VALIDATORS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
#: Longest validator that is sent back, in characters: a request's headers are bounded too.
MAX_VALIDATOR = 1_000


class ConditionalRequests:
    """Downloader middleware of live runs: "not modified" is answered with the body we have.

    It stands between redirects and the HTTP cache. The cache thus sees, and the capture
    keeps, what the server said (a revisit); what comes after sees the whole answer in the
    coding it was received in. A page that a browser renders is always asked for in full:
    that its document is the same says nothing of the data that its scripts fetch.
    """

    def __init__(self, crawler: Crawler):
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware, if this run asks a store itself."""
        spider: StoreSpider = crawler.spider  # type: ignore[assignment]
        if spider.archive or spider.wayback:
            raise NotConfigured
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Add what the last snapshot knows of the address."""
        _withdraw(request)  # of the address before, if it was redirected
        previous: Archive | None = self._crawler.spider.previous  # type: ignore[union-attr]
        if previous is None or request.method != "GET" or request.meta.get("playwright"):
            return
        try:
            answer = previous.find(request.url)
        except (OSError, ValueError):  # the file went meanwhile
            return
        if answer is None or answer.status != 200:
            return
        conditions = _conditions(answer)
        if conditions:
            request.headers.update(conditions)
            request.meta[KNOWN_ANSWER] = answer

    def process_response(self, request: Request, response: Response) -> Response:
        """Answer "not modified" with what it confirms.

        Raises:
            IgnoreRequest: nobody had asked for it conditionally.
        """
        answer = _withdraw(request)
        if answer and "cached" not in response.flags:
            self._crawler.stats.inc_value("conditional/asked")
        if response.status != NOT_MODIFIED or request.meta.get("playwright"):
            return response
        if answer is None:
            raise IgnoreRequest("HTTP status 304 (not modified), which was not asked for")
        self._crawler.stats.inc_value("conditional/not_modified")
        headers = freshened(answer.headers, pairs(response.headers))
        return as_response(replace(answer, headers=headers), response.url)


def _conditions(answer: Answer) -> dict[str, str]:
    """Return the request headers that ask for a change; none if the answer varies with anything."""
    said = {name.lower(): value for name, value in answer.headers}
    if said.get("vary", "").strip() == "*":
        return {}
    return {
        condition: said[name]
        for name, condition in VALIDATORS.items()
        if 0 < len(said.get(name, "")) <= MAX_VALIDATOR
    }


def _withdraw(request: Request) -> Answer | None:
    """Take the conditions off a request; return the answer that they stood for."""
    answer: Answer | None = request.meta.pop(KNOWN_ANSWER, None)
    if answer:
        for condition in VALIDATORS.values():
            request.headers.pop(condition, None)
    return answer
