"""Read WARC files record by record, past damage.

A WARC file is either plain or a row of gzip members, as the WARC 1.1
specification recommends one member a record (Annex D). Readers of other programs
stop at the first torn member or end silently there. Here every record that cannot
be read becomes a :class:`Damage` that names file and offset, and reading goes on at
the next place that starts a record.
"""

from __future__ import annotations

import base64
import hashlib
import io
import mmap
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader

#: Largest record that is read, in bytes after decompression. Twice the bound on a
#: live answer (DOWNLOAD_MAXSIZE), because captures of others hold list pages too.
MAX_RECORD = 64 * 1024 * 1024

GZIP_MAGIC = b"\x1f\x8b\x08"
WARC_MAGIC = b"WARC/"
HEADER_END = b"\r\n\r\n"
MAX_HEADER = 64 * 1024
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)
START_IN_PLAIN_FILE = re.compile(rb"(?<=\r\n\r\n)WARC/\d\.\d\r\n")


class NoWarcError(ValueError):
    """The file is empty, or nothing in it is a WARC record. The message names it."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A place in a capture that could not be read: file name, byte offset, reason."""

    file: str
    offset: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: record at byte {self.offset}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Record:
    """One whole and verified record.

    ``offset`` is the byte in the file at which its gzip member (or, in a plain file,
    the record) starts, ``inner`` the place within the decompressed member: 0 unless
    a program packed several records into one member.
    """

    offset: int
    inner: int
    kind: str
    id: str
    url: str
    time: str
    refers_to: str
    content_type: str
    status: int
    headers: list[tuple[str, str]]
    body: bytes


def records(path: Path) -> Iterator[Record | Damage]:
    """Yield every record of the file in order, and a Damage for each unreadable place.

    Raises:
        NoWarcError: the file is empty or is no WARC at all.
        OSError: the file cannot be opened.
    """
    if path.stat().st_size == 0:
        raise NoWarcError(f"{path}: the file is empty")
    readable = 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        blocks = _members(data) if data[:3] == GZIP_MAGIC else _plain(data)
        damaged: list[Damage] = []
        for offset, block in blocks:
            for found in _in_block(path.name, offset, block):
                if isinstance(found, Record):
                    readable += 1
                    yield from damaged
                    damaged.clear()
                    yield found
                elif readable:
                    yield found
                else:  # only once something is a WARC record is the rest a damaged one
                    damaged.append(found)
    if not readable:
        raise NoWarcError(f"{path}: the file is no WARC (no readable record in it)")


def record_at(path: Path, offset: int, inner: int = 0) -> Record:
    """Return the record that :func:`records` found at this place.

    Raises:
        ValueError: it can no longer be read there.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[offset : offset + 3] == GZIP_MAGIC:
            block, _ = _member(data, offset)
        else:
            block = _plain_record(data, offset)
        if isinstance(block, str):
            raise ValueError(str(Damage(path.name, offset, block)))
        return _parse(offset, inner, block[inner:])


def _members(data: mmap.mmap) -> Iterator[tuple[int, bytes | str]]:
    """Yield (offset, content) of each gzip member; a reason in place of lost content."""
    offset = 0
    while 0 <= offset < len(data):
        content, end = _member(data, offset)
        yield offset, content
        offset = end if end else _next_member(data, offset + 1)


def _member(data: mmap.mmap, offset: int) -> tuple[bytes | str, int]:
    """Return (content, end) of the member, or (reason, 0) if it cannot be read."""
    unpack = zlib.decompressobj(wbits=31)
    parts: list[bytes] = []
    size, at, step = 0, offset, 1 << 16
    try:
        while not unpack.eof:
            chunk = data[at : at + step]
            if not chunk:
                return "the file ends within the record", 0
            part = unpack.decompress(chunk, MAX_RECORD - size + 1)
            size += len(part)
            if size > MAX_RECORD:
                return f"larger than {MAX_RECORD} bytes", 0
            parts.append(part)
            at += len(chunk)
    except zlib.error as error:
        return f"not readable ({error})", 0
    return b"".join(parts), at - len(unpack.unused_data)


def _next_member(data: mmap.mmap, offset: int) -> int:
    """Return where the next member that starts a WARC record begins, or -1."""
    while (offset := data.find(GZIP_MAGIC, offset)) >= 0:
        try:
            start = zlib.decompressobj(wbits=31).decompress(data[offset : offset + 4096], 64)
        except zlib.error:
            start = b""
        if start.startswith(WARC_MAGIC):
            return offset
        offset += 1
    return -1


def _plain(data: mmap.mmap) -> Iterator[tuple[int, bytes | str]]:
    """Yield (offset, record) of a file without compression."""
    offset = 0
    while offset < len(data):
        content = _plain_record(data, offset)
        yield offset, content
        if isinstance(content, bytes):
            offset += len(content)
        else:
            following = START_IN_PLAIN_FILE.search(data, offset + 1)
            offset = following.start() if following else len(data)


def _plain_record(data: mmap.mmap, offset: int) -> bytes | str:
    head = data[offset : offset + MAX_HEADER]
    end = head.find(HEADER_END)
    length = CONTENT_LENGTH.search(head[: end + 2]) if end >= 0 else None
    if not head.startswith(WARC_MAGIC) or length is None:
        return "no WARC header"
    size = end + len(HEADER_END) + int(length[1]) + len(HEADER_END)
    if size > MAX_RECORD:
        return f"larger than {MAX_RECORD} bytes"
    content = data[offset : offset + size]
    if len(content) < size:
        return "the file ends within the record"
    return content if content.endswith(HEADER_END) else "its length leads astray"


def _in_block(file: str, offset: int, block: bytes | str) -> Iterator[Record | Damage]:
    if isinstance(block, str):
        yield Damage(file, offset, block)
        return
    inner = 0
    while inner < len(block):
        try:
            yield _parse(offset, inner, block[inner:] if inner else block)
        except ValueError as error:
            yield Damage(file, offset, str(error))
        following = START_IN_PLAIN_FILE.search(block, _record_end(block, inner))
        if following is None:
            return
        inner = following.start()


def _record_end(block: bytes, inner: int) -> int:
    end = block.find(HEADER_END, inner, inner + MAX_HEADER)
    length = CONTENT_LENGTH.search(block, inner, end + 2) if end >= 0 else None
    return end + int(length[1]) if length else inner + 1


def _parse(offset: int, inner: int, block: bytes) -> Record:
    """Return the record at the start of ``block``; raise ValueError with the reason."""
    if not block.startswith(WARC_MAGIC):
        raise ValueError("no WARC header")
    try:
        found = next(iter(ArchiveIterator(io.BytesIO(block), check_digests=False)))
        body = found.raw_stream.read()
    except Exception as error:  # warcio raises its own kinds, and whatever int() or decode() do
        raise ValueError(f"not readable ({type(error).__name__}: {error})") from None
    header = found.rec_headers.get_header
    http = found.http_headers
    headers = list(http.headers) if http else []
    names = {name.lower(): value for name, value in headers}
    content = _content(block)
    if not _digest_holds(header("WARC-Block-Digest"), content):
        raise ValueError("its content does not fit its digest")
    plain = body
    if "chunked" in names.get("transfer-encoding", "").lower():
        plain = ChunkedDataReader(io.BytesIO(body)).read(MAX_RECORD)
        headers = [(name, value) for name, value in headers if name.lower() != "transfer-encoding"]
    if not header("WARC-Block-Digest") and found.rec_type == "response":
        # Programs differ in whether the payload is taken before or after de-chunking.
        payload = header("WARC-Payload-Digest")
        if not (_digest_holds(payload, body) or _digest_holds(payload, plain)):
            raise ValueError("its payload does not fit its digest")
    status = http.get_statuscode() if http else ""
    return Record(
        offset=offset,
        inner=inner,
        kind=found.rec_type or "",
        id=header("WARC-Record-ID") or "",
        url=(header("WARC-Target-URI") or "").strip("<>"),
        time=header("WARC-Date") or "",
        refers_to=header("WARC-Refers-To") or "",
        content_type=names.get("content-type") or header("Content-Type") or "",
        status=int(status) if status and status.isdigit() else 200,
        headers=headers,
        body=plain,
    )


def _content(block: bytes) -> bytes:
    """Return what stands between a record's header and the two line ends after it."""
    start = block.find(HEADER_END) + len(HEADER_END)
    length = CONTENT_LENGTH.search(block, 0, start)
    if length is None:
        raise ValueError("no Content-Length")
    content = block[start : start + int(length[1])]
    if len(content) != int(length[1]):
        raise ValueError("shorter than its Content-Length")
    return content


def _digest_holds(stated: str | None, content: bytes) -> bool:
    """Tell whether content has the digest; an unknown or missing one is not held against it."""
    algorithm, _, value = (stated or "").partition(":")
    name = algorithm.lower().replace("-", "")
    if name not in {"sha1", "sha256", "sha512", "md5"} or not value:
        return True
    digest = hashlib.new(name, content, usedforsecurity=False).digest()
    return value.strip().lower() in {
        digest.hex(),
        base64.b32encode(digest).decode().lower(),
        base64.b32encode(digest).decode().rstrip("=").lower(),
    }
