"""Third station: the similarity key, and the input domain."""

from __future__ import annotations

from modelstores.description import add_key
from modelstores.items import Item, products
from pipelines import Station


class SimilarityPipeline(Station):
    """Fills in ``similarity`` and ``input_domain``."""

    def process_item(self, item: Item) -> Item:
        """Return the item with its keys; what has its key in the database gets none again."""
        known = self.spider.known
        for product in products(item):
            add_key(product, known)
        return item
