"""An open snapshot, and what its rows refer to: the store, its captures, the codebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, case, func, select, update

from modelstores.database.entry import Terms
from modelstores.database.insert import dialect_insert, insert_all, insert_new, insert_one
from modelstores.database.tables import (
    STATES,
    capture,
    element,
    element_count,
    element_state,
    sighting,
    store,
)
from modelstores.items import Capture


@dataclass(frozen=True)
class CaptureFile:
    """A WARC file: its name without folder; digest and size once it is closed."""

    file: str
    sha256: str = ""
    bytes: int | None = None


class Met:
    """The products that this process has met: one bit each, by the number of the row."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, number: int) -> bool:
        """Note a product; return whether it is new."""
        place, bit = number >> 3, 1 << (number & 7)
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1 - len(self._bits) + 4096))
        new = not self._bits[place] & bit
        self._bits[place] |= bit
        return new

    def __contains__(self, number: int) -> bool:
        """Tell whether a product was met."""
        place = number >> 3
        return place < len(self._bits) and bool(self._bits[place] & 1 << (number & 7))


@dataclass
class Opened:
    """An open snapshot: all that its rows refer to."""

    snapshot_id: int
    store_id: int
    started_at: str
    terms: Terms
    #: {file name: its row}
    captures: dict[str, int] = field(default_factory=dict)
    #: whether an earlier process has written a part of the snapshot
    continued: bool = False
    #: what this process has written
    met: Met = field(default_factory=Met)

    def may_have(self, product_id: int) -> bool:
        """Tell whether the snapshot can have a sighting of a product already."""
        return self.continued or product_id in self.met


def write_store(connection: Connection, name: str, title: str, kind: str) -> int:
    """Write a store's row, new or not; return its number. The row is locked then."""
    said = {"title": title, "kind": kind}
    named = dialect_insert(connection.dialect, store).values(name=name, **said)
    connection.execute(named.on_conflict_do_update(index_elements=["name"], set_=said))
    return connection.scalars(select(store.c.id).where(store.c.name == name)).one()


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


def write_codebook(
    connection: Connection, version: str, elements: Sequence[Mapping[str, Any]]
) -> dict[str, int]:
    """Write the codebook if its version is new; return {element: number of its row}."""
    insert_new(
        connection,
        element,
        [
            {
                "codebook": version,
                "element": one["id"],
                "position": position,
                **{name: one[name] for name in ("name", "dimension", "definition")},
            }
            for position, one in enumerate(elements, start=1)
        ],
    )
    found = select(element.c.element, element.c.id).where(element.c.codebook == version)
    return {row.element: row.id for row in connection.execute(found)}


def count_elements(connection: Connection, here: Opened) -> None:
    """Keep how many products of the snapshot have which state of each element."""
    s, told = sighting.c, element_state.c
    of_run = s.snapshot_id == here.snapshot_id
    *known, unknown = STATES
    counted = connection.execute(
        select(
            told.element_id,
            *(func.sum(case((told.state == state, 1), else_=0)) for state in known),
        )
        .join_from(sighting, element_state, told.observation_id == s.observation_id)
        .where(of_run)  # a list of elements would cost more than to count all there are
        .group_by(told.element_id)
    )
    found = {number: list(map(int, counts)) for number, *counts in counted}
    products = connection.scalar(select(func.count()).select_from(sighting).where(of_run)) or 0
    rows_ = []
    for number in here.terms.elements.values():
        counts = found.get(number, [0] * len(known))
        row = {"snapshot_id": here.snapshot_id, "element_id": number, unknown: products}
        row[unknown] -= sum(counts)  # what has no row is unknown, too
        rows_.append(row | dict(zip(known, counts, strict=True)))
    insert_all(connection, {element_count: rows_})
