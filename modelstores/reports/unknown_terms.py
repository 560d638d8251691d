"""``unknown-terms``: names that stores state and the vocabulary does not know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import JSON, Connection, RowMapping, text

from modelstores.database.views import COMPLETE, Selection, query
from modelstores.reports.selection import any_counts
from modelstores.reports.table import Block, Cell, Table

COLUMNS = ("kind", "term", "store", "products", "example")

NOTES = (
    "dataset: training data kept under a name of the store's; algorithm, objective: stated",
    "words in which none was found; example: one of the products",
)

#: Begins the name of training data that the vocabulary does not know.
UNKNOWN = "x:"

# What is read are only products of which a part may be unknown: LIKE looks for the names of
# fields, and finds more than it should. What they are is then told in one place, ``_terms``.
_SQL = """
SELECT store.name AS store, product.native_id, similarity.datasets, similarity.algorithm,
       similarity.objective, similarity.evidence, observation.stated, observation.input_domains
  FROM ({latest}) AS latest
  JOIN store ON store.id = latest.store_id
  JOIN product ON product.id = latest.product_id
  JOIN observation ON observation.id = latest.observation_id
  JOIN similarity ON similarity.observation_id = latest.observation_id
                 AND similarity.vocabulary = latest.vocabulary
 WHERE CAST(similarity.datasets AS TEXT) LIKE '%"{unknown}%'
    OR similarity.algorithm IS NULL
       AND CAST(observation.stated AS TEXT) LIKE '%"ml_algorithms"%'
    OR similarity.objective IS NULL
       AND (CAST(observation.stated AS TEXT) LIKE '%"objective"%'
            OR CAST(observation.input_domains AS TEXT) <> '[]')
"""


@dataclass
class _Found:
    """Products of a store that state a term, and the one of them with the lowest id."""

    products: int
    example: str


def unknown_terms(connection: Connection, *, selection: Selection = COMPLETE) -> Table:
    """Return the terms, the most frequent first, with a product of each store that states them.

    A product counts once for each of its terms, as it was last seen.
    """
    latest = query("latest_sighting", selection)
    sql = text(_SQL.format(latest=latest, unknown=UNKNOWN)).columns(
        datasets=JSON, evidence=JSON, stated=JSON, input_domains=JSON
    )
    found: dict[tuple[str, str, str], _Found] = {}
    for row in connection.execute(sql).mappings():
        for kind, term in dict.fromkeys(_terms(row)):
            place = found.setdefault((kind, term, row["store"]), _Found(0, row["native_id"]))
            place.products += 1
            place.example = min(place.example, row["native_id"])
    ordered = sorted(found.items(), key=lambda one: (-one[1].products, one[0]))
    rows: list[tuple[Cell, ...]] = [(*key, one.products, one.example) for key, one in ordered]
    lines = [[str(cell) for cell in row] for row in rows]
    if not rows:
        all_known = ["the vocabulary knows every name that stores state"]
        return Table(COLUMNS, [], [], all_known if any_counts(connection, selection) else ())
    layout = [Block("Names that the vocabulary does not know", COLUMNS, lines)]
    return Table(COLUMNS, rows, layout, NOTES)


def _terms(row: RowMapping) -> Iterator[tuple[str, str]]:
    """Yield kind and words of what a product states that the vocabulary does not know."""
    stated = row["stated"]
    for name in row["datasets"]:
        if name.startswith(UNKNOWN):
            yield "dataset", name.removeprefix(UNKNOWN)
    if row["algorithm"] is None:
        yield from _words("algorithm", stated.get("ml_algorithms"))
    if row["objective"] is None:
        if "objective" in stated:
            yield from _words("objective", stated["objective"])
        elif (row["evidence"].get("input_domain") or {}).get("where") != "input_domains":
            # Else they are words for an input domain, and known.
            for task in row["input_domains"]:
                yield from _words("objective", task)


def _words(kind: str, words: str | None) -> Iterator[tuple[str, str]]:
    if term := " ".join((words or "").split()):
        yield kind, term
