"""The similarity key of a product (paper, Section IV.C)."""

from __future__ import annotations

from typing import Any

from modelstores.items import Product
from modelstores.similarity.algorithm import find_algorithm
from modelstores.similarity.artefacts import find_artefacts
from modelstores.similarity.domain import Domain, domain_of, expected_domain, said_domain
from modelstores.similarity.fields import Fields
from modelstores.similarity.named import Algorithm
from modelstores.similarity.objective import Objective, find_objective
from modelstores.similarity.reading import Reading
from modelstores.similarity.training import Data, find_datasets, without_backbone_data
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


def input_domain(product: Product) -> Domain:
    """Return ``{"domain", "evidence", "where"}`` of a product.

    The domain is one of Image, Video, Natural language, Audio, Structured,
    Multimodal and Other, from what the store says, else from the objective,
    else from the training data, the algorithm, or the words of name and summary.
    Where nothing says it, it is Other with ``where`` None and ``evidence`` "".
    """
    return describe(product)[1]


def describe(product: Product) -> tuple[dict[str, Any], Domain]:
    """Return what ``similarity`` and ``input_domain`` return, with one reading for both."""
    known = vocabulary()
    reading = Reading(product, known)
    if reading.has_fields_only:
        key, domain = reading.fields.tells(_described_by)
        key = {**key, "datasets": [*key["datasets"]], "evidence": {**key["evidence"]}}
    else:
        key, domain = _describe(reading, known)
    key["artefacts"] = find_artefacts(product)
    key["vocabulary"] = known.version
    return key, domain


def _described_by(fields: Fields, known: Vocabulary) -> tuple[dict[str, Any], Domain]:
    """Describe a product of which nothing is known but these fields."""
    reading = Reading(Product("", "", "", "model", "list", ""), known)
    reading.fields = fields
    return _describe(reading, known)


def _describe(reading: Reading, known: Vocabulary) -> tuple[dict[str, Any], Domain]:
    algorithm = find_algorithm(reading, known)
    data = find_datasets(reading, known)
    said = reading.fields.tells(said_domain)
    # data of an earlier round, which only running text tells, does not tell the purpose
    stated = [one for one in data if not one.told] or data
    expected = expected_domain(reading, known, said, algorithm, stated)
    ids = [one.id for one in stated]
    objective = find_objective(reading, known, algorithm, ids, expected["domain"])
    data = without_backbone_data(data, objective, known)
    return _key(algorithm, data, objective), domain_of(said, expected, objective, known)


def _key(
    algorithm: Algorithm | None, data: list[Data], objective: Objective | None
) -> dict[str, Any]:
    """Return the key and its parts with their evidence."""
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
        "evidence": shown,
    }
