"""An archive is asked by address, and says what it cannot be."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from modelstores.capture.archive import Archive, ArchiveError
from tests.warcs import flip, write_warc

URL = "https://store.example/models/one"


def test_the_latest_good_answer_is_held(tmp_path: Path) -> None:
    write_warc(tmp_path / "1.warc.gz", [(URL, "text/html", b"old")], date="2020-01-01T00:00:00Z")
    write_warc(tmp_path / "2.warc.gz", [(URL, "text/html", b"new")], date="2024-01-01T00:00:00Z")
    write_warc(
        tmp_path / "3.warc.gz",
        [(URL, "text/html", b"gone")],
        status="503 Service Unavailable",
        date="2025-01-01T00:00:00Z",
    )
    archive = Archive.open(str(tmp_path / "*.warc.gz"))
    answer = archive.find(URL + "#part")
    assert answer is not None
    assert answer.body == b"new"
    assert (answer.capture.file, answer.capture.time) == ("2.warc.gz", "2024-01-01T00:00:00Z")
    assert archive.superseded == {URL: 2}
    assert list(archive) == [URL]
    assert archive.has(URL)
    assert not archive.has("https://store.example/models/two")


def test_an_error_alone_is_held_but_is_no_good_answer(tmp_path: Path) -> None:
    write_warc(tmp_path / "1.warc.gz", [(URL, "text/html", b"no")], status="404 Not Found")
    archive = Archive.open(str(tmp_path / "1.warc.gz"))
    answer = archive.find(URL)
    assert answer is not None
    assert answer.status == 404
    assert not archive.has(URL)


def test_damage_is_listed_and_the_rest_held(tmp_path: Path) -> None:
    path = tmp_path / "1.warc.gz"
    pages = [(f"{URL}/{n}", "text/html", b"words" * 100) for n in range(3)]
    offsets = write_warc(path, pages)
    flip(path, offsets[1] + 60)
    archive = Archive.open(str(path))
    assert list(archive) == [f"{URL}/0", f"{URL}/2"]
    assert [str(d).startswith(f"1.warc.gz: record at byte {offsets[1]}:") for d in archive.damage]


@pytest.mark.parametrize(
    "body", [gzip.compress(b"words", mtime=0), b"words"], ids=["coded", "plain"]
)
def test_a_coding_the_body_does_not_have_is_set_aside(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "1.warc.gz"
    write_warc(path, [(URL, "text/html", body)], headers=(("Content-Encoding", "gzip"),))
    answer = Archive.open(str(path)).find(URL)
    assert answer is not None
    names = {name for name, _ in answer.headers}
    assert ("Content-Encoding" in names) is (body != b"words")


def test_what_cannot_be_an_archive_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.warc.gz").touch()
    (tmp_path / "page.warc").write_text("<html>")
    for name, message in [
        ("nothing-*.warc.gz", "no such file"),
        ("empty.warc.gz", "is empty"),
        ("page.warc", "is no WARC"),
    ]:
        with pytest.raises(ArchiveError, match=message) as error:
            Archive.open(str(tmp_path / name))
        assert name in str(error.value)
        assert "\n" not in str(error.value)
