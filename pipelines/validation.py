"""First station: what is no well-formed item goes to quarantine with the reasons."""

from __future__ import annotations

from dataclasses import asdict
from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from modelstores.account import Account
from modelstores.items import Policy, Product, Rejection
from modelstores.validation import faults


class ValidationPipeline:
    """Lets through what fits the schema of its kind."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the pipeline."""
        return cls(crawler)

    def process_item(self, item: Product | Policy) -> Product | Policy:
        """Return the item, or drop it after it was put into quarantine."""
        stated = item.as_stated() if isinstance(item, Product) else asdict(item)
        reasons = faults(stated, "product" if isinstance(item, Product) else "policy")
        if reasons:
            rejection = Rejection("validation", item.url, reasons, stated, item.capture)
            account: Account = self._crawler.spider.account  # type: ignore[union-attr]
            if isinstance(item, Product):
                account.reject(rejection, "quarantined")
            else:
                account.note(rejection)
            raise DropItem("quarantined", log_level="DEBUG")
        return item
