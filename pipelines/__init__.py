"""The four stations of an item's way, each a thin adapter over pure functions."""

from __future__ import annotations

from typing import Self, cast

from scrapy.crawler import Crawler

from modelstores.spider import StoreSpider


class Station:
    """What the stations share: the run that they belong to."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the station."""
        return cls(crawler)

    @property
    def spider(self) -> StoreSpider:
        """The spider of the run."""
        return cast(StoreSpider, self._crawler.spider)
