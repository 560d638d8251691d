"""WACZ: WARC files packed into one zip (https://specs.webrecorder.net/wacz/1.1.1/).

Its WARC files stand in ``archive/``, stored as they are, and are read in place. Deflated
ones, which the specification does not allow, are unpacked into a file without a name.
No name within the zip becomes the name of a file.
"""

from __future__ import annotations

import mmap
import struct
import tempfile
import zipfile
import zlib
from pathlib import Path

from modelstores.capture.source import Source
from modelstores.capture.warc import NoWarcError

SUFFIX = ".wacz"
#: Most WARC files in one WACZ, and most bytes that all its deflated ones may unpack to.
MAX_WARCS = 10_000
MAX_UNPACKED = 1 << 30

LOCAL_HEADER = struct.Struct("<4s22xHH")
LOCAL_MAGIC = b"PK\x03\x04"
ENCRYPTED = 0x1
CHUNK = 1 << 20

#: What zipfile and zlib raise over a damaged file.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)


def warcs(path: Path) -> list[Source]:
    """Return the WARC files in a WACZ, named ``FILE.wacz/archive/NAME``, in the order of names.

    Raises:
        NoWarcError: it is damaged, or holds no WARC, or too much. The message names it.
        OSError: it cannot be read.
    """
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as packed:
            found = [info for info in packed.infolist() if _is_warc(info)]
            _check(found, path.stat().st_size)
            names = sorted(found, key=lambda info: info.filename)
            return [_source(path, packed, info) for info in names]
    except NoWarcError as error:
        raise NoWarcError(f"{path}: {error}") from None
    except UNREADABLE as error:
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise NoWarcError(f"{path}: the WACZ cannot be read ({said})") from None


def _is_warc(info: zipfile.ZipInfo) -> bool:
    name = info.filename
    return name.startswith("archive/") and name.endswith((".warc", ".warc.gz"))


def _check(found: list[zipfile.ZipInfo], size: int) -> None:
    """Raise NoWarcError if these entries are none that can be read safely."""
    if not found:
        raise NoWarcError("the WACZ holds no WARC file in archive/")
    if len(found) > MAX_WARCS:
        raise NoWarcError(f"the WACZ holds more than {MAX_WARCS} WARC files")
    if len({info.filename for info in found}) < len(found):
        raise NoWarcError("two WARC files in the WACZ have the same name")
    if not all(info.filename.isprintable() for info in found):
        raise NoWarcError("a name in the WACZ is not printable")
    if sum(info.compress_size for info in found) > size:
        raise NoWarcError("parts of the WACZ overlap")
    deflated = (info.file_size for info in found if info.compress_type != zipfile.ZIP_STORED)
    if sum(deflated) > MAX_UNPACKED:
        raise NoWarcError(f"the WACZ unpacks to more than {MAX_UNPACKED} bytes")


def _source(path: Path, packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> Source:
    name = f"{path.name}/{info.filename}"
    if info.flag_bits & ENCRYPTED:
        raise NoWarcError(f"{info.filename} is encrypted")
    if info.compress_type == zipfile.ZIP_STORED:
        return Source(path, name, _start(path, info), info.file_size)
    if info.compress_type == zipfile.ZIP_DEFLATED:
        return Source(path, name, unpacked=_unpacked(packed, info))
    raise NoWarcError(f"{info.filename} is neither stored nor deflated")


def _start(path: Path, info: zipfile.ZipInfo) -> int:
    """Return the byte at which a stored entry begins."""
    with path.open("rb") as file:
        file.seek(info.header_offset)
        magic, name, extra = LOCAL_HEADER.unpack(file.read(LOCAL_HEADER.size))
        start: int = info.header_offset + LOCAL_HEADER.size + name + extra
        end = file.seek(0, 2)
    if magic != LOCAL_MAGIC or info.file_size != info.compress_size:
        raise NoWarcError(f"{info.filename} is not where the WACZ says")
    if start + info.file_size > end:
        raise NoWarcError(f"the WACZ ends within {info.filename}")
    return start


def _unpacked(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> mmap.mmap:
    """Unpack an entry, no further than the size it states, into a file that has no name."""
    if info.file_size == 0:
        raise NoWarcError(f"{info.filename} is empty")
    with packed.open(info) as entry, tempfile.TemporaryFile() as file:
        while chunk := entry.read(CHUNK):
            file.write(chunk)
        file.flush()
        if file.tell() != info.file_size:
            raise NoWarcError(f"{info.filename} is not whole")
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
