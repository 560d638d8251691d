"""An archive: one or more captures, asked by address."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urljoin

from modelstores.capture import wacz
from modelstores.capture.revisits import (
    KINDS,
    Originals,
    Place,
    Revisit,
    freshened,
)
from modelstores.capture.source import Source
from modelstores.capture.warc import Damage, NoWarcError, Record, record_at, records
from modelstores.items import Capture

#: Content codings by the bytes they start with. A header that names one the body does
#: not have is set aside: several archives keep bodies already decoded.
CODING_MAGIC = {"gzip": b"\x1f\x8b", "x-gzip": b"\x1f\x8b"}


#: Statuses of an answer that leads to another address (RFC 9110, 15.4).
REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: Most of them that are followed.
MAX_REDIRECTS = 5


class ArchiveError(ValueError):
    """The archive cannot be used; the message is one line and names the thing."""


@dataclass(frozen=True, slots=True)
class CaptureFile:
    """One file of an archive: name, SHA-256, size in bytes, first and last WARC-Date.

    A WARC within a WACZ is named ``FILE.wacz/archive/NAME``; digest and size are the WACZ's.
    """

    name: str
    sha256: str
    bytes: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the archive holds for one address.

    Of a revisit ``capture`` is its own place and time; the body is the ``original``'s.
    """

    url: str
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    capture: Capture
    original: Answer | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    place: Place
    time: str
    status: int
    #: of a revisit: where its body stands
    original: Place | None = None

    def better_than(self, other: _Entry | None) -> bool:
        """Prefer an answer to an error, then the later capture."""
        if other is None:
            return True
        return (self.status < 300, self.time) >= (other.status < 300, other.time)


@dataclass
class Archive:
    """Index of captures by address. Bodies stay in the files until they are asked for."""

    #: the WARC files, and after them those beside that revisits refer to
    sources: list[Source] = field(default_factory=list)
    files: list[CaptureFile] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)
    #: {address: the best response}, in the order of the files
    responses: dict[str, _Entry] = field(default_factory=dict)
    #: {address: the best rendered document}
    rendered: dict[str, _Entry] = field(default_factory=dict)
    #: {address: number of captures of it that a better one replaces}
    superseded: dict[str, int] = field(default_factory=dict)

    @classmethod
    def open(cls, pattern: str, progress: Callable[[Path, int], None] | None = None) -> Archive:
        """Index every file (WARC or WACZ) that the pattern (a path or glob) names.

        ``progress`` is called now and then with the file and the bytes read of it.

        Raises:
            ArchiveError: nothing fits, or a file is empty, unreadable or no WARC.
        """
        paths = [Path(path) for path in sorted(glob.glob(pattern, recursive=True))]
        paths = [path for path in paths if path.is_file()]
        if not paths:
            raise ArchiveError(f"archive {pattern}: no such file")
        archive = cls()
        revisits: list[Revisit] = []
        for path in paths:
            try:
                packed = path.suffix.lower() == wacz.SUFFIX
                digest, size = sha256(path), path.stat().st_size
                for source in wacz.warcs(path) if packed else [Source.of(path)]:
                    first, last = archive._index(source, revisits, progress)
                    archive.files.append(CaptureFile(source.name, digest, size, first, last))
            except NoWarcError as error:
                raise ArchiveError(f"archive {error}") from None
            except OSError as error:
                raise ArchiveError(f"archive {path}: {error.strerror}") from None
        if revisits:
            archive._resolve(revisits)
        return archive

    def _index(
        self,
        source: Source,
        revisits: list[Revisit],
        progress: Callable[[Path, int], None] | None,
    ) -> tuple[str, str]:
        """Take in what a WARC holds; return its first and last date."""
        number = len(self.sources)
        self.sources.append(source)
        times: list[str] = []
        for count, record in enumerate(records(source)):
            if isinstance(record, Damage):
                self.damage.append(record)
                continue
            if progress and count % 100 == 0:
                progress(source.path, source.start + record.offset)
            table = self._table(record)
            if table is None:
                continue
            times = [min([record.time, *times]), max([record.time, *times])]
            place = Place(number, record.offset, record.inner)
            if record.reference:
                revisits.append(Revisit.of(place, record, record.reference))
            else:
                self._hold(table, record.url, _Entry(place, record.time, record.status))
        first, last = times or ("", "")
        return first, last

    def _table(self, record: Record) -> dict[str, _Entry] | None:
        if record.kind in KINDS and record.url.startswith(("http:", "https:")):
            return self.responses
        if record.kind == "conversion" and record.content_type.startswith("text/html"):
            return self.rendered
        return None

    def _hold(self, table: dict[str, _Entry], url: str, entry: _Entry) -> None:
        url = address(url)
        if url in table:
            self.superseded[url] = self.superseded.get(url, 0) + 1
        if entry.better_than(table.get(url)):
            table[url] = entry

    def _resolve(self, revisits: list[Revisit]) -> None:
        originals = Originals(self.sources)
        for revisit in revisits:
            place, original = revisit.place, originals.find(revisit)
            if original is None:
                name, reason = self.sources[place.source].name, "refers to a record not at hand"
                self.damage.append(Damage(name, place.offset, reason, revisit.url))
                continue
            status = original.status if revisit.status is None else revisit.status
            entry = _Entry(place, revisit.time, status, original.place)
            self._hold(self.responses, revisit.url, entry)
        in_order = sorted(self.responses.items(), key=lambda item: item[1].place)
        self.responses = dict(in_order)

    def __iter__(self) -> Iterator[str]:
        """Yield every captured address, in the order of the files."""
        yield from self.responses
        yield from (url for url in self.rendered if url not in self.responses)

    def has(self, url: str) -> bool:
        """Tell whether a good answer (status below 300) is held for the address."""
        entry = self.rendered.get(address(url)) or self.responses.get(address(url))
        return entry is not None and entry.status < 300

    def is_rendered(self, url: str) -> bool:
        """Tell whether a rendered document is held for the address."""
        return address(url) in self.rendered

    def find(self, url: str, *, rendered: bool = False) -> Answer | None:
        """Return what is held for the address: the rendered document, or the raw response.

        Raises:
            ValueError: the record can no longer be read (the file changed meanwhile).
        """
        entry = (self.rendered if rendered else self.responses).get(address(url))
        if entry is None:
            return None
        own = self._read(entry.place, rendered)
        if entry.original is None:
            return own
        original = self._read(entry.original)
        return replace(
            own,
            status=entry.status,
            headers=freshened(original.headers, own.headers),
            body=original.body,
            original=original,
        )

    def followed(self, url: str) -> Answer | None:
        """Return the response held for the address, redirects within the archive followed.

        None if nothing is held there, or the way there does not end.
        """
        for _ in range(MAX_REDIRECTS):
            answer = self.find(url)
            if answer is None or answer.status not in REDIRECTS:
                return answer
            target = next((v for n, v in answer.headers if n.lower() == "location"), "")
            url = urljoin(url, target)
        return None

    def _read(self, place: Place, rendered: bool = False) -> Answer:
        source = self.sources[place.source]
        record = record_at(source, place.offset, place.inner)
        kind = [("Content-Type", record.content_type)] if record.content_type else []
        headers = _fitting(record) if record.headers or record.reference else kind
        capture = Capture(source.name, place.offset, record.id, record.time, rendered)
        return Answer(record.url, record.status, headers, record.body, capture)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def address(url: str) -> str:
    """Return the address without its fragment: what an archive is asked by."""
    return url.partition("#")[0]


def _fitting(record: Record) -> list[tuple[str, str]]:
    """Return the headers; one that names a coding the body does not have is renamed."""
    headers = []
    for name, value in record.headers:
        magic = CODING_MAGIC.get(value.strip().lower())
        if name.lower() == "content-encoding" and magic and not record.body.startswith(magic):
            headers.append((f"X-Orig-{name}", value))
        else:
            headers.append((name, value))
    return headers
