"""Write a batch of products: what each said where that is new, and that it was seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Table, delete, select

from modelstores.database import rows
from modelstores.database.entry import Entry
from modelstores.database.insert import free_numbers, insert_all
from modelstores.database.opened import Opened, name_captures
from modelstores.database.rows import Values
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
)
from modelstores.items import Capture


class Seen(NamedTuple):
    """An entry that waits to be written, and where the page stands, and the record, if any."""

    entry: Entry
    capture: Capture | None
    record: Capture | None


def write_products(connection: Connection, here: Opened, batch: Sequence[Seen]) -> list[int]:
    """Write products; return the number of each one's row in ``product``.

    What the snapshot has already stays as it is.
    """
    name_captures(connection, here, {id(one.capture): one.capture for one in batch}.values())
    entries = [one.entry for one in batch]
    product_ids, all_new = _product_ids(connection, here, entries)
    ids, new = _observation_ids(connection, here, entries, product_ids, all_new)
    said = dict(zip(ids, entries, strict=True))  # each observation once
    untagged = _without(connection, element_state, here, [i for i in said if said[i].states], new)
    unkeyed = _without(connection, similarity, here, [i for i in said if said[i].similarity], new)
    insert_all(
        connection,
        {
            section: _behind((i, said[i].sections) for i in new),
            reference: _behind((i, said[i].references) for i in new),
            license_: _behind((i, said[i].licenses) for i in new),
            element_state: _behind((i, said[i].states) for i in untagged),
            element_value: _behind((i, said[i].values) for i in untagged),
            similarity: [(i, *row) for i in unkeyed if (row := said[i].similarity)],
        },
    )
    _write_sightings(connection, here, batch, product_ids, ids)
    return product_ids


def known(connection: Connection, here: Opened) -> set[str]:
    """Return the digests of the store's observations that this run's versions told all of."""
    o, told, keyed = observation.c, element_state.c, similarity.c
    tagged = select(1).where(
        told.observation_id == o.id, told.element_id.in_(here.terms.elements.values())
    )
    of_vocabulary = select(1).where(
        keyed.observation_id == o.id, keyed.vocabulary == here.terms.vocabulary
    )
    found = (
        select(o.content_hash)
        .join(product)
        .where(product.c.store_id == here.store_id, o.parser == here.terms.parser)
        .where(tagged.exists(), of_vocabulary.exists())
    )
    return set(connection.scalars(found).all())


def _product_ids(
    connection: Connection, here: Opened, batch: Sequence[Entry]
) -> tuple[list[int], bool]:
    """Return the row of each product, and whether all of these are new."""
    kinds = {one.native_id: one.kind for one in batch}
    c = product.c
    found = select(c.native_id, c.id).where(c.store_id == here.store_id, c.native_id.in_(kinds))
    numbers: dict[str, int] = dict(map(tuple, connection.execute(found).all()))
    missing = [native for native in kinds if native not in numbers]
    new = dict(zip(missing, free_numbers(connection, product, len(missing)), strict=True))
    insert_all(
        connection,
        {
            product: [
                (number, here.store_id, native, kinds[native]) for native, number in new.items()
            ]
        },
    )
    return [new.get(one.native_id) or numbers[one.native_id] for one in batch], not numbers


def _observation_ids(
    connection: Connection,
    here: Opened,
    batch: Sequence[Entry],
    product_ids: Sequence[int],
    all_new: bool,
) -> tuple[list[int], list[int]]:
    """Return the observation of each product, and which of them are new."""
    keys = [
        (product_id, one.source, one.digest)
        for product_id, one in zip(product_ids, batch, strict=True)
    ]
    known: dict[tuple[int, str, str], int] = {}
    if not all_new:
        c = observation.c
        lookup = select(c.product_id, c.source, c.content_hash, c.id).where(
            c.product_id.in_(set(product_ids)),
            c.parser == here.terms.parser,
            c.content_hash.in_({digest for _, _, digest in keys}),
        )
        known = {
            (p, source, digest): i for p, source, digest, i in connection.execute(lookup).all()
        }
    missing = {key: one for key, one in zip(keys, batch, strict=True) if key not in known}
    new = dict(zip(missing, free_numbers(connection, observation, len(missing)), strict=True))
    insert_all(
        connection,
        {
            observation: [
                (number, key[0], *said)
                for key, number in new.items()
                if (said := missing[key].observation)
            ]
        },
    )
    return [new.get(key) or known[key] for key in keys], list(new.values())


def _without(
    connection: Connection, table: Table, here: Opened, told: Sequence[int], new: Sequence[int]
) -> list[int]:
    """Return the observations that have no rows of this run's codebook or vocabulary.

    ``told`` are those that this run has such rows of.
    """
    if not (old := set(told) - set(new)):
        return list(told)
    if table is similarity:
        current = similarity.c.vocabulary == here.terms.vocabulary
    else:
        current = element_state.c.element_id.in_(here.terms.elements.values())
    number = table.c.observation_id
    have = set(connection.scalars(select(number).distinct().where(number.in_(old), current)))
    return [i for i in told if i not in have]


def _behind(found: Iterable[tuple[int, Sequence[Values]]]) -> list[Values]:
    """Return the rows of many observations, each behind the number of its own."""
    return [(number, *row) for number, rows_ in found for row in rows_]


def _write_sightings(
    connection: Connection,
    here: Opened,
    batch: Sequence[Seen],
    product_ids: Sequence[int],
    observation_ids: Sequence[int],
) -> None:
    """Write one sighting a product with its counters; ``rows.rank`` says which."""
    before = _ranks(connection, here, product_ids)
    places: dict[tuple[int, int], Values] = {}
    chosen: dict[int, tuple[Entry, int, Values]] = {}
    for one, number, observed in zip(batch, product_ids, observation_ids, strict=True):
        place = id(one.capture), id(one.record)  # that of a listing is that of all its entries
        seen = places.get(place) or places.setdefault(
            place, rows.sighting_row(one.capture, one.record, here.captures, here.started_at)
        )
        other = chosen.get(number)
        rank = _rank(other[0], other[2]) if other else before.get(number)
        if rank is None or _rank(one.entry, seen) > rank:
            chosen[number] = one.entry, observed, seen
    if replaced := before.keys() & chosen.keys():
        s = sighting.c
        of_run = s.snapshot_id == here.snapshot_id
        connection.execute(delete(sighting).where(of_run, s.product_id.in_(replaced)))
    insert_all(
        connection,
        {
            sighting: [
                (here.snapshot_id, number, observed, *seen)
                for number, (_, observed, seen) in chosen.items()
            ],
            counter: [
                (here.snapshot_id, number, *counted)
                for number, (said, _, _) in chosen.items()
                for counted in said.counters
            ],
        },
    )


def _rank(said: Entry, seen: Values) -> tuple[object, ...]:
    captured_at, _, _, record_id, *_ = seen
    return rows.rank(said.source, captured_at, said.digest, record_id)


def _ranks(
    connection: Connection, here: Opened, product_ids: Sequence[int]
) -> dict[int, tuple[object, ...]]:
    """Return the ranks of the sightings that the snapshot has already of some products."""
    again = set(filter(here.may_have, product_ids))
    if not again:
        return {}
    s, o = sighting.c, observation.c
    found = (
        select(s.product_id, o.source, s.captured_at, o.content_hash, s.record_id)
        .join_from(sighting, observation)
        .where(s.snapshot_id == here.snapshot_id, s.product_id.in_(again))
    )
    return {number: rows.rank(*of_rank) for number, *of_rank in connection.execute(found)}
