"""Read WARC files record by record, past damage.

A WARC file is either plain or a row of gzip members, as the WARC 1.1
specification recommends one member a record (Annex D). Readers of other programs
stop at the first torn member or end silently there. Here every record that cannot
be read becomes a :class:`Damage` that names file and offset, and reading goes on at
the next place that starts a record.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from modelstores.capture.record import (
    CONTENT_LENGTH,
    HEADER_END,
    MAX_RECORD,
    WARC_MAGIC,
    Record,
    parse,
)
from modelstores.capture.source import Source

__all__ = ["Damage", "NoWarcError", "Record", "end_of_records", "record_at", "records"]

GZIP_MAGIC = b"\x1f\x8b\x08"
MAX_HEADER = 64 * 1024
START_OF_MEMBER = re.compile(re.escape(GZIP_MAGIC))
START_IN_PLAIN_FILE = re.compile(rb"(?<=\r\n\r\n)WARC/\d\.\d\r\n")


class NoWarcError(ValueError):
    """The file is empty, or nothing in it is a WARC record. The message names it."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A place in a capture that could not be read: file name, byte offset, reason.

    ``url`` is the address that was captured there; "" if that cannot be known.
    """

    file: str
    offset: int
    reason: str
    url: str = ""

    def __str__(self) -> str:
        return f"{self.file}: record at byte {self.offset}: {self.reason}"


def records(warc: Path | Source) -> Iterator[Record | Damage]:
    """Yield every record of the file in order, and a Damage for each unreadable place.

    Raises:
        NoWarcError: the file is empty or is no WARC at all.
        OSError: the file cannot be opened.
    """
    source = Source.of(warc) if isinstance(warc, Path) else warc
    readable = 0
    with source.view() as data:
        if not data:
            raise NoWarcError(f"{source}: the file is empty")
        damaged: list[Damage] = []
        for offset, _, block in _blocks(data):
            for found in _in_block(source.name, offset, block):
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
        raise NoWarcError(f"{source}: the file is no WARC (no readable record in it)")


def record_at(warc: Path | Source, offset: int, inner: int = 0) -> Record:
    """Return the record that :func:`records` found at this place.

    Raises:
        ValueError: it can no longer be read there.
        OSError: the file cannot be opened.
    """
    source = Source.of(warc) if isinstance(warc, Path) else warc
    with source.view() as data:
        if data[offset : offset + 3] == GZIP_MAGIC:
            block, _ = _member(data, offset)
        else:
            block = _plain_record(data, offset)
        if isinstance(block, str):
            raise ValueError(str(Damage(source.name, offset, block)))
        return parse(offset, inner, block[inner:])


def end_of_records(path: Path) -> int:
    """Return the byte at which the last whole record ends: what follows it was torn.

    It is 0 if there is no whole record.

    Raises:
        OSError: the file cannot be opened.
    """
    end = 0
    with Source.of(path).view() as data:
        for offset, block_end, block in _blocks(data):
            found = list(_in_block(path.name, offset, block))
            if found and all(isinstance(one, Record) for one in found):
                end = block_end
    return end


def _blocks(data: memoryview) -> Iterator[tuple[int, int, bytes | str]]:
    """Yield (offset, end, content) of each gzip member, or of each record of a plain file.

    A reason stands in place of lost content; its end is not known, and 0.
    """
    return _members(data) if data[:3] == GZIP_MAGIC else _plain(data)


def _members(data: memoryview) -> Iterator[tuple[int, int, bytes | str]]:
    offset = 0
    while 0 <= offset < len(data):
        content, end = _member(data, offset)
        yield offset, end, content
        offset = end if end else _next_member(data, offset + 1)


def _member(data: memoryview, offset: int) -> tuple[bytes | str, int]:
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


def _next_member(data: memoryview, offset: int) -> int:
    """Return where the next member that starts a WARC record begins, or -1."""
    while found := START_OF_MEMBER.search(data, offset):
        offset = found.start()
        try:
            start = zlib.decompressobj(wbits=31).decompress(data[offset : offset + 4096], 64)
        except zlib.error:
            start = b""
        if start.startswith(WARC_MAGIC):
            return offset
        offset += 1
    return -1


def _plain(data: memoryview) -> Iterator[tuple[int, int, bytes | str]]:
    offset = 0
    while offset < len(data):
        content = _plain_record(data, offset)
        if isinstance(content, bytes):
            end = offset + len(content)
            yield offset, end, content
            offset = end
        else:
            yield offset, 0, content
            following = START_IN_PLAIN_FILE.search(data, offset + 1)
            offset = following.start() if following else len(data)


def _plain_record(data: memoryview, offset: int) -> bytes | str:
    head = bytes(data[offset : offset + MAX_HEADER])
    end = head.find(HEADER_END)
    length = CONTENT_LENGTH.search(head[: end + 2]) if end >= 0 else None
    if not head.startswith(WARC_MAGIC) or length is None:
        return "no WARC header"
    size = end + len(HEADER_END) + int(length[1]) + len(HEADER_END)
    if size > MAX_RECORD:
        return f"larger than {MAX_RECORD} bytes"
    content = bytes(data[offset : offset + size])
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
            yield parse(offset, inner, block[inner:] if inner else block)
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
