"""What can be judged: products as they were last seen, and pairs of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import combinations, product
from typing import NamedTuple

from sqlalchemy import Connection, text

from modelstores.coding.sample import rank, sample, shares
from modelstores.coding.sheet import DIGEST, Page
from modelstores.database.views import Selection, query

#: Kinds of pairs that a sheet mixes in equal shares: the program calls them similar; only their
#: algorithm or its family is the same; nothing but the input domain is.
EQUAL, NEAR, DOMAIN = "equal", "near", "domain"
#: Most products of one store that are paired for one key, algorithm or domain.
MAX_OF_A_STORE = 10

_SQL = """
SELECT latest.product_id, latest.observation_id, store.name AS store, product.native_id,
       product.kind, observation.content_hash, observation.name, observation.url,
       similarity.vocabulary, similarity.key, similarity.family_key, similarity.algorithm,
       similarity.input_domain
  FROM ({latest}) AS latest
  JOIN product ON product.id = latest.product_id
  JOIN store ON store.id = latest.store_id
  JOIN observation ON observation.id = latest.observation_id
  LEFT JOIN similarity ON similarity.observation_id = latest.observation_id
                      AND similarity.vocabulary = latest.vocabulary
"""


class Product(NamedTuple):
    """A product as it was last seen, and what the program says of it."""

    product_id: int
    observation_id: int
    store: str
    native_id: str
    kind: str
    content_hash: str
    name: str
    url: str
    vocabulary: str | None
    key: str | None
    family_key: str | None
    algorithm: str | None
    input_domain: str | None

    @property
    def page(self) -> Page:
        """What it said, as a sheet names it."""
        return Page(self.store, self.native_id, self.content_hash[:DIGEST])

    @property
    def named(self) -> tuple[str, str]:
        """Store and id, by which products are told apart and sorted."""
        return self.store, self.native_id


#: Two products of different stores, in the order of their names.
Pair = tuple[Product, Product]


def products(connection: Connection, selection: Selection) -> list[Product]:
    """Return every product as it was last seen."""
    sql = _SQL.format(latest=query("latest_sighting", selection))
    return [Product(*row) for row in connection.execute(text(sql))]


def some_products(found: Iterable[Product], number: int, seed: int) -> list[Product]:
    """Return a sample in equal shares of each store, in the order of stores and ids."""
    taken = sample(
        found,
        number,
        stratum=lambda one: one.store,
        place=lambda one: rank(seed, *one.named),
    )
    return sorted(taken, key=lambda one: one.named)


def some_pairs(found: Sequence[Product], number: int, seed: int) -> list[Pair]:
    """Return a sample of pairs of products of different stores, in the order of the seed.

    The kinds of pairs have equal shares (what one lacks the others give), and within a kind the
    pairs of stores.
    """

    def place(pair: Pair) -> bytes:
        return rank(seed, *pair[0].named, *pair[1].named)

    kinds: dict[str, list[Pair]] = {EQUAL: [], NEAR: [], DOMAIN: []}
    for pair in _pairs(found, seed):
        kinds[kind_of(pair)].append(pair)
    taken = shares({kind: len(pairs) for kind, pairs in kinds.items()}, number)
    mixed = [
        pair
        for kind, pairs in kinds.items()
        for pair in sample(pairs, taken[kind], stratum=_stores, place=place)
    ]
    return sorted(mixed, key=place)


def kind_of(pair: Pair) -> str:
    """Return what two products have in common by the program."""
    one, other = pair
    if one.vocabulary == other.vocabulary:
        if one.key is not None and one.key == other.key:
            return EQUAL
        if (one.family_key is not None and one.family_key == other.family_key) or (
            one.algorithm is not None and one.algorithm == other.algorithm
        ):
            return NEAR
    return DOMAIN


def _stores(pair: Pair) -> tuple[str, str]:
    return pair[0].store, pair[1].store


def _pairs(found: Sequence[Product], seed: int) -> set[Pair]:
    """Return pairs that have a key, family, algorithm or domain in common.

    Of each store only the first few of the seed's order are paired for one of these: the number
    of pairs grows with that of keys, not with the square of that of products.
    """
    ordered = sorted(found, key=lambda one: rank(seed, *one.named))
    common: tuple[Callable[[Product], Hashable | None], ...] = (
        lambda one: one.key,
        lambda one: one.family_key,
        lambda one: one.algorithm,
        lambda one: one.input_domain,
    )
    pairs: set[Pair] = set()
    for shared in common:
        groups: dict[Hashable, dict[str, list[Product]]] = defaultdict(lambda: defaultdict(list))
        for one in ordered:
            if (value := shared(one)) is not None:
                members = groups[one.kind, value][one.store]
                if len(members) < MAX_OF_A_STORE:
                    members.append(one)
        for stores in groups.values():
            for here, there in combinations(sorted(stores), 2):
                pairs.update(product(stores[here], stores[there]))
    return pairs
