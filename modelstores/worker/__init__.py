"""A second process that reads an archive's listings ahead of the crawl.

It parses them, describes their products (``description``) and makes their rows (``database.entry``)
while the crawl writes those of the listings before: pure work for the second core. It has the
spider's class and what the rows are made by, and neither network, database nor file. What it
fails at, and all after its death, the crawl does by itself. It ends with its input: also when the
crawl is killed.

Messages are pickles, each after its length. To the worker: the terms; then of each listing the
response's class, address, headers and body. Back, in the same order: what was found in each
listing, or None if that failed.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

    from modelstores.database.entry import Entry, Terms
    from modelstores.items import Product
    from modelstores.store import Store

#: Bytes that the pipes hold, where that can be chosen: a listing, or what was found in it, has
#: room, so that neither process waits until the other listens.
PIPE = 1 << 20
#: Bytes of the length of a message.
LENGTH = 8

#: What is found in a listing: products ready for the database, those that are not well formed as
#: they are, and links.
Found = Sequence["Entry | Product | Request"]


class Worker:
    """The crawl's end of it."""

    def __init__(self, process: subprocess.Popen[bytes]):
        self._process = process
        self._requests: asyncio.WriteTransport
        self._replies: asyncio.StreamReader
        self._turn = asyncio.Lock()
        #: whether it can be asked
        self.is_alive = True

    @classmethod
    def start(cls, store: type[Store]) -> Self | None:
        """Start a worker, which gets ready while the crawl does; None if there can be none."""
        try:
            process = subprocess.Popen(  # noqa: S603 - this package
                [sys.executable, "-m", __name__, store.__module__, store.__qualname__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what fails there fails here again, and is told
                env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
                process_group=0,  # Ctrl-C is for the crawl
            )
        except OSError:
            return None
        return cls(process)

    async def connect(self, terms: Terms) -> None:
        """Tell it what rows are made by; then it can be asked."""
        loop = asyncio.get_running_loop()
        self._replies = asyncio.StreamReader(limit=PIPE)
        protocol = asyncio.StreamReaderProtocol(self._replies)
        await loop.connect_read_pipe(lambda: protocol, self._process.stdout)
        self._requests, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, self._process.stdin)
        self._send(terms)

    async def read(self, response: Response) -> Found | None:
        """Return what is in a listing, its products ready to be written; None if that failed.

        What is asked first is answered first.
        """
        headers = dict(response.headers.items())
        self._send((type(response), response.url, headers, response.body))
        async with self._turn:
            try:
                length = int.from_bytes(await self._replies.readexactly(LENGTH))
                message = await self._replies.readexactly(length)
            except asyncio.IncompleteReadError:  # it died
                self.is_alive = False
                return None
        found: Found | None = pickle.loads(message)  # noqa: S301 - the worker's
        return found

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()

    def _send(self, message: object) -> None:
        self._requests.write(framed(message))


def framed(message: object) -> bytes:
    """Return a message as it goes through the pipe."""
    pickled = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return len(pickled).to_bytes(LENGTH) + pickled
