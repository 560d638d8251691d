"""Gold: pages or products that people labelled, a JSON object a line. Others wrote it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

#: Largest gold file that is read, in bytes, and longest text of a field, in characters.
MAX_GOLD, MAX_TEXT = 100_000_000, 2_000


class GoldError(ValueError):
    """The gold cannot be used; the message is one line that names file and line."""


class Line(NamedTuple):
    """One line of a gold file, and the place that an error in it is named by."""

    place: str
    fields: dict[str, Any]

    def text(self, name: str) -> str:
        """Return a field that must be there.

        Raises:
            GoldError: it is missing, no text, too long, or not printable.
        """
        value = self.fields.get(name)
        if value is None:
            raise self.error(f"no {name!r}")
        if not isinstance(value, str) or not value or not value.isprintable():
            raise self.error(f"{name!r} is no printable text")
        if len(value) > MAX_TEXT:
            raise self.error(f"{name!r} has more than {MAX_TEXT} characters")
        return value

    def error(self, what: str) -> GoldError:
        """Return an error of this line."""
        return GoldError(f"{self.place}: {what}")


def read(path: Path) -> list[Line]:
    """Return the lines of a gold file that are not empty, in order.

    Raises:
        GoldError: it cannot be read, holds no line, a line is no JSON object, or an "id" is
            missing or repeated.
    """
    lines, seen = [], set()
    for number, words in _split(path):
        place = f"{path}:{number}"
        try:
            fields = json.loads(words)
        except (ValueError, RecursionError):  # not UTF-8 is a ValueError too
            raise GoldError(f"{place}: not JSON") from None
        if not isinstance(fields, dict):
            raise GoldError(f"{place}: no JSON object")
        line = Line(place, fields)
        name = line.text("id")
        if name in seen:
            raise line.error(f"id {name!r:.100} was there before")
        seen.add(name)
        lines.append(line)
    if not lines:
        raise GoldError(f"{path}: no line in it")
    return lines


def _split(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as file:
            whole = file.read(MAX_GOLD + 1)
    except OSError as error:
        raise GoldError(f"{path}: {error.strerror}") from None
    if len(whole) > MAX_GOLD:
        raise GoldError(f"{path}: more than {MAX_GOLD} bytes")
    for number, words in enumerate(whole.split(b"\n"), 1):
        if words.strip():
            yield number, words
