"""The similarity key and the input domain of a product."""

from __future__ import annotations

from modelstores.similarity.key import describe, input_domain, similarity

__all__ = ["describe", "input_domain", "similarity"]
