"""The worker's end: what is in a listing, its products ready for the database."""

from __future__ import annotations

import fcntl
import pickle
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from itertools import islice
from typing import IO, Any

from scrapy import Request
from scrapy.http import Response

from modelstores.database.entry import Entry, Terms, entry
from modelstores.description import describe, mentioned
from modelstores.elements.rules import default_rules
from modelstores.garbage import search_seldom
from modelstores.items import Product
from modelstores.similarity.vocabulary import vocabulary
from modelstores.store import Store
from modelstores.worker import LENGTH, PIPE, Found, framed

#: Products that are described together.
AT_A_TIME = 64


def run(module: str, name: str, requests: IO[bytes], replies: IO[bytes]) -> None:
    """Answer for a store, by the names of its class, as long as there are requests."""
    for pipe in (requests, replies):
        with suppress(AttributeError, OSError):  # not on Linux, or more than is allowed
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)
    store: Store = getattr(import_module(module), name)()
    default_rules()
    vocabulary()
    search_seldom()
    asked = messages(requests)
    terms: Terms = next(asked)
    for kind, url, headers, body in asked:
        replies.write(framed(read(store, kind(url, headers=headers, body=body), terms)))
        replies.flush()


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
