"""Revisits: records that say "as before", and the responses they refer to.

WARC 1.1, 6.7.2, has two kinds: the server said so (``server-not-modified``), or a program
saw the same bytes again (``identical-payload-digest``). Both leave the body out. What they
refer to is looked for in the archive, and in the one file beside it that a record names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from modelstores.capture.record import Record, Reference
from modelstores.capture.source import Source
from modelstores.capture.warc import Damage, record_at, records

#: Most revisits between one and its response: a ring of them must come to an end.
MAX_HOPS = 100
#: What can be revisited.
KINDS = frozenset({"response", "resource", "revisit"})
NOT_MODIFIED = 304

#: Headers that a newer answer does not replace: they are of its own connection
#: (RFC 9110, 7.6.1), or say how the body is read that is kept (RFC 9111, 3.2).
OF_THE_CONNECTION = frozenset(
    {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
)
OF_THE_BODY = ("content-", "proxy-")

Headers = list[tuple[str, str]]
_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a record stands: number of the source, byte offset, and place in its member."""

    source: int
    offset: int
    inner: int


@dataclass(frozen=True, slots=True)
class Revisit:
    """A revisit as it is known before what it refers to is found.

    ``status`` is that of its answer; None if it is only "not modified".
    """

    place: Place
    url: str
    time: str
    status: int | None
    reference: Reference

    @classmethod
    def of(cls, place: Place, record: Record, reference: Reference) -> Revisit:
        """Return what is needed of a revisit's record."""
        status = record.status if record.headers and record.status != NOT_MODIFIED else None
        return cls(place, record.url, record.time, status, reference)


@dataclass(frozen=True, slots=True)
class Original:
    """A record that can be referred to; a revisit refers to another one in its turn."""

    place: Place
    status: int
    reference: Reference | None


class Originals:
    """Finds what revisits refer to. ``sources`` grows by the files beside that hold some."""

    def __init__(self, sources: list[Source]):
        self._sources = sources
        self._own = len(sources)
        self._numbers = {PurePath(source.name).name: n for n, source in enumerate(sources)}
        self._index: dict[_Key, Original] | None = None

    def find(self, revisit: Revisit) -> Original | None:
        """Return the response that a revisit refers to in the end, or None."""
        at, reference = revisit.place, revisit.reference
        for _ in range(MAX_HOPS):
            found = self._where_it_says(at, reference) or self._anywhere(reference)
            if found is None or found.reference is None:
                return found
            at, reference = found.place, found.reference
        return None

    def _where_it_says(self, at: Place, reference: Reference) -> Original | None:
        number = self._number(at, reference.file) if reference.offset >= 0 else None
        if number is None:
            return None
        try:
            record = record_at(self._sources[number], reference.offset)
        except (OSError, ValueError):
            return None
        if record.kind not in KINDS or not set(_wanted(reference)) & set(_keys(record)):
            return None
        return _original(number, record)

    def _number(self, at: Place, name: str) -> int | None:
        """Return the number of the file of this name: one of the archive's, or one beside it."""
        if name not in self._numbers:
            if PurePath(name).name != name or not name.endswith((".warc", ".warc.gz")):
                return None
            path = self._sources[at.source].path.parent / name
            if not path.is_file():
                return None
            self._numbers[name] = len(self._sources)
            self._sources.append(Source.of(path))
        return self._numbers[name]

    def _anywhere(self, reference: Reference) -> Original | None:
        """Look through the archive; it is read once more when this is first asked."""
        if self._index is None:
            self._index = {}
            for number, source in enumerate(self._sources[: self._own]):
                for record in records(source):
                    if isinstance(record, Damage) or record.kind not in KINDS:
                        continue
                    for key in _keys(record):
                        self._index.setdefault(key, _original(number, record))
        found = (self._index.get(key) for key in _wanted(reference))
        return next(filter(None, found), None)


def freshened(stored: Headers, newer: Headers) -> Headers:
    """Return the headers of a stored answer, brought up to date (RFC 9111, 3.2 and 4.3.4)."""
    fresh = [
        (name, value)
        for name, value in newer
        if name.lower() not in OF_THE_CONNECTION and not name.lower().startswith(OF_THE_BODY)
    ]
    replaced = {name.lower() for name, _ in fresh}
    return [(name, value) for name, value in stored if name.lower() not in replaced] + fresh


def _original(number: int, record: Record) -> Original:
    return Original(Place(number, record.offset, record.inner), record.status, record.reference)


def _keys(record: Record) -> Iterator[_Key]:
    """Yield by what a record can be found."""
    url = record.url.partition("#")[0]
    yield ("id", record.id.strip("<>"))
    yield ("time", url, record.time[:19])  # programs differ in how exact they are
    if record.digest and record.reference is None:
        yield ("digest", url, record.digest)


def _wanted(reference: Reference) -> Iterator[_Key]:
    """Yield by what the record referred to is to be found, the surest first."""
    url = reference.url.partition("#")[0]
    if reference.id:
        yield ("id", reference.id.strip("<>"))
    if reference.time:
        yield ("time", url, reference.time[:19])
    if reference.digest:  # WARC 1.0 had no more than this
        yield ("digest", url, reference.digest)
