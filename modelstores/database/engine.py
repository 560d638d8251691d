"""Open a database; make its schema where there is none, bring an older one up to date."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.schema import SetColumnComment, SetTableComment

from modelstores.database.storable import to_json
from modelstores.database.tables import SCHEMA_VERSION, metadata, schema_version
from modelstores.database.views import create_views, drop_views

# Of what is no number or text sqlite3 asks each time whether it can be adapted, raising an error
# and catching it: a third of what rows cost that are mostly null. These adapt to themselves.
sqlite3.register_adapter(type(None), {}.get)  # type: ignore[arg-type]
sqlite3.register_adapter(bool, int)

#: What any database of this project has had since its first version.
_OWN = {schema_version.name, "store", "snapshot", "sighting"}
#: Names the lock that whoever makes or changes a schema on PostgreSQL takes.
_SCHEMA_LOCK = int.from_bytes(b"mdlstore")

#: How long to wait for another writer, in seconds: many times what a batch takes.
BUSY_SECONDS = 30


class DatabaseError(Exception):
    """A database cannot be used. The message is one line that names it."""


def connect(url: str, *, read_only: bool = False) -> Engine:
    """Open the database at an SQLAlchemy URL, of SQLite or PostgreSQL.

    A new one gets its schema. An older one is upgraded, whole or not at all, and a line
    on standard error says so. With ``read_only`` nothing is created or changed, and a
    database that is not there, empty or older is an error.

    Raises:
        DatabaseError: it cannot be opened, created or written, is no database of this
            project, or has a schema version unknown here. Nothing is left behind.
    """
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        if backend not in ("sqlite", "postgresql"):
            raise ArgumentError("neither SQLite nor PostgreSQL")
        sqlite = backend == "sqlite"
        engine = _sqlite(parsed, read_only) if sqlite else _server(parsed, read_only)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise DatabaseError(f"{_shown(url)}: {_one_line(error)}") from None
    path = _path(parsed) if sqlite else None
    if path and read_only and not path.exists():
        raise DatabaseError(f"{path}: there is no such database")
    made = path is not None and not path.exists()
    try:
        with errors_of(engine), engine.begin() as connection:
            _prepare(connection, read_only)
    except DatabaseError:
        engine.dispose()
        if made and path:
            for name in (path, f"{path}-wal", f"{path}-shm"):
                Path(name).unlink(missing_ok=True)
        raise
    return engine


@contextmanager
def opened(url: str, *, read_only: bool = False) -> Iterator[Connection]:
    """Open a database that is there and of this version, for one transaction.

    Raises:
        DatabaseError: it is not there or older, cannot be used, or fails meanwhile.
    """
    if not read_only:
        connect(url, read_only=True).dispose()  # which makes none, and upgrades none
    engine = connect(url, read_only=read_only)
    try:
        with errors_of(engine), engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


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
    return _shown(engine.url)


def _prepare(connection: Connection, read_only: bool) -> None:
    """Make, check or upgrade the schema within the connection's transaction."""
    if connection.dialect.name == "postgresql" and not read_only:
        connection.execute(select(func.pg_advisory_xact_lock(_SCHEMA_LOCK)))
    tables = set(inspect(connection).get_table_names())
    name = name_of(connection.engine)
    if not tables and not read_only:
        metadata.create_all(connection)
        create_views(connection)
        connection.execute(schema_version.insert().values(version_num=SCHEMA_VERSION))
        return
    if not tables >= _OWN:
        raise DatabaseError(f"{name}: this is no database of modelstores")
    found = connection.scalar(select(schema_version.c.version_num))
    if found == SCHEMA_VERSION:
        return
    told = f"{name}: its schema has version {found}, this program reads version {SCHEMA_VERSION}"
    from modelstores.database import migrations  # noqa: PLC0415 - it takes a fifth of a second

    if found not in migrations.versions():
        raise DatabaseError(told)
    if read_only:
        raise DatabaseError(f"{told}; the next crawl into it, or `scrapy snapshot`, upgrades it")
    drop_views(connection)
    migrations.upgrade(connection, SCHEMA_VERSION)
    _make_anew(connection)
    print(f"{name}: schema upgraded from version {found} to {SCHEMA_VERSION}", file=sys.stderr)


def _make_anew(connection: Connection) -> None:
    """Make views and comments from the code, once the tables are up to date."""
    create_views(connection)
    if connection.dialect.supports_comments:
        for table in metadata.tables.values():
            connection.execute(SetTableComment(table))
            for column in table.columns:
                connection.execute(SetColumnComment(column))


def _server(url: URL, read_only: bool) -> Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    # "format": parameters by position, as with SQLite (``insert``).
    engine = create_engine(url, json_serializer=to_json, paramstyle="format", pool_pre_ping=True)
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
            _use_wal(connection)
            # With WAL this survives the death of the process; a power cut may cost the
            # last batches, never the file.
            connection.execute("PRAGMA synchronous = NORMAL")
            # Pages that many batches change are copied into the file once, not after each:
            # every 4,000 pages (16 MB) in place of 1,000.
            connection.execute("PRAGMA wal_autocheckpoint = 4000")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its lock at once: one that must upgrade later can fail half-way.
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log; for this SQLite does not wait for others by itself."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > until:
                raise
        time.sleep(0.05)


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


def _shown(url: str | URL) -> str:
    try:
        made = make_url(url)
    except ArgumentError:
        return repr(url)
    secret = [name for name in made.query if "pass" in name.lower()]
    return made.difference_update_query(secret).render_as_string(hide_password=True)


def _one_line(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip() or type(cause).__name__).splitlines()[0]
