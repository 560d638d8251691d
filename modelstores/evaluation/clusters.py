"""How well groups agree with the right ones: by pairs, and by B-cubed.

Bagga, A., Baldwin, B. (1998): Entity-based cross-document coreferencing using the vector space
model. COLING-ACL, 79-85.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from math import comb
from typing import NamedTuple

from modelstores.evaluation.agreement import Confusion


class Placed(NamedTuple):
    """A thing of a store in its right group, and in the one that was given: None stands alone."""

    group: str
    key: str | None
    store: str


class Quality(NamedTuple):
    """Precision and recall, each a mean of parts, with their harmonic mean."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def pairs(things: Sequence[Placed], *, across: bool = False) -> Confusion:
    """Count the pairs that are rightly or wrongly together; ``across``: of different stores only.

    Those that are rightly apart are not counted (``tn`` is 0).
    """
    right = _together([((t.group, t.key), t.store) for t in things if t.key is not None], across)
    given = _together([(t.key, t.store) for t in things if t.key is not None], across)
    gold = _together([(t.group, t.store) for t in things], across)
    return Confusion(tp=right, fp=given - right, fn=gold - right)


def _together(things: Iterable[tuple[Hashable, str]], across: bool) -> int:
    """Return the number of pairs with equal labels, of (label, store)."""
    in_stores = Counter(things)
    whole: Counter[Hashable] = Counter()
    for (label, _), number in in_stores.items():
        whole[label] += number
    within = sum(comb(number, 2) for number in in_stores.values()) if across else 0
    return sum(comb(number, 2) for number in whole.values()) - within


def b_cubed(things: Sequence[Placed]) -> Quality:
    """Return the means, over the things, of how pure and how whole the group of each is."""
    if not things:
        return Quality(1.0, 1.0)
    groups, keys = Counter(t.group for t in things), Counter(t.key for t in things)
    both = Counter((t.group, t.key) for t in things)
    pure = whole = 0.0
    for thing in things:
        shared = 1 if thing.key is None else both[thing.group, thing.key]
        pure += shared / (1 if thing.key is None else keys[thing.key])
        whole += shared / groups[thing.group]
    return Quality(pure / len(things), whole / len(things))
