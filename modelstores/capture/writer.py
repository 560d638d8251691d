"""Write a capture: one WARC file a run, one gzip member a record, flushed at once."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from modelstores.capture.archive import Answer
from modelstores.capture.warc import end_of_records
from modelstores.items import Capture

#: Request headers that are never written: they are the user's, not the record's.
SECRETS = frozenset({"authorization", "cookie", "proxy-authorization", "x-amz-security-token"})

#: Headers that describe the bytes on the wire, which a browser does not hand out.
OF_THE_WIRE = frozenset({"content-encoding", "transfer-encoding"})

#: Why a revisit is one: the server said that nothing changed (WARC 1.1, 6.7.2).
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"

Headers = Sequence[tuple[str, str]]


class CaptureError(Exception):
    """A capture cannot be written; the message is one line and names the file."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, as a client saw them."""

    url: str
    method: str
    request_headers: Headers
    status: int
    reason: str
    headers: Headers
    body: bytes
    request_body: bytes = b""
    #: the coding and chunking that the headers name are still in the body
    as_sent: bool = True
    #: the answer to the navigation itself, not to what the page's scripts asked for
    is_page: bool = False
    protocol: str = "HTTP/1.1"
    #: names of headers the client library added
    made_up: frozenset[str] = field(default_factory=frozenset)
    #: of a memento: its own time (ISO 8601, UTC), and its address in the archive it is from
    time: str | None = None
    source: str | None = None


class CaptureWriter:
    """Appends records to a WARC file of its own.

    Each record is complete on disk (to the operating system) before the method
    returns, so that a killed run keeps what it has fetched; or, if it cannot be
    written, nothing of it stays. Every method that writes raises CaptureError then.
    """

    def __init__(self, path: Path, info: Mapping[str, str], *, resume: bool = False):
        """Create the file with its ``warcinfo`` record.

        With ``resume`` a file that is there is gone on with: what follows its last whole
        record is cut off, and a further ``warcinfo`` begins what this process writes.

        Raises:
            CaptureError: it cannot be written, or is there already (without ``resume``).
        """
        self.path = path
        self._buffer = io.BytesIO()
        self._warc = WARCWriter(self._buffer, gzip=True, warc_version="1.1")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            there = resume and path.exists()
            self._end = end_of_records(path) if there else 0
            self._file = path.open("r+b" if there else "xb", buffering=0)
            self._cut()
        except OSError as error:
            raise self._failure(error) from error
        record = self._warc.create_warcinfo_record(
            path.name, {"format": "WARC File Format 1.1", **info}
        )
        self._info_id: str = record.rec_headers.get_header("WARC-Record-ID")
        try:
            self._write(record)
        except CaptureError:
            self._file.close()
            if self._end == 0:  # an empty file is no capture
                with suppress(OSError):
                    path.unlink()
            raise

    def exchange(self, exchange: Exchange) -> Capture:
        """Write a request and its response; return where the response stands."""
        response = self._warc.create_warc_record(
            exchange.url,
            "response",
            payload=io.BytesIO(exchange.body),
            http_headers=_http_headers(exchange),
            warc_headers_dict={"WARC-Warcinfo-ID": self._info_id, **_of_memento(exchange)},
        )
        place = self._place(response)
        self._write(response)
        if not exchange.source:  # else another asked for it, in words that are not known
            self._asked(exchange, place)
        return place

    def revisit(self, exchange: Exchange, original: Answer) -> Capture:
        """Write a request and the answer that nothing changed since the original.

        The original is referred to by its record id, address and date, as WARC 1.1 has it,
        and by file and offset, as Heritrix does, so that it is found without a search.
        """
        place = original.capture
        record = self._warc.create_warc_record(
            exchange.url,
            "revisit",
            http_headers=_http_headers(exchange),
            warc_headers_dict={
                "WARC-Warcinfo-ID": self._info_id,
                "WARC-Profile": NOT_MODIFIED,
                "WARC-Refers-To": place.record_id,
                "WARC-Refers-To-Target-URI": original.url,
                "WARC-Refers-To-Date": place.time,
                "WARC-Refers-To-Filename": place.file,
                "WARC-Refers-To-File-Offset": str(place.offset),
            },
        )
        written = self._place(record)
        self._write(record)
        self._asked(exchange, written)
        return written

    def _asked(self, exchange: Exchange, answer: Capture) -> None:
        """Write what was asked for an answer."""
        request = self._warc.create_warc_record(
            exchange.url,
            "request",
            payload=io.BytesIO(exchange.request_body),
            http_headers=StatusAndHeaders(
                f"{exchange.method} {_path(exchange.url)} HTTP/1.1",
                [(n, v) for n, v in exchange.request_headers if n.lower() not in SECRETS],
                is_http_request=True,
            ),
            warc_headers_dict={
                "WARC-Warcinfo-ID": self._info_id,
                "WARC-Concurrent-To": answer.record_id,
            },
        )
        self._write(request)

    def rendered(self, url: str, document: bytes, response: Capture | None) -> Capture:
        """Write what a browser made of a response, as a ``conversion`` of it (WARC 1.1, 6.7).

        Its time is that of the response: of a memento, the day it shows.
        """
        headers = {"WARC-Warcinfo-ID": self._info_id}
        if response:
            headers |= {"WARC-Refers-To": response.record_id, "WARC-Date": response.time}
        record = self._warc.create_warc_record(
            url,
            "conversion",
            payload=io.BytesIO(document),
            warc_content_type="text/html; charset=utf-8",
            warc_headers_dict=headers,
        )
        place = self._place(record, rendered=True)
        self._write(record)
        return place

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _place(self, record: object, *, rendered: bool = False) -> Capture:
        header = record.rec_headers.get_header  # type: ignore[attr-defined]
        return Capture(
            self.path.name, self._end, header("WARC-Record-ID"), header("WARC-Date"), rendered
        )

    def _write(self, record: object) -> None:
        """Append a record, whole or not at all."""
        self._warc.write_record(record)
        left = memoryview(self._buffer.getvalue())
        self._buffer.seek(0)
        self._buffer.truncate()
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            with suppress(OSError):  # what stays all the same is cut off when it is resumed
                self._cut()
            raise self._failure(error) from error
        self._end = self._file.tell()

    def _cut(self) -> None:
        """Take away what stands after the last whole record, and go on there."""
        self._file.truncate(self._end)
        self._file.seek(self._end)

    def _failure(self, error: OSError) -> CaptureError:
        return CaptureError(f"{self.path}: {error.strerror or error}")


def _http_headers(exchange: Exchange) -> StatusAndHeaders:
    return StatusAndHeaders(
        f"{exchange.status} {exchange.reason}".strip(),
        fitting(exchange),
        protocol=exchange.protocol,
    )


def _of_memento(exchange: Exchange) -> dict[str, str]:
    """Return a memento's own time, and where it is from (as warcit names it)."""
    said = {"WARC-Date": exchange.time, "WARC-Source-URI": exchange.source}
    return {name: value for name, value in said.items() if value}


def fitting(exchange: Exchange) -> list[tuple[str, str]]:
    """Return the headers that fit the body kept; the others are renamed ``X-Orig-*``."""
    headers = []
    for name, value in exchange.headers:
        lower = name.lower()
        if lower in exchange.made_up:
            continue
        unfit = (
            (lower == "content-length" and value.strip() != str(len(exchange.body)))
            or lower == "transfer-encoding"  # no client hands out the chunks themselves
            or (lower in OF_THE_WIRE and not exchange.as_sent)
        )
        headers += [(f"X-Orig-{name}" if unfit else name, line) for line in value.splitlines()]
    return headers


def _path(url: str) -> str:
    _, _, rest = url.partition("://")
    _, slash, path = rest.partition("/")
    return (slash + path).partition("#")[0] or "/"
