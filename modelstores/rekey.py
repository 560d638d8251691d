"""Bring the similarity keys of a store to the vocabulary of this program, without parsing again.

Until every observation has its key, reports go on with the keys they had; then all of the
store change over at once. Keys of other vocabularies stay, as history.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import Engine

from modelstores.database import keys, lease
from modelstores.database.engine import errors_of
from modelstores.description import add_key
from modelstores.similarity.files import current_version

#: Observations whose keys are written in one transaction.
BATCH = 500


class StoreRow(NamedTuple):
    """A store as its row names it."""

    name: str
    title: str
    kind: str


class Rekeyed(NamedTuple):
    """Observations of a store: given their key, with it before, and only listed."""

    keyed: int
    had: int
    only_listed: int


def rekey(engine: Engine, store: StoreRow, show: Callable[[int, int], None]) -> Rekeyed:
    """Give every observation of a store its key in this program's vocabulary.

    A batch a transaction: what was written outlives the process, and the next call goes on.
    The keys are worked out between transactions, so that others can write meanwhile; the
    lease of the store keeps its crawls away. ``show`` is given how many are done, and of how many.

    Raises:
        Held: a run is at work on the store.
        DatabaseError: the database fails.
    """
    held = lease.acquire(engine, *store)
    try:
        return _rekey(engine, held, show)
    finally:
        held.release()


def _rekey(engine: Engine, held: lease.Lease, show: Callable[[int, int], None]) -> Rekeyed:
    version, store_id = current_version(), held.store_id
    with errors_of(engine), engine.begin() as connection:
        had = keys.keyed(connection, store_id, version)
        left = keys.unkeyed(connection, store_id, version)
    written = 0
    for start in range(0, len(left), BATCH):
        numbers = left[start : start + BATCH]
        with errors_of(engine), engine.begin() as connection:
            stored = keys.stored_products(connection, numbers)
        for _, product in stored:
            add_key(product, known=())
        found = [(number, product) for number, product in stored if product.similarity]
        held.renew()
        with errors_of(engine), engine.begin() as connection:
            keys.write_keys(connection, found, version)
        written += len(found)
        show(start + len(numbers), len(left))
    with errors_of(engine), engine.begin() as connection:
        keys.use_vocabulary(connection, store_id, version)
    return Rekeyed(written, had, len(left) - written)
