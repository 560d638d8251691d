"""Third station: the similarity key, and the input domain."""

from __future__ import annotations

from modelstores.items import Policy, Product
from modelstores.similarity import describe


class SimilarityPipeline:
    """Fills in ``similarity`` and ``input_domain``."""

    def process_item(self, item: Product | Policy) -> Product | Policy:
        """Return a product with its key and input domain, and the evidence for both.

        One that is only listed has neither: nothing of it was read.
        """
        if isinstance(item, Policy) or item.only_listed:
            return item
        item.similarity, domain = describe(item)
        item.input_domain = domain["domain"]
        item.similarity["evidence"]["input_domain"] = {
            "words": domain["evidence"],
            "where": domain["where"],
        }
        return item
