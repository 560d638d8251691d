"""A killed run's capture is gone on with, and serves what it holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.http import HtmlResponse
from warcio.archiveiterator import ArchiveIterator

from modelstores.capture.archive import Archive
from modelstores.capture.storage import received
from modelstores.capture.warc import Damage, Record, end_of_records, records
from modelstores.capture.writer import CaptureError, CaptureWriter, Exchange
from modelstores.items import Capture

STORE = "https://store.example"
INFO = {"software": "tests"}


def exchange(path: str, body: bytes = b"words", status: int = 200, **changes: object) -> Exchange:
    given: dict[str, object] = {
        "url": STORE + path,
        "method": "GET",
        "request_headers": [("User-Agent", "tests")],
        "status": status,
        "reason": "",
        "headers": [("Content-Type", "text/html")],
        "body": body,
    }
    return Exchange(**{**given, **changes})  # type: ignore[arg-type]


def written(path: Path, pages: int = 3) -> bytes:
    """Write a capture and return its bytes."""
    writer = CaptureWriter(path, INFO)
    for number in range(pages):
        writer.exchange(exchange(f"/{number}", b"words " * number))
    writer.close()
    return path.read_bytes()


def whole(path: Path) -> list[Record]:
    """Return the records of a file in which nothing is damaged, as two readers see them."""
    found = list(records(path))
    assert not [one for one in found if isinstance(one, Damage)]
    ours = [one for one in found if isinstance(one, Record)]
    with path.open("rb") as file:
        theirs = []
        for record in ArchiveIterator(file, check_digests="raise"):
            record.content_stream().read()
            theirs.append(record.rec_headers.get_header("WARC-Record-ID"))
    assert [one.id for one in ours] == theirs
    return ours


def gone_on_with(path: Path) -> tuple[list[Record], Capture]:
    """Resume a capture with one page; return its records, and where that page stands."""
    writer = CaptureWriter(path, INFO, resume=True)
    place = writer.exchange(exchange("/more", b"more words"))
    writer.close()
    return whole(path), place


def check_cut(path: Path, data: bytes, offset: int) -> None:
    """Cut a capture of these bytes, resume it, and see that no whole record is lost."""
    path.write_bytes(data)
    before = [(one.offset, one.id) for one in whole(path)]
    ends = [*(start for start, _ in before[1:]), len(data)]
    path.write_bytes(data[:offset])
    kept = [one for one, end in zip(before, ends, strict=True) if end <= offset]
    found, place = gone_on_with(path)
    assert [(one.offset, one.id) for one in found][: len(kept)] == kept
    assert [one.kind for one in found[len(kept) :]] == ["warcinfo", "response", "request"]
    more = found[len(kept) + 1]
    assert (more.offset, more.id, more.body) == (place.offset, place.record_id, b"more words")


def test_a_capture_cut_anywhere_in_its_last_two_records_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "run.warc.gz"
    data = written(path)
    starts = [one.offset for one in whole(path)]
    for offset in range(starts[-2], len(data) + 1):
        check_cut(path, data, offset)


@given(place=st.floats(0, 1))
def test_a_capture_cut_anywhere_goes_on(
    tmp_path_factory: pytest.TempPathFactory, place: float
) -> None:
    path = tmp_path_factory.mktemp("cut") / "run.warc.gz"
    content = written(path)
    check_cut(path, content, round(place * len(content)))


def test_zeros_that_a_power_cut_leaves_are_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "run.warc.gz"
    data = written(path)
    path.write_bytes(data + bytes(5000))
    assert end_of_records(path) == len(data)
    gone_on_with(path)


def test_resumed_again_and_again(tmp_path: Path) -> None:
    path = tmp_path / "run.warc.gz"
    written(path, 1)
    for _ in range(3):
        path.write_bytes(path.read_bytes()[:-5])  # the last request
        found, _ = gone_on_with(path)
    assert [one.kind for one in found].count("warcinfo") == 4


@pytest.mark.parametrize("content", [None, b"", b"\x1f\x8b\x08torn"])
def test_where_nothing_whole_is_a_new_file_begins(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "store" / "run.warc.gz"
    if content is not None:
        path.parent.mkdir()
        path.write_bytes(content)
    found, _ = gone_on_with(path)
    assert [one.kind for one in found] == ["warcinfo", "response", "request"]


def test_without_resume_no_file_is_touched(tmp_path: Path) -> None:
    path = tmp_path / "run.warc.gz"
    data = written(path)
    with pytest.raises(CaptureError, match=r"run\.warc\.gz: File exists"):
        CaptureWriter(path, INFO)
    assert path.read_bytes() == data


# --- what a resumed run is served ---


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Return what a killed run had received."""
    writer = CaptureWriter(tmp_path / "run.warc.gz", INFO)
    moved = {"headers": [("Location", "/rendered")], "as_sent": False}
    writer.exchange(exchange("/page"))
    writer.exchange(exchange("/moved", b"", 302, **moved))
    writer.exchange(exchange("/gone", b"no", 404))
    writer.exchange(exchange("/same", b"", 304))
    page = writer.exchange(exchange("/rendered", b"<p>raw"))
    writer.rendered(f"{STORE}/rendered", b"<p>rendered", page)
    writer.exchange(exchange("/torn", b"<p>raw"))  # its document was not written any more
    broken = writer.exchange(exchange("/broken", b"<p>an error", 503))
    writer.rendered(f"{STORE}/broken", b"<p>an error", broken)
    writer.close()
    return Archive.open(str(writer.path))


def served(archive: Archive | None, path: str, method: str = "GET", **meta: object) -> object:
    request = Request(STORE + path, method=method, meta=dict(meta))
    response = received(archive, request)
    if response is None:
        assert "capture" not in request.meta
        return None
    assert request.meta["capture"].file == "run.warc.gz"
    return response.status, response.url.removeprefix(STORE), response.body


@pytest.mark.parametrize(
    ("path", "raw", "rendered"),
    [
        ("/page", (200, "/page", b"words"), None),
        ("/moved", (302, "/moved", b""), (200, "/rendered", b"<p>rendered")),
        ("/rendered", (200, "/rendered", b"<p>raw"), (200, "/rendered", b"<p>rendered")),
        ("/torn", (200, "/torn", b"<p>raw"), None),
        ("/gone", None, None),
        ("/same", None, None),
        ("/broken", None, None),
        ("/missing", None, None),
    ],
)
def test_good_answers_are_served_as_they_were_read(
    archive: Archive, path: str, raw: object, rendered: object
) -> None:
    assert served(archive, path) == raw
    assert served(archive, path, playwright=True) == rendered
    assert served(archive, path, "POST") is None
    assert served(None, path) is None


def test_where_a_rendered_page_led_is_checked_again(archive: Archive) -> None:
    response = received(archive, Request(f"{STORE}/moved", meta={"playwright": True}))
    assert isinstance(response, HtmlResponse)
    assert "playwright" in response.flags, "robots.txt is asked about its last address"


def test_what_went_away_meanwhile_is_asked_again(archive: Archive) -> None:
    archive.sources[0].path.unlink()
    assert served(archive, "/page") is None


def test_no_handle_stays_on_the_file_that_is_written(archive: Archive) -> None:
    path = archive.sources[0].path
    before = archive.find(f"{STORE}/page")
    writer = CaptureWriter(path, INFO, resume=True)
    writer.exchange(exchange("/more", bytes(100_000)))
    assert archive.find(f"{STORE}/page") == before
    writer.close()
