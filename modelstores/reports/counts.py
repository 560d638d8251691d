"""How many products of a store have which state of an element: what several reports stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from modelstores.database.views import Selection, query
from modelstores.reports.selection import Store, stores

#: The columns of ``element_matrix`` that add up over codebooks.
COUNTED = (
    *("products", "present", "absent", "not_applicable"),
    *("policies", "policies_read", "coded"),
)


@dataclass
class Count:
    """Products of a store by their state of one element, and its policy pages."""

    products: int = 0
    present: int = 0
    absent: int = 0
    not_applicable: int = 0
    #: policy pages that show it, and those that were read for it
    policies: int = 0
    policies_read: int = 0
    #: products whose state people agree on
    coded: int = 0

    @property
    def unknown(self) -> int:
        """Products where it could not be read."""
        return self.products - self.present - self.absent - self.not_applicable

    @property
    def ticked(self) -> bool:
        """Whether a product or policy page shows it."""
        return self.present > 0 or self.policies > 0

    @property
    def told(self) -> bool:
        """Whether anything could be said of it at all."""
        return self.ticked or bool(self.absent or self.not_applicable or self.policies_read)

    @property
    def share(self) -> float | None:
        """Part of the products that show it among those where it was looked for."""
        looked = self.present + self.absent
        return self.present / looked if looked else None


@dataclass(frozen=True)
class Element:
    """An element as the latest codebook at work names it."""

    position: int
    dimension: str
    id: str
    name: str


@dataclass(frozen=True)
class Matrix:
    """Every element by every store that has products, both in the order of reports."""

    elements: Sequence[Element]
    stores: Sequence[Store]
    counts: dict[tuple[str, str], Count]

    def count(self, element: Element, store: Store) -> Count:
        """Return the count of one element in one store; all zero if it was not asked for."""
        return self.counts.get((element.id, store.name), Count())


def matrix(connection: Connection, selection: Selection) -> Matrix:
    """Return the counts of every element and store."""
    counts: dict[tuple[str, str], Count] = {}
    elements: dict[str, Element] = {}
    found = connection.execute(text(query("element_matrix", selection))).mappings()
    # A store has rows of several codebooks while its products were read with several.
    for row in sorted(found, key=lambda row: (row["codebook"], row["position"])):
        named = (row[column] for column in ("position", "dimension", "element", "name"))
        elements[row["element"]] = Element(*named)
        count = counts.setdefault((row["element"], row["store"]), Count())
        for column in COUNTED:
            setattr(count, column, getattr(count, column) + int(row[column]))
    counted = {store for _, store in counts}
    return Matrix(
        sorted(elements.values(), key=lambda element: element.position),
        [store for store in stores(connection) if store.name in counted],
        counts,
    )
