"""Third station: the similarity key, and the input domain."""

from __future__ import annotations

from modelstores.items import Item, Product, products
from modelstores.similarity import describe
from pipelines import Station


class SimilarityPipeline(Station):
    """Fills in ``similarity`` and ``input_domain``."""

    def process_item(self, item: Item) -> Item:
        """Return the item with keys and input domains, and the evidence for both.

        A product that is only listed has neither: nothing of it was read. What has its key
        in the database already gets none again.
        """
        known = self.spider.known
        for product in products(item):
            if product.digest not in known and not product.only_listed:
                _describe(product)
        return item


def _describe(product: Product) -> None:
    product.similarity, domain = describe(product)
    product.input_domain = domain["domain"]
    product.similarity["evidence"]["input_domain"] = {
        "words": domain["evidence"],
        "where": domain["where"],
    }
