"""A second process that reads an archive's listings ahead of the crawl.

It parses them, describes their products (``description``) and makes their rows (``database.entry``)
while the crawl writes those of the listings before: pure work for the second core. It has the
spider's class and what the rows are made by, and neither network, database nor file. What it
fails at, and all after its death, the crawl does by itself. It ends with its input: also when the
crawl is killed.

Where it can, it is a copy of the crawl's process, made before that opens anything or starts a
thread; while the crawl starts, it loads what describing needs.

Messages are pickles, each after its length. To the worker: the terms; then of each listing the
response's class, address, headers and body. Back, in the same order: what was found in each
listing, or None if that failed.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import pickle
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import IO, Any, Self

from scrapy import Request
from scrapy.http import Response

from modelstores.database.entry import Entry, Terms, entry
from modelstores.description import describe, get_ready, mentioned
from modelstores.garbage import search_seldom
from modelstores.items import Product
from modelstores.store import Store

#: Bytes that the pipes hold, where that can be chosen: a listing, or what was found in it, has
#: room, so that neither process waits until the other listens.
PIPE = 1 << 20
#: Bytes of the length of a message.
LENGTH = 8
#: Products that are described together.
AT_A_TIME = 64

#: What is found in a listing: products ready for the database, those that are not well formed as
#: they are, and links.
Found = Sequence[Entry | Product | Request]


class Worker:
    """The crawl's end of it."""

    def __init__(self, process: BaseProcess, requests: Connection, replies: Connection):
        self._process = process
        self._to, self._from = requests, replies
        self._requests: asyncio.WriteTransport
        self._replies: asyncio.StreamReader
        self._turn = asyncio.Lock()
        #: whether it can be asked
        self.is_alive = True
        #: listings that it was asked for and has not answered
        self.pending = 0

    @classmethod
    def start(cls, store: type[Store]) -> Self | None:
        """Start a worker; None if there can be none."""
        # A copy would lack the threads, and what they hold would stay held.
        copies = sys.platform == "linux" and threading.active_count() == 1
        context = get_context("fork") if copies else get_context("spawn")
        if copies:
            search_seldom()
        asked, requests = context.Pipe(duplex=False)
        replies, answers = context.Pipe(duplex=False)
        others = (requests, replies) if copies else ()
        process = context.Process(target=_run, args=(store, asked, answers, others), daemon=True)
        try:
            process.start()
            _set_apart(process.pid or 0)  # at once; a process that is no copy does it by itself
        except OSError:
            requests.close()
            replies.close()
            return None
        finally:
            asked.close()
            answers.close()
        return cls(process, requests, replies)

    async def connect(self, terms: Terms) -> None:
        """Tell it what rows are made by; then it can be asked."""
        loop = asyncio.get_running_loop()
        self._replies = asyncio.StreamReader(limit=PIPE)
        protocol = asyncio.StreamReaderProtocol(self._replies)
        await loop.connect_read_pipe(lambda: protocol, self._from)
        self._requests, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, self._to)
        self._send(terms)

    async def read(self, response: Response) -> Found | None:
        """Return what is in a listing, its products ready to be written; None if that failed.

        What is asked first is answered first.
        """
        headers = dict(response.headers.items())
        self._send((type(response), response.url, headers, response.body))
        self.pending += 1
        async with self._turn:
            try:
                length = int.from_bytes(await self._replies.readexactly(LENGTH))
                message = await self._replies.readexactly(length)
            except asyncio.IncompleteReadError:  # it died
                self.is_alive = False
                return None
        self.pending -= 1
        found: Found | None = pickle.loads(message)  # noqa: S301 - the worker's
        return found

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()

    def _send(self, message: object) -> None:
        self._requests.write(framed(message))


def framed(message: object) -> bytes:
    """Return a message as it goes through the pipe."""
    pickled = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return len(pickled).to_bytes(LENGTH) + pickled


def messages(pipe: IO[bytes]) -> Iterator[Any]:
    """Yield what comes through a pipe, until it is closed."""
    while length := pipe.read(LENGTH):
        yield pickle.loads(pipe.read(int.from_bytes(length)))  # noqa: S301 - the crawl's


def read(store: Store, response: Response, terms: Terms) -> Found | None:
    """Return what is in a listing, its products ready to be written; None if that fails."""
    try:
        found = iter(store.parse(response))
        made: list[Entry | Product | Request] = []
        while some := list(islice(found, AT_A_TIME)):
            describe((one for one in some if isinstance(one, Product)), terms.known)
            made += [_ready(one, terms) for one in some]
    except Exception:
        return None
    return made


def _ready(one: Product | Request, terms: Terms) -> Entry | Product | Request:
    """Return the entry of a product; what is none, or is not well formed, as it is."""
    if isinstance(one, Request) or not one.digest:
        return one
    return entry(one, terms, *mentioned(one, terms.known))


def _run(
    store: type[Store], asked: Connection, answers: Connection, others: Sequence[Connection]
) -> None:
    """Be the worker: answer as long as there are requests."""
    _set_apart(0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):  # what fails here fails there again, and is told
        os.dup2(nothing, stream)
    for end in others:  # or its input would never end
        end.close()
    for end in (asked, answers):
        with suppress(AttributeError, OSError):  # not on Linux, or more than is allowed
            fcntl.fcntl(end.fileno(), fcntl.F_SETPIPE_SZ, PIPE)
    get_ready()
    search_seldom()
    crawled = store()
    # While the crawl is too busy to listen, the next listing is read.
    with open(asked.fileno(), "rb", closefd=False) as pipe, ThreadPoolExecutor(1) as sender:
        requests = messages(pipe)
        terms: Terms | None = next(requests, None)
        if terms is None:  # the crawl has ended before it began
            return
        for kind, url, headers, body in requests:
            found = read(crawled, kind(url, headers=headers, body=body), terms)
            sender.submit(_write, answers.fileno(), framed(found))


def _set_apart(process: int) -> None:
    """Give a process (0: this one) a group of its own: Ctrl-C is for the crawl."""
    with suppress(OSError):
        os.setpgid(process, process)


def _write(descriptor: int, message: bytes) -> None:
    left = memoryview(message)
    while left:
        left = left[os.write(descriptor, left) :]
