"""The Wayback Machine as pure functions: its index, its addresses, its times.

Sources: the CDX server's documentation (https://github.com/internetarchive/wayback,
``wayback-cdx-server``) for the index, RFC 7089 (Memento) for what an archived page says
of itself, RFC 9110, 10.2.3, for ``Retry-After``. docs/time-travel.md tells the rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import takewhile
from urllib.parse import urlencode, urlsplit, urlunsplit

INDEX = "/cdx/search/cdx"
#: What is asked of the index, in its own words.
FIELDS = ("timestamp", "original", "statuscode")
#: Most rows of one answer: the next begins where its resume key says.
ROWS = 5_000
#: Longest wait a server may ask for, in seconds; more would be a way to hang a run.
MAX_WAIT = 3600.0

_MEMENTO = re.compile(r"/web/(\d{14})(?:[a-z]{2}_)?/(\S+)")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Memento:
    """One capture that the index names: 14 digits of UTC time, address, HTTP status.

    The status is "-" where the archive had the same bytes already (a revisit).
    """

    timestamp: str
    original: str
    status: str

    @property
    def taken(self) -> datetime:
        """Return when it was captured."""
        return datetime.strptime(self.timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)

    @property
    def is_page(self) -> bool:
        """Tell whether it holds a page: no redirect and no error."""
        return self.status.startswith("2") or self.status == "-"


def index_url(base: str, url: str, *, prefix: bool = False, resume: str = "") -> str:
    """Return the address that asks the index for the captures of an address.

    With ``prefix``: for one capture each of all addresses that begin so and were pages.
    ``resume`` is the key that the answer before gave.
    """
    asked = {"url": url, "output": "json", "fl": ",".join(FIELDS), "limit": str(ROWS)}
    if prefix:
        asked |= {"matchType": "prefix", "collapse": "urlkey", "filter": "statuscode:200"}
    asked["showResumeKey"] = "true"
    if resume:
        asked["resumeKey"] = resume
    return f"{base}{INDEX}?{urlencode(asked)}"


def read_index(body: str | bytes) -> tuple[list[Memento], str]:
    """Return the captures in an answer of the index, and the key to go on with ("" at the end).

    The answer is a JSON list: a row of field names, rows, and, if there are more, an empty
    row and one with the key. Rows that name no time or no web address are left out.

    Raises:
        ValueError: it is no such answer.
    """
    try:
        rows = json.loads(body or "[]")
    except RecursionError:
        raise ValueError("the index answered with JSON nested too deeply") from None
    except ValueError:
        raise ValueError("the index did not answer with JSON") from None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise ValueError("the index did not answer with a list of rows")
    if not rows:
        return [], ""
    names = rows[0]
    captures = list(takewhile(bool, rows[1:]))
    after = rows[len(captures) + 2 :]
    resume = after[0][0] if after and after[0] and isinstance(after[0][0], str) else ""
    if not captures and not resume:
        return [], ""
    if not set(FIELDS) <= {name for name in names if isinstance(name, str)}:
        raise ValueError("the index did not name its fields")
    places = [names.index(name) for name in FIELDS]
    return [found for row in captures if (found := _memento(row, places))], resume


def _memento(row: list[object], places: list[int]) -> Memento | None:
    if len(row) <= max(places):
        return None
    timestamp, original, status = (str(row[place]) for place in places)
    return _valid(Memento(timestamp, original, status))


def _valid(found: Memento) -> Memento | None:
    """Return it if its time was one, and its address is of the web."""
    try:
        is_time = len(found.timestamp) == 14 and found.timestamp.isascii() and bool(found.taken)
    except ValueError:
        return None
    return found if is_time and found.original.startswith(("http://", "https://")) else None


def nearest(captures: Iterable[Memento], day: date) -> list[Memento]:
    """Return the captures, the nearest to noon (UTC) of a day first; of two as near the earlier."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return sorted(captures, key=lambda one: (abs(one.taken - noon), one.timestamp, one.original))


def memento_url(base: str, timestamp: str, original: str) -> str:
    """Return the address of a capture's original bytes (``id_``: nothing rewritten in them)."""
    return f"{base}/web/{timestamp}id_/{original}"


def read_memento_url(url: str) -> Memento | None:
    """Return the capture that an address in the archive names (status ""), or None."""
    named = _MEMENTO.search(url)
    return _valid(Memento(named[1], named[2], "")) if named else None


def memento_time(url: str, headers: Mapping[str, str]) -> str | None:
    """Return a memento's own time as ISO 8601 UTC, or None.

    It is what the header ``Memento-Datetime`` (names in lower case) says, else what the
    address does.
    """
    try:
        taken = parsedate_to_datetime(headers.get("memento-datetime", ""))
    except ValueError:
        named = read_memento_url(url)
        if named is None:
            return None
        taken = named.taken
    taken = taken.replace(tzinfo=UTC) if taken.tzinfo is None else taken.astimezone(UTC)
    return f"{taken:%Y-%m-%dT%H:%M:%SZ}"


def is_memento(headers: Mapping[str, str]) -> bool:
    """Tell whether an answer is an archived page, whatever its status; else it is the archive's.

    Names of headers are in lower case (RFC 7089, 2.1.1: only a memento has this one).
    """
    return "memento-datetime" in headers


def is_blocked(status: int, headers: Mapping[str, str]) -> bool:
    """Tell whether the archive says that it does not show this site."""
    said = headers.get("x-archive-wayback-runtime-error", "")
    return status == 403 and "AccessControl" in said


def retry_after(value: str, now: datetime) -> float:
    """Return how many seconds a ``Retry-After`` asks to wait, at most MAX_WAIT; 0 if none."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), MAX_WAIT)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    until = until.replace(tzinfo=UTC) if until.tzinfo is None else until
    return min(max((until - now) / timedelta(seconds=1), 0.0), MAX_WAIT)


def live_address(original: str, scheme: str) -> str:
    """Return an archived address as the store writes it: its scheme, no default port.

    The index keeps one capture of each address under any scheme, often with ``:80``.
    """
    try:
        parts = urlsplit(original)
        port = parts.port
    except ValueError:
        return original
    host = parts.netloc.rpartition(":")[0] if port == _PORTS.get(parts.scheme) else parts.netloc
    return urlunsplit((scheme, host, parts.path, parts.query, ""))
