"""robots.txt as RFC 9309 has it, with Crawl-delay, and also for where a browser ends up."""

from __future__ import annotations

from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import build_from_crawler
from twisted.internet.defer import Deferred

NOTHING_ALLOWED = b"User-agent: *\nDisallow: /"

#: Longest Crawl-delay that is honoured, in seconds; more would be a way to hang a run.
MAX_CRAWL_DELAY = 120.0


class RobotsTxt(RobotsTxtMiddleware):
    """Scrapy's middleware, stricter in four places.

    * A robots.txt that cannot be had because the server fails forbids everything, and
      one that is not there forbids nothing (RFC 9309, 2.3.1.3 and 2.3.1.4); Scrapy
      reads the words of any answer, and takes a failure as permission.
    * ``Crawl-delay`` is honoured where it is longer than our own wait.
    * Requests that wait together for robots.txt are all held to it.
    * Redirects within a browser pass no middleware: the last address is checked too.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware and connect it."""
        middleware = super().from_crawler(crawler)
        crawler.signals.connect(middleware._wait, signals.robots_parsed)
        return middleware

    async def process_response(self, request: Request, response: Response) -> Response:
        """Refuse a rendered page that robots.txt forbids under its last address."""
        obeys = not request.meta.get("dont_obey_robotstxt")
        if obeys and "playwright" in response.flags and response.url != request.url:
            last = request.replace(url=response.url)
            self.process_request_2(await self.robot_parser(last), last)
        return response

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """Return the rules of the request's site, fetched once.

        Of several requests that wait for them together only the first is handed them:
        a Deferred passes on what its callback returns, and the others would get None,
        which permits everything. By then the rules are kept, though.
        """
        given = await super().robot_parser(request)
        kept = self._parsers[urlparse_cached(request).netloc]
        return given if isinstance(kept, Deferred) else kept

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            response = response.replace(body=NOTHING_ALLOWED)
        elif response.status >= 400:
            response = response.replace(body=b"")
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, _exc: Exception, netloc: str) -> None:
        waiting = self._parsers[netloc]
        forbidding = build_from_crawler(self._parserimpl, self.crawler, NOTHING_ALLOWED)
        self._parsers[netloc] = forbidding
        if isinstance(waiting, Deferred):
            waiting.callback(forbidding)

    def _wait(self, robotparser: RobotParser, request: Request) -> None:
        agent = self._robotstxt_useragent or self._default_useragent
        asked = min(robotparser.crawl_delay(agent) or 0.0, MAX_CRAWL_DELAY)
        _, slot = self.crawler.engine.downloader._get_slot(request)
        slot.delay = max(slot.delay, asked)
        throttle = self.crawler.get_extension(AutoThrottle)
        if throttle:  # it would shorten the wait again
            throttle.mindelay = max(throttle.mindelay, asked)
