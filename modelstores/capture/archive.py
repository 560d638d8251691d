"""An archive: one or more captures, asked by address."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from modelstores.capture.warc import Damage, NoWarcError, Record, record_at, records
from modelstores.items import Capture

#: Content codings by the bytes they start with. A header that names one the body does
#: not have is set aside: several archives keep bodies already decoded.
CODING_MAGIC = {"gzip": b"\x1f\x8b", "x-gzip": b"\x1f\x8b"}


class ArchiveError(ValueError):
    """The archive cannot be used; the message is one line and names the thing."""


@dataclass(frozen=True, slots=True)
class CaptureFile:
    """One file of an archive: name, SHA-256, size in bytes, first and last WARC-Date."""

    name: str
    sha256: str
    bytes: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the archive holds for one address."""

    url: str
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    capture: Capture


@dataclass(frozen=True, slots=True)
class _Entry:
    file: int
    offset: int
    inner: int
    time: str
    status: int

    def better_than(self, other: _Entry | None) -> bool:
        """Prefer an answer to an error, then the later capture."""
        if other is None:
            return True
        return (self.status < 300, self.time) >= (other.status < 300, other.time)


@dataclass
class Archive:
    """Index of captures by address. Bodies stay in the files until they are asked for."""

    paths: list[Path] = field(default_factory=list)
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
        """Index every file that the pattern (a path or glob) names.

        ``progress`` is called now and then with the file and the bytes read of it.

        Raises:
            ArchiveError: nothing fits, or a file is empty, unreadable or no WARC.
        """
        paths = [Path(path) for path in sorted(glob.glob(pattern, recursive=True))]
        paths = [path for path in paths if path.is_file()]
        if not paths:
            raise ArchiveError(f"archive {pattern}: no such file")
        archive = cls()
        for path in paths:
            try:
                archive._index(path, progress)
            except NoWarcError as error:
                raise ArchiveError(f"archive {error}") from None
            except OSError as error:
                raise ArchiveError(f"archive {path}: {error.strerror}") from None
        return archive

    def _index(self, path: Path, progress: Callable[[Path, int], None] | None) -> None:
        number = len(self.paths)
        self.paths.append(path)
        times: list[str] = []
        for count, record in enumerate(records(path)):
            if isinstance(record, Damage):
                self.damage.append(record)
                continue
            if progress and count % 100 == 0:
                progress(path, record.offset)
            table = self._table(record)
            if table is None:
                continue
            times = [min([record.time, *times]), max([record.time, *times])]
            entry = _Entry(number, record.offset, record.inner, record.time, record.status)
            url = address(record.url)
            if url in table:
                self.superseded[url] = self.superseded.get(url, 0) + 1
            if entry.better_than(table.get(url)):
                table[url] = entry
        first, last = times or ("", "")
        self.files.append(CaptureFile(path.name, sha256(path), path.stat().st_size, first, last))

    def _table(self, record: Record) -> dict[str, _Entry] | None:
        if record.kind in {"response", "resource"} and record.url.startswith(("http:", "https:")):
            return self.responses
        if record.kind == "conversion" and record.content_type.startswith("text/html"):
            return self.rendered
        return None

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
        path = self.paths[entry.file]
        record = record_at(path, entry.offset, entry.inner)
        headers = _fitting(record) if record.headers else [("Content-Type", record.content_type)]
        capture = Capture(path.name, entry.offset, record.id, record.time, rendered)
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
