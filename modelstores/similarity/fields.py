"""What a store states of what a product is, in fields; few say anything that no other says."""

from __future__ import annotations

from functools import lru_cache

from modelstores.items import Product
from modelstores.similarity.part import (
    KNOWN_FIELDS,
    MAX_KNOWN,
    MAX_TITLE,
    Asked,
    Part,
    known_part,
)
from modelstores.similarity.vocabulary import Vocabulary

#: Characters read of a stated field or summary.
MAX_FIELD = 2_000
#: Tasks looked at.
MAX_TASKS = 200


class Fields(Asked):
    """The algorithm, the objective and the tasks that a store states, as parts.

    ``tasks`` are the input domains or tasks in the store's words, without the stated
    objective again.
    """

    def __init__(
        self, algorithm: str, objective: str, tasks: tuple[str, ...], known: Vocabulary
    ) -> None:
        self._known = known
        self._told = {}
        self.algorithm = stated("ml_algorithms", algorithm, known)
        self.objective = stated("objective", objective, known)
        self.tasks = [
            known_part(words[:MAX_TITLE], "input_domains", known, title=True)
            for words in tasks[:MAX_TASKS]
            if words != objective
        ]


def stated(element: str, words: str, known: Vocabulary) -> Part | None:
    """Return the words that a field states of an element as a part, if there are any."""
    return known_part(words[:MAX_FIELD], f"stated:{element}", known, title=True) if words else None


def fields_of(product: Product, known: Vocabulary) -> Fields:
    """Return the fields of a product; what many products state is read once."""
    said = product.stated
    algorithm, objective = said.get("ml_algorithms", ""), said.get("objective", "")
    tasks = tuple(product.input_domains)
    size = len(algorithm) + len(objective) + sum(map(len, tasks))
    read = _known_fields if size <= MAX_KNOWN and len(tasks) <= MAX_KNOWN else Fields
    return read(algorithm, objective, tasks, known)


@lru_cache(KNOWN_FIELDS)
def _known_fields(
    algorithm: str, objective: str, tasks: tuple[str, ...], known: Vocabulary
) -> Fields:
    return Fields(algorithm, objective, tasks, known)
