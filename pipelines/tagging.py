"""Second station: which of the 26 information elements the product shows."""

from __future__ import annotations

from modelstores.elements.tagger import tag
from modelstores.items import Product


class TaggingPipeline:
    """Fills in ``elements``."""

    def process_item(self, item: Product) -> Product:
        """Return the item with its tags."""
        item.elements = tag(item)
        return item
