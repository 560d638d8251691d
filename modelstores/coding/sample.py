"""Seeded samples, stratified: the same things and seed give the same sample.

Each thing gets a number by the SHA-256 of the seed and its name, and the lowest are taken. So
neither the order of rows nor the random generator of a language matters, and a larger sample
holds the smaller one.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TypeVar

Thing = TypeVar("Thing")
Stratum = TypeVar("Stratum", bound=Hashable)


def rank(seed: int, *names: str) -> bytes:
    """Return where a thing of these names comes in the order of a seed."""
    # The length keeps ("a", "bc") and ("ab", "c") apart.
    said = "".join(f"{len(name)}:{name}" for name in (str(seed), *names))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest()


def shares(sizes: Mapping[Stratum, int], number: int) -> dict[Stratum, int]:
    """Return how many to take of each stratum: equal shares, as strata are to be compared.

    What a small stratum cannot give the others give in equal shares, and what does not divide
    the larger ones, of equal ones the first by name.
    """
    waiting = sorted(sizes, key=lambda name: (-sizes[name], str(name)))
    taken: dict[Stratum, int] = {}
    left = min(number, sum(sizes.values()))
    while waiting:
        # From the smallest on; what does not divide is rounded up last, for the largest.
        name = waiting[-1]
        taken[name] = min(sizes[name], left // len(waiting))
        left -= taken[name]
        waiting.pop()
    return taken


def sample(
    things: Iterable[Thing],
    number: int,
    *,
    stratum: Callable[[Thing], Stratum],
    place: Callable[[Thing], bytes],
) -> list[Thing]:
    """Return so many things, or all if there are fewer, in equal shares of each stratum.

    ``place`` is where a thing comes in the order of the seed (:func:`rank`); the sample is in
    this order within each stratum, and the strata are in the order of their names.
    """
    strata: dict[Stratum, list[Thing]] = defaultdict(list)
    for thing in things:
        strata[stratum(thing)].append(thing)
    taken = shares({name: len(members) for name, members in strata.items()}, number)
    return [
        thing
        for name in sorted(strata, key=str)
        for thing in sorted(strata[name], key=place)[: taken[name]]
    ]
