"""First station: what is no well-formed item goes to quarantine with the reasons."""

from __future__ import annotations

from dataclasses import asdict

from scrapy.exceptions import DropItem

from modelstores.description import check
from modelstores.items import Item, Listing, Policy, Product, Rejection
from modelstores.validation import faults
from pipelines import Station


class ValidationPipeline(Station):
    """Lets through what fits the schema of its kind, with the digest of what it says."""

    def process_item(self, item: Item) -> Item:
        """Return the item, or drop it after it was put into quarantine."""
        if isinstance(item, Listing):
            item.products = [product for product in item.products if self._fits(product)]
            return item
        if not (self._fits_policy(item) if isinstance(item, Policy) else self._fits(item)):
            raise DropItem("quarantined", log_level="DEBUG")
        return item

    def _fits(self, product: Product) -> bool:
        if reasons := check(product, self.spider.known):
            stated = product.as_stated()
            rejection = Rejection("validation", product.url, reasons, stated, product.capture)
            self.spider.account.reject(rejection, "quarantined")
        return not reasons

    def _fits_policy(self, policy: Policy) -> bool:
        stated = asdict(policy)
        if reasons := faults(stated, "policy"):
            self.spider.account.note(
                Rejection("validation", policy.url, reasons, stated, policy.capture)
            )
        return not reasons
