"""The arguments a crawl is given with ``-a``, checked before anything starts."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
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
    #: the day to travel to
    at: date | None = None
    #: native ids: only these products are read
    ids: tuple[str, ...] | None = None

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
        archive, limit, at, ids = (given.get(name) for name in cls.__dataclass_fields__)
        if archive and at:
            raise ArgumentError("archive and at: a run reads an archive or travels, not both")
        if isinstance(limit, str):
            limit = whole_number(f"limit={limit}", limit)
        if isinstance(at, str):
            at = _day("at", at)
        if isinstance(ids, str):
            ids = _lines("ids", ids)
        if isinstance(archive, str):
            try:
                archive = Archive.open(archive, _show)
            except ArchiveError as error:
                raise ArgumentError(str(error)) from None
        return cls(archive, limit, at, ids)

    @property
    def is_bounded(self) -> bool:
        """Whether the run was told to read only some products."""
        return self.limit is not None or self.ids is not None


def whole_number(said: str, value: str, below: int = 10**18) -> int:
    """Return the number above 0 that a value is; ``said`` is what an error calls it.

    Raises:
        ArgumentError: it is none, or not ``below`` the bound.
    """
    digits = value.isascii() and value.isdigit() and len(value) <= len(str(below))
    if not (digits and 0 < int(value) < below):
        raise ArgumentError(f"{said[:100]}: not a whole number above 0")
    return int(value)


def _lines(name: str, value: str) -> tuple[str, ...]:
    """Return the lines of a file that are neither empty nor comments (#), each once."""
    try:
        found = Path(value).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ArgumentError(f"{name}={value}: {reason}") from None
    lines = (line.strip() for line in found)
    kept = tuple(dict.fromkeys(line for line in lines if line and not line.startswith("#")))
    if not kept:
        raise ArgumentError(f"{name}={value}: no line in it")
    return kept


def _day(name: str, value: str) -> date:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        day = None
    if day is None or value != day.isoformat():  # it would also take 20190315 and 2019-W11
        raise ArgumentError(f"{name}={value}: not a day written as YYYY-MM-DD")
    if day > datetime.now(UTC).date():
        raise ArgumentError(f"{name}={value}: that day is still to come")
    return day


def _show(path: Path, read: int) -> None:
    if sys.stderr.isatty():
        share = 100 * read // max(1, path.stat().st_size)
        end = "\r" if share < 100 else "\n"
        print(f"reading {path.name}: {share} %", end=end, file=sys.stderr, flush=True)
