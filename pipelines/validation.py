"""First station: what is no well-formed Product goes to quarantine with the reasons."""

from __future__ import annotations

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from modelstores.items import Product, Rejection
from modelstores.validation import faults


class ValidationPipeline:
    """Lets through what fits ``schemas/product.json``."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the pipeline."""
        return cls(crawler)

    def process_item(self, item: Product) -> Product:
        """Return the item, or drop it after it was put into quarantine."""
        stated = item.as_stated()
        reasons = faults(stated)
        if reasons:
            rejection = Rejection("validation", item.url, reasons, stated, item.capture)
            self._crawler.spider.account.reject(rejection, "quarantined")  # type: ignore[union-attr]
            raise DropItem("quarantined", log_level="DEBUG")
        return item
