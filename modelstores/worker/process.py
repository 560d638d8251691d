"""The worker's end: what is in a listing, its products ready for the database."""

from __future__ import annotations

import fcntl
import pickle
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
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
        return [_ready(one, terms) for one in store.parse(response)]
    except Exception:
        return None


def _ready(one: Product | Request, terms: Terms) -> Entry | Product | Request:
    if isinstance(one, Request):
        return one
    describe(one, terms.known)
    return entry(one, terms, *mentioned(one, terms.known)) if one.digest else one
