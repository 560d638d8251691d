"""``similar --near``: offerings of different stores that are similar up to a threshold.

The groups are worked out when they are asked for, from the keys' parts that the database
holds: neither pairs nor groups are stored, so no row can be out of date, and any threshold
can be asked for. Products with equal parts are one offering, compared once.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import Connection, RowMapping, text

from modelstores.database.views import Selection, query
from modelstores.reports.selection import ReportError, any_counts
from modelstores.reports.table import Block, Cell, Table
from modelstores.similarity.near import Group, Seen, near_groups
from modelstores.similarity.score import ONE_SILENT, Offering, score
from modelstores.similarity.vocabulary import vocabulary

COLUMNS = ("group", "key", "store", "native_id", "name", "url", "score")
#: Decimals of a score that are shown.
DECIMALS = 4
NOTES = (
    "score: how similar a product is to the one of its group that comes first, from 0 to 1;",
    "`scrapy report explain` says it part by part",
)


def threshold(value: str) -> float:
    """Return the least score that counts.

    Raises:
        ReportError: it is no number from 0 to 1.
    """
    try:
        least = float(value)
    except ValueError:
        least = -1.0
    if not 0 <= least <= 1:
        raise ReportError(f"--near {value[:100]!r}: not a number from 0 to 1")
    return least


def offering(row: RowMapping, name: str = "") -> Offering:
    """Return what a row of ``similarity``, with its JSON as text, says is offered."""
    datasets, artefacts = (_texts(row[column]) for column in ("datasets", "artefacts"))
    return Offering(row["algorithm"], row["variant"], datasets, row["objective"], artefacts, name)


@lru_cache(10_000)
def _texts(listed: str) -> tuple[str, ...]:
    return tuple(json.loads(listed))


def nearly_similar(connection: Connection, least: float, *, selection: Selection) -> Table:
    """Return the groups of products that score ``least`` or more with the centre of their group.

    The largest come first, and in each what is nearest to its centre.
    """
    # Words alone do not reach a high score without a key: such rows need not be read.
    keyless = "" if least > ONE_SILENT else "OR algorithm IS NOT NULL OR objective IS NOT NULL"
    sql = text(
        "SELECT latest.store, latest.native_id, latest.name, latest.url, similarity.vocabulary,"  # noqa: S608 - constants
        " algorithm, variant, CAST(datasets AS TEXT) AS datasets, objective,"
        f" CAST(artefacts AS TEXT) AS artefacts FROM ({query('latest_product', selection)})"
        " AS latest JOIN similarity ON similarity.observation_id = latest.observation_id"
        " AND similarity.vocabulary = latest.vocabulary"
        f" WHERE key IS NOT NULL OR CAST(artefacts AS TEXT) <> '[]' {keyless}"
        " ORDER BY latest.store, latest.native_id"
    )
    products: dict[str, dict[Offering, list[RowMapping]]] = defaultdict(lambda: defaultdict(list))
    for row in connection.execute(sql).mappings():
        products[row["vocabulary"]][offering(row)].append(row)
    known = vocabulary()
    found = []
    for of in products.values():
        seen = {
            one: Seen(frozenset(row["store"] for row in rows), len(rows))
            for one, rows in of.items()
        }
        found += [(group, _scored(group, of)) for group in near_groups(seen, least, known)]
    found.sort(key=lambda each: -len(each[1]))
    rows: list[tuple[Cell, ...]] = []
    layout = []
    for number, (group, scored) in enumerate(found, start=1):
        key = key_of(group.centre)
        lines = []
        for points, one, row in scored:
            place = (row["store"], row["native_id"], row["name"])
            rows.append((number, key, *place, row["url"], round(points, DECIMALS)))
            lines.append([*place, f"{points:.2f}", key_of(one)])
        layout.append(
            Block(f"{number}. {key}", ["store", "native id", "name", "score", "key"], lines)
        )
    if found:
        return Table(COLUMNS, rows, layout, NOTES)
    none = [f"no products of different stores score {least:g} or more"]
    return Table(COLUMNS, rows, layout, none if any_counts(connection, selection) else ())


def _scored(
    group: Group, products: dict[Offering, list[RowMapping]]
) -> list[tuple[float, Offering, RowMapping]]:
    """Return the products of a group with their scores, nearest first; names decide ties."""
    known = vocabulary()
    centre = group.centre._replace(name=products[group.centre][0]["name"])
    found = []
    for one, points in group.members.items():
        for row in products[one]:
            named = one is not group.centre
            exact = score(centre, one._replace(name=row["name"]), known).total if named else points
            found.append((exact, one, row))
    found.sort(key=lambda each: -each[0])  # stable: equals stay in order of store and id
    return found


def key_of(one: Offering) -> str:
    """Return the key of an offering, with ``?`` for what is not stated."""
    parts: Iterable[str | None] = (one.model, "+".join(one.datasets), one.objective)
    return "|".join(part or "?" for part in parts)
