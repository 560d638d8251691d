"""``scrapy snapshot``: snapshots of many stores at once, a process each."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import ClassVar, cast

from scrapy.commands import ScrapyCommand
from scrapy.spiderloader import SpiderLoaderProtocol, get_spider_loader

from modelstores.arguments import ArgumentError, Arguments, whole_number
from modelstores.board import Board, printable
from modelstores.capture.order import SUFFIXES, captures_in
from modelstores.database.accept import AcceptError, accept
from modelstores.database.engine import DatabaseError, connect, opened
from modelstores.fleet import Fleet, Run, summary
from modelstores.store import Store

#: Most processes at a time, unless told: a store that renders takes a browser of its own.
MAX_JOBS = 4


class Command(ScrapyCommand):
    """Exit code 0: every snapshot is complete. 1: one is not. 2: nothing was started or changed."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Return what follows the command."""
        return "[options] [STORE ...]"

    def short_desc(self) -> str:
        """Return what the command does."""
        return "Take snapshots of stores, several at once"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what may be asked for."""
        super().add_options(parser)
        parser.add_argument(
            "--archive", metavar="DIR", help="read the captures in DIR/STORE instead of the network"
        )
        parser.add_argument("--at", metavar="YYYY-MM-DD", help="as archived nearest to that day")
        parser.add_argument(
            "--jobs",
            metavar="N",
            help=f"processes at a time (default: one a store and CPU, at most {MAX_JOBS})",
        )
        parser.add_argument(
            "--accept",
            metavar="NUMBER",
            help="take no snapshot: count a suspect one, for its store has really changed",
        )
        parser.add_argument("--because", metavar="WORDS", help="with --accept: why it is right")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Take the snapshots and say what became of them."""
        assert self.settings is not None  # noqa: S101 - Scrapy sets it before run
        if opts.accept is not None or opts.because is not None:
            self._accept(args, opts)
            return
        try:
            queues = plan(get_spider_loader(self.settings), args, opts.archive, opts.at)
            jobs = _jobs(opts.jobs, len(queues))
            # Made once, before they all want to make it.
            connect(self.settings["DATABASE_URL"]).dispose()
        except (ArgumentError, DatabaseError) as error:
            print(f"error: {printable(str(error))}", file=sys.stderr)
            self.exitcode = 2
            return
        level = [f"LOG_LEVEL={opts.loglevel}"] if opts.loglevel else []
        runs = [run for queue in queues for run in queue]
        board = Board(runs, sys.stderr)
        Fleet(queues, jobs, [*opts.set, *level], board).run()
        board.say(*summary(runs))
        self.exitcode = int(not all(run.is_complete for run in runs))

    def _accept(self, args: list[str], opts: argparse.Namespace) -> None:
        """Count a suspect snapshot from now on."""
        try:
            number, why = _judgement(args, opts)
            with opened(self.settings["DATABASE_URL"]) as connection:  # type: ignore[index]
                name = accept(connection, number, why)
        except (AcceptError, ArgumentError, DatabaseError) as error:
            print(f"error: {printable(str(error))}", file=sys.stderr)
            self.exitcode = 2
            return
        print(f"{name}: snapshot {number} accepted, reports count it", file=sys.stderr)


def _judgement(args: list[str], opts: argparse.Namespace) -> tuple[int, str]:
    why = " ".join((opts.because or "").split())
    if args or opts.archive or opts.at or opts.jobs:
        raise ArgumentError("--accept takes a number and --because, nothing else")
    if opts.accept is None or not why:
        raise ArgumentError('to accept a snapshot say which and why: --accept 3 --because "..."')
    return whole_number(f"--accept {opts.accept}", opts.accept), why


def plan(
    loader: SpiderLoaderProtocol, names: list[str], archive: str | None, at: str | None
) -> list[list[Run]]:
    """Return the runs that are asked for: of each store a list, in order.

    Without names that is every store of the project that can be read in this way.

    Raises:
        ArgumentError: a store, folder or day cannot be used, or there is nothing to read.
    """
    known = sorted(loader.list())
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ArgumentError(f"unknown store {unknown[0]!r} (known: {', '.join(known)})")
    if archive is not None and at is not None:
        raise ArgumentError("--archive and --at: a run reads an archive or travels, not both")
    chosen = list(dict.fromkeys(names))
    if archive is not None:
        return _of_folder(Path(archive), chosen, known)
    if at is not None:
        Arguments.of({"at": at})  # checks the day
        return [[Run(name, at=at)] for name in chosen or known]
    gone = [name for name in known if cast(type[Store], loader.load(name)).gone]
    for name in chosen:
        if name in gone:
            raise ArgumentError(f"{name} is gone from the web: give --at DATE or --archive DIR")
    return [[Run(name)] for name in chosen or known if name not in gone]


def _of_folder(folder: Path, chosen: list[str], known: list[str]) -> list[list[Run]]:
    queues = []
    try:
        found = {entry.name for entry in folder.iterdir() if entry.is_dir()}
        for name in chosen or sorted(found.intersection(known)):
            files = captures_in(folder / name)
            if not files and chosen:
                raise ArgumentError(f"{folder / name}: no capture in it ({', '.join(SUFFIXES)})")
            if files:
                queues.append([Run(name, archive=path) for path in files])
    except OSError as error:
        raise ArgumentError(f"{error.filename}: {error.strerror}") from None
    if not queues:
        raise ArgumentError(f"{folder}: no folder of a store with captures in it")
    return queues


def _jobs(given: str | None, stores: int) -> int:
    if given is None:
        return max(1, min(stores, os.cpu_count() or 1, MAX_JOBS))
    return whole_number(f"--jobs {given}", given, below=1000)
