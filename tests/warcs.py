"""Small captures for tests, written with warcio as other programs would."""

from __future__ import annotations

import io
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

Page = tuple[str, str, bytes]


def write_warc(
    path: Path,
    pages: list[Page],
    *,
    gzip: bool = True,
    status: str = "200 OK",
    headers: tuple[tuple[str, str], ...] = (),
    date: str = "2024-05-06T07:08:09Z",
) -> list[int]:
    """Write (address, content type, body) as response records; return where each starts."""
    offsets = []
    with path.open("ab") as file:
        writer = WARCWriter(file, gzip=gzip, warc_version="1.1")
        if file.tell() == 0:
            writer.write_record(writer.create_warcinfo_record(path.name, {"software": "tests"}))
        for url, kind, body in pages:
            offsets.append(file.tell())
            writer.write_record(
                writer.create_warc_record(
                    url,
                    "response",
                    payload=io.BytesIO(body),
                    http_headers=StatusAndHeaders(
                        status, [("Content-Type", kind), *headers], protocol="HTTP/1.1"
                    ),
                    warc_headers_dict={"WARC-Date": date},
                )
            )
    return offsets


def flip(path: Path, offset: int) -> None:
    """Change one byte of a file."""
    data = bytearray(path.read_bytes())
    data[offset] ^= 0xFF
    path.write_bytes(data)
