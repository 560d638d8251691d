"""Write a batch of products: what each said where that is new, and that it was seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, Table, case, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from modelstores.database import rows
from modelstores.database.rows import License, Reference, Row
from modelstores.database.tables import (
    capture,
    counter,
    element_state,
    license_,
    observation,
    product,
    reference,
    section,
    sighting,
    similarity,
    storable,
)
from modelstores.items import Capture, Product


@dataclass(frozen=True)
class CaptureFile:
    """A WARC file: its name without folder; digest and size once it is closed."""

    file: str
    sha256: str = ""
    bytes: int | None = None


class Entry(NamedTuple):
    """A product that waits to be written, with the hash of its content and what it refers to."""

    product: Product
    digest: str
    references: Sequence[Reference]
    licenses: Sequence[License]


@dataclass
class Opened:
    """An open snapshot: all that its rows refer to."""

    snapshot_id: int
    store_id: int
    started_at: str
    parser: str
    vocabulary: str
    #: {element: its row in the codebook of this run}
    elements: Mapping[str, int]
    #: {file name: its row}
    captures: dict[str, int] = field(default_factory=dict)


def write_products(connection: Connection, here: Opened, batch: Sequence[Entry]) -> int:
    """Write products; return how many sightings the snapshot has more."""
    name_captures(connection, here, [one.product.capture for one in batch])
    product_ids = _product_ids(connection, here, batch)
    ids, new = _observation_ids(connection, here, batch, product_ids)
    said = dict(zip(ids, batch, strict=True))  # each observation once
    untagged = _without(connection, element_state, here, said, new)
    unkeyed = _without(connection, similarity, here, said, new)
    insert_all(
        connection,
        {
            section: [r for i in new for r in rows.section_rows(said[i].product, i)],
            reference: [r for i in new for r in rows.reference_rows(said[i].references, i)],
            license_: [r for i in new for r in rows.license_rows(said[i].licenses, i)],
            element_state: [
                r
                for i in untagged
                for r in rows.state_rows(said[i].product.elements, i, here.elements)
            ],
            similarity: [
                rows.similarity_row(said[i].product, i, here.vocabulary)
                for i in unkeyed
                if said[i].product.similarity or said[i].product.input_domain
            ],
        },
    )
    return _write_sightings(connection, here, batch, product_ids, ids)


def _product_ids(connection: Connection, here: Opened, batch: Sequence[Entry]) -> list[int]:
    natives = [storable(one.product.native_id) for one in batch]
    kinds = dict(zip(natives, (one.product.kind for one in batch), strict=True))
    insert_new(
        connection,
        product,
        [{"store_id": here.store_id, "native_id": n, "kind": kind} for n, kind in kinds.items()],
    )
    found = select(product.c.native_id, product.c.id).where(
        product.c.store_id == here.store_id, product.c.native_id.in_(kinds)
    )
    known = {row.native_id: row.id for row in connection.execute(found)}
    return [known[native] for native in natives]


def _observation_ids(
    connection: Connection, here: Opened, batch: Sequence[Entry], product_ids: Sequence[int]
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

    known = find()
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
    connection: Connection, table: Table, here: Opened, said: Iterable[int], new: Sequence[int]
) -> list[int]:
    """Return the observations that have no rows of this run's codebook or vocabulary."""
    old = set(said) - set(new)
    if not old:
        return list(new)
    if table is similarity:
        current = similarity.c.vocabulary == here.vocabulary
    else:
        current = element_state.c.element_id.in_(here.elements.values())
    number = table.c.observation_id
    have = connection.scalars(select(number).distinct().where(number.in_(old), current))
    return [*new, *sorted(old - set(have))]


def _write_sightings(
    connection: Connection,
    here: Opened,
    batch: Sequence[Entry],
    product_ids: Sequence[int],
    observation_ids: Sequence[int],
) -> int:
    """Write one sighting a product with its counters; ``rows.rank`` says which."""
    s, o = sighting.c, observation.c
    of_run = s.snapshot_id == here.snapshot_id
    ranks = {
        number: rows.rank(*of_rank)
        for number, *of_rank in connection.execute(
            select(s.product_id, o.source, s.captured_at, o.content_hash, s.record_id)
            .join_from(sighting, observation)
            .where(of_run, s.product_id.in_(product_ids))
        )
    }
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
    return len(ranks) - len(before)


def name_captures(connection: Connection, here: Opened, places: Iterable[Capture | None]) -> None:
    """Write the files that pages stand in and that the run did not name before."""
    for name in {place.file: None for place in places if place}:
        if name not in here.captures:
            here.captures[name] = write_capture(connection, here.store_id, CaptureFile(name))


def write_capture(connection: Connection, store_id: int, one: CaptureFile) -> int:
    """Return the number of a capture's row; one without digest is completed, not doubled."""
    c = capture.c
    named = select(c.id).where(c.store_id == store_id, c.file == one.file)
    found = connection.scalar(named.where(c.sha256 == one.sha256))
    if found is None and one.sha256:
        found = connection.scalar(named.where(c.sha256 == ""))
        if found is not None:
            digest = {"sha256": one.sha256, "bytes": one.bytes}
            connection.execute(update(capture).where(c.id == found).values(digest))
    if found is not None:
        return int(found)
    return insert_one(
        connection,
        capture,
        {"store_id": store_id, "file": one.file, "sha256": one.sha256, "bytes": one.bytes},
    )


def span_captures(connection: Connection, here: Opened) -> None:
    """Note the times of the earliest and latest record used of each capture of this run."""
    s, c = sighting.c, capture.c
    times = connection.execute(
        select(s.capture_id, func.min(s.captured_at), func.max(s.captured_at))
        .where(s.snapshot_id == here.snapshot_id, s.capture_id.is_not(None))
        .group_by(s.capture_id)
    ).all()
    for number, first, last in times:
        connection.execute(
            update(capture)
            .where(c.id == number)
            .values(
                first_at=case((c.first_at < first, c.first_at), else_=first),
                last_at=case((c.last_at > last, c.last_at), else_=last),
            )
        )


def dialect_insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return the dialect's own insert, which knows ``on_conflict_do_*``."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def insert_one(connection: Connection, table: Table, row: Row) -> int:
    """Insert a row; return its number."""
    return int(connection.execute(insert(table).values(row)).inserted_primary_key[0])  # type: ignore[index]


def insert_new(connection: Connection, table: Table, found: Sequence[Row]) -> None:
    """Insert rows; those that are there already stay as they are."""
    if found:
        connection.execute(dialect_insert(connection, table).on_conflict_do_nothing(), found)


def insert_all(connection: Connection, found: Mapping[Table, Sequence[Row]]) -> None:
    """Insert rows into several tables, in order."""
    for table, some in found.items():
        if some:
            connection.execute(insert(table), some)
