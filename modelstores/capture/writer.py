"""Write a capture: one WARC file a run, one gzip member a record, flushed at once."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from modelstores.items import Capture

#: Request headers that are never written: they are the user's, not the record's.
SECRETS = frozenset({"authorization", "cookie", "proxy-authorization", "x-amz-security-token"})

#: Headers that describe the bytes on the wire, which a browser does not hand out.
OF_THE_WIRE = frozenset({"content-encoding", "transfer-encoding"})

Headers = Sequence[tuple[str, str]]


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
    """Appends records to one new WARC file.

    Each record is complete on disk (to the operating system) before the method
    returns, so that a killed run keeps what it has fetched.
    """

    def __init__(self, path: Path, info: Mapping[str, str]):
        """Create the file with its ``warcinfo`` record.

        Raises:
            OSError: the folder or file cannot be written, or the file is there already.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = path.open("xb")
        self._warc = WARCWriter(self._file, gzip=True, warc_version="1.1")
        record = self._warc.create_warcinfo_record(
            path.name, {"format": "WARC File Format 1.1", **info}
        )
        self._info_id: str = record.rec_headers.get_header("WARC-Record-ID")
        self._write(record)

    def exchange(self, exchange: Exchange) -> Capture:
        """Write a request and its response; return where the response stands."""
        response = self._warc.create_warc_record(
            exchange.url,
            "response",
            payload=io.BytesIO(exchange.body),
            http_headers=StatusAndHeaders(
                f"{exchange.status} {exchange.reason}".strip(),
                fitting(exchange),
                protocol=exchange.protocol,
            ),
            warc_headers_dict={"WARC-Warcinfo-ID": self._info_id, **_of_memento(exchange)},
        )
        place = self._place(response)
        self._write(response)
        if exchange.source:  # whoever captured it asked for it: in words that are not known
            return place
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
                "WARC-Concurrent-To": place.record_id,
            },
        )
        self._write(request)
        return place

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
        offset = self._file.tell()
        return Capture(
            self.path.name, offset, header("WARC-Record-ID"), header("WARC-Date"), rendered
        )

    def _write(self, record: object) -> None:
        self._warc.write_record(record)
        self._file.flush()


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
