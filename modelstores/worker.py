"""A second process that reads an archive's listings ahead of the crawl.

It parses them and describes their products (``description``) while the crawl writes those of
the listings before: pure work for the second core. It has the spider's class and what the
database knows, and neither network, database nor file. What it fails at, and all after its
death, the crawl does by itself. It ends with its input: also when the crawl is killed.

Messages are pickles, each after its length. To the worker: what is known; then of each listing
the response's class, address, headers and body. Back: one message when it is ready; then, in
the same order, what was found in each listing, or None if that failed.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from typing import IO, Any, Self

from scrapy import Request
from scrapy.http import Response

from modelstores.description import Known, describe
from modelstores.elements.rules import default_rules
from modelstores.garbage import search_seldom
from modelstores.items import Product
from modelstores.similarity.vocabulary import vocabulary
from modelstores.store import Store

#: Bytes that the pipes hold, where that can be chosen: a listing, or what was found in it, has
#: room, so that neither process waits until the other listens.
PIPE = 1 << 20
#: Bytes of the length of a message.
LENGTH = 8

Found = list[Product | Request]


class Worker:
    """The crawl's end of it."""

    def __init__(self, process: subprocess.Popen[bytes], requests: asyncio.WriteTransport):
        self._process = process
        self._requests = requests
        self._replies = asyncio.StreamReader(limit=PIPE)
        self._turn = asyncio.Lock()
        #: done when it has started, or failed to
        self.start_up: asyncio.Future[None] | None = None
        #: whether it has started and is alive
        self.is_ready = False

    @classmethod
    async def start(cls, store: type[Store], known: Known) -> Self | None:
        """Start a worker, which gets ready while the crawl goes on; None if there can be none."""
        try:
            process = subprocess.Popen(  # noqa: S603 - this module
                [sys.executable, "-m", __name__, store.__module__, store.__qualname__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what fails there fails here again, and is told
                env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
                process_group=0,  # Ctrl-C is for the crawl
            )
        except OSError:
            return None
        loop = asyncio.get_running_loop()
        requests, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, process.stdin)
        worker = cls(process, requests)
        protocol = asyncio.StreamReaderProtocol(worker._replies)
        await loop.connect_read_pipe(lambda: protocol, process.stdout)
        worker._send(known)
        worker.start_up = asyncio.ensure_future(worker._get_ready())
        return worker

    async def read(self, response: Response) -> Found | None:
        """Return what is in a listing, its products described; None if that failed.

        What is asked first is answered first.
        """
        headers = dict(response.headers.items())
        self._send((type(response), response.url, headers, response.body))
        found: Found | None = await self._receive()
        return found

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()

    async def _get_ready(self) -> None:
        self.is_ready = await self._receive() is not None

    def _send(self, message: object) -> None:
        self._requests.write(framed(message))

    async def _receive(self) -> Any:
        async with self._turn:
            try:
                length = int.from_bytes(await self._replies.readexactly(LENGTH))
                message = await self._replies.readexactly(length)
            except asyncio.IncompleteReadError:  # it died
                self.is_ready = False
                return None
        return pickle.loads(message)  # noqa: S301 - the worker's


def framed(message: object) -> bytes:
    """Return a message as it goes through the pipe."""
    pickled = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return len(pickled).to_bytes(LENGTH) + pickled


def messages(pipe: IO[bytes]) -> Iterator[Any]:
    """Yield what comes through a pipe, until it is closed."""
    while length := pipe.read(LENGTH):
        yield pickle.loads(pipe.read(int.from_bytes(length)))  # noqa: S301 - the crawl's


def serve(store: Store, requests: IO[bytes], replies: IO[bytes]) -> None:
    """Answer as long as there are requests."""
    for pipe in (requests, replies):
        with suppress(AttributeError, OSError):  # not on Linux, or more than is allowed
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)
    asked = messages(requests)
    known: Known = next(asked)
    default_rules()
    vocabulary()
    search_seldom()
    replies.write(framed("ready"))
    replies.flush()
    for kind, url, headers, body in asked:
        replies.write(framed(read(store, kind(url, headers=headers, body=body), known)))
        replies.flush()


def read(store: Store, response: Response, known: Known) -> Found | None:
    """Return what is in a listing, its products described; None if that fails."""
    try:
        found: Found = list(store.parse(response))
        for one in found:
            if isinstance(one, Product):
                describe(one, known)
    except Exception:
        return None
    return found


if __name__ == "__main__":
    module, name = sys.argv[1:]
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what is printed is no reply
    serve(getattr(import_module(module), name)(), requests, replies)
