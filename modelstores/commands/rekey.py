"""``scrapy rekey``: bring a database to the vocabulary of this program."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import ClassVar

from scrapy.commands import ScrapyCommand
from sqlalchemy import Engine, select

from modelstores.board import printable
from modelstores.database import tables
from modelstores.database.engine import DatabaseError, connect, opened
from modelstores.database.lease import Held
from modelstores.database.views import Selection
from modelstores.rekey import Rekeyed, StoreRow, rekey
from modelstores.reports.selection import DEFAULT, ReportError, check_stores
from modelstores.similarity.files import current_version


class Command(ScrapyCommand):
    """Exit code 0: every key is there. 1: a run is at work on a store. 2: an error ended it."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Return what follows the command."""
        return "[options]"

    def short_desc(self) -> str:
        """Return what the command does."""
        return "Bring similarity keys to the current vocabulary, without parsing again"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what may be asked for."""
        super().add_options(parser)
        parser.add_argument("--stores", metavar="A,B", help="of these stores alone")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Rekey one store after the other, and say how much there was to do."""
        url = self.settings["DATABASE_URL"]  # type: ignore[index]
        try:
            if args:
                raise ReportError("rekey takes no argument: --stores A,B chooses stores")
            stores = _stores(url, tuple(filter(None, (opts.stores or "").split(","))))
            engine = connect(url)
            try:
                done = [one for store in stores if (one := self._rekeyed(engine, store))]
            finally:
                engine.dispose()
        except (DatabaseError, ReportError) as error:
            self._fail(str(error), 2)
        except KeyboardInterrupt:
            self._fail("interrupted: what is written stays, and the next rekey goes on", 2)
        else:
            print(_summary(done))

    def _rekeyed(self, engine: Engine, store: StoreRow) -> Rekeyed | None:
        """Rekey a store; one that a run is at work on is named and left out."""
        try:
            return rekey(engine, store, _progress(store.name))
        except Held as error:
            self._fail(str(error), 1)
            return None

    def _fail(self, reason: str, code: int) -> None:
        print(f"error: {printable(reason)}", file=sys.stderr)
        self.exitcode = code


def _stores(url: str, named: tuple[str, ...]) -> list[StoreRow]:
    """Return the stores of the database, or of these the named ones.

    Raises:
        DatabaseError: there is no database of this version.
        ReportError: it holds no such store.
    """
    c = tables.store.c
    with opened(url, read_only=True) as connection:
        check_stores(connection, Selection(DEFAULT, named))
        found = connection.execute(select(c.name, c.title, c.kind).order_by(c.name)).all()
    return [StoreRow(*row) for row in found if not named or row.name in named]


def _progress(store: str) -> Callable[[int, int], None]:
    """Return what shows on a terminal how far a store is."""

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            end = "\r" if done < total else "\n"
            line = f"{store}: {done:,} of {total:,} observations"
            print(line, end=end, file=sys.stderr, flush=True)

    return show


def _summary(done: list[Rekeyed]) -> str:
    keyed, had = sum(one.keyed for one in done), sum(one.had for one in done)
    noun = "observation" if keyed == 1 else "observations"
    line = f"{keyed:,} {noun} keyed with vocabulary {current_version()}"
    line += f"; {had:,} had it already"
    if only_listed := sum(one.only_listed for one in done):
        line += f"; {only_listed:,} say nothing but an id"
    return line
