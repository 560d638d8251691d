"""Write a batch of products: what each said where that is new, and that it was seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Table, delete, select

from modelstores.database import rows
from modelstores.database.insert import insert_all, insert_new
from modelstores.database.opened import Opened, name_captures
from modelstores.database.rows import License, Reference, Row
from modelstores.database.tables import (
    counter,
    element_state,
    element_value,
    license_,
    observation,
    product,
    reference,
    section,
    sighting,
    similarity,
    storable,
)
from modelstores.items import Product


class Entry(NamedTuple):
    """A product that waits to be written, with the hash of its content and what it refers to."""

    product: Product
    digest: str
    references: Sequence[Reference]
    licenses: Sequence[License]


def write_products(connection: Connection, here: Opened, batch: Sequence[Entry]) -> list[int]:
    """Write products; return the number of each one's row in ``product``.

    What the snapshot has already stays as it is.
    """
    name_captures(connection, here, [one.product.capture for one in batch])
    product_ids, all_new = _product_ids(connection, here, batch)
    ids, new = _observation_ids(connection, here, batch, product_ids, all_new)
    said = dict(zip(ids, batch, strict=True))  # each observation once
    told = [i for i in said if said[i].product.elements]
    untagged = _without(connection, element_state, here, told, new)
    described = [i for i in said if said[i].product.similarity or said[i].product.input_domain]
    unkeyed = _without(connection, similarity, here, described, new)
    insert_all(
        connection,
        {
            section: [r for i in new for r in rows.section_rows(said[i].product, i)],
            reference: [r for i in new for r in rows.reference_rows(said[i].references, i)],
            license_: [r for i in new for r in rows.license_rows(said[i].licenses, i)],
            element_state: [
                r
                for i in untagged
                for r in rows.state_rows(
                    said[i].product.elements,
                    i,
                    here.elements,
                    () if said[i].product.only_listed else here.beyond[said[i].product.source],
                )
            ],
            element_value: [
                r for i in untagged for r in rows.value_rows(said[i].product.values, i, here.valued)
            ],
            similarity: [rows.similarity_row(said[i].product, i, here.vocabulary) for i in unkeyed],
        },
    )
    _write_sightings(connection, here, batch, product_ids, ids)
    return product_ids


def known(connection: Connection, here: Opened) -> set[str]:
    """Return the digests of the store's observations that this run's versions told all of."""
    o, told, keyed = observation.c, element_state.c, similarity.c
    tagged = select(1).where(
        told.observation_id == o.id, told.element_id.in_(here.elements.values())
    )
    of_vocabulary = select(1).where(
        keyed.observation_id == o.id, keyed.vocabulary == here.vocabulary
    )
    found = (
        select(o.content_hash)
        .join(product)
        .where(product.c.store_id == here.store_id, o.parser == here.parser)
        .where(tagged.exists(), of_vocabulary.exists())
    )
    return set(connection.scalars(found))


def _product_ids(
    connection: Connection, here: Opened, batch: Sequence[Entry]
) -> tuple[list[int], bool]:
    """Return the row of each product, and whether all of these are new."""
    natives = [storable(one.product.native_id) for one in batch]
    kinds = dict(zip(natives, (one.product.kind for one in batch), strict=True))
    added = insert_new(
        connection,
        product,
        [{"store_id": here.store_id, "native_id": n, "kind": kind} for n, kind in kinds.items()],
    )
    found = select(product.c.native_id, product.c.id).where(
        product.c.store_id == here.store_id, product.c.native_id.in_(kinds)
    )
    numbers = {row.native_id: row.id for row in connection.execute(found)}
    return [numbers[native] for native in natives], added == len(kinds)


def _observation_ids(
    connection: Connection,
    here: Opened,
    batch: Sequence[Entry],
    product_ids: Sequence[int],
    all_new: bool,
) -> tuple[list[int], list[int]]:
    """Return the observation of each product, and which of them are new."""
    keys = [
        (product_id, one.product.source, one.digest)
        for product_id, one in zip(product_ids, batch, strict=True)
    ]
    c = observation.c
    lookup = select(c.product_id, c.source, c.content_hash, c.id).where(
        c.product_id.in_(set(product_ids)),
        c.parser == here.parser,
        c.content_hash.in_({digest for _, _, digest in keys}),
    )

    def find() -> dict[tuple[int, str, str], int]:
        return {(p, source, digest): i for p, source, digest, i in connection.execute(lookup)}

    known = {} if all_new else find()
    missing = {key: one for key, one in zip(keys, batch, strict=True) if key not in known}
    if missing:
        insert_new(
            connection,
            observation,
            [
                rows.observation_row(one.product, key[0], here.parser, one.digest)
                for key, one in missing.items()
            ],
        )
        known = find()
    return [known[key] for key in keys], [known[key] for key in missing]


def _without(
    connection: Connection, table: Table, here: Opened, told: Sequence[int], new: Sequence[int]
) -> list[int]:
    """Return the observations that have no rows of this run's codebook or vocabulary.

    ``told`` are those that this run has such rows of.
    """
    if not (old := set(told) - set(new)):
        return list(told)
    if table is similarity:
        current = similarity.c.vocabulary == here.vocabulary
    else:
        current = element_state.c.element_id.in_(here.elements.values())
    number = table.c.observation_id
    have = set(connection.scalars(select(number).distinct().where(number.in_(old), current)))
    return [i for i in told if i not in have]


def _write_sightings(
    connection: Connection,
    here: Opened,
    batch: Sequence[Entry],
    product_ids: Sequence[int],
    observation_ids: Sequence[int],
) -> None:
    """Write one sighting a product with its counters; ``rows.rank`` says which."""
    s, o = sighting.c, observation.c
    of_run = s.snapshot_id == here.snapshot_id
    ranks = {}
    if again := set(filter(here.may_have, product_ids)):
        for number, *of_rank in connection.execute(
            select(s.product_id, o.source, s.captured_at, o.content_hash, s.record_id)
            .join_from(sighting, observation)
            .where(of_run, s.product_id.in_(again))
        ):
            ranks[number] = rows.rank(*of_rank)
    before = set(ranks)
    chosen: dict[int, tuple[Row, list[Row]]] = {}
    for one, number, observed in zip(batch, product_ids, observation_ids, strict=True):
        key = {"snapshot_id": here.snapshot_id, "product_id": number}
        row = rows.sighting_row(
            one.product, key | {"observation_id": observed}, here.captures, here.started_at
        )
        rank = rows.rank(one.product.source, row["captured_at"], one.digest, row["record_id"])
        if number not in ranks or rank > ranks[number]:
            ranks[number] = rank
            chosen[number] = row, rows.counter_rows(one.product, key)
    if replaced := before & set(chosen):
        connection.execute(delete(sighting).where(of_run, s.product_id.in_(replaced)))
    insert_all(
        connection,
        {
            sighting: [row for row, _ in chosen.values()],
            counter: [number for _, numbers in chosen.values() for number in numbers],
        },
    )
