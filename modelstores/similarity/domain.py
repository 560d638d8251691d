"""The input domain of a product: the groups of the paper's Table II."""

from __future__ import annotations

from modelstores.items import Product
from modelstores.similarity.algorithm import find_algorithm
from modelstores.similarity.named import Algorithm
from modelstores.similarity.objective import find_objective
from modelstores.similarity.part import Part
from modelstores.similarity.reading import Reading
from modelstores.similarity.vocabulary import Vocabulary, vocabulary


def input_domain(product: Product) -> dict[str, str | None]:
    """Return ``{"domain", "evidence", "where"}`` of a product.

    The domain is one of Image, Video, Natural language, Audio, Structured,
    Multimodal and Other, from what the store says, else from the objective,
    else from the words of name, algorithm and summary. Where nothing says it,
    it is Other with ``where`` None and ``evidence`` "".
    """
    known = vocabulary()
    reading = Reading(product, known)
    return domain_of(reading, known, find_algorithm(reading, known))


def domain_of(
    reading: Reading, known: Vocabulary, algorithm: Algorithm | None
) -> dict[str, str | None]:
    """Return the input domain of a product that is being read, and whose algorithm was found."""
    stated = said_domain(reading)
    wide = stated is not None and str(stated["evidence"]).lower() in known.wide_domain_words
    if stated and not wide:
        return stated
    told = _told_domain(reading, known, algorithm)
    if stated and told["domain"] not in ("Image", "Video", "Multimodal"):
        return stated
    return told if not stated or told["domain"] != stated["domain"] else stated


def _told_domain(
    reading: Reading, known: Vocabulary, algorithm: Algorithm | None
) -> dict[str, str | None]:
    """Return the domain that objective, algorithm or words tell."""
    family = known.algorithms[algorithm.entry].get("domain") if algorithm else None
    objective = find_objective(reading, known, algorithm, [], family)
    if objective:
        shown = objective.shown
        return _answer(known.objectives[objective.id]["domain"], shown["words"], shown["where"])
    if algorithm and family:
        return _answer(family, algorithm.shown["words"], algorithm.shown["where"])
    for part in (reading.title, reading.summary):
        for match in part.of("dataset"):
            domain = known.datasets[match.sense.id].get("domain")
            if domain:
                return _answer(domain, match.words, match.text.where)
        words = _by_words(part)
        if words:
            return words
    return {"domain": "Other", "evidence": "", "where": None}


def said_domain(reading: Reading) -> dict[str, str | None] | None:
    """Return the domain that the store's own words for domain, task or objective name."""
    said: dict[str, dict[str, str | None]] = {}
    parts = [*reading.tasks]
    stated = reading.stated("objective")
    if stated:
        parts.append(stated)
    for part in parts:
        answer = part.tells(_by_task_or_words)
        if answer:
            said.setdefault(str(answer["domain"]), dict(answer))
    inputs = [d for d in said if d != "Other"]
    if len(inputs) == 1 or (inputs and stated is None and len(reading.tasks) == 1):
        return said[inputs[0]]
    if len(inputs) > 1:
        words = ", ".join(str(said[d]["evidence"]) for d in inputs)
        return _answer("Multimodal", words, str(said[inputs[0]]["where"]))
    return next(iter(said.values()), None)


def _by_task_or_words(part: Part, known: Vocabulary) -> dict[str, str | None] | None:
    return _by_task(part, known) or _by_words(part)


def _by_task(part: Part, known: Vocabulary) -> dict[str, str | None] | None:
    for match in part.of("objective"):
        return _answer(known.objectives[match.sense.id]["domain"], match.words, match.text.where)
    return None


def _by_words(part: Part) -> dict[str, str | None] | None:
    for match in part.of("domain"):
        return _answer(match.sense.id, match.words, match.text.where)
    return None


def _answer(domain: str, words: str, where: str) -> dict[str, str | None]:
    return {"domain": domain, "evidence": words, "where": where}
