"""``snapshots``: every run, how it ended, and why."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, insert

from modelstores.database.tables import snapshot_check
from modelstores.database.views import Selection
from modelstores.database.writer import Writer
from modelstores.reports.render import render
from modelstores.reports.snapshots import COLUMNS, snapshots
from modelstores.reports.table import Table
from tests.database.samples import VERSIONS, product, run, write


def table(engine: Engine, **options: Any) -> Table:
    with engine.connect() as connection:
        return snapshots(connection, **options)


def test_every_snapshot_has_a_row_whatever_its_status(engine: Engine) -> None:
    versions = VERSIONS | {"scrapy": "2.19", "chromium": None}
    write(engine, product("a"), product("b"), versions=versions)
    writer = Writer(engine, run(scope="partial", source="live"))
    number = writer.open()
    writer.add(product("a"))
    writer.close("suspect", ["fill: less", "and \x1b[2J more"], {}, {"failed": 2, "refused": 1})
    Writer(engine, run("zoo")).open()
    with engine.begin() as connection:
        connection.execute(
            insert(snapshot_check),
            [
                {"snapshot_id": number, "name": name, "passed": passed, "figure": figure,
                 "bound": 0.2, "detail": "..."}
                for name, passed, figure in
                (("fill", False, 0.75), ("lost", True, 0.0), ("afar", False, 0.5))
            ],
        )  # fmt: skip
    made = table(engine)
    first, second, third = (dict(zip(COLUMNS, row, strict=True)) for row in made.rows)
    assert first["seconds"] is not None
    assert first["seconds"] > 0
    assert first | {"seconds": 5} == {
        "snapshot": 1, "store": "hub", "status": "complete", "scope": "full",
        "source": "archive", "captured_from": "2026-01-02T00:00:00Z",
        "captured_until": "2026-01-02T00:00:00Z", "listed": 2, "stored": 2, "merged": 0,
        "out_of_scope": 0, "quarantined": 0, "failed": 0, "refused": 0,
        "started_at": "2026-02-01T00:00:00Z", "seconds": 5, "project_version": "0",
        "parser_version": "1", "codebook_version": "1", "vocabulary_version": "1",
        "scrapy_version": "2.19", "chromium_version": None, "reasons": "", "failed_checks": "",
    }  # fmt: skip
    assert (second["status"], second["scope"], second["source"]) == ("suspect", "partial", "live")
    assert (second["listed"], second["failed"], second["refused"]) == (4, 2, 1)
    assert second["failed_checks"] == "afar 0.5 (bound 0.2); fill 0.75 (bound 0.2)"
    assert second["reasons"] == "fill: less; and \x1b[2J more"
    assert (third["store"], third["status"], third["seconds"]) == ("zoo", "running", None)
    assert (third["listed"], third["captured_from"]) == (None, None)
    (block,) = made.layout
    assert block.rows[1][:9] == [
        "2", "hub", "suspect", "partial", "live", "2026-01-02", "4", "1", "2 failed, 1 refused",
    ]  # fmt: skip
    assert block.rows[2] == ["3", "zoo", "running", "full", "archive", "", "", "", "", "", "1"]
    assert "snapshot 2 of hub is suspect: fill: less; and more" in render(made, "table")
    assert made.remarks == ()


def test_a_span_of_days_is_shown_as_such(engine: Engine) -> None:
    later = product("b")
    assert later.capture is not None
    later.capture.time = "2026-01-05T00:00:00Z"
    write(engine, product("a"), later)
    assert table(engine).layout[0].rows[0][5] == "2026-01-02 to 2026-01-05"


def test_chosen_stores_alone(engine: Engine) -> None:
    write(engine, product("a"))
    write(engine, product("a", store="zoo"), store="zoo", status="failed")
    chosen = table(engine, selection=Selection(stores=("zoo",)))
    assert [row[:3] for row in chosen.rows] == [(2, "zoo", "failed")]


def test_an_empty_database_says_so(engine: Engine) -> None:
    made = table(engine)
    assert (made.rows, made.remarks) == ([], ["the database holds no snapshot"])
