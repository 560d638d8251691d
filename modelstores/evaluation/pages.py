"""Page files beside a gold file, made the answers that a spider reads."""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path, PurePath

from scrapy.http import HtmlResponse, JsonResponse, TextResponse

from modelstores.settings import DOWNLOAD_MAXSIZE

#: Largest page that is read, in bytes, unpacked: no more would be fetched either.
MAX_PAGE = DOWNLOAD_MAXSIZE

_GZIP = b"\x1f\x8b"
_BLANK = b"\xef\xbb\xbf \t\r\n"  # a byte order mark, and what JSON and HTML may begin with


class PageError(ValueError):
    """A page file cannot be read; the message is one line."""


def is_within(folder: Path, file: str) -> bool:
    """Tell whether a file, named as seen from a folder, lies in it, also by its real path."""
    named = PurePath(file)
    if named.is_absolute() or ".." in named.parts:
        return False
    real = Path(os.path.realpath(folder / file))
    return real.is_relative_to(os.path.realpath(folder))


def read(path: Path) -> bytes:
    """Return the bytes of a page file, unpacked if it is gzip.

    Raises:
        PageError: there is no such file, or it is damaged or too large.
    """
    try:
        if not path.is_file():  # a pipe would be waited for
            raise PageError("there is no such file")
        with path.open("rb") as raw:
            packed = raw.read(len(_GZIP)) == _GZIP
            raw.seek(0)
            body = (gzip.GzipFile(fileobj=raw) if packed else raw).read(MAX_PAGE + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise PageError("the file is damaged gzip") from None
    except OSError as error:
        raise PageError(f"the file cannot be read: {error.strerror}") from None
    if len(body) > MAX_PAGE:
        raise PageError(f"the page has more than {MAX_PAGE} bytes")
    return body


def response(url: str, body: bytes) -> TextResponse:
    """Return the answer that a page would have been; its type is that of its first character."""
    first = body[:1_000].lstrip(_BLANK)[:1]
    if first in {b"{", b"["}:
        return JsonResponse(url, body=body, encoding="utf-8")
    return (HtmlResponse if first == b"<" else TextResponse)(url, body=body)
