"""Pack the small stores into raw WARC files, one a store, under the stores' real addresses.

``python -m tests.miniweb.pack FOLDER`` writes FOLDER/STORE.warc.gz for each store.
"""

from __future__ import annotations

import argparse
import uuid
from io import BytesIO
from pathlib import Path

from warcio.recordbuilder import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.miniweb.stores import STORES, Page, pages

#: When the pages "were captured": the same day always, so that files are equal byte by byte.
CAPTURED = "2026-11-01T00:00:00Z"


def pack(store: str, target: Path) -> Path:
    """Write a small store as WARC 1.1, one gzip member a record, and return the file's path.

    The file holds a ``warcinfo`` record, then a ``response`` for each page, with block
    and payload digests. Dates and record ids are fixed: packing twice gives equal bytes.

    Raises:
        ValueError: there is no small store of this name.
    """
    listed = list(pages(store))
    with target.open("wb") as file:
        writer = WARCWriter(file, gzip=True, warc_version="WARC/1.1")
        writer.write_record(_warcinfo(writer, store, target.name))
        for page in listed:
            writer.write_record(_response(writer, page))
    return target


def _warcinfo(writer: WARCWriter, store: str, file_name: str) -> ArcWarcRecord:
    about = {
        "description": f"small hand-written store after {store}, for demo and tests",
        "format": "WARC File Format 1.1",
        "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
    }
    record = writer.create_warcinfo_record(file_name, about)
    for name, value in _fixed(f"warcinfo:{store}").items():
        record.rec_headers.replace_header(name, value)
    return record


def _response(writer: WARCWriter, page: Page) -> ArcWarcRecord:
    body = page.body
    headers = [("Content-Type", page.type), ("Content-Length", str(len(body)))]
    return writer.create_warc_record(
        page.url,
        "response",
        payload=BytesIO(body),
        http_headers=StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1"),
        warc_headers_dict=_fixed(page.url),
    )


def _fixed(name: str) -> dict[str, str]:
    """Return date and record id that depend on nothing but the name."""
    number = uuid.uuid5(uuid.NAMESPACE_URL, name)
    return {"WARC-Date": CAPTURED, "WARC-Record-ID": f"<urn:uuid:{number}>"}


def main() -> None:
    """Pack all small stores into the folder that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.miniweb.pack", description=__doc__)
    parser.add_argument("folder", type=Path, help="where to write; made if it is not there")
    folder: Path = parser.parse_args().folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for store in STORES:
            print(pack(store, folder / f"{store}.warc.gz"))
    except OSError as error:
        parser.exit(1, f"{error.filename}: {error.strerror}\n")


if __name__ == "__main__":
    main()
