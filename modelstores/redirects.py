"""Redirects that lose no product: Scrapy drops what leads out of the store without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware, RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from modelstores.capture.archive import REDIRECTS

if TYPE_CHECKING:
    from modelstores.spider import StoreSpider


class LedAway(IgnoreRequest):
    """The store answered, but with the way to a page of somebody else."""


class _WithinStore:
    crawler: Crawler

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Follow as Scrapy does, within the store, and account for where it leads.

        A page that many products lead to (to log in, to prove to be human) is asked for each of
        them: filtered as a duplicate, all but the first would count as read already.

        Raises:
            LedAway: it leads out of the store.
        """
        target: Request | Response = super().process_response(request, response)  # type: ignore[misc]
        if not isinstance(target, Request) or request.meta.get("allow_offsite"):
            return target
        spider: StoreSpider = self.crawler.spider  # type: ignore[assignment]
        if not spider.within_store(target.url):
            raise LedAway("redirected outside the store")
        if request.callback == spider.read:
            names_product = spider.product_id(target.url) or spider.record_id(target.url)
            return target.replace(dont_filter=not names_product)
        return target


class Redirect(_WithinStore, RedirectMiddleware):  # type: ignore[misc]
    """For answers that are redirects."""


class MetaRefresh(_WithinStore, MetaRefreshMiddleware):  # type: ignore[misc]
    """For pages that say so in their HTML."""


def led_to(request: Request) -> str:
    """Return where the redirects of a page led the browser, as far as answers to them were kept.

    Out of the store it finds nobody, and the page is lost with an error that does not say so.
    """
    url = request.url
    for exchange in request.meta.get("exchanges") or ():
        if exchange.url == url and exchange.status in REDIRECTS:
            target = next((v for n, v in exchange.headers if n.lower() == "location"), "")
            url = urljoin(url, target)
    return url
