"""The similarity key of a product (paper, Section IV.C)."""

from __future__ import annotations

from typing import Any

from modelstores.items import Product
from modelstores.similarity.algorithm import find_algorithm
from modelstores.similarity.artefacts import find_artefacts
from modelstores.similarity.domain import domain_of
from modelstores.similarity.objective import find_objective
from modelstores.similarity.reading import Reading
from modelstores.similarity.training import find_datasets, without_backbone_data
from modelstores.similarity.vocabulary import Vocabulary, vocabulary


def similarity(product: Product) -> dict[str, Any]:
    """Return the key of a product and what it was made of; pure, never raises.

    Two products of different stores are similar when algorithm, training data
    and objective are the same. ``key`` is ``algorithm|data+data|objective`` with
    the variant, ``family_key`` without; both are None when a part is not stated.
    ``vocabulary`` is the version of the vocabulary: only keys of one version compare.
    """
    known = vocabulary()
    return _similarity(product, Reading(product, known), known)


def describe(product: Product) -> tuple[dict[str, Any], dict[str, str | None]]:
    """Return what ``similarity`` and ``input_domain`` return, with one reading for both."""
    known = vocabulary()
    reading = Reading(product, known)
    return _similarity(product, reading, known), domain_of(reading, known)


def _similarity(product: Product, reading: Reading, known: Vocabulary) -> dict[str, Any]:
    algorithm = find_algorithm(reading, known)
    data = find_datasets(reading, known)
    domain = known.algorithms[algorithm.entry].get("domain") if algorithm else None
    domain = domain or domain_of(reading, known)["domain"]
    objective = find_objective(reading, known, algorithm, data.datasets, domain)
    data = without_backbone_data(data, objective, known)
    shown: dict[str, Any] = {}
    if algorithm:
        shown["algorithm"] = algorithm.shown
    if data.datasets:
        shown["datasets"] = data.shown
    if objective:
        shown["objective"] = objective.shown
    key = family_key = None
    if algorithm and data.datasets and objective:
        rest = f"{'+'.join(data.datasets)}|{objective.id}"
        key, family_key = f"{algorithm.name}|{rest}", f"{algorithm.family}|{rest}"
    return {
        "key": key,
        "family_key": family_key,
        "algorithm": algorithm.family if algorithm else None,
        "variant": algorithm.variant or None if algorithm else None,
        "datasets": data.datasets,
        "objective": objective.id if objective else None,
        "artefacts": find_artefacts(product),
        "vocabulary": known.version,
        "evidence": shown,
    }
