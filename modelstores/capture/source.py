"""Where the bytes of a WARC are: a file of its own, or a part of another file."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of one WARC.

    ``path`` is the file that holds them, ``name`` what captures call the WARC (no folder
    of this machine). A WARC within a WACZ starts at byte ``start`` of the file and is
    ``size`` bytes long; what had to be unpacked is in ``unpacked``.
    """

    path: Path
    name: str
    start: int = 0
    size: int | None = None
    unpacked: mmap.mmap | None = None

    @classmethod
    def of(cls, path: Path) -> Source:
        """Return a file as it is."""
        return cls(path, path.name)

    def __str__(self) -> str:
        return str(self.path.parent / self.name)

    @contextmanager
    def view(self) -> Iterator[memoryview]:
        """Give the bytes, without reading them into memory.

        Raises:
            OSError: the file cannot be opened.
        """
        if self.unpacked is not None:
            yield memoryview(self.unpacked)
            return
        with self.path.open("rb") as file:
            try:
                data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            except ValueError:  # an empty file cannot be mapped
                data = memoryview(b"")
            yield data[self.start : None if self.size is None else self.start + self.size]
