"""Keys of what is stored: which observations have none in a vocabulary, and what they said."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, func, select, update

from modelstores.database.insert import insert_new
from modelstores.database.rows import similarity_row
from modelstores.database.tables import (
    counter,
    observation,
    product,
    section,
    sighting,
    similarity,
    snapshot,
    store,
)
from modelstores.items import Product

#: Numbers that are fetched at a time.
_FETCHED = 10_000


def keyed(connection: Connection, store_id: int, vocabulary: str) -> int:
    """Return how many observations of a store have their key in a vocabulary."""
    found = (
        select(func.count())
        .select_from(similarity)
        .join(observation)
        .join(product)
        .where(product.c.store_id == store_id, similarity.c.vocabulary == vocabulary)
    )
    return connection.scalars(found).one()


def unkeyed(connection: Connection, store_id: int, vocabulary: str) -> array[int]:
    """Return the numbers of the others, eight bytes each, in order."""
    o, s = observation.c, similarity.c
    has = select(1).where(s.observation_id == o.id, s.vocabulary == vocabulary).exists()
    found = select(o.id).join(product).where(product.c.store_id == store_id, ~has).order_by(o.id)
    return array("q", connection.scalars(found.execution_options(yield_per=_FETCHED)))


def stored_products(connection: Connection, numbers: Sequence[int]) -> list[tuple[int, Product]]:
    """Return observations by number, each as the Product that a spider made of its source.

    Where it was captured is left out. Counters are told of what says nothing else, for only
    there they matter: by them a product in a list was more than listed.
    """
    o, p = observation.c, product.c
    words = (o.url, o.source, o.name, o.summary)
    lists = (o.stated, o.input_domains, o.links, o.unread)
    found = (
        select(o.id, p.native_id, p.kind, store.c.name.label("store"), *words, *lists)
        .join_from(observation, product)
        .join(store)
        .where(o.id.in_(numbers))
        .order_by(o.id)
    )
    made = {row.pop("id"): row for row in map(dict, connection.execute(found).mappings())}
    products = {number: Product(**row) for number, row in made.items()}
    _add_sections(connection, products)
    _add_counters(connection, {n: one for n, one in products.items() if one.only_listed})
    return list(products.items())


def write_keys(
    connection: Connection, found: Iterable[tuple[int, Product]], vocabulary: str
) -> None:
    """Write the keys of observations; one that has its key in this vocabulary keeps it."""
    rows = [(number, *similarity_row(one, vocabulary)) for number, one in found]
    insert_new(connection, similarity, rows)


def use_vocabulary(connection: Connection, store_id: int, vocabulary: str) -> None:
    """Have the views take the keys of a store from this vocabulary, in all its snapshots."""
    c = snapshot.c
    of_store = update(snapshot).where(c.store_id == store_id, c.vocabulary != vocabulary)
    connection.execute(of_store.values(vocabulary=vocabulary))


def _add_sections(connection: Connection, products: dict[int, Product]) -> None:
    c = section.c
    found = (
        select(c.observation_id, c.heading, c.text)
        .where(c.observation_id.in_(products))
        .order_by(c.observation_id, c.position)
    )
    for number, heading, text in connection.execute(found):
        products[number].sections.append({"heading": heading, "text": text})


def _add_counters(connection: Connection, products: dict[int, Product]) -> None:
    seen, c = sighting.c, counter.c
    found = (
        select(seen.observation_id, c.name, func.max(c.value))
        .join_from(sighting, counter)
        .where(seen.observation_id.in_(products))
        .group_by(seen.observation_id, c.name)
    )
    for number, name, value in connection.execute(found) if products else ():
        products[number].counters[name] = value
