"""What a run begins with: its database, the lease of its store, and what it goes on with."""

from __future__ import annotations

import glob
import hashlib
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from scrapy.settings import BaseSettings
from sqlalchemy import Engine, select

from modelstores import browser
from modelstores.arguments import Arguments
from modelstores.capture.archive import Archive, ArchiveError
from modelstores.capture.storage import new_path
from modelstores.database import lease
from modelstores.database.engine import connect, errors_of
from modelstores.database.resume import Resumable, abandon, resumable
from modelstores.database.tables import snapshot
from modelstores.database.tables import store as stores
from modelstores.database.writer import CaptureFile, Run
from modelstores.elements import codebook
from modelstores.listing_pages import worker_for
from modelstores.store import Store
from modelstores.versions import versions
from modelstores.worker import Worker

#: Settings without which a run cannot be understood later.
SETTINGS_KEPT = ("USER_AGENT", "ROBOTSTXT_OBEY", "DOWNLOAD_DELAY", "DOWNLOAD_MAXSIZE")


@dataclass
class Opening:
    """All that a run holds before its first request. It is the only run at work on its store.

    ``continues`` is the snapshot of a killed run that this one goes on with, ``resumed``
    what that one had received. ``previous`` are the answers of the store's last complete
    live snapshot, by which it is asked for changes only.
    """

    engine: Engine
    lease: lease.Lease
    run: Run
    continues: Resumable | None = None
    capture_path: Path | None = None
    resumed: Archive | None = None
    previous: Archive | None = None
    #: reads an archive's listings ahead, if there are many
    worker: Worker | None = None

    @classmethod
    def of(cls, store: Store, arguments: Arguments, settings: BaseSettings) -> Self:
        """Open the database and take the lease of a store.

        Raises:
            DatabaseError: the database cannot be used, or another run has the store.
        """
        started = datetime.now(UTC)
        worker = worker_for(store, arguments, settings)
        folder = Path(settings["CAPTURE_DIR"])
        engine = None
        try:
            run = _run(store, arguments, settings, started)
            engine = connect(settings["DATABASE_URL"])
            held = lease.acquire(engine, store.name, store.title, store.kind)
            opening = cls(engine, held, run, worker=worker)
            opening.continues = resumable(engine, run, settings.getfloat("RESUME_DAYS"))
            abandon(engine, store.name, opening.continues)
            if arguments.archive is None:
                opening._find_captures(folder, started)
        except BaseException:
            if worker:
                worker.close()
            if engine:
                engine.dispose()
            raise
        return opening

    def _find_captures(self, folder: Path, started: datetime) -> None:
        """Say which file the run writes; find what it has, or another run had, received."""
        file = self.continues and self.continues.capture_file
        new = new_path(folder, self.run.store, started)
        self.capture_path = new.with_name(file) if file else new
        self.run = replace(self.run, capture_file=self.capture_path.name)
        if file:
            self.resumed = _open(self.capture_path)
        if self.run.source == "live" and (last := _last_complete(self.engine, self.run.store)):
            self.previous = _open(new.with_name(last))

    def close(self) -> None:
        """Give the store back to others, and close the database."""
        try:
            if self.worker:
                self.worker.close()
            self.lease.release()
        finally:
            self.engine.dispose()


def _run(store: Store, arguments: Arguments, settings: BaseSettings, started: datetime) -> Run:
    archive = arguments.archive
    rendered = store.render or store.render_shells
    return Run(
        store=store.name,
        title=store.title,
        kind=store.kind,
        source="archive" if archive else "wayback" if arguments.at else "live",
        started_at=f"{started:%Y-%m-%dT%H:%M:%SZ}",
        versions=versions(browser.version(browser.find()) if rendered else None),
        elements=[asdict(element) for element in codebook.load().elements],
        settings={name: settings[name] for name in SETTINGS_KEPT} | _asked(arguments),
        captures=[CaptureFile(f.name, f.sha256, f.bytes) for f in archive.files] if archive else [],
        beyond=store.beyond,
        of_store=[e.id for e in codebook.load().elements if e.level == "store"],
    )


def _asked(arguments: Arguments) -> dict[str, Any]:
    """Return what was asked for: two runs asked for the same may be one, killed in between."""
    archive, ids = arguments.archive, arguments.ids
    asked = {
        "at": arguments.at and arguments.at.isoformat(),
        "limit": arguments.limit,
        "ids": ids and hashlib.sha256("\n".join(ids).encode()).hexdigest(),
        "archive": archive and [file.sha256 for file in archive.files],
    }
    return {name: value for name, value in asked.items() if value is not None}


def _last_complete(engine: Engine, name: str) -> str | None:
    """Return the capture of the last complete live snapshot of a store."""
    c = snapshot.c
    found = (
        select(c.capture_file)
        .join(stores)
        .where(stores.c.name == name, c.status == "complete", c.source == "live")
        .where(c.capture_file.is_not(None))
        .order_by(c.id.desc())
        .limit(1)
    )
    with errors_of(engine), engine.begin() as connection:
        return connection.scalar(found)


def _open(path: Path) -> Archive | None:
    """Return a capture; None if it is gone, or a kill left nothing readable in it."""
    try:
        return Archive.open(glob.escape(str(path)))
    except ArchiveError:
        return None
