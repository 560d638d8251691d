"""The similarity key of a product (paper, Section IV.C)."""

from __future__ import annotations

from typing import Any

from modelstores.items import Product
from modelstores.similarity.algorithm import find_algorithm
from modelstores.similarity.artefacts import find_artefacts
from modelstores.similarity.domain import domain_of
from modelstores.similarity.named import Algorithm
from modelstores.similarity.objective import find_objective
from modelstores.similarity.reading import Reading
from modelstores.similarity.training import find_datasets, without_backbone_data
from modelstores.similarity.training import shown as shown_data
from modelstores.similarity.vocabulary import Vocabulary, vocabulary


def similarity(product: Product) -> dict[str, Any]:
    """Return the key of a product and what it was made of; pure, never raises.

    Two products of different stores are similar when algorithm, training data
    and objective are the same. ``key`` is ``algorithm|data+data|objective`` with
    the variant, ``family_key`` without; both are None when a part is not stated.
    ``vocabulary`` is the version of the vocabulary: only keys of one version compare.
    """
    return describe(product)[0]


def describe(product: Product) -> tuple[dict[str, Any], dict[str, str | None]]:
    """Return what ``similarity`` and ``input_domain`` return, with one reading for both."""
    known = vocabulary()
    reading = Reading(product, known)
    algorithm = find_algorithm(reading, known)
    domain = domain_of(reading, known, algorithm)
    return _similarity(product, reading, known, algorithm, domain["domain"]), domain


def _similarity(
    product: Product,
    reading: Reading,
    known: Vocabulary,
    algorithm: Algorithm | None,
    domain: str | None,
) -> dict[str, Any]:
    data = find_datasets(reading, known)
    if algorithm:
        domain = known.algorithms[algorithm.entry].get("domain") or domain
    objective = find_objective(reading, known, algorithm, [one.id for one in data], domain)
    data = without_backbone_data(data, objective, known)
    datasets = [one.name for one in data]
    shown: dict[str, Any] = {}
    if algorithm:
        shown["algorithm"] = algorithm.shown
    if data:
        shown["datasets"] = shown_data(data)
    if objective:
        shown["objective"] = objective.shown
    key = family_key = None
    if algorithm and data and objective:
        rest = f"{'+'.join(datasets)}|{objective.id}"
        key, family_key = f"{algorithm.name}|{rest}", f"{algorithm.family}|{rest}"
    return {
        "key": key,
        "family_key": family_key,
        "algorithm": algorithm.family if algorithm else None,
        "variant": algorithm.variant or None if algorithm else None,
        "datasets": datasets,
        "objective": objective.id if objective else None,
        "artefacts": find_artefacts(product),
        "vocabulary": known.version,
        "evidence": shown,
    }
