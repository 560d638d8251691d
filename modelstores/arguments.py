"""The arguments a crawl is given with ``-a``, checked before anything starts."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from modelstores.capture.archive import Archive, ArchiveError


class ArgumentError(ValueError):
    """An argument is unknown or has no usable value; the message is one line."""


@dataclass(frozen=True)
class Arguments:
    """What ``scrapy crawl STORE -a NAME=VALUE`` may say."""

    archive: Archive | None = None
    limit: int | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """Read the arguments; values already read (an Archive, an int) are taken as they are.

        Raises:
            ArgumentError: a name is unknown, or a value cannot be used.
        """
        unknown = sorted(set(given) - set(cls.__dataclass_fields__))
        if unknown:
            known = ", ".join(cls.__dataclass_fields__)
            raise ArgumentError(f"unknown argument {unknown[0]!r} (known: {known})")
        archive, limit = given.get("archive"), given.get("limit")
        if isinstance(limit, str):
            limit = _positive("limit", limit)
        if isinstance(archive, str):
            try:
                archive = Archive.open(archive, _show)
            except ArchiveError as error:
                raise ArgumentError(str(error)) from None
        return cls(archive, limit)


def _positive(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and int(value) > 0):
        raise ArgumentError(f"{name}={value}: not a whole number above 0")
    return int(value)


def _show(path: Path, read: int) -> None:
    if sys.stderr.isatty():
        share = 100 * read // max(1, path.stat().st_size)
        end = "\r" if share < 100 else "\n"
        print(f"reading {path.name}: {share} %", end=end, file=sys.stderr, flush=True)
