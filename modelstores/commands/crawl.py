"""``scrapy crawl``: Scrapy's own, with arguments checked first and an honest exit code."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import cast

from scrapy import Spider
from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import Crawler

from modelstores import browser
from modelstores.arguments import ArgumentError, Arguments
from modelstores.database.engine import DatabaseError
from modelstores.garbage import search_seldom
from modelstores.opening import Opening
from modelstores.spider import StoreSpider


class Command(ScrapyCrawl):
    """Exit code 0: the snapshot is complete. 1: it is not. 2: nothing was started."""

    _run: Crawler | None = None

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run one spider, unless what it is given cannot be used."""
        assert self.crawler_process is not None  # noqa: S101 - Scrapy sets it before run
        try:
            self._check(args, opts)
        except (ArgumentError, DatabaseError) as error:
            print(f"error: {error}", file=sys.stderr)
            self.exitcode = 2
            return
        super().run(args, opts)
        search_seldom()  # what is left goes with the process
        if not self.exitcode and self._run is not None:
            self.exitcode = int(self._run.stats.get_value("snapshot/status") != "complete")

    def _check(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            return  # Scrapy says how the command is used
        loader = self.crawler_process.spider_loader  # type: ignore[union-attr]
        if args[0] not in loader.list():
            known = ", ".join(sorted(loader.list()))
            raise ArgumentError(f"unknown store {args[0]!r} (known: {known})")
        arguments = Arguments.of(opts.spargs)
        store = cast(StoreSpider, loader.load(args[0])())
        if store.gone and not (arguments.archive or arguments.at):
            raise ArgumentError(
                f"{args[0]} is gone from the web: give -a at=YYYY-MM-DD or -a archive=FILE"
            )
        for native_id in arguments.ids or ():
            if store.product_id(store.product_url.format(id=native_id)) != native_id:
                raise ArgumentError(f"ids: {native_id[:100]!r} is no id of a product of {args[0]}")
        _check_browser(store, arguments)
        if arguments.archive is None:
            _check_folder(Path(self.settings["CAPTURE_DIR"]) / args[0])  # type: ignore[index]
        opening = Opening.of(store, arguments, self._create_crawler(args[0]).settings)
        opts.spargs = vars(arguments) | {"opening": opening}

    def _create_crawler(self, spidercls: type[Spider] | str) -> Crawler:
        self._run = self._run or super()._create_crawler(spidercls)
        return self._run


def _check_browser(store: StoreSpider, arguments: Arguments) -> None:
    """Raise ArgumentError if pages have to be rendered and no browser starts."""
    if not store.render or arguments.at:  # mementos are read as they are
        return
    archive = arguments.archive
    raw = archive is None or any(
        store.product_id(url) and not archive.is_rendered(url) for url in archive
    )
    path = browser.find()
    if raw and browser.version(path) is None:
        raise ArgumentError(f"no Chromium to render with: {path or 'none found'} (make setup)")


def _check_folder(folder: Path) -> None:
    """Make the folder for captures; raise ArgumentError if none can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArgumentError(f"captures folder {folder}: {error.strerror}") from None
    if not os.access(folder, os.W_OK):
        raise ArgumentError(f"captures folder {folder}: not writable")
