"""A person's word that a suspect snapshot is right."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import Engine

from modelstores.database.accept import AcceptError, accept
from modelstores.database.writer import Writer
from tests.database.samples import product, rows, run, write


def suspect(engine: Engine) -> int:
    writer = Writer(engine, run())
    number = writer.open()
    writer.add(product("a"))
    writer.close("suspect", ["fill: less"], {}, {})
    return number


def test_an_accepted_snapshot_counts_and_keeps_what_was_found(engine: Engine) -> None:
    number = suspect(engine)
    assert rows(engine, "SELECT native_id FROM latest_product") == []
    with engine.begin() as connection:
        assert accept(connection, number, "it changed") == "hub"
    assert rows(engine, "SELECT native_id FROM latest_product") == [("a",)]
    ((status, reasons),) = rows(engine, "SELECT status, reasons FROM snapshot")
    assert status == "complete"
    first, second = json.loads(reasons)
    assert first == "fill: less"
    assert second.startswith("accepted on 20")
    assert second.endswith(": it changed")


@pytest.mark.parametrize("status", ["complete", "failed"])
def test_only_a_suspect_one_can_be_accepted(engine: Engine, status: str) -> None:
    number, _ = write(engine, product("a"), status=status)
    before = rows(engine, "SELECT * FROM snapshot")
    with (
        pytest.raises(AcceptError, match=f"snapshot {number} of hub is {status}, not suspect"),
        engine.begin() as connection,
    ):
        accept(connection, number, "it changed")
    assert rows(engine, "SELECT * FROM snapshot") == before


def test_a_snapshot_that_is_not_there(engine: Engine) -> None:
    with (
        pytest.raises(AcceptError, match="no snapshot 7 in the database"),
        engine.begin() as connection,
    ):
        accept(connection, 7, "it changed")
