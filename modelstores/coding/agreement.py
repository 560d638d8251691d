"""How far people agree: with each other, and with the program."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from sqlalchemy import Connection

from modelstores.coding.judgements import Judgement, judgements
from modelstores.coding.program import answers
from modelstores.database.tables import CODED
from modelstores.elements.codebook import load
from modelstores.evaluation.agreement import Confusion, kappa
from modelstores.reports.table import Block, Cell, Table, percent

COLUMNS = (
    *("what", "element", "reference", "judge", "n", "agreement", "kappa"),
    *("precision", "recall", "f1"),
)
#: What the program is called among the judges; no coder can be.
PROGRAM = "program"
#: Where the answer is yes or no.
_YES_OR_NO = ("elements", "similar")

NOTES = (
    "n: things that both judged, of pages that said the same; kappa: Cohen's, agreement beyond",
    "chance (1.00 too where both gave one answer throughout); precision, recall, F1: of the",
    "program, as if the coder were right",
)

#: {thing: code}; None where the program has no answer
_Codes = Mapping[tuple[object, ...], str | None]


class _Figures(NamedTuple):
    n: int
    agreement: float
    kappa: float | None
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None


def agreement(
    connection: Connection, *, what: Sequence[str] = CODED, stores: Sequence[str] = ()
) -> Table:
    """Return the agreement of each two coders, and of the program with each coder.

    A row without element is over all elements, which are judged together there. Precision,
    recall and F1 take the coder as right; where there are more codes than yes and no, an
    answer is right or not, and precision is the right part of the program's answers.
    """
    rows: list[tuple[Cell, ...]] = []
    layout = []
    found = [one for one in judgements(connection, stores) if one.what in what]
    for kind in CODED:
        judged = [one for one in found if one.what == kind]
        lines = []
        for element, reference, judge, pairs in _compared(connection, kind, judged):
            figures = _figures(kind, pairs, judge == PROGRAM)
            rows.append((kind, element, reference, judge, *figures))
            lines.append([element or "all", reference, judge, *_words(figures)])
        if lines:
            layout.append(Block(kind, ["element", *COLUMNS[2:]], lines))
    remarks = () if rows else ("nothing is coded that two have judged",)
    return Table(COLUMNS, rows, layout, NOTES if rows else (), remarks=remarks)


def _compared(
    connection: Connection, what: str, judged: Sequence[Judgement]
) -> Iterator[tuple[str | None, str, str, list[tuple[str | None, str | None]]]]:
    """Yield, element by element and then over all, who judged, and both answers to each thing."""
    by_coder: dict[str, dict[tuple[object, ...], str | None]] = {}
    for one in judged:
        by_coder.setdefault(one.coder, {})[one.thing] = one.code
    asked = {
        one.thing: (one.observation_id, one.other_observation_id, one.element) for one in judged
    }
    said = answers(connection, what, asked.values()) if asked else {}
    program = {thing: said[one].code for thing, one in asked.items()}
    sides = [
        *((one, other, by_coder[one], by_coder[other]) for one, other in combinations(by_coder, 2)),
        *((coder, PROGRAM, codes, program) for coder, codes in by_coder.items()),
    ]
    for element in [*_elements(judged), None]:
        for reference, judge, right, given in sides:
            pairs = [
                (right[thing], given[thing])
                for thing in right.keys() & given.keys()
                if element is None or element == thing[1]
            ]
            if pairs:
                yield element, reference, judge, pairs


def _elements(judged: Sequence[Judgement]) -> list[str]:
    """Return the elements that were judged, in the order of the codebook."""
    order = {one.id: position for position, one in enumerate(load().elements)}
    found = {one.element for one in judged if one.element}
    return sorted(found, key=lambda element: (order.get(element, len(order)), element))


def _figures(
    what: str, pairs: Sequence[tuple[str | None, str | None]], of_program: bool
) -> _Figures:
    answered: list[tuple[Hashable, Hashable]] = list(pairs)
    equal = sum(right == given for right, given in pairs) / len(pairs)
    figures = _Figures(len(pairs), equal, kappa(answered))
    if not of_program:
        return figures
    if what in _YES_OR_NO:
        counted = Confusion.of((right == "1", given == "1") for right, given in pairs)
    else:
        counted = Confusion(
            tp=sum(right == given for right, given in pairs),
            fp=sum(given not in (right, None) for right, given in pairs),
            fn=sum(right != given for right, given in pairs),
        )
    return figures._replace(precision=counted.precision, recall=counted.recall, f1=counted.f1)


def _words(figures: _Figures) -> list[str]:
    return [
        str(figures.n),
        percent(figures.agreement),
        *("" if value is None else f"{value:.2f}" for value in figures[2:]),
    ]
