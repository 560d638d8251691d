"""All that is written of a product, ready for the database: pure, so that any process can do it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from modelstores.database import rows
from modelstores.database.rows import License, Reference, Values
from modelstores.database.storable import storable
from modelstores.digest import content_hash
from modelstores.items import Product


@dataclass(frozen=True)
class Terms:
    """What entries are made by: versions of a run, and what rows of its database they refer to."""

    parser: str
    vocabulary: str
    #: {element: its row in the codebook of this run}
    elements: Mapping[str, int]
    #: those of which the values stand in ``element_value``: licenses have a table of their own
    valued: Mapping[str, int]
    #: {source: elements that such a source cannot hold, as only policy pages speak of some}
    beyond: Mapping[str, frozenset[str]]
    #: digests of what the database holds already, told all of by these versions
    known: Container[str | None] = frozenset()


class Entry(NamedTuple):
    """The rows of a product, behind the numbers of snapshot, product and observation.

    Of what is known already there is no ``observation``, nor what hangs on one.
    """

    native_id: str
    kind: str
    source: str
    digest: str
    counters: Sequence[Values]
    observation: Values | None = None
    sections: Sequence[Values] = ()
    references: Sequence[Values] = ()
    licenses: Sequence[Values] = ()
    states: Sequence[Values] = ()
    values: Sequence[Values] = ()
    similarity: Values | None = None


def entry(
    product: Product,
    terms: Terms,
    references: Iterable[Reference] = (),
    licenses: Iterable[License] = (),
) -> Entry:
    """Return what is written of a product, and of the references and licenses in it."""
    digest = product.digest or content_hash(product)
    counters = rows.counter_rows(product.counters)
    head = storable(product.native_id), product.kind, product.source, digest, counters
    if digest in terms.known:
        return Entry(*head)
    keyed = product.similarity or product.input_domain
    return Entry(
        *head,
        rows.observation_row(product, terms.parser, digest),
        rows.section_rows(product),
        rows.reference_rows(references),
        rows.license_rows(licenses),
        rows.state_rows(
            product.elements,
            terms.elements,
            () if product.only_listed else terms.beyond[product.source],
        ),
        rows.value_rows(product.values, terms.valued),
        rows.similarity_row(product, terms.vocabulary) if keyed else None,
    )
