"""What the program says of things that people judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from modelstores.database.tables import element, element_state, reference, similarity
from modelstores.reports.similar import words

#: Most values in one statement.
_MANY = 1000


class Answer(NamedTuple):
    """An answer in a coder's terms, and what stands behind it."""

    #: None where the program has none
    code: str | None
    #: the answer in the program's terms
    told: str = ""
    words: str = ""
    place: str = ""


#: What is answered: an observation, the other one of a pair, and the element, if one is meant.
Asked = tuple[int, int | None, str]
Answers = dict[Asked, Answer]


def answers(connection: Connection, what: str, asked: Iterable[Asked]) -> Answers:
    """Return the program's answer to everything that is asked, by the latest versions."""
    asked = list(asked)
    observations = sorted({number for one, other, _ in asked for number in (one, other) if number})
    if what == "elements":
        states = _states(connection, observations)
        unread = Answer("0", "unknown")
        return {one: states.get((one[0], one[2]), unread) for one in asked}
    if what == "origins":
        found = _origins(connection, observations)
        return {one: found.get(one[0], Answer("none", "none")) for one in asked}
    keyed = _similarities(connection, observations)
    if what == "domains":
        return {one: _domain(keyed.get(one[0])) for one in asked}
    return {one: _similar(keyed.get(one[0]), keyed.get(one[1] or 0)) for one in asked}


def in_parts(values: Sequence[Any]) -> Iterator[list[Any]]:
    """Yield values in parts that one statement can take."""
    left = iter(values)
    while part := list(islice(left, _MANY)):
        yield part


def _states(connection: Connection, observations: Sequence[int]) -> dict[tuple[int, str], Answer]:
    told, e = element_state.c, element.c
    sql = (
        select(told.observation_id, e.element, told.state, told.evidence, told.place)
        .join_from(element_state, element)
        .order_by(func.length(e.codebook), e.codebook)
    )
    found = {}
    for part in in_parts(observations):
        for row in connection.execute(sql.where(told.observation_id.in_(part))):
            # a later codebook comes later
            found[row.observation_id, row.element] = Answer(
                "1" if row.state == "present" else "0",
                row.state,
                row.evidence or "",
                row.place or "",
            )
    return found


def _origins(connection: Connection, observations: Sequence[int]) -> dict[int, Answer]:
    r = reference.c
    sql = select(r.observation_id, r.kind, r.identifier).order_by(r.kind, r.identifier)
    found: dict[int, dict[str, list[str]]] = {}
    kinds = {"arxiv": "paper", "doi": "paper", "github": "repository"}
    for part in in_parts(observations):
        for row in connection.execute(sql.where(r.observation_id.in_(part), r.kind.in_(kinds))):
            origins = found.setdefault(row.observation_id, {})
            origins.setdefault(kinds[row.kind], []).append(f"{row.kind}:{row.identifier}")
    return {
        number: Answer(origin, origin, "; ".join(origins[origin]))
        for number, origins in found.items()
        for origin in ("paper" if "paper" in origins else "repository",)
    }


def _similarities(connection: Connection, observations: Sequence[int]) -> dict[int, Any]:
    s = similarity.c
    sql = select(s.observation_id, s.vocabulary, s.key, s.input_domain, s.evidence).order_by(
        func.length(s.vocabulary), s.vocabulary
    )
    return {
        row.observation_id: row
        for part in in_parts(observations)
        for row in connection.execute(sql.where(s.observation_id.in_(part)))
    }


def _domain(found: Any) -> Answer:
    if found is None or found.input_domain is None:
        return Answer(None)
    behind = found.evidence.get("input_domain") or {}
    where = behind.get("where") if isinstance(behind, dict) else None
    return Answer(found.input_domain, found.input_domain, words(behind), where or "")


def _similar(one: Any, other: Any) -> Answer:
    equal = (
        one and other and one.vocabulary == other.vocabulary and one.key and one.key == other.key
    )
    keys = [found.key or "no key" if found else "no key" for found in (one, other)]
    return Answer("1" if equal else "0", "similar" if equal else "not similar", " / ".join(keys))
