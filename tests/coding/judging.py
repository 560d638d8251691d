"""Judging without a file: what the tests of coding share."""

from __future__ import annotations

from sqlalchemy import Engine, text

from modelstores.coding.judgements import Imported, write
from modelstores.coding.sheet import DIGEST, Page, Row, Unit


def page(engine: Engine, store: str, native_id: str) -> Page:
    """Return what a product says now."""
    sql = text(
        "SELECT content_hash FROM latest_product AS latest"
        " JOIN observation ON observation.id = latest.observation_id"
        " WHERE latest.store = :store AND latest.native_id = :native_id"
    )
    with engine.connect() as connection:
        digest = connection.scalar(sql, {"store": store, "native_id": native_id})
    return Page(store, native_id, str(digest)[:DIGEST])


def judge(engine: Engine, coders: str, *units: tuple[Unit, str]) -> Imported:
    """Have each coder, named by a letter, give these codes; return the last import."""
    rows = [(line, Row(unit, code)) for line, (unit, code) in enumerate(units, start=2)]
    for coder in coders:
        with engine.begin() as connection:
            told = write(connection, coder, rows)
    return told


def element(engine: Engine, store: str, native_id: str, name: str) -> Unit:
    """Return an element of a product as it is now."""
    return Unit("elements", page(engine, store, native_id), element=name)


def pair(engine: Engine, one: tuple[str, str], other: tuple[str, str]) -> Unit:
    """Return two products as they are now."""
    return Unit("similar", page(engine, *one), page(engine, *other))
