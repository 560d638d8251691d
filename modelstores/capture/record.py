"""One WARC record: what it says, verified."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader

#: Largest record that is read, in bytes after decompression. Twice the bound on a
#: live answer (DOWNLOAD_MAXSIZE), because captures of others hold list pages too.
MAX_RECORD = 64 * 1024 * 1024

WARC_MAGIC = b"WARC/"
HEADER_END = b"\r\n\r\n"
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reference:
    """What a ``revisit`` record says of the one it refers to (WARC 1.1, 6.7.2); "" if nothing.

    ``file`` and ``offset`` (-1 if none) are hints that no standard has, as Heritrix writes them.
    """

    id: str
    url: str
    time: str
    digest: str
    file: str
    offset: int


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
    #: the digest of its payload, as it states it
    digest: str = ""
    #: of a revisit: what it refers to
    reference: Reference | None = None


def parse(offset: int, inner: int, block: bytes) -> Record:
    """Return the record at the start of ``block``.

    Raises:
        ValueError: it is none, or damaged; the message says how.
    """
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
        digest=header("WARC-Payload-Digest") or "",
        reference=_reference(header) if found.rec_type == "revisit" else None,
    )


def _reference(header: Callable[[str], str | None]) -> Reference:
    offset = header("WARC-Refers-To-File-Offset") or ""
    profile = header("WARC-Profile") or ""
    return Reference(
        id=header("WARC-Refers-To") or "",
        url=(header("WARC-Refers-To-Target-URI") or header("WARC-Target-URI") or "").strip("<>"),
        time=header("WARC-Refers-To-Date") or "",
        # Of a body that was not sent this would be the digest of nothing.
        digest="" if "not-modified" in profile else header("WARC-Payload-Digest") or "",
        file=header("WARC-Refers-To-Filename") or "",
        offset=int(offset) if offset.isascii() and offset.isdigit() and len(offset) < 16 else -1,
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
