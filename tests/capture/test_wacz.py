"""WACZ files are read in place, and what is wrong with one is said in a line."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelstores.capture import wacz
from modelstores.capture.archive import Archive, ArchiveError, sha256
from tests.capture.test_revisits import page, refers, write
from tests.warcs import write_warc

STORE = "https://store.example"


def warc(folder: Path, name: str, *pages: str, gzip: bool = True) -> bytes:
    path = folder / f"{name}.part"
    write_warc(
        path, [(f"{STORE}/{one}", "text/html", one.encode() * 50) for one in pages], gzip=gzip
    )
    return path.read_bytes()


def pack(path: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("datapackage.json", "{}", zipfile.ZIP_DEFLATED)
        for name, content in entries.items():
            packed.writestr(name, content, method)
        packed.writestr("indexes/index.cdx.gz", b"\x1f\x8b", zipfile.ZIP_STORED)
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("gzip", [True, False])
def test_every_warc_in_it_is_read(tmp_path: Path, method: int, gzip: bool) -> None:
    suffix = "warc.gz" if gzip else "warc"
    entries = {
        f"archive/a.{suffix}": warc(tmp_path, "a", "one", "two", gzip=gzip),
        f"archive/sub/b.{suffix}": warc(tmp_path, "b", "three", gzip=gzip),
    }
    path = pack(tmp_path / "x.wacz", entries, method)
    archive = Archive.open(str(path))
    assert not archive.damage
    assert list(archive) == [f"{STORE}/{name}" for name in ("one", "two", "three")]
    assert [(file.name, file.sha256, file.bytes) for file in archive.files] == [
        (f"x.wacz/{name}", sha256(path), path.stat().st_size) for name in entries
    ]
    for name in ("one", "three"):
        answer = archive.find(f"{STORE}/{name}")
        assert answer is not None
        assert answer.body == name.encode() * 50
        inner = entries[answer.capture.file.removeprefix("x.wacz/")]
        alone = tmp_path / f"alone.{suffix}"
        alone.write_bytes(inner)
        same = Archive.open(str(alone)).find(f"{STORE}/{name}")
        assert same is not None
        assert (same.capture.offset, same.body) == (answer.capture.offset, answer.body)
    assert not list(tmp_path.glob("archive")), "nothing is unpacked by name"


def test_a_revisit_in_another_warc_of_it_is_resolved(tmp_path: Path) -> None:
    original = page(tmp_path / "a")
    write(tmp_path / "b", "revisit", refers(original, "Refers-To"))
    names = ("a", "b")
    entries = {f"archive/{name}.warc.gz": (tmp_path / name).read_bytes() for name in names}
    answer = Archive.open(str(pack(tmp_path / "x.wacz", entries))).find(original.url)
    assert answer is not None
    assert (answer.body, answer.capture.file) == (b"words", "x.wacz/archive/b.warc.gz")


def test_a_damaged_record_in_it_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    content = warc(tmp_path, "a", "one", "two", "three")
    path = pack(tmp_path / "x.wacz", {"archive/a.warc.gz": content})
    (tmp_path / "a.warc.gz").write_bytes(content)
    two = Archive.open(str(tmp_path / "a.warc.gz")).find(f"{STORE}/two")
    assert two is not None
    data = bytearray(path.read_bytes())
    data[data.find(content) + two.capture.offset + 40] ^= 0xFF
    path.write_bytes(data)
    archive = Archive.open(str(path))
    assert [(one.file, one.offset) for one in archive.damage] == [
        ("x.wacz/archive/a.warc.gz", two.capture.offset)
    ]
    assert list(archive) == [f"{STORE}/one", f"{STORE}/three"]


def broken(path: Path, kind: str) -> None:
    """Write a WACZ that cannot be read."""
    content = warc(path.parent, "a", "one")
    entries = {"archive/a.warc.gz": content}
    if kind == "no zip":
        path.write_bytes(b"words")
    elif kind == "torn":
        path.write_bytes(pack(path, entries).read_bytes()[:-30])
    elif kind == "no warc":
        pack(path, {"a.warc.gz": content, "archive/a.txt": b"words"})
    elif kind == "twice":
        pack(path, {"archive/a.warc.gz": content, "archive/b.warc.gz": content})
        path.write_bytes(path.read_bytes().replace(b"archive/b", b"archive/a"))
    elif kind == "control":
        pack(path, {"archive/\x1b[2J.warc.gz": content})
    elif kind == "empty":
        pack(path, {"archive/a.warc.gz": b""})
    elif kind == "html":
        pack(path, {"archive/a.warc.gz": b"<html>"})
    elif kind == "bomb":
        pack(path, {"archive/a.warc": bytes(2_000_000)}, zipfile.ZIP_DEFLATED)
    elif kind == "lzma":
        pack(path, entries, zipfile.ZIP_LZMA)
    elif kind == "crc":
        data = bytearray(pack(path, entries, zipfile.ZIP_DEFLATED).read_bytes())
        data[data.find(b"archive/a.warc.gz") + 200] ^= 0xFF
        path.write_bytes(data)
    elif kind == "encrypted":
        data = bytearray(pack(path, entries).read_bytes())
        data[data.rfind(b"PK\x01\x02", 0, data.rfind(b"archive/a.warc.gz")) + 8] |= 1
        path.write_bytes(data)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("no zip", "File is not a zip file"),
        ("torn", "File is not a zip file"),
        ("no warc", "holds no WARC file in archive/"),
        ("twice", "the same name"),
        ("control", "not printable"),
        ("empty", "the file is empty"),
        ("html", "is no WARC"),
        ("bomb", "unpacks to more than 1000000 bytes"),
        ("lzma", "neither stored nor deflated"),
        ("crc", "cannot be read"),
        ("encrypted", "encrypted"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, message: str
) -> None:
    monkeypatch.setattr(wacz, "MAX_UNPACKED", 1_000_000)
    path = tmp_path / "x.wacz"
    broken(path, kind)
    with pytest.raises(ArchiveError, match=message) as error:
        Archive.open(str(path))
    assert "x.wacz" in str(error.value)
    assert str(error.value).isprintable()


def test_a_size_that_lies_does_not_unpack_further(tmp_path: Path) -> None:
    path = pack(tmp_path / "x.wacz", {"archive/a.warc": bytes(3_000_000)}, zipfile.ZIP_DEFLATED)
    data = path.read_bytes()
    size = (3_000_000).to_bytes(4, "little")
    assert data.count(size) == 2
    path.write_bytes(data.replace(size, (1000).to_bytes(4, "little")))
    with pytest.raises(ArchiveError, match="cannot be read"):
        Archive.open(str(path))


def test_overlapping_parts_are_refused(tmp_path: Path) -> None:
    content = warc(tmp_path, "a", *(f"page-{n}" for n in range(50)))
    names = [f"archive/{n}.warc.gz" for n in range(3)]
    path = pack(tmp_path / "x.wacz", dict.fromkeys(names, content))
    with zipfile.ZipFile(path) as packed:
        start = packed.getinfo(names[0]).header_offset
        tail = packed.start_dir
    data = bytearray(path.read_bytes())
    body = data[:start] + data[start : start + 60 + len(content)]
    directory = data[tail:]
    for name in names:  # each says that it stands where the first does
        at = directory.find(name.encode()) - 46
        directory[at + 42 : at + 46] = start.to_bytes(4, "little")
    end = directory.rfind(b"PK\x05\x06")
    directory[end + 16 : end + 20] = len(body).to_bytes(4, "little")
    path.write_bytes(body + directory)
    with pytest.raises(ArchiveError, match="overlap"):
        Archive.open(str(path))


@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_no_flipped_bit_leads_to_anything_but_a_line(
    tmp_path_factory: pytest.TempPathFactory, place: float, bit: int
) -> None:
    folder = tmp_path_factory.mktemp("flip")
    path = pack(folder / "x.wacz", {"archive/a.warc.gz": warc(folder, "a", "one")})
    data = bytearray(path.read_bytes())
    data[int(place * len(data))] ^= 1 << bit
    path.write_bytes(data)
    try:
        answer = Archive.open(str(path)).find(f"{STORE}/one")
        said = ""
    except ArchiveError as error:
        answer, said = None, str(error)
    assert said.isprintable()
    assert answer is None or answer.body == b"one" * 50


def test_stored_parts_are_not_read_into_memory(tmp_path: Path) -> None:
    path = pack(tmp_path / "x.wacz", {"archive/a.warc.gz": warc(tmp_path, "a", "one")})
    (source,) = wacz.warcs(path)
    assert source.unpacked is None
    with source.view() as data:
        whole = io.BytesIO(data).getvalue()
    assert whole == (tmp_path / "a.part").read_bytes()
