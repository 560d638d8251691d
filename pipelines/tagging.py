"""Second station: which of the 26 information elements a product or policy page shows."""

from __future__ import annotations

from modelstores.elements.tagger import tag, tag_policy
from modelstores.items import Policy, Product


class TaggingPipeline:
    """Fills in ``elements`` of a product, ``shown`` of a policy page."""

    def process_item(self, item: Product | Policy) -> Product | Policy:
        """Return the item with its tags."""
        if isinstance(item, Product):
            item.elements = tag(item)
        else:
            item.shown = tag_policy(item)
        return item
