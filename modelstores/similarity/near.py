"""Groups of nearly similar offerings: each member is near the centre of its group.

A group has a centre, and all its members score the threshold or more with it. Joining whatever
is near to any member instead (single linkage) makes chains: ResNet-18, -34, -50 on ever
wider data end in one group with what has nothing in common with its beginning.

Not all pairs are looked at. What offerings must share to reach the threshold follows from
the weights (:func:`_tokens`), and only those that share it are compared, each with centres.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import product
from typing import NamedTuple

from modelstores.similarity.score import (
    SAME_DOMAIN,
    STEP,
    WEIGHTS,
    Offering,
    algorithm_chain,
    dataset_chain,
    objective_chain,
    pieces,
    score,
)
from modelstores.similarity.vocabulary import Vocabulary

#: A weight file that more different offerings name than this tells none of them apart.
MAX_SHARING = 50

#: Offerings compared with a centre in a row without one that is near: then it is left at that.
#: What shares rare things with it comes first, so that what is passed over shares what everybody
#: has. A bound for thousands that share a data set and are not near to each other.
MAX_MISSES = 200
#: Bounds are compared with this much slack: more than adding a few floats can lose.
ROUNDING = 1e-9

Token = tuple[str, ...]


class Seen(NamedTuple):
    """Where an offering is found: the stores, and the number of its products."""

    stores: frozenset[str]
    products: int


class Group(NamedTuple):
    """Offerings near to one of them, with their scores; the centre itself comes first."""

    centre: Offering
    members: Mapping[Offering, float]


class Needs(NamedTuple):
    """What two offerings must share to reach a threshold; ``steps`` is of their algorithms."""

    steps: int | None
    variant: bool
    data: bool
    objective: bool


def near_groups(
    offerings: Mapping[Offering, Seen], threshold: float, known: Vocabulary
) -> list[Group]:
    """Return groups of offerings that are near to a centre, each group of two stores or more.

    An offering is in one group at most. Centres are chosen in the order of their stores, then
    products, so that the offering most widely found is one: those of others are told from it.
    """
    ranked = sorted(offerings, key=lambda one: _rank(one, offerings[one]))
    index = _Index(offerings, _all_tokens(ranked, threshold, known))
    groups = []
    free = set(ranked)
    for centre in ranked:
        itself = score(centre, centre, known).total
        if centre not in free or itself < threshold:
            continue
        here = offerings[centre].stores
        found = {centre: itself}
        # Its own store has the most: it is looked at only if another store has one as well.
        for own in (False, True):
            misses = 0
            for one in index.sharing(centre, own) if not own or _several(here, found) else ():
                near = score(centre, one, known).total
                misses = 0 if near >= threshold else misses + 1
                if near >= threshold:
                    found[one] = near
                elif misses >= MAX_MISSES:
                    break
        if _several(here, found):
            groups.append(Group(centre, found))
            free.difference_update(found)
            index.remove(found)
    return groups


def _several(here: frozenset[str], found: Collection[Offering]) -> bool:
    """Whether a group has several stores: its centre has, or something else was found first."""
    return len(here) > 1 or len(found) > 1


class _Index:
    """Offerings by what they share, and then by the stores that have them."""

    def __init__(
        self, offerings: Mapping[Offering, Seen], tokens: Mapping[Offering, list[Token]]
    ) -> None:
        self._offerings = offerings
        self._found: dict[Token, dict[frozenset[str], dict[Offering, None]]] = {}
        sizes = Counter(token for shared in tokens.values() for token in shared)
        #: {offering: its tokens, the rarest first}
        self._tokens = {
            one: sorted(
                (t for t in shared if t[0] != "artefact" or sizes[t] <= MAX_SHARING),
                key=sizes.__getitem__,
            )
            for one, shared in tokens.items()
        }
        for one, shared in self._tokens.items():
            for token in shared:
                by_stores = self._found.setdefault(token, {})
                by_stores.setdefault(offerings[one].stores, {})[one] = None

    def sharing(self, centre: Offering, own: bool) -> Iterator[Offering]:
        """Yield what shares something with a centre, of the very same stores or of others."""
        here = self._offerings[centre].stores
        met = {centre}
        for token in self._tokens[centre]:
            for stores, ones in self._found[token].items():
                if (stores == here) is own:
                    for one in ones:
                        if one not in met:
                            met.add(one)
                            yield one

    def remove(self, offerings: Collection[Offering]) -> None:
        """Forget offerings."""
        for one in offerings:
            for token in self._tokens[one]:
                del self._found[token][self._offerings[one].stores][one]


def _rank(one: Offering, seen: Seen) -> tuple[object, ...]:
    parts = (one.algorithm, one.variant, "+".join(one.datasets), one.objective)
    return -len(seen.stores), -seen.products, *(part or "" for part in parts), one.artefacts


def _all_tokens(
    offerings: Collection[Offering], threshold: float, known: Vocabulary
) -> dict[Offering, list[Token]]:
    """Return the tokens of each offering: a pair without a common one is below the threshold.

    A part without which the threshold is out of reach is in every token; offerings
    that do not state it have none. Where neither algorithm nor data is such a part, one of them
    must be shared. An equal weight file is always enough to be compared.
    """
    needs = Needs(
        _steps(threshold),
        variant=1 - WEIGHTS["variant"] / 100 < threshold - ROUNDING,
        data=1 - WEIGHTS["datasets"] / 100 < threshold - ROUNDING,
        objective=1 - WEIGHTS["objective"] / 100 * (1 - SAME_DOMAIN) < threshold - ROUNDING,
    )
    return {one: list(dict.fromkeys(_tokens(one, needs, known))) for one in offerings}


def _steps(threshold: float) -> int | None:
    """Return how far apart two algorithms may be; None if they need nothing in common."""
    weight = (WEIGHTS["algorithm"] + WEIGHTS["variant"]) / 100
    if 1 - weight >= threshold - ROUNDING:
        return None
    steps = 0
    while 1 - weight * (1 - STEP ** (steps + 1)) >= threshold - ROUNDING:
        steps += 1
    return steps


def _tokens(one: Offering, needs: Needs, known: Vocabulary) -> Iterator[Token]:
    algorithms = algorithm_chain(one.algorithm, known) if one.algorithm else ()
    data = dict.fromkeys(above for name in one.datasets for above in dataset_chain(name, known))
    objectives = objective_chain(one.objective, known)[-1:] if one.objective else ()
    ways: list[tuple[Collection[str], Collection[str]]]
    if needs.steps is not None:
        ways = [(algorithms[: needs.steps + 1], data if needs.data else ("",))]
    elif needs.data:
        ways = [(("",), data)]
    else:
        ways = [(algorithms, ("",)), (("",), data)]
    variants = pieces(one.variant) or ("",) if needs.variant else ("",)
    for names, sets in ways:
        yield from product(names, variants, sets, objectives if needs.objective else ("",))
    for name in one.artefacts:
        yield "artefact", name
