"""The fake stores' spiders, with what earlier runs captured named in the environment."""

from __future__ import annotations

import os
import resource
from pathlib import Path
from typing import Any, Self

from scrapy.crawler import Crawler

from modelstores.capture.archive import Archive
from modelstores.capture.writer import CaptureWriter
from tests.fake import spiders


def _limit_captures(size: int) -> None:
    """Let the operating system refuse to make a capture larger than this.

    The limit is of the process, and the database must grow beyond it: it is set for the
    moments at which a capture is written.
    """
    write = CaptureWriter._write

    def limited(self: CaptureWriter, record: object) -> None:
        whole = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, whole[1]))
        try:
            write(self, record)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, whole)

    CaptureWriter._write = limited  # type: ignore[method-assign]


class _Earlier:
    """What an earlier run left, named in the environment.

    ``RESUMED`` is the capture to go on with, ``PREVIOUS`` those of the last snapshot;
    ``LIMIT_FILE_SIZE`` is how large a capture may become, in bytes.
    """

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider: Any = super().from_crawler(crawler, *args, **kwargs)  # type: ignore[misc]
        if resumed := os.environ.get("RESUMED"):
            spider.resumed, spider.capture_path = Archive.open(resumed), Path(resumed)
        if previous := os.environ.get("PREVIOUS"):
            spider.previous = Archive.open(previous)
        if limit := os.environ.get("LIMIT_FILE_SIZE"):
            _limit_captures(int(limit))
        return spider


class FakeSpider(_Earlier, spiders.FakeSpider):
    """Pages and records, no browser."""


class RenderedSpider(_Earlier, spiders.RenderedSpider):
    """The same pages, rendered."""
