"""``scrapy evaluate``: how well the program's answers agree with those of people."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import ClassVar, cast

from scrapy.commands import ScrapyCommand
from scrapy.settings import BaseSettings
from scrapy.spiderloader import get_spider_loader

from modelstores.board import printable
from modelstores.evaluation import elements, keys
from modelstores.evaluation.gold import GoldError
from modelstores.evaluation.outcome import Outcome
from modelstores.evaluation.records import MODES
from modelstores.garbage import search_often
from modelstores.reports import output
from modelstores.reports.render import render, safe
from modelstores.reports.selection import ReportError
from modelstores.store import Store


def _elements(gold: Path, settings: BaseSettings) -> Outcome:
    loader = get_spider_loader(settings)
    known = set(loader.list())

    @cache
    def store_of(name: str) -> Store | None:
        return cast(Store, loader.load(name)()) if name in known else None

    return elements.evaluate(gold, store_of, _show)


def _keys(gold: Path, settings: BaseSettings, mode: str = MODES[0]) -> Outcome:  # noqa: ARG001
    if mode not in MODES:
        raise ReportError(f"no mode {mode!r} (known: {', '.join(MODES)})")
    return keys.evaluate(gold, mode)


#: What can be evaluated, by its name.
EVALUATIONS: dict[str, Callable[..., Outcome]] = {"elements": _elements, "keys": _keys}
#: Options that only some evaluations have: they are parameters of these.
OWN_OPTIONS = ("mode",)


class Command(ScrapyCommand):
    """Exit code 0: the answers are there. 1: some pages could not be read. 2: there are none."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Return what follows the command."""
        return f"[options] {'|'.join(EVALUATIONS)} GOLD.jsonl"

    def short_desc(self) -> str:
        """Return what the command does."""
        return "Compare the program's answers with those of people"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what may be asked for."""
        super().add_options(parser)
        output.add_options(parser)
        parser.add_argument(
            "--predictions", metavar="OUT.jsonl", help="write the answers, a line each"
        )
        parser.add_argument(
            "--mode", metavar="|".join(MODES), help=f"of keys: what is read (default: {MODES[0]})"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Evaluate, and print the figures."""
        assert self.settings is not None  # noqa: S101 - Scrapy sets it before run
        search_often()
        try:
            evaluation, gold, options = _asked(args, opts)
            output.check_format(opts.format)
            outcome = evaluation(gold, self.settings, **options)
            if opts.predictions is not None:
                lines = (json.dumps(one, ensure_ascii=False) for one in outcome.predictions)
                output.write("".join(f"{line}\n" for line in lines), opts.predictions)
            if outcome.table is not None:
                output.write(render(outcome.table, opts.format), opts.output)
        except (GoldError, ReportError) as error:
            print(f"error: {printable(str(error))}", file=sys.stderr)
            self.exitcode = 2
            return
        for line in outcome.unread:
            print(f"unread: {safe(line)}", file=sys.stderr)
        if outcome.table is None:
            print("note: nothing is labelled, so there are no figures", file=sys.stderr)
        if outcome.unread:
            of = f"{len(outcome.unread)} of {len(outcome.predictions)}"
            print(f"note: {of} pages could not be read", file=sys.stderr)
        self.exitcode = int(bool(outcome.unread))


def _asked(
    args: list[str], opts: argparse.Namespace
) -> tuple[Callable[..., Outcome], Path, dict[str, str]]:
    known = ", ".join(EVALUATIONS)
    if not args:
        raise ReportError(f"nothing named to evaluate (known: {known})")
    if args[0] not in EVALUATIONS:
        raise ReportError(f"no evaluation of {args[0]!r} (known: {known})")
    if len(args) != 2:
        raise ReportError(f"evaluate {args[0]} takes one gold file, not {len(args) - 1}")
    evaluation = EVALUATIONS[args[0]]
    given = output.own_options(evaluation, f"evaluate {args[0]!r}", opts, OWN_OPTIONS)
    return evaluation, Path(args[1]), given


def _show(done: int, total: int) -> None:
    if sys.stderr.isatty():
        end = "\r" if done < total else "\n"
        print(f"{done} of {total} pages read", end=end, file=sys.stderr, flush=True)
