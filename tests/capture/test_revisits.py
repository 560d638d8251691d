"""A revisit is read as the page it confirms, or named as what is missing."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from modelstores.capture.archive import Answer, Archive
from modelstores.capture.revisits import freshened
from modelstores.capture.warc import Record, records
from modelstores.capture.writer import CaptureWriter
from tests.capture.test_resume import STORE, exchange

URL = f"{STORE}/page"
FIRST, THEN = "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"
SAME_BYTES = "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"


def write(
    path: Path,
    kind: str,
    headers: dict[str, str],
    http: StatusAndHeaders | None = None,
    body: bytes = b"",
    url: str = URL,
) -> Record:
    """Append a record as another program would; return what is read of it."""
    with path.open("ab") as file:
        writer = WARCWriter(file, gzip=True, warc_version="1.1")
        record = writer.create_warc_record(
            url, kind, payload=io.BytesIO(body), http_headers=http, warc_headers_dict=headers
        )
        writer.write_record(record)
    *_, last = records(path)
    assert isinstance(last, Record)
    return last


def ok(*headers: tuple[str, str], status: str = "200 OK") -> StatusAndHeaders:
    return StatusAndHeaders(status, list(headers), protocol="HTTP/1.1")


def page(path: Path, body: bytes = b"words") -> Record:
    headers = ok(("Content-Type", "text/html"), ("ETag", '"1"'), ("Age", "5"))
    return write(path, "response", {"WARC-Date": FIRST}, headers, body)


def found(pattern: Path, url: str = URL) -> Answer:
    archive = Archive.open(str(pattern))
    assert not archive.damage
    answer = archive.find(url)
    assert answer is not None
    assert archive.has(url)
    return answer


def refers(record: Record, *names: str) -> dict[str, str]:
    """Return headers of a revisit that refer to the record in these ways."""
    said = {
        "WARC-Refers-To": record.id,
        "WARC-Refers-To-Target-URI": record.url,
        "WARC-Refers-To-Date": record.time,
        "WARC-Payload-Digest": record.digest,
        "WARC-Refers-To-Filename": "a.warc.gz",
        "WARC-Refers-To-File-Offset": str(record.offset),
    }
    return {
        "WARC-Date": THEN,
        **{f"WARC-{name}": said[f"WARC-{name}"] for name in names},
    }


@pytest.mark.parametrize(
    "ways",
    [
        ("Refers-To",),
        ("Refers-To-Target-URI", "Refers-To-Date"),
        ("Refers-To-Date",),
        ("Payload-Digest",),
        ("Refers-To", "Refers-To-Filename", "Refers-To-File-Offset"),
    ],
    ids="+".join,
)
@pytest.mark.parametrize("together", [True, False], ids=["one file", "two files"])
def test_what_it_refers_to_is_found_in_the_archive(
    tmp_path: Path, ways: tuple[str, ...], together: bool
) -> None:
    original = page(tmp_path / "a.warc.gz")
    target = tmp_path / ("a.warc.gz" if together else "0.warc.gz")  # read first
    revisit = write(target, "revisit", {**refers(original, *ways), "WARC-Profile": SAME_BYTES})
    answer = found(tmp_path / "*.warc.gz")
    assert (answer.status, answer.body) == (200, b"words")
    assert (answer.capture.file, answer.capture.offset) == (target.name, revisit.offset)
    assert (answer.capture.record_id, answer.capture.time) == (revisit.id, THEN)
    assert answer.original
    assert answer.original.capture.record_id == original.id


def test_a_file_beside_the_archive_is_read_where_the_record_names_it(tmp_path: Path) -> None:
    original = page(tmp_path / "a.warc.gz")
    ways = ("Refers-To", "Refers-To-Filename", "Refers-To-File-Offset")
    write(tmp_path / "b.warc.gz", "revisit", refers(original, *ways))
    archive = Archive.open(str(tmp_path / "b.warc.gz"))
    answer = archive.find(URL)
    assert answer is not None
    assert answer.body == b"words"
    assert [file.name for file in archive.files] == ["b.warc.gz"]


@pytest.mark.parametrize(
    "changes",
    [
        {"WARC-Refers-To": "<urn:uuid:another>"},
        {"WARC-Refers-To-File-Offset": "1"},
        {"WARC-Refers-To-File-Offset": "999999999"},
        {"WARC-Refers-To-File-Offset": "-1"},
        {"WARC-Refers-To-Filename": "../sub/a.warc.gz"},
        {"WARC-Refers-To-Filename": "/etc/passwd"},
        {"WARC-Refers-To-Filename": "sub"},
        {"WARC-Refers-To-Filename": ""},
    ],
)
def test_one_that_cannot_be_resolved_is_named_and_is_no_page(
    tmp_path: Path, changes: dict[str, str]
) -> None:
    (tmp_path / "sub").mkdir()
    original = page(tmp_path / "sub" / "a.warc.gz")
    ways = ("Refers-To", "Refers-To-Filename", "Refers-To-File-Offset")
    path = tmp_path / "sub" / "b.warc.gz"
    other = write(path, "response", {"WARC-Date": FIRST}, ok(), b"x", f"{STORE}/other")
    revisit = write(path, "revisit", {**refers(original, *ways), **changes})
    archive = Archive.open(str(path))
    assert list(archive) == [other.url]
    assert [(one.file, one.offset, one.url) for one in archive.damage] == [
        ("b.warc.gz", revisit.offset, URL)
    ]
    assert "refers to a record not at hand" in str(archive.damage[0])


def test_a_chain_leads_to_the_original_and_a_ring_to_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    last = original = page(path)
    for year in range(2025, 2035):
        date = {"WARC-Date": f"{year}-01-01T00:00:00Z"}
        last = write(path, "revisit", {**refers(last, "Refers-To"), **date})
    answer = found(path)
    assert (answer.body, answer.capture.time) == (b"words", last.time)
    assert answer.original
    assert answer.original.capture.record_id == original.id

    ring = {"WARC-Record-ID": "<urn:uuid:1>", "WARC-Refers-To": "<urn:uuid:1>"}
    write(path, "revisit", {"WARC-Date": THEN, **ring}, url=f"{STORE}/ring")
    archive = Archive.open(str(path))
    assert [one.url for one in archive.damage] == [f"{STORE}/ring"]
    assert not archive.has(f"{STORE}/ring")


def test_a_damaged_original_leaves_no_page(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    write(path, "warcinfo", {})
    original = page(path, b"words" * 100)
    end = path.stat().st_size
    write(path, "revisit", refers(original, "Refers-To"))
    data = bytearray(path.read_bytes())
    data[(original.offset + end) // 2] ^= 0xFF
    path.write_bytes(data)
    archive = Archive.open(str(path))
    assert [one.offset for one in archive.damage] == [original.offset, end]
    assert list(archive) == []


def test_the_order_of_the_files_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    original = page(path)
    for name in "bcd":
        url = f"{STORE}/{name}"
        if name == "c":
            headers = refers(original, "Refers-To", "Refers-To-Target-URI")
            write(path, "revisit", headers, url=url)
        else:
            write(path, "response", {"WARC-Date": THEN}, ok(), b"x", url)
    assert list(Archive.open(str(path))) == [URL, f"{STORE}/b", f"{STORE}/c", f"{STORE}/d"]


def test_status_and_headers_are_the_newer_ones() -> None:
    stored = [("Content-Type", "text/html"), ("ETag", "1"), ("Age", "5"), ("Content-Length", "9")]
    newer = [
        ("content-length", "0"),
        ("content-type", "text/plain"),
        ("etag", "2"),
        ("Connection", "close"),
        ("Date", "today"),
    ]
    assert freshened(stored, newer) == [
        ("Content-Type", "text/html"),
        ("Age", "5"),
        ("Content-Length", "9"),
        ("etag", "2"),
        ("Date", "today"),
    ]


@pytest.mark.parametrize(
    ("said", "status"),
    [("304 Not Modified", 200), ("200 OK", 200), ("404 Not Found", 404)],
)
def test_a_status_of_its_own_counts(tmp_path: Path, said: str, status: int) -> None:
    path = tmp_path / "a.warc.gz"
    original = page(path)
    write(
        path, "revisit", refers(original, "Refers-To"), ok(("Age", "0"), status=said), url=URL + "2"
    )
    archive = Archive.open(str(path))
    answer = archive.find(URL + "2")
    assert answer is not None
    assert answer.status == status
    assert dict(answer.headers)["Age"] == "0"
    assert archive.has(URL + "2") is (status == 200)


def test_what_we_write_is_a_revisit_by_the_standard_and_is_read_again(tmp_path: Path) -> None:
    coded = {"headers": [("Content-Type", "text/html"), ("Content-Encoding", "br")]}
    first = CaptureWriter(tmp_path / "1.warc.gz", {})
    first.exchange(exchange("/other"))
    first.exchange(exchange("/page", b"coded words", **coded))
    first.close()
    known = found(first.path)

    second = CaptureWriter(tmp_path / "2.warc.gz", {})
    unchanged = exchange("/page", b"", 304, headers=[("ETag", "2")])
    place = second.revisit(unchanged, known)
    second.close()
    record = next(one for one in records(second.path) if getattr(one, "kind", "") == "revisit")
    assert isinstance(record, Record)
    assert (record.offset, record.id, record.time) == (place.offset, place.record_id, place.time)
    assert record.reference
    assert replace(record.reference, file="", offset=-1, digest="") == replace(
        record.reference,
        id=known.capture.record_id,
        url=known.url,
        time=known.capture.time,
        file="",
        offset=-1,
        digest="",
    )
    text = io.BytesIO(second.path.read_bytes())
    kinds = {}
    for one in ArchiveIterator(text, check_digests="raise"):
        one.content_stream().read()
        kinds[one.rec_type] = one.rec_headers
    assert set(kinds) == {"warcinfo", "revisit", "request"}
    assert kinds["revisit"].get_header("WARC-Profile").endswith("/1.1/revisit/server-not-modified")
    assert kinds["revisit"].get_header("WARC-Payload-Digest") is None
    assert kinds["request"].get_header("WARC-Concurrent-To") == place.record_id

    again = found(second.path)
    assert (again.status, again.body, again.capture) == (200, b"coded words", place)
    assert dict(again.headers)["Content-Encoding"] == "br"
    assert dict(again.headers)["ETag"] == "2"
    third = CaptureWriter(tmp_path / "3.warc.gz", {})
    third.revisit(unchanged, again.original or again)
    third.close()
    second.path.unlink()  # each refers to the first itself
    assert found(third.path).body == b"coded words"
