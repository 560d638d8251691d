"""Older databases, built from the frozen first version, are brought up to date whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, text

from modelstores.database import migrations
from modelstores.database.engine import DatabaseError, connect
from modelstores.database.tables import SCHEMA_VERSION, metadata
from modelstores.database.views import VIEWS
from tests import postgres
from tests.conftest import ROOT
from tests.database.samples import product, rows, write

#: One row a table, as version 0001 had them.
ROWS = """
INSERT INTO store (name, title, kind) VALUES ('hub', 'Hub', 'model');
INSERT INTO snapshot (store_id, status, scope, source, started_at, captured_from, parser,
 codebook, vocabulary, versions, settings, reasons, receipt)
 VALUES (1, 'complete', 'full', 'archive', '2026', '2026', '1', '1', '1', '{}', '{}', '[]',
 '{}');
INSERT INTO capture (store_id, file, sha256) VALUES (1, 'x.warc', 'ab');
INSERT INTO product (store_id, native_id, kind) VALUES (1, 'a', 'model');
INSERT INTO observation (product_id, source, parser, content_hash, url, name, stated,
 input_domains, links, unread) VALUES (1, 'page', '1', 'h', 'u', 'A', '{}', '[]', '[]', '[]');
INSERT INTO sighting (snapshot_id, product_id, observation_id, captured_at, capture_id, rendered)
 VALUES (1, 1, 1, '2026', 1, false);
INSERT INTO counter VALUES (1, 1, 'likes', 3);
INSERT INTO section VALUES (1, 0, 'Use', 'Call it.');
INSERT INTO element (codebook, element, name, dimension, definition, position)
 VALUES ('1', 'owner', 'Owner', 'D', 'Who.', 1);
INSERT INTO element_state VALUES (1, 1, 'present', 'Ada', 'Use', 'r');
INSERT INTO element_count VALUES (1, 1, 1, 0, 0, 0);
INSERT INTO similarity (observation_id, vocabulary, datasets, artefacts, evidence)
 VALUES (1, '1', '[]', '[]', '{}');
INSERT INTO reference VALUES (1, 'doi', '10.1/x', 'u');
INSERT INTO license VALUES (1, 'MIT', 'MIT');
INSERT INTO policy (snapshot_id, url, element_id, title, state, captured_at)
 VALUES (1, 'u', 1, 'T', 'absent', '2026');
INSERT INTO quarantine (snapshot_id, stage, url, reasons) VALUES (1, 'page', 'u', '[]');
"""


@pytest.fixture
def old(request: pytest.FixtureRequest, new_database: Callable[[], str]) -> str:
    """Return the address of a database of version 0001 with rows in every table."""
    url = new_database()
    if url.startswith("postgresql"):
        server: postgres.Server = request.getfixturevalue("postgresql")
        url = server.empty()
    with begin(url) as connection:
        migrations.upgrade(connection, "0001")
        for statement in ROWS.split(";\n"):
            if statement.strip():
                connection.execute(text(statement))
        connection.execute(text("CREATE VIEW latest_product AS SELECT * FROM snapshot"))
    return url


def begin(url: str):
    return raw(url).begin()


def raw(url: str) -> Engine:
    """Return an engine that neither makes nor checks a schema."""
    return create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1))


def held(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of a database, as far as version 0001 had their columns."""
    names = {table: list(metadata.tables[table].columns.keys()) for table in OLD_TABLES}
    names["snapshot"].remove("capture_file")
    return {
        table: rows(engine, f"SELECT {', '.join(columns)} FROM {table}")
        for table, columns in names.items()
    }


NEW_TABLES = {"coding", "element_value", "lease", "snapshot_check"}
OLD_TABLES = sorted(set(metadata.tables) - NEW_TABLES - {"alembic_version"})


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_server_default": True})
    return list(compare_metadata(context, metadata))


def test_the_newest_version_is_that_of_the_tables() -> None:
    assert migrations.versions()[-1] == SCHEMA_VERSION


def test_a_new_database_is_what_the_tables_say(engine: Engine) -> None:
    with engine.connect() as connection:
        assert differences(connection) == []


def test_an_older_database_is_upgraded_and_keeps_its_rows(
    old: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = held(raw(old))
    assert all(len(found) == 1 for found in before.values())
    engine = connect(old)
    told = capsys.readouterr().err
    assert told.endswith(f": schema upgraded from version 0001 to {SCHEMA_VERSION}\n")
    assert told.count("\n") == 1
    assert held(engine) == before
    with engine.connect() as connection:
        assert differences(connection) == []
    assert rows(engine, "SELECT native_id FROM latest_product") == [("a",)]
    write(engine, product())
    assert len(rows(engine, "SELECT native_id FROM latest_product")) == 2
    engine.dispose()
    connect(old).dispose()
    assert capsys.readouterr().err == ""


def test_an_upgraded_database_is_made_of_the_same_as_a_new_one(old: str, engine: Engine) -> None:
    connect(old).dispose()
    if engine.dialect.name == "sqlite":
        columns = """
SELECT m.name, c.name, c.type, c."notnull" > 0, c.pk > 0
  FROM sqlite_master AS m, pragma_table_info(m.name) AS c ORDER BY 1, 2"""
    else:
        columns = """
SELECT table_name, column_name, data_type, is_nullable, collation_name,
       col_description(CAST(table_name AS regclass), ordinal_position)
  FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"""
    assert rows(raw(old), columns) == rows(engine, columns)


def test_a_reader_of_an_older_database_is_told_how_to_upgrade_it(old: str) -> None:
    before = held(raw(old))
    with pytest.raises(
        DatabaseError, match=rf"version 0001.* reads version {SCHEMA_VERSION}.*upgrades it"
    ):
        connect(old, read_only=True)
    assert held(raw(old)) == before
    assert rows(raw(old), "SELECT version_num FROM alembic_version") == [("0001",)]


def test_an_upgrade_that_fails_changes_nothing(old: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object) -> None:
        raise OSError("no space left on device")

    before = held(raw(old))
    with monkeypatch.context() as patch:
        patch.setattr("modelstores.database.engine.create_views", full)
        with pytest.raises(DatabaseError, match="no space left"):
            connect(old)
    assert rows(raw(old), "SELECT version_num FROM alembic_version") == [("0001",)]
    assert held(raw(old)) == before
    assert rows(raw(old), "SELECT status FROM latest_product") == [("complete",)], "the old view"
    connect(old).dispose()


def python(code: str, *args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *args], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip


KILLED = """
import os, signal, sys
from modelstores.database import engine
engine.create_views = lambda connection: os.kill(os.getpid(), signal.SIGKILL)
engine.connect(sys.argv[1])
"""


def test_an_upgrade_that_is_killed_changes_nothing(old: str) -> None:
    before = held(raw(old))
    process = python(KILLED, old)
    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == -signal.SIGKILL
    assert held(raw(old)) == before
    assert rows(raw(old), "SELECT version_num FROM alembic_version") == [("0001",)]
    connect(old).dispose()


UPGRADING = """
import sys
from modelstores.database.engine import connect
print("ready", flush=True)
sys.stdin.readline()
connect(sys.argv[1]).dispose()
"""


@pytest.mark.parametrize("what", ["old", "empty"])
def test_two_processes_at_once(
    what: str, request: pytest.FixtureRequest, new_database: Callable[[], str]
) -> None:
    if what == "old":
        url = request.getfixturevalue("old")
    elif (url := new_database()).startswith("postgresql"):
        url = request.getfixturevalue("postgresql").empty()
    both = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADING, url], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        for _ in range(2)
    ]  # fmt: skip
    for process in both:
        assert process.stdout.readline() == "ready\n"
    for process in both:
        process.stdin.write("\n")
        process.stdin.flush()
    errors = [process.communicate(timeout=60)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], errors
    assert "".join(errors).count("upgraded") == (1 if what == "old" else 0)
    engine = connect(url)
    with engine.connect() as connection:
        assert differences(connection) == []
    for view in VIEWS:
        rows(engine, f"SELECT * FROM {view}")
    engine.dispose()
