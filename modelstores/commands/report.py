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
from modelstores.reports.explain import explain
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
    "explain": explain,
    "origins": origins,
    "coverage": coverage,
    "changes": changes,
    "snapshots": snapshots,
    "unknown-terms": unknown_terms,
}
#: Options that only some reports have: they are parameters of these.
OWN_OPTIONS = ("evidence", "near", "since", "until")


class Command(ScrapyCommand):
    """Reads the database and nothing else. Exit code 2: no report was made."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Return what follows the command."""
        named = (" ".join([name, *map(str.upper, _operands(REPORTS[name]))]) for name in REPORTS)
        return f"[options] {'|'.join(named)}"

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
        parser.add_argument(
            "--near", metavar="SHARE", help="of similar: what scores this or more, from 0 to 1"
        )
        for end in ("--since", "--until"):
            parser.add_argument(
                end, metavar="S", help="of changes: the number of a snapshot, or a day YYYY-MM-DD"
            )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print one report."""
        try:
            report, operands, options = _asked(args, opts)
            named = tuple(filter(None, (opts.stores or "").split(",")))
            selection = Selection(ALL if opts.all else DEFAULT, named)
            url = self.settings["DATABASE_URL"]  # type: ignore[index]
            with opened(url, read_only=True) as connection:
                check_stores(connection, selection)
                table = report(connection, *operands, selection=selection, **options)
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
) -> tuple[Callable[..., Table], list[str], dict[str, Any]]:
    """Return the report that was asked for, what it is to be of, and its own options.

    Raises:
        ReportError: there is no such report, format or option, or it needs other operands.
    """
    name, *operands = args or [""]
    needed = _operands(REPORTS[name]) if name in REPORTS else []
    if name not in REPORTS or (operands and not needed):
        asked = f"no report {' '.join(args)!r}" if args else "no report named"
        raise ReportError(f"{asked} (known: {', '.join(REPORTS)})")
    if len(operands) != len(needed):
        raise ReportError(f"report {name!r} is of {len(needed)} products, each STORE/NATIVE_ID")
    output.check_format(opts.format)
    report = REPORTS[name]
    return report, operands, output.own_options(report, f"report {name!r}", opts, OWN_OPTIONS)


def _operands(report: Callable[..., Table]) -> list[str]:
    """Return the names of what a report is of: its parameters after the connection."""
    parameters = inspect.signature(report).parameters.values()
    return [each.name for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD][1:]
