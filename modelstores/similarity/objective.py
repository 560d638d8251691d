"""The objective slot: what a model is for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from modelstores.similarity.matcher import SENTENCE_ENDS
from modelstores.similarity.named import Algorithm
from modelstores.similarity.part import Match, Part, evidence, once
from modelstores.similarity.reading import Reading
from modelstores.similarity.vocabulary import Vocabulary


@dataclass
class Objective:
    """A canonical objective and what named it: words, or the family that serves it alone."""

    id: str
    named_by: Match | Algorithm

    @once
    def shown(self) -> dict[str, Any]:
        """The words that named it, and where they stood."""
        if isinstance(self.named_by, Match):
            return evidence(self.named_by)
        shown = self.named_by.shown
        return {**shown, "where": f"family named in {shown['where']}"}


def find_objective(
    reading: Reading,
    known: Vocabulary,
    algorithm: Algorithm | None,
    datasets: list[str],
    domain: str | None,
) -> Objective | None:
    """Return what the model is for.

    ``domain`` tells what a general word (classification) means. Without any word
    on the page the family says it if it serves one task only, and the training
    data serves that same task.
    """
    chosen: Objective | None = None
    for part in _places(reading):
        named = part.tells(_objective_in, domain)
        if named and chosen and _refines(named.id, chosen.id, known):
            return named
        chosen = chosen or named
        if chosen and chosen.id not in _coarse(known):
            return chosen
    prior = _by_prior(known, algorithm, datasets)
    if prior and (chosen is None or _refines(prior.id, chosen.id, known)):
        return prior
    return chosen


def _places(reading: Reading) -> Iterator[Part]:
    """Yield the texts that may say what a model is for, the most trusted first."""
    if reading.fields.objective:
        yield reading.fields.objective
    yield reading.title
    yield from reading.fields.tasks
    if not reading.is_bare:
        yield reading.summary


@lru_cache(maxsize=1)
def _coarse(known: Vocabulary) -> frozenset[str]:
    """Return the objectives of which there is a finer one."""
    entries = known.objectives.values()
    parents = (entry["parent"] for entry in entries if "parent" in entry)
    return frozenset((*parents, *(coarse for e in entries for coarse in e.get("stated_as", ()))))


def _refines(finer: str, coarse: str, known: Vocabulary) -> bool:
    """Whether an objective is what a store that has no finer word states as ``coarse``."""
    entry = known.objectives[finer]
    return coarse == entry.get("parent") or coarse in entry.get("stated_as", ())


def _objective_in(part: Part, known: Vocabulary, domain: str | None) -> Objective | None:
    """Return the objective a part names: of a name or field the finest of those it names first."""
    chosen = _first_of(part, known) if part.title else _only_one_of(part, known)
    if chosen:
        return Objective(chosen.sense.id, chosen)
    for match in part.of("generic"):
        # "next generation networks": most general words mean a task only in a name or field
        if part.title or match.sense.id in known.generic_in_text:
            meant = known.generic[match.sense.id].get(domain or "")
            if meant:
                return Objective(meant, match)
    return None


def _first_of(part: Part, known: Vocabulary) -> Match | None:
    """Return the objective named first, or the finer one that follows."""
    chosen: Match | None = None
    for match in part.of("objective"):
        if chosen is None or _is_finer(match, chosen, known):
            chosen = match
    return chosen


def _only_one_of(part: Part, known: Vocabulary) -> Match | None:
    """Return the only objective in the first sentence that names any.

    A network "for tasks like" several has none of them, nor what it is a "backbone for".
    """
    chosen: Match | None = None
    text = part.text
    others = [(cue.end, text.sentence_end(cue.end)) for cue in part.of("other use")]
    for match in part.of("objective"):
        if any(start <= match.start < end for start, end in others):
            continue
        if chosen is None or _is_finer(match, chosen, known):
            chosen = match
        elif not SENTENCE_ENDS.isdisjoint(text.tokens[chosen.end : match.start]):
            break
        elif match.sense.id != chosen.sense.id and not _is_finer(chosen, match, known):
            return None
    return chosen


def _is_finer(match: Match, than: Match, known: Vocabulary) -> bool:
    return known.objectives[match.sense.id].get("parent") == than.sense.id


def _by_prior(
    known: Vocabulary, algorithm: Algorithm | None, datasets: list[str]
) -> Objective | None:
    if algorithm is None:
        return None
    entry = known.algorithms[algorithm.entry]
    tasks = entry.get("tasks", ())
    if len(tasks) != 1:
        return None
    serves = [known.datasets[d].get("tasks", ()) for d in datasets if d in known.datasets]
    if entry.get("backbone") and not any(tasks[0] in served for served in serves):
        return None
    return Objective(tasks[0], algorithm)
