"""How well the program's similarity keys agree with the groups that people made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelstores.evaluation.agreement import Confusion
from modelstores.evaluation.clusters import Placed, Quality, b_cubed, pairs
from modelstores.evaluation.outcome import Outcome
from modelstores.evaluation.records import SLOTS, Record, product, read
from modelstores.reports.table import Block, Cell, Table
from modelstores.similarity import describe

#: {domain in the gold: input domain as the program calls it}; others are not scored.
DOMAINS = {"image": "Image", "text": "Natural language", "audio": "Audio", "video": "Video"}

COLUMNS = (
    *("figure", "of", "records", "gold", "predicted", "right"),
    *("precision", "recall", "f1", "share"),
)
NOTES = (
    "pairs: two records with equal keys, of records that the gold puts into a group; gold,",
    "predicted, right: pairs of the gold, pairs given, and those that are both",
    "family pairs: the same with keys without the variant, against the same groups",
)
STATED = "text names the data: pairs of records whose name or text names all their training data"
#: Figures that are parts of all records, not comparisons of groups.
SHARES = ("keyed", "input domain")


@dataclass(frozen=True)
class Prediction:
    """What the program makes of a record."""

    record: Record
    key: str | None
    family_key: str | None
    #: with its variant
    algorithm: str | None
    datasets: Sequence[str]
    objective: str | None
    input_domain: str | None

    def as_line(self) -> dict[str, Any]:
        """Return what is written."""
        return {
            "id": self.record.id,
            "key": self.key,
            "family_key": self.family_key,
            "algorithm": self.algorithm,
            "datasets": list(self.datasets),
            "objective": self.objective,
            "input_domain": self.input_domain,
        }

    def slot(self, name: str) -> str | None:
        """Return a part of the key as one text, None if there is none."""
        value = getattr(self, name)
        return _joined(value if name == "datasets" else [value] if value else [])


def _joined(names: Iterable[str]) -> str | None:
    return "+".join(sorted(names)) or None


def evaluate(path: Path, mode: str) -> Outcome:
    """Return the keys of the records of a gold file, and how good they are.

    Raises:
        GoldError: the gold cannot be used.
    """
    found = [predict(record, mode) for record in read(path)]
    labelled = any(one.record.labelled for one in found)
    return Outcome([one.as_line() for one in found], table(found, mode) if labelled else None)


def predict(record: Record, mode: str) -> Prediction:
    """Return what the program makes of a record, in one of ``records.MODES``."""
    told, domain = describe(product(record, mode))
    named = (told["algorithm"], told["variant"])
    return Prediction(
        record=record,
        key=told["key"],
        family_key=told["family_key"],
        algorithm="-".join(filter(None, named)) or None,
        datasets=told["datasets"],
        objective=told["objective"],
        input_domain=domain["domain"],
    )


# --- figures ---


@dataclass(frozen=True)
class Figure:
    """One row: what was measured, of which records, and what came out."""

    figure: str
    of: str
    records: int
    counts: Confusion | Quality | None = None
    #: of so many records something holds
    right: int | None = None

    def cells(self) -> tuple[Cell, ...]:
        """Return the row for programs."""
        gold = predicted = right = precision = recall = f1 = share = None
        if self.counts is not None:
            precision, recall, f1 = self.counts.precision, self.counts.recall, self.counts.f1
        if isinstance(self.counts, Confusion):
            gold, predicted, right = self.counts.support, self.counts.predicted, self.counts.tp
        if self.right is not None:
            right, share = self.right, self.right / self.records if self.records else None
        counted = (self.figure, self.of, self.records, gold, predicted, right)
        return (*counted, precision, recall, f1, share)


def placed(found: Iterable[Prediction], key: Callable[[Prediction], str | None]) -> list[Placed]:
    """Return the records that have a group, with the keys they were given."""
    return [Placed(p.record.group, key(p), p.record.store) for p in found if p.record.group]


def figures(found: Sequence[Prediction], mode: str) -> list[Figure]:
    """Return everything that is measured."""
    return [*_pairs(found, mode), *_slots(found), *_coverage(found), *_domains(found)]


def _pairs(found: Sequence[Prediction], mode: str) -> Iterator[Figure]:
    keys, families = placed(found, _key), placed(found, lambda one: one.family_key)
    yield Figure("pairs", "all", len(keys), pairs(keys))
    yield Figure("pairs", "different stores", len(keys), pairs(keys, across=True))
    for domain in (*DOMAINS, "other"):
        of_domain = placed((one for one in found if one.record.domain == domain), _key)
        if of_domain:
            yield Figure("pairs", domain, len(of_domain), pairs(of_domain))
    if mode == "text":
        stated = placed((one for one in found if one.record.names_its_data()), _key)
        yield Figure("pairs", "text names the data", len(stated), pairs(stated))
    yield Figure("family pairs", "all", len(families), pairs(families))
    yield Figure("family pairs", "different stores", len(families), pairs(families, across=True))
    yield Figure("b-cubed", "all", len(keys), b_cubed(keys))


def _key(one: Prediction) -> str | None:
    return one.key


def _slots(found: Sequence[Prediction]) -> Iterator[Figure]:
    """Compare each part of the key by itself, where the gold has it."""
    for slot in SLOTS:
        named = ((one, _joined(one.record.slots[slot])) for one in found)
        things = [Placed(gold, one.slot(slot), one.record.store) for one, gold in named if gold]
        if things:
            yield Figure("slot", slot, len(things), pairs(things))


def _coverage(found: Sequence[Prediction]) -> Iterator[Figure]:
    stores = dict.fromkeys(one.record.store for one in found)
    grouped = [one for one in found if one.record.group]
    parts = {"in a group": grouped, "all": found}
    parts |= {name: [one for one in found if one.record.store == name] for name in stores}
    for of, some in parts.items():
        yield Figure("keyed", of, len(some), right=sum(one.key is not None for one in some))


def _domains(found: Sequence[Prediction]) -> Iterator[Figure]:
    scored = [one for one in found if one.record.domain in DOMAINS]
    parts = {"all": scored}
    parts |= {name: [one for one in scored if one.record.domain == name] for name in DOMAINS}
    for of, some in parts.items():
        right = sum(one.input_domain == DOMAINS[str(one.record.domain)] for one in some)
        if some:
            yield Figure("input domain", of, len(some), right=right)


def table(found: Sequence[Prediction], mode: str) -> Table:
    """Return the figures, for programs and for people."""
    rows = [figure.cells() for figure in figures(found, mode)]
    shares = [row for row in rows if row[0] in SHARES]
    compared = [row for row in rows if row[0] not in SHARES]
    layout = [
        _block(f"Keys, mode {mode}", COLUMNS[:-1], compared),
        _block("Parts of the records", ("figure", "of", "records", "right", "share"), shares),
    ]
    notes = (*NOTES, *([STATED] if mode == "text" else []))
    return Table(COLUMNS, rows, layout, notes, remarks=())


def _block(title: str, columns: Sequence[str], rows: Iterable[tuple[Cell, ...]]) -> Block:
    shown = [COLUMNS.index(column) for column in columns]
    return Block(title, columns, [[_word(row[place]) for place in shown] for row in rows])


def _word(cell: Cell) -> str:
    return "" if cell is None else f"{cell:.3f}" if isinstance(cell, float) else str(cell)
