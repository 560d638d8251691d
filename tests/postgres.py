"""A PostgreSQL server of the tests' own: on a socket in a folder of its own, gone afterwards."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, text
from sqlalchemy.exc import OperationalError

from modelstores.database.engine import connect

#: Where this is set, tests that need PostgreSQL fail without it instead of being skipped.
NEEDED = "MODELSTORES_TEST_POSTGRESQL"
#: No waiting for the disk: what these servers hold is thrown away.
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "16MB",
    "max_connections": "20",
    "max_wal_size": "256MB",
}
_SECONDS = 60


class Unavailable(Exception):
    """There is no PostgreSQL to start. The message says why."""


class Server:
    """A running server and its databases."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._numbers = itertools.count(1)
        self._template = ""

    def url(self, name: str = "postgres", user: str = "tests", password: str | None = None) -> str:
        """Return the address of one of its databases."""
        made = URL.create(
            "postgresql", user, password, database=name, query={"host": str(self.folder)}
        )
        return made.render_as_string(hide_password=False)

    def empty(self) -> str:
        """Make an empty database; return its address."""
        return self._create("template0")

    def ready(self) -> str:
        """Make a database that has its schema already; return its address."""
        if not self._template:
            connect(made := self._create("template0")).dispose()
            self._template = made.rpartition("/")[2].partition("?")[0]
        return self._create(self._template)

    def do(self, sql: str) -> None:
        """Execute a statement that no transaction may hold."""
        engine = self.engine(self.url())
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(sql))
        engine.dispose()

    def _create(self, template: str) -> str:
        name = f"t{next(self._numbers)}"
        self.do(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    @staticmethod
    def engine(url: str) -> Engine:
        """Open a database as it is: its schema is neither made nor checked."""
        return create_engine(url.replace("postgresql:", "postgresql+psycopg:", 1))

    def wait(self, process: subprocess.Popen[bytes], log: Path) -> None:
        """Wait until it answers."""
        until = time.monotonic() + _SECONDS
        while True:
            try:
                return self.do("SELECT 1")
            except OperationalError:
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"PostgreSQL does not start: {log.read_text()}") from None
                time.sleep(0.05)


@contextmanager
def server() -> Iterator[Server]:
    """Start a server; stop it and remove its files at the end, whatever happened.

    It sorts as people do in English, as many servers do, which is not how SQLite sorts.

    Raises:
        Unavailable: PostgreSQL is not installed.
    """
    programs = _programs()
    user = _user()
    # In the temporary folder itself: the path of a socket has 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    process = None
    try:
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
        data, log = folder / "data", folder / "log"
        as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        made = subprocess.run(
            [
                programs / "initdb", "--pgdata", data, "--username=tests", "--auth=trust",
                "--encoding=UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=en-US",
                "--no-sync", "--no-instructions",
            ],
            cwd=folder, capture_output=True, check=False, timeout=_SECONDS, **as_user,
        )  # fmt: skip
        if made.returncode:
            raise RuntimeError(f"initdb fails: {made.stderr.decode()}")
        access = data / "pg_hba.conf"
        access.write_text(f"local all locked scram-sha-256\n{access.read_text()}")
        options = [part for name in _SETTINGS.items() for part in ("-c", "=".join(name))]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [programs / "postgres", "-D", data, "-k", folder, *options],
                cwd=folder, stdout=output, stderr=output, start_new_session=True, **as_user,
            )  # fmt: skip
        started = Server(folder)
        started.wait(process, log)
        yield started
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)
            process.wait(_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """Return the folder with ``initdb`` and ``postgres``."""
    candidates = [Path(found).parent for name in ("initdb",) if (found := shutil.which(name))]
    if config := shutil.which("pg_config"):
        told = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        candidates.append(Path(told.stdout.strip()))
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    candidates += sorted(versions, key=lambda path: float(path.parent.name), reverse=True)
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise Unavailable("PostgreSQL is not installed (Debian: apt-get install postgresql)")


def _user() -> pwd.struct_passwd | None:
    """Return who shall run the server: PostgreSQL refuses to run as root."""
    if os.geteuid():
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Unavailable("there is no user but root to run PostgreSQL as")
