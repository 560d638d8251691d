"""Open a database, and make its schema where there is none."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from modelstores.database.tables import SCHEMA_VERSION, metadata, schema_version, storable
from modelstores.database.views import create_views

_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True)

#: How long to wait for another writer, in seconds: many times what a batch takes.
BUSY_SECONDS = 30


class DatabaseError(Exception):
    """A database cannot be used. The message is one line that names it."""


def connect(url: str, *, read_only: bool = False) -> Engine:
    """Open the database at an SQLAlchemy URL; a new one gets its schema.

    With ``read_only`` nothing is created or changed, and a database that is not there
    is an error.

    Raises:
        DatabaseError: it cannot be opened, created or written, is no database of this
            project, or has another schema version. Nothing is left behind.
    """
    try:
        parsed = make_url(url)
        sqlite = parsed.get_backend_name() == "sqlite"
        engine = _sqlite(parsed, read_only) if sqlite else _server(parsed, read_only)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise DatabaseError(f"{_shown(url)}: {_one_line(error)}") from None
    path = _path(parsed) if sqlite else None
    if path and read_only and not path.exists():
        raise DatabaseError(f"{path}: there is no such database")
    made = path is not None and not path.exists()
    try:
        with errors_of(engine), engine.begin() as connection:
            _check_or_create(connection, read_only)
    except DatabaseError:
        engine.dispose()
        if made and path:
            for name in (path, f"{path}-wal", f"{path}-shm"):
                Path(name).unlink(missing_ok=True)
        raise
    return engine


@contextmanager
def errors_of(engine: Engine) -> Iterator[None]:
    """Turn what the driver raises into a DatabaseError that names the database."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise DatabaseError(f"{name_of(engine)}: {_one_line(error)}") from error


def name_of(engine: Engine) -> str:
    """Return what an error calls the database: its file, or its URL without password."""
    if engine.dialect.name == "sqlite":
        return str(_path(engine.url) or "database in memory")
    return engine.url.render_as_string(hide_password=True)


def _check_or_create(connection: Connection, read_only: bool) -> None:
    tables = set(inspect(connection).get_table_names())
    name = name_of(connection.engine)
    if not tables and not read_only:
        metadata.create_all(connection)
        create_views(connection)
        connection.execute(schema_version.insert().values(version_num=SCHEMA_VERSION))
        return
    if schema_version.name not in tables or "snapshot" not in tables:
        raise DatabaseError(f"{name}: this is no database of modelstores")
    found = connection.scalar(select(schema_version.c.version_num))
    if found != SCHEMA_VERSION:
        raise DatabaseError(
            f"{name}: its schema has version {found}, this program reads version {SCHEMA_VERSION}"
        )


def _server(url: URL, read_only: bool) -> Engine:
    engine = create_engine(url, json_serializer=to_json)
    return engine.execution_options(postgresql_readonly=True) if read_only else engine


def _sqlite(url: URL, read_only: bool) -> Engine:
    path = _path(url)

    def open_file() -> sqlite3.Connection:
        address = f"file:{quote(str(path))}?mode={_mode(path, read_only)}" if path else ":memory:"
        return sqlite3.connect(
            address, uri=path is not None, timeout=BUSY_SECONDS, check_same_thread=False
        )

    engine = create_engine(url, creator=open_file, json_serializer=to_json)

    # Transactions: SQLAlchemy's documented way for sqlite3 before Python 3.12
    # ("Using SQLAlchemy to emit BEGIN in lieu of SQLite's transaction control").
    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        connection.execute("PRAGMA foreign_keys = ON")
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            # With WAL this survives the death of the process; a power cut may cost the
            # last batches, never the file.
            connection.execute("PRAGMA synchronous = NORMAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its lock at once: one that must upgrade later can fail half-way.
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _path(url: URL) -> Path | None:
    """Return the file of an SQLite URL; None for a database in memory."""
    return Path(url.database) if url.database and url.database != ":memory:" else None


def _mode(path: Path | None, read_only: bool) -> str:
    """Return SQLite's open mode.

    A database on a medium that cannot be written is opened as unchanging: there SQLite
    cannot make the files by which readers and writers agree.
    """
    if path is None or not read_only:
        return "rwc"
    in_use = Path(f"{path}-wal").exists()
    return "ro" if in_use or os.access(path.parent, os.W_OK) else "ro&immutable=1"


def to_json(value: object) -> str:
    """Return the JSON text of a value as the database keeps it: sorted, as it reads."""
    return storable(_JSON.encode(value))


def _shown(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return repr(url)


def _one_line(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip() or type(cause).__name__).splitlines()[0]
