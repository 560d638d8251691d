"""Reading captures: whole ones, damaged ones, and what only looks like one."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelstores.capture.warc import Damage, NoWarcError, Record, record_at, records
from tests.warcs import flip, write_warc

PAGES = [
    (f"https://store.example/{n}", "text/html", random.Random(n).randbytes(2000 + n))
    for n in range(6)
]


def read(path: Path) -> tuple[list[Record], list[Damage]]:
    found = list(records(path))
    return (
        [r for r in found if isinstance(r, Record) and r.kind == "response"],
        [r for r in found if isinstance(r, Damage)],
    )


@pytest.fixture(params=["plain", "gzip"])
def capture(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, list[int]]:
    zipped = request.param == "gzip"
    path = tmp_path / ("c.warc.gz" if zipped else "c.warc")
    return path, write_warc(path, PAGES, gzip=zipped)


def test_whole_capture_is_read_and_found_again(capture: tuple[Path, list[int]]) -> None:
    path, offsets = capture
    good, damage = read(path)
    assert not damage
    assert [(r.url, r.body) for r in good] == [(url, body) for url, _, body in PAGES]
    assert [r.offset for r in good] == offsets
    assert [record_at(path, r.offset, r.inner) for r in good] == good


@pytest.mark.parametrize("hit", range(len(PAGES)))
def test_flipped_byte_costs_that_record_alone(capture: tuple[Path, list[int]], hit: int) -> None:
    path, offsets = capture
    flip(path, offsets[hit] + 700)
    good, damage = read(path)
    assert [r.url for r in good] == [url for n, (url, _, _) in enumerate(PAGES) if n != hit]
    assert [(d.file, d.offset) for d in damage] == [(path.name, offsets[hit])]


@given(record=st.integers(0, len(PAGES) - 1), place=st.floats(0, 1, exclude_max=True))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_flipped_byte_goes_unnoticed(
    capture: tuple[Path, list[int]], record: int, place: float
) -> None:
    path, offsets = capture
    whole = path.read_bytes()
    end = [*offsets, len(whole)][record + 1]
    start = offsets[record]
    if path.suffix == ".warc":  # no checksum covers the header of a record in a plain file
        end -= len(b"\r\n\r\n")
        start = end - len(PAGES[record][2])
    else:
        start += 10  # nor gzip's own header, of which most bytes change nothing
    flip(path, start + int(place * (end - start)))
    try:
        good, damage = read(path)
        assert [r.url for r in good] == [url for n, (url, _, _) in enumerate(PAGES) if n != record]
        assert [d.offset for d in damage] == [offsets[record]]
    finally:
        path.write_bytes(whole)


def test_torn_tail_is_one_damage(capture: tuple[Path, list[int]]) -> None:
    path, offsets = capture
    path.write_bytes(path.read_bytes()[:-50])
    good, damage = read(path)
    assert len(good) == len(PAGES) - 1
    assert [(d.offset, d.reason) for d in damage] == [
        (offsets[-1], "the file ends within the record")
    ]


def test_several_records_in_one_gzip_member(tmp_path: Path) -> None:
    plain, zipped = tmp_path / "c.warc", tmp_path / "c.warc.gz"
    write_warc(plain, PAGES, gzip=False)
    zipped.write_bytes(gzip.compress(plain.read_bytes()))
    good, damage = read(zipped)
    assert [r.body for r in good] == [body for _, _, body in PAGES]
    assert not damage
    assert record_at(zipped, good[3].offset, good[3].inner) == good[3]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"<html>no archive</html>", "the file is no WARC"),
        (gzip.compress(b"no archive either", mtime=0), "the file is no WARC"),
        (b"\x1f\x8b\x08 torn", "the file is no WARC"),
    ],
)
def test_what_is_no_warc_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(content)
    with pytest.raises(NoWarcError, match=message) as error:
        list(records(path))
    assert str(path) in str(error.value)


def test_a_record_that_unpacks_without_end_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelstores.capture.warc.MAX_RECORD", 100_000)
    path = tmp_path / "c.warc.gz"
    write_warc(path, [("https://store.example/bomb", "text/html", b"0" * 1_000_000), *PAGES])
    good, damage = read(path)
    assert len(good) == len(PAGES)
    assert [d.reason for d in damage] == ["larger than 100000 bytes"]


def test_chunks_are_joined(tmp_path: Path) -> None:
    path = tmp_path / "c.warc.gz"
    write_warc(
        path,
        [("https://store.example/c", "text/html", b"4\r\nabcd\r\n3\r\nefg\r\n0\r\n\r\n")],
        headers=(("Transfer-Encoding", "chunked"),),
    )
    (record,), _ = read(path)
    assert record.body == b"abcdefg"
    assert "transfer-encoding" not in {name.lower() for name, _ in record.headers}


@pytest.mark.shared
def test_real_captures_read_whole(shared: Path) -> None:
    for path in sorted(shared.glob("captures/*/*.warc.gz")):
        good, damage = read(path)
        assert good, path
        assert not damage, path
