"""Which of several capture files came first."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import IO

#: What the name of a capture file ends with.
SUFFIXES = (".warc.gz", ".warc", ".wacz")

#: How far into a file its first date is looked for, in bytes, packed and unpacked.
HEAD = 64 * 1024
DATE = re.compile(rb"^WARC-Date:[ \t]*(\d{4}-[\d:TZ.-]{1,40})", re.IGNORECASE | re.MULTILINE)
#: A file that was packed anew has a later date in the record on itself.
ABOUT_FILE = re.compile(rb"^WARC-Type:[ \t]*warcinfo", re.IGNORECASE | re.MULTILINE)


def captures_in(folder: Path) -> list[Path]:
    """Return the capture files of a folder, in the order of capture.

    That is the order of the ``WARC-Date`` of the first page in each, whatever program
    named the file; files of one date, and those without, by name.

    Raises:
        OSError: the folder cannot be read.
    """
    found = (path for path in folder.iterdir() if path.name.endswith(SUFFIXES) and path.is_file())
    return sorted(found, key=lambda path: (first_date(path), path.name))


def first_date(path: Path) -> str:
    """Return the ``WARC-Date`` of the first page in a file; "" where none can be read."""
    try:
        with path.open("rb") as file:
            head = _head_of_zip(file) if path.name.endswith(".wacz") else _head(file)
    except (OSError, EOFError, ValueError, RuntimeError, zlib.error, zipfile.BadZipFile):
        return ""
    for part in head.split(b"\r\n\r\n"):
        date = DATE.search(part)
        if date and not ABOUT_FILE.search(part):
            return date[1].decode("ascii")
    return ""


def _head(file: IO[bytes]) -> bytes:
    """Return the start of a WARC file, of as many gzip members as it takes."""
    data = file.read(HEAD)
    head = b""
    while data.startswith(b"\x1f\x8b") and len(head) < HEAD:
        member = zlib.decompressobj(wbits=31)
        head += member.decompress(data, HEAD - len(head))
        data = member.unused_data
    return head or data


def _head_of_zip(file: IO[bytes]) -> bytes:
    with zipfile.ZipFile(file) as whole:
        names = [name for name in whole.namelist() if name.endswith(SUFFIXES)]
        if not names:
            return b""
        with whole.open(min(names)) as inner:
            return _head(inner)
