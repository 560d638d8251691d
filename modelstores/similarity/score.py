"""How similar two products are, between 0 and 1, from the parts of their keys.

Equal keys score exactly 1. Each part that differs takes away its weight, or a share of it:

* algorithm: half is left for each step of kind (``is_a``, or a generation) between the two;
* variant: the Jaccard index of its pieces, as far as the algorithms are the same;
* datasets: the Jaccard index of the sets, where parts and editions of one data set count in part;
* objective: half for each step of the hierarchy, and a little for the same input.

A part that one product or both do not state gives nothing: silence is never taken for
equality, so a pair of which nobody says the data scores :data:`ONE_SILENT` at most from
its words. Equal names of weight files tell what words leave open: see :data:`ARTEFACTS`.
Names decide between equals alone, see :data:`NAME`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from modelstores.similarity.vocabulary import Vocabulary

#: Weights of the parts, in hundredths: whole numbers, so that all together are exactly 1.
#: Algorithm (with its variant), data and objective make a key, none without the others; the
#: algorithm's family says most, a variant least: ResNet-50 and ResNet-101 on the same data
#: are closer than ResNet-50 on two data sets.
WEIGHTS = {"algorithm": 35, "variant": 15, "datasets": 25, "objective": 25}
#: The most that words of a pair give if data or objective are not stated.
ONE_SILENT = 0.75
#: What is left of a part for each step of the vocabulary's hierarchy.
STEP = 0.5
#: What two objectives share that have the same input domain and nothing else. Small: a
#: classifier and a feature vector of one network are two offerings.
SAME_DOMAIN = 0.1
#: The part of what is missing to 1 that equal weight files make up for: the same file is
#: strong evidence for the same model, however little the pages say; but files are renamed and
#: names shared, so different files say nothing, and equal ones alone no more than this.
ARTEFACTS = 0.5
#: The same for names, whose trigrams are compared: enough to put equals in an order.
NAME = 0.01

#: Characters of a name that are compared.
MAX_NAME = 300

_PIECES = re.compile(r"[-+]")


class Offering(NamedTuple):
    """What a product offers, as the table ``similarity`` has it; None or () is not stated."""

    algorithm: str | None
    variant: str | None
    datasets: tuple[str, ...]
    objective: str | None
    artefacts: tuple[str, ...] = ()
    name: str = ""

    @property
    def model(self) -> str | None:
        """The algorithm with its variant, as the key has it."""
        return f"{self.algorithm}-{self.variant}" if self.variant else self.algorithm


class Score(NamedTuple):
    """The score of a pair, and that of each part; None for what one of them does not state."""

    total: float
    parts: dict[str, float | None]


def score(left: Offering, right: Offering, known: Vocabulary) -> Score:
    """Return how similar two offerings are: symmetric, from 0 to 1, 1 for equal keys.

    The hierarchies are those of ``known``. A name that it does not know stands alone.
    """
    parts: dict[str, float | None] = dict.fromkeys(WEIGHTS)
    if left.algorithm and right.algorithm:
        parts["algorithm"], parts["variant"] = _models(left, right, known)
    if left.datasets and right.datasets:
        parts["datasets"] = _data(left.datasets, right.datasets, known)
    if left.objective and right.objective:
        parts["objective"] = _objectives(left.objective, right.objective, known)
    total = sum(weight * (parts[part] or 0.0) for part, weight in WEIGHTS.items()) / 100
    parts["artefacts"] = parts["name"] = None
    if left.artefacts and right.artefacts:
        parts["artefacts"] = shared = jaccard(left.artefacts, right.artefacts)
        total += ARTEFACTS * shared * (1 - total)
    if left.name and right.name:
        parts["name"] = alike = _cosine(_trigrams(left.name), _trigrams(right.name))
        total += NAME * alike * (1 - total)
    return Score(total, parts)


def jaccard(left: Iterable[str], right: Iterable[str]) -> float:
    """Return what two sets share as part of all they have; 0 if both are empty."""
    one, other = set(left), set(right)
    return len(one & other) / len(one | other) if one or other else 0.0


@lru_cache(100_000)
def algorithm_chain(algorithm: str, known: Vocabulary) -> tuple[str, ...]:
    """Return an algorithm, then what it is a kind of, nearest first."""
    return _chain(algorithm, known.algorithms, "is_a")


@lru_cache(100_000)
def dataset_chain(dataset: str, known: Vocabulary) -> tuple[str, ...]:
    """Return a data set, then what it is a part or an edition of, nearest first."""
    return _chain(dataset, known.datasets, "parent")


@lru_cache(1_000)
def objective_chain(objective: str, known: Vocabulary) -> tuple[str, ...]:
    """Return an objective, then the wider ones, nearest first."""
    return _chain(objective, known.objectives, "parent")


def _chain(name: str, entries: Mapping[str, Mapping[str, Any]], link: str) -> tuple[str, ...]:
    """Return a name and what stands above it.

    A generation or language is a step below its entry: mobilenet-v2, wikipedia-de.
    """
    found = [name]
    entry = name
    while entry not in entries and "-" in entry and ":" not in entry:
        entry = entry.rpartition("-")[0]
    above = entry if entry != name and entry in entries else entries.get(name, {}).get(link)
    while above and above not in found:
        found.append(above)
        above = entries.get(above, {}).get(link)
    return tuple(found)


def _closeness(chain: tuple[str, ...], steps: Mapping[str, int]) -> float:
    """Return the closeness of a name to the nearest of others; ``steps`` is their ``_steps``."""
    return max((STEP ** (i + steps[name]) for i, name in enumerate(chain) if name in steps),
               default=0.0)  # fmt: skip


def _steps(chains: Iterable[tuple[str, ...]]) -> dict[str, int]:
    """Return the fewest steps from any name up to each of those above it."""
    fewest: dict[str, int] = {}
    for chain in chains:
        for i, name in enumerate(chain):
            fewest[name] = min(i, fewest.get(name, i))
    return fewest


def _models(left: Offering, right: Offering, known: Vocabulary) -> tuple[float, float]:
    """Return the scores of algorithm and variant."""
    if left[:2] == right[:2]:
        return 1.0, 1.0
    one, other = (algorithm_chain(str(each.algorithm), known) for each in (left, right))
    family = _closeness(one, _steps([other]))
    return family, family * jaccard(*(pieces(each.variant) for each in (left, right)))


@lru_cache(100_000)
def pieces(variant: str | None) -> frozenset[str]:
    """Return what a variant consists of; the order counts: l-12-h-768 is not l-768-h-12."""
    single = _PIECES.split(variant) if variant else []
    return frozenset([*single, *map("-".join, pairwise(single))])


def _data(left: tuple[str, ...], right: tuple[str, ...], known: Vocabulary) -> float:
    """Return the Jaccard index of two sets in which near relatives are met in part."""
    (one, one_steps), (other, other_steps) = (_kin(names, known) for names in (left, right))
    met = _met(one, other_steps) + _met(other, one_steps)
    return met / (2 * (len(one) + len(other)) - met)


@lru_cache(10_000)
def _kin(
    datasets: tuple[str, ...], known: Vocabulary
) -> tuple[list[tuple[str, ...]], dict[str, int]]:
    """Return the chains of data sets, and the steps up to what stands above them."""
    chains = [dataset_chain(name, known) for name in sorted(set(datasets))]
    return chains, _steps(chains)


def _met(chains: list[tuple[str, ...]], steps: Mapping[str, int]) -> float:
    return sum(_closeness(chain, steps) for chain in chains)


def _objectives(left: str, right: str, known: Vocabulary) -> float:
    near = _closeness(objective_chain(left, known), _steps([objective_chain(right, known)]))
    one, other = (known.objectives.get(each, {}).get("domain") for each in (left, right))
    return max(near, SAME_DOMAIN if one and one == other else 0.0)


@lru_cache(10_000)
def _trigrams(name: str) -> Mapping[str, int]:
    """Return how often each three characters stand in a name, its case and signs apart."""
    words = " ".join(re.findall(r"[^\W_]+", name[:MAX_NAME].lower()))
    padded = f" {words} "
    return Counter(padded[i : i + 3] for i in range(len(padded) - 2))


def _cosine(left: Mapping[str, int], right: Mapping[str, int]) -> float:
    product = sum(count * right.get(gram, 0) for gram, count in left.items())
    if not product:
        return 0.0
    lengths = (sum(count * count for count in each.values()) for each in (left, right))
    return min(1.0, product / math.sqrt(math.prod(lengths)))
