"""The whole way of a page ends in PostgreSQL as it does in SQLite."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelstores.commands.report import REPORTS
from modelstores.database.engine import DatabaseError, connect
from modelstores.database.rows import MAX_KEY
from modelstores.database.views import Selection
from modelstores.database.writer import Writer
from modelstores.items import Rejection
from modelstores.reports.render import FORMATS, render
from tests import postgres
from tests.crawling import scrapy
from tests.database.samples import product, rows, run
from tests.miniweb.pack import pack

FIVE = ("elements", "groups", "similar", "origins", "coverage")
#: A store this small may be suspect.
SUSPECT = Selection(("complete", "suspect"))


def reports(url: str) -> dict[tuple[str, str], str]:
    """Return every report over all snapshots of a database, in two formats."""
    engine = connect(url, read_only=True)
    with engine.connect() as connection:
        tables = {name: REPORTS[name](connection, selection=SUSPECT) for name in FIVE}
    engine.dispose()
    return {(name, form): render(table, form) for name, table in tables.items() for form in FORMATS}


def test_a_crawl_gives_the_same_reports_on_both(
    postgresql: postgres.Server, tmp_path: Path
) -> None:
    archive = pack("huggingface", tmp_path / "huggingface.warc.gz")
    found = []
    for url in (f"sqlite:///{tmp_path / 'x.db'}", postgresql.empty()):
        setting = f"DATABASE_URL={url}"
        ended = scrapy("crawl", "huggingface", "-a", f"archive={archive}", "-s", setting)
        assert "captured = " in ended.stderr, ended.stderr
        found.append(reports(url))
    assert found[0] == found[1]
    assert all(found[0]["elements", "csv"].splitlines()[1:])


def refused(url: str, *, read_only: bool = False) -> str:
    with pytest.raises(DatabaseError) as caught:
        connect(url, read_only=read_only)
    message = str(caught.value)
    assert "\n" not in message
    assert "secret" not in message
    return message


@pytest.mark.parametrize("read_only", [False, True])
def test_what_cannot_be_reached_is_one_line_without_password(
    postgresql: postgres.Server, tmp_path: Path, read_only: bool
) -> None:
    postgresql.do("DROP ROLE IF EXISTS locked")
    postgresql.do("CREATE ROLE locked LOGIN PASSWORD 'right'")
    message = refused(postgresql.url("postgres", "locked", "secret"), read_only=read_only)
    assert "password authentication failed" in message
    message = refused(postgresql.url("nowhere", password="secret"), read_only=read_only)
    assert '"nowhere" does not exist' in message
    down = f"postgresql://me:secret@/x?host={tmp_path}"
    assert str(tmp_path) in refused(down, read_only=read_only)
    hidden = f"postgresql+psycopg:///x?host={tmp_path}&password=secret"
    assert "connection" in refused(hidden, read_only=read_only)


def test_other_databases_are_refused() -> None:
    for url in ("mysql://me:secret@host/x", "postgresql+nosuch://me:secret@host/x"):
        assert "host/x" in refused(url)


def test_both_addresses_open_it(postgresql: postgres.Server) -> None:
    url = postgresql.empty()
    connect(url).dispose()
    connect(url.replace("postgresql:", "postgresql+psycopg:"), read_only=True).dispose()


def test_an_empty_database_is_not_made_by_a_reader(postgresql: postgres.Server) -> None:
    url = postgresql.empty()
    assert "no database of modelstores" in refused(url, read_only=True)
    connect(url).dispose()
    engine = connect(url, read_only=True)
    with pytest.raises(Exception, match="read-only transaction"):
        rows(engine, "DELETE FROM counter RETURNING 1")
    engine.dispose()


def test_a_database_of_another_program_is_left_alone(postgresql: postgres.Server) -> None:
    url = postgresql.empty()
    engine = postgresql.engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num text)")
    assert "no database of modelstores" in refused(url)
    assert rows(engine, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == [
        ("alembic_version",)
    ]
    engine.dispose()


def test_text_is_sorted_by_code_point(postgresql: postgres.Server) -> None:
    engine = connect(postgresql.ready())
    assert rows(engine, "SELECT 'B' < 'a'") == [(False,)], "the server sorts as in a dictionary"
    writer = Writer(engine, run())
    writer.open()
    for name in ("a", "B", "_", "é", "Z"):
        writer.add(product(name))
    writer.flush()
    found = rows(engine, "SELECT native_id FROM product ORDER BY native_id")
    assert "".join(name for (name,) in found) == "BZ_aé"
    engine.dispose()


def test_long_words_and_numbers_that_are_none_are_kept(postgresql: postgres.Server) -> None:
    engine = connect(postgresql.ready())
    writer = Writer(engine, run())
    writer.open()
    # A key that does not compress: PostgreSQL's index takes 2704 bytes.
    long = "".join(chr(0x10000 + 7919 * i % 0xFFFF) for i in range(20_000))
    writer.add(product(), [("url", long, long)], [(long, None), (long + "x", "MIT")])
    writer.reject(Rejection("validation", "u", ["odd"], {"counters": {"x": float("nan")}}))
    writer.close("complete", [], {"mean": float("inf")}, {})
    assert rows(engine, "SELECT LENGTH(identifier), LENGTH(url) FROM reference") == [
        (MAX_KEY, 20_000)
    ]
    assert rows(engine, "SELECT LENGTH(raw), spdx FROM license") == [(MAX_KEY, None)]
    assert rows(engine, "SELECT item FROM quarantine") == [('{"counters":{"x":"nan"}}',)]
    assert rows(engine, "SELECT receipt FROM snapshot") == [('{"mean":"inf"}',)]
    engine.dispose()
