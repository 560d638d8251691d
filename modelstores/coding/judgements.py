"""Judgements in the database: read from sheets, one a coder and thing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, select

from modelstores.coding.program import in_parts
from modelstores.coding.sheet import DIGEST, Page, Row, Unit
from modelstores.database.insert import insert_all
from modelstores.database.tables import coding, observation, product, store
from modelstores.elements.codebook import load

#: What makes a judgement of a coder one of the same thing as another.
_THING = ("what", "product_id", "other_product_id", "element")


class Place(NamedTuple):
    """Where the database holds what a product said."""

    product_id: int
    observation_id: int


@dataclass(frozen=True)
class Imported:
    """What became of a sheet."""

    #: judgements written
    judged: int
    #: those among them that stand for an earlier one of the same coder
    replaced: int
    #: rows without a code
    empty: int


class BadRows(ValueError):
    """A sheet has rows that cannot be taken; ``reasons`` has a line for each, in order."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(f"{len(reasons)} bad rows")
        self.reasons = reasons


def write(connection: Connection, coder: str, read: Sequence[tuple[int, Row | str]]) -> Imported:
    """Write a coder's judgements; one of a thing that he judged before replaces the earlier.

    ``read`` has the line and the row, or what is wrong with it (:func:`sheet.read`). A row
    without a code says nothing: an earlier judgement stays.

    Raises:
        BadRows: there are some; nothing is written.
    """
    rows = [(line, row) for line, row in read if isinstance(row, Row)]
    bad = {line: row for line, row in read if isinstance(row, str)}
    places = _places(connection, (row.unit for _, row in rows))
    elements = {one.id for one in load().elements}
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    first: dict[tuple[Any, ...], int] = {}
    judged: list[dict[str, Any]] = []
    for line, row in rows:
        taken = _row(row.unit, places, elements)
        if isinstance(taken, str):
            bad[line] = taken
            continue
        thing = tuple(taken[name] for name in _THING)
        if (earlier := first.setdefault(thing, line)) != line:
            bad[line] = f"the same as line {earlier}"
        elif row.code:
            remark = row.remark or None
            filled = {"coder": coder, "code": row.code, "remark": remark, "coded_at": now}
            judged.append(taken | filled)
    if bad:
        raise BadRows([f"line {line}: {bad[line]}" for line in sorted(bad)])
    replaced = _forget(connection, coder, judged)
    insert_all(connection, {coding: judged})
    return Imported(len(judged), replaced, len(rows) - len(judged))


def _row(unit: Unit, places: dict[Page, Place | str], elements: set[str]) -> dict[str, Any] | str:
    """Return a thing as the table names it, or what is wrong with it."""
    if unit.what == "elements" and unit.element not in elements:
        return f"no element {unit.element[:80]!r} in the codebook"
    sides: list[Place] = []
    for page in filter(None, (unit.page, unit.other)):
        place = places[page]
        if isinstance(place, str):
            return place
        sides.append(place)
    if unit.other and unit.other.store == unit.page.store:
        return "both products are of one store"
    sides.sort()  # a pair has no order
    one, other = sides[0], sides[1] if unit.other else None
    return {
        "what": unit.what,
        "product_id": one.product_id,
        "observation_id": one.observation_id,
        "other_product_id": other and other.product_id,
        "other_observation_id": other and other.observation_id,
        "element": unit.element,
    }


def _places(connection: Connection, units: Iterable[Unit]) -> dict[Page, Place | str]:
    """Return where each page stands in the database, or why it does not."""
    pages = {page for unit in units for page in (unit.page, unit.other) if page}
    stores = {row.name: row.id for row in connection.execute(select(store.c.name, store.c.id))}
    o = observation.c
    digest = func.substr(o.content_hash, 1, DIGEST)
    ids: dict[tuple[int, str], int] = {}
    said: dict[tuple[int, str], int] = {}
    for part in in_parts(sorted({page.native_id for page in pages})):
        p = product.c
        named = select(p.store_id, p.native_id, p.id).where(
            p.store_id.in_(stores.values()), p.native_id.in_(part)
        )
        for row in connection.execute(named):
            ids[row.store_id, row.native_id] = row.id
    # Of equal words, the later reading.
    later = (func.length(o.parser), o.parser, o.id)
    for part in in_parts(sorted(ids.values())):
        told = select(o.product_id, digest.label("digest"), o.id).where(o.product_id.in_(part))
        for row in connection.execute(told.order_by(*later)):
            said[row.product_id, row.digest] = row.id
    found: dict[Page, Place | str] = {}
    for page in pages:
        if page.store not in stores:
            found[page] = f"no store {page.store[:80]!r} in the database"
        elif (number := ids.get((stores[page.store], page.native_id))) is None:
            found[page] = f"no product {page.native_id[:80]!r} of {page.store} in the database"
        elif (observed := said.get((number, page.digest))) is None:
            found[page] = f"{page.store} {page.native_id[:80]!r} never said what was judged"
        else:
            found[page] = Place(number, observed)
    return found


def _forget(connection: Connection, coder: str, judged: Sequence[dict[str, Any]]) -> int:
    """Delete the coder's earlier judgements of the same things; return how many there were."""
    c = coding.c
    things = {tuple(row[name] for name in _THING) for row in judged}
    held = connection.execute(
        select(c.id, *(c[name] for name in _THING)).where(c.coder == coder)
    ).all()
    earlier = [{"number": row.id} for row in held if tuple(row[1:]) in things]
    if earlier:
        connection.execute(delete(coding).where(c.id == bindparam("number")), earlier)
    return len(earlier)


class Judgement(NamedTuple):
    """A judgement and the thing it is of."""

    coder: str
    code: str
    what: str
    element: str
    product_id: int
    observation_id: int
    #: digest of what the product said
    content_hash: str
    other_product_id: int | None
    other_observation_id: int | None
    other_content_hash: str | None

    @property
    def thing(self) -> tuple[Any, ...]:
        """What was judged: the same product, saying the same."""
        sides = (self.product_id, self.content_hash, self.other_product_id, self.other_content_hash)
        return (self.what, self.element, *sides)


def judgements(connection: Connection, stores: Sequence[str] = ()) -> list[Judgement]:
    """Return all judgements, by coder and time; ``stores``: of products of these alone."""
    c, other = coding.c, observation.alias()
    sql = (
        select(
            *(c.coder, c.code, c.what, c.element, c.product_id, c.observation_id),
            observation.c.content_hash,
            *(c.other_product_id, c.other_observation_id),
            other.c.content_hash.label("other_content_hash"),
        )
        .join_from(coding, observation, observation.c.id == c.observation_id)
        .outerjoin(other, other.c.id == c.other_observation_id)
        .order_by(c.coder, c.id)
    )
    if stores:
        named = select(product.c.id).join(store).where(store.c.name.in_(stores))
        sql = sql.where(c.product_id.in_(named))
        sql = sql.where(c.other_product_id.is_(None) | c.other_product_id.in_(named))
    return [Judgement._make(row) for row in connection.execute(sql)]
