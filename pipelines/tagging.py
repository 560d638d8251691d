"""Second station: which of the 26 elements a product or policy page shows, and their values."""

from __future__ import annotations

from modelstores.elements.tagger import tag, tag_policy
from modelstores.elements.values.normalise import normalise
from modelstores.items import Item, Policy, products
from pipelines import Station


class TaggingPipeline(Station):
    """Fills in ``elements`` and ``values`` of a product, ``shown`` of a policy page."""

    def process_item(self, item: Item) -> Item:
        """Return the item with its tags; what the database has tagged is not tagged again."""
        known = self.spider.known
        for product in products(item):
            if product.digest not in known:
                product.elements = tag(product)
                product.values = normalise(product, product.elements)
        if isinstance(item, Policy):
            item.shown = tag_policy(item)
        return item
