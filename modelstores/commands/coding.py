"""``scrapy coding``: sheets for people to fill, reading them back, and how far people agree."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from scrapy.commands import ScrapyCommand
from sqlalchemy import Connection

from modelstores.coding import judgements, sheet
from modelstores.coding.agreement import PROGRAM, agreement
from modelstores.coding.export import SEED, rows
from modelstores.database.engine import DatabaseError, opened
from modelstores.database.tables import CODED
from modelstores.database.views import Selection
from modelstores.reports import output
from modelstores.reports.render import render, safe
from modelstores.reports.selection import DEFAULT, ReportError, check_stores, remarks

#: Products or pairs of a sheet unless told, and the most.
SAMPLE, MAX_SAMPLE = 60, 10_000
#: Most bad rows that are named.
MAX_NAMED = 20
#: What is done, and the options of each.
ACTIONS = {
    "export": ("sample", "seed", "stores", "what", "evidence", "output"),
    "import": ("coder",),
    "agreement": ("stores", "what", "format", "output"),
}
_OPTIONS = sorted({name for names in ACTIONS.values() for name in names})


class Command(ScrapyCommand):
    """Exit code 2: nothing was printed, written or imported."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Return what follows the command."""
        return "[options] export | import FILE | agreement"

    def short_desc(self) -> str:
        """Return what the command does."""
        return "Have people judge a sample, and compare what they say"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what may be asked for."""
        super().add_options(parser)
        output.add_options(parser)
        parser.set_defaults(format=None)
        parser.add_argument(
            "--sample", metavar="N", help=f"export: products or pairs in all (default {SAMPLE})"
        )
        parser.add_argument("--seed", metavar="N", help=f"export: of the sample (default {SEED})")
        parser.add_argument("--stores", metavar="A,B", help="of these stores alone")
        parser.add_argument(
            "--what", metavar="WHAT", help=f"{', '.join(CODED)} (default elements; agreement: all)"
        )
        parser.add_argument(
            "--evidence",
            action="store_true",
            default=None,
            help="export: with the program's answers, which are hidden otherwise",
        )
        parser.add_argument("--coder", metavar="NAME", help="import: who filled the sheet")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do one of the three; what is wrong is named on standard error."""
        try:
            action = _action(args, opts)
            if action == "import":
                notes = self._import(args[1], opts)
            elif action == "export":
                notes = self._export(opts)
            else:
                notes = self._agreement(opts)
        except judgements.BadRows as error:
            named = [f"{args[1]}: {reason}" for reason in error.reasons[:MAX_NAMED]]
            if len(error.reasons) > MAX_NAMED:
                named.append(f"{args[1]}: and {len(error.reasons) - MAX_NAMED} more")
            self._fail(named)
        except (DatabaseError, ReportError) as error:
            self._fail([str(error)])
        else:
            for line in notes:
                print(f"note: {line}", file=sys.stderr)

    def _fail(self, reasons: list[str]) -> None:
        for reason in reasons:
            print(f"error: {safe(reason)}", file=sys.stderr)
        self.exitcode = 2

    def _export(self, opts: argparse.Namespace) -> list[str]:
        what, seed = opts.what or "elements", _number("seed", opts.seed, SEED)
        number, evidence = _number("sample", opts.sample, SAMPLE, MAX_SAMPLE), bool(opts.evidence)
        selection = Selection(DEFAULT, _stores(opts))
        with self._reading(selection) as connection:
            found = rows(
                connection, what, number, seed=seed, selection=selection, evidence=evidence
            )
            notes = remarks(connection, selection)
        output.write(sheet.write(what, found, seed=seed, evidence=evidence), opts.output)
        return notes

    def _agreement(self, opts: argparse.Namespace) -> list[str]:
        style = opts.format or "table"
        output.check_format(style)
        selection = Selection(DEFAULT, _stores(opts))
        with self._reading(selection) as connection:
            asked = (opts.what,) if opts.what else CODED
            table = agreement(connection, what=asked, stores=selection.stores)
        output.write(render(table, style), opts.output)
        return list(table.remarks or ())

    def _import(self, file: str, opts: argparse.Namespace) -> list[str]:
        coder, read = _coder(opts.coder), _rows(file)
        with opened(self.settings["DATABASE_URL"]) as connection:  # type: ignore[index]
            told = judgements.write(connection, coder, read)
        replaced = f", {told.replaced} of them in place of earlier ones" if told.replaced else ""
        print(f"{told.judged} judgements of {coder} imported{replaced}")
        return [f"{told.empty} rows without a code"] if told.empty else []

    @contextmanager
    def _reading(self, selection: Selection) -> Iterator[Connection]:
        url = self.settings["DATABASE_URL"]  # type: ignore[index]
        with opened(url, read_only=True) as connection:
            check_stores(connection, selection)
            yield connection


def _action(args: list[str], opts: argparse.Namespace) -> str:
    """Return what is to be done.

    Raises:
        ReportError: there is no such thing, or it has no such option.
    """
    if not args or args[0] not in ACTIONS:
        asked = f"no action {args[0]!r}" if args else "no action named"
        raise ReportError(f"{asked} (known: {', '.join(ACTIONS)})")
    action = args[0]
    if len(args) != (2 if action == "import" else 1):
        raise ReportError(f"{action} takes {'one file' if action == 'import' else 'no file'}")
    for name in _OPTIONS:
        if getattr(opts, name) is not None and name not in ACTIONS[action]:
            raise ReportError(f"{action} has no --{name}")
    if opts.what is not None and opts.what not in CODED:
        raise ReportError(f"no --what {opts.what!r} (known: {', '.join(CODED)})")
    return action


def _stores(opts: argparse.Namespace) -> tuple[str, ...]:
    return tuple(filter(None, (opts.stores or "").split(",")))


def _number(option: str, given: str | None, default: int, most: int = 10**9) -> int:
    if given is None:
        return default
    if not (given.isascii() and given.isdigit() and len(given) < 11 and 0 < int(given) <= most):
        raise ReportError(f"--{option} {given!r}: not a whole number from 1 to {most}")
    return int(given)


def _coder(given: str | None) -> str:
    name = " ".join((given or "").split())
    if not name:
        raise ReportError("who filled the sheet? --coder NAME")
    if name == PROGRAM or len(name) > 100 or not name.isprintable():
        raise ReportError(f"--coder {name[:100]!r}: no name of a coder")
    return name


def _rows(file: str) -> list[tuple[int, sheet.Row | str]]:
    """Return the lines and rows of a sheet, or what is wrong with them.

    Raises:
        ReportError: the file cannot be read, or is no sheet.
    """
    try:
        with Path(file).open("rb") as opened:
            return list(sheet.read(opened.read(sheet.MAX_BYTES + 1)))
    except OSError as error:
        raise ReportError(f"{file}: cannot be read: {error.strerror}") from None
    except sheet.SheetError as error:
        raise ReportError(f"{file}: {error}") from None
