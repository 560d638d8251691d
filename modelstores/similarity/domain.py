"""The input domain of a product: the groups of the paper's Table II.

It is one of Image, Video, Natural language, Audio, Structured, Multimodal and Other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modelstores.similarity.fields import Fields
from modelstores.similarity.named import Algorithm
from modelstores.similarity.objective import Objective
from modelstores.similarity.part import Part, evidence
from modelstores.similarity.reading import Reading
from modelstores.similarity.training import Data
from modelstores.similarity.vocabulary import Vocabulary

#: {"domain", "evidence", "where"}: an input domain with the words that tell it.
Domain = dict[str, str | None]

#: Where nothing tells it.
NOT_TOLD: Domain = {"domain": "Other", "evidence": "", "where": None}

#: What a training set shows whatever family was trained on it: a ResNet may hear AudioSet.
SHOWN_BY_DATA = frozenset({"Image", "Video", "Natural language", "Audio", "Structured"})


def expected_domain(
    reading: Reading,
    known: Vocabulary,
    said: Domain | None,
    algorithm: Algorithm | None,
    data: list[Data],
) -> Domain:
    """Return the domain that general words for the objective are about.

    The training data shows it, else the family, else what the store ``said``, else
    the words of name and summary. Where nothing tells it, it is Other with ``where`` None.
    """
    family = known.algorithms[algorithm.entry].get("domain") if algorithm else None
    shown_by = {
        known.datasets[d.id].get("domain") if d.id in known.datasets else None for d in data
    }
    if len(shown_by) == 1 and family != "Multimodal":
        domain = shown_by.pop()
        if domain in SHOWN_BY_DATA and domain != family:
            return _answer(domain, data[0].shown[0])
    if algorithm and family:
        return _answer(family, algorithm.shown)
    if said and not _is_wide(said, known):
        return said
    return _by_name_or_summary(reading, known) or said or NOT_TOLD


def domain_of(
    said: Domain | None, expected: Domain, objective: Objective | None, known: Vocabulary
) -> Domain:
    """Return the input domain: what the store ``said``, else that of the objective, else expected.

    Words such as vision, which store and paper use for both, give way to Video.
    """
    if said and not _is_wide(said, known):
        return said
    told = expected
    if objective:
        told = _answer(known.objectives[objective.id]["domain"], objective.shown)
    if said and told["domain"] not in ("Video", "Multimodal"):
        return said
    return told


def _is_wide(said: Domain, known: Vocabulary) -> bool:
    return str(said["evidence"]).lower() in known.wide_domain_words


def _by_name_or_summary(reading: Reading, known: Vocabulary) -> Domain | None:
    for part in (reading.title,) if reading.is_bare else (reading.title, reading.summary):
        for match in part.of("dataset"):
            if domain := known.datasets[match.sense.id].get("domain"):
                return _answer(domain, evidence(match))
        if words := _by_words(part):
            return words
    return None


def said_domain(fields: Fields, _: Vocabulary) -> Domain | None:
    """Return the domain that the store's own words for domain, task or objective name."""
    stated = fields.objective
    parts = [*fields.tasks, stated] if stated else fields.tasks
    if len(parts) == 1:
        return parts[0].tells(_by_task_or_words)
    said: dict[str, Domain] = {}
    for part in parts:
        if answer := part.tells(_by_task_or_words):
            said.setdefault(str(answer["domain"]), answer)
    inputs = [d for d in said if d != "Other"]
    if len(inputs) == 1 or (inputs and stated is None and len(fields.tasks) == 1):
        return said[inputs[0]]
    if len(inputs) > 1:
        words = ", ".join(str(said[d]["evidence"]) for d in inputs)
        return _answer("Multimodal", evidence(None, words, str(said[inputs[0]]["where"])))
    return next(iter(said.values()), None)


def _by_task_or_words(part: Part, known: Vocabulary) -> Domain | None:
    return _by_task(part, known) or _by_words(part)


def _by_task(part: Part, known: Vocabulary) -> Domain | None:
    for match in part.of("objective"):
        return _answer(known.objectives[match.sense.id]["domain"], evidence(match))
    return None


def _by_words(part: Part) -> Domain | None:
    for match in part.of("domain"):
        return _answer(match.sense.id, evidence(match))
    return None


def _answer(domain: str, shown: Mapping[str, Any]) -> Domain:
    return {"domain": domain, "evidence": shown["words"], "where": shown["where"]}
