"""``scrapy report``: print what the database says."""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Callable
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand

from modelstores.database.engine import DatabaseError, opened
from modelstores.database.views import Selection
from modelstores.reports import output
from modelstores.reports.changes import changes
from modelstores.reports.coverage import coverage
from modelstores.reports.elements import elements
from modelstores.reports.groups import groups
from modelstores.reports.origins import origins
from modelstores.reports.render import render
from modelstores.reports.selection import ALL, DEFAULT, ReportError, check_stores, remarks
from modelstores.reports.similar import similar
from modelstores.reports.snapshots import snapshots
from modelstores.reports.table import Table
from modelstores.reports.unknown_terms import unknown_terms

#: Every report by its name.
REPORTS: dict[str, Callable[..., Table]] = {
    "elements": elements,
    "groups": groups,
    "similar": similar,
    "origins": origins,
    "coverage": coverage,
    "changes": changes,
    "snapshots": snapshots,
    "unknown-terms": unknown_terms,
}
#: Options that only some reports have: they are parameters of these.
OWN_OPTIONS = ("evidence", "since", "until")


class Command(ScrapyCommand):
    """Reads the database and nothing else. Exit code 2: no report was made."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Return what follows the command."""
        return f"[options] {'|'.join(REPORTS)}"

    def short_desc(self) -> str:
        """Return what the command does."""
        return "Print a report from the database"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what a report can be asked for."""
        super().add_options(parser)
        output.add_options(parser)
        parser.add_argument("--all", action="store_true", help="count suspect snapshots as well")
        parser.add_argument("--stores", metavar="A,B", help="of these stores alone")
        parser.add_argument(
            "--evidence", action="store_true", default=None, help="with the words behind it"
        )
        for end in ("--since", "--until"):
            parser.add_argument(
                end, metavar="S", help="of changes: the number of a snapshot, or a day YYYY-MM-DD"
            )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print one report."""
        try:
            report, options = _asked(args, opts)
            named = tuple(filter(None, (opts.stores or "").split(",")))
            selection = Selection(ALL if opts.all else DEFAULT, named)
            url = self.settings["DATABASE_URL"]  # type: ignore[index]
            with opened(url, read_only=True) as connection:
                check_stores(connection, selection)
                table = report(connection, selection=selection, **options)
                lines = table.remarks
                if lines is None:
                    lines = remarks(connection, selection)
            output.write(render(table, opts.format), opts.output)
        except (DatabaseError, ReportError) as error:
            print(f"error: {error}", file=sys.stderr)
            self.exitcode = 2
            return
        for line in lines:
            print(f"note: {line}", file=sys.stderr)


def _asked(
    args: list[str], opts: argparse.Namespace
) -> tuple[Callable[..., Table], dict[str, Any]]:
    """Return the report that was asked for, and its own options.

    Raises:
        ReportError: there is no such report, format or option.
    """
    if len(args) != 1 or args[0] not in REPORTS:
        asked = f"no report {' '.join(args)!r}" if args else "no report named"
        raise ReportError(f"{asked} (known: {', '.join(REPORTS)})")
    output.check_format(opts.format)
    report = REPORTS[args[0]]
    options = {name: getattr(opts, name) for name in OWN_OPTIONS}
    given = {name: value for name, value in options.items() if value is not None}
    for name in given:
        if name not in inspect.signature(report).parameters:
            raise ReportError(f"report {args[0]!r} has no --{name}")
    return report, given
