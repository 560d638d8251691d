from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from modelstores.database.engine import DatabaseError, connect, errors_of
from tests.database.samples import product, rows, write


def refused(url: str, *, read_only: bool = False) -> str:
    with pytest.raises(DatabaseError) as caught:
        connect(url, read_only=read_only)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_new_file_gets_schema_and_settings(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'new #%.db'}")
    assert (tmp_path / "new #%.db").exists()
    assert rows(engine, "PRAGMA journal_mode") == [("wal",)]
    assert rows(engine, "PRAGMA foreign_keys") == [(1,)]
    assert rows(engine, "PRAGMA synchronous") == [(1,)]
    assert rows(engine, "PRAGMA busy_timeout") == [(30000,)]
    assert rows(engine, "SELECT * FROM latest_product") == []
    engine.dispose()
    connect(f"sqlite:///{tmp_path / 'new #%.db'}").dispose()


def test_statements_of_a_transaction_stand_or_fall_together(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'x.db'}")
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE extra (x INTEGER)"))
        connection.rollback()
    assert rows(engine, "SELECT name FROM sqlite_master WHERE name = 'extra'") == []
    engine.dispose()


def test_read_only_creates_nothing_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    assert str(path) in refused(f"sqlite:///{path}", read_only=True)
    assert list(tmp_path.iterdir()) == []
    writing = connect(f"sqlite:///{path}")
    write(writing, product())
    reading = connect(f"sqlite:///{path}", read_only=True)
    assert rows(reading, "SELECT native_id FROM latest_product") == [("a/one",)]
    with pytest.raises(OperationalError, match="readonly"), reading.begin() as connection:
        connection.execute(text("DELETE FROM counter"))
    reading.dispose()
    writing.dispose()


def test_a_reader_sees_what_was_committed_while_a_writer_is_at_work(tmp_path: Path) -> None:
    writing = connect(f"sqlite:///{tmp_path / 'x.db'}")
    reading = connect(f"sqlite:///{tmp_path / 'x.db'}", read_only=True)
    with writing.begin() as connection:
        connection.execute(text("INSERT INTO store (name, title, kind) VALUES ('a', 'A', 'model')"))
        assert rows(reading, "SELECT name FROM store") == []
    assert rows(reading, "SELECT name FROM store") == [("a",)]
    reading.dispose()
    writing.dispose()


@pytest.mark.parametrize("read_only", [False, True])
def test_a_file_that_is_no_database_stays_as_it_is(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)
    assert str(path) in refused(f"sqlite:///{path}", read_only=read_only)
    assert path.read_text() == "not a database " * 100
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_the_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE snapshot (x)")
    other.close()
    assert "no database of modelstores" in refused(f"sqlite:///{path}")
    assert "no database of modelstores" in refused(f"sqlite:///{path}", read_only=True)


@pytest.mark.parametrize("read_only", [False, True])
def test_another_schema_version_is_refused(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "x.db"
    engine = connect(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    message = refused(f"sqlite:///{path}", read_only=read_only)
    assert str(path) in message
    assert "9999" in message


def test_a_schema_that_cannot_be_made_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("modelstores.database.engine.create_views", full)
    assert "no space left" in refused(f"sqlite:///{tmp_path / 'x.db'}")
    assert list(tmp_path.iterdir()) == []


def test_paths_that_cannot_be_written(tmp_path: Path) -> None:
    assert "nowhere" in refused(f"sqlite:///{tmp_path / 'nowhere' / 'x.db'}")
    assert str(tmp_path) in refused(f"sqlite:///{tmp_path}")
    assert "/proc/x.db" in refused("sqlite:////proc/x.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["", "x.db", "nosuch://x", "sqlite+nosuch:///x.db"])
def test_no_url_of_a_database(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refused(url)
    assert list(tmp_path.iterdir()) == []


def test_errors_name_the_database_and_no_password(tmp_path: Path) -> None:
    assert "secret" not in refused("nosuch://me:secret@host/x")
    engine = connect(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(DatabaseError, match=r"x\.db: no such table"), errors_of(engine):
        rows(engine, "SELECT * FROM nowhere")
    engine.dispose()


def test_a_database_in_memory() -> None:
    engine = connect("sqlite://")
    write(engine, product())
    assert rows(engine, "SELECT COUNT(*) FROM sighting") == [(1,)]
