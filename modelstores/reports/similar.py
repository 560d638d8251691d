"""``similar``: offerings of different stores with equal similarity keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import JSON, Connection, text

from modelstores.database.views import COMPLETE, Selection, query
from modelstores.reports.coded import marked, with_coded
from modelstores.reports.groups import groups
from modelstores.reports.near import nearly_similar, threshold
from modelstores.reports.selection import ReportError, any_counts
from modelstores.reports.table import Block, Cell, Table

COLUMNS = ("group", "key", "store", "native_id", "name", "url")
#: Parts of a key, in its order.
PARTS = ("algorithm", "datasets", "objective")


def similar(
    connection: Connection,
    *,
    selection: Selection = COMPLETE,
    evidence: bool = False,
    near: str | None = None,
) -> Table:
    """Return the groups of products of at least two stores with equal keys, largest first.

    With ``evidence`` the words behind each part of the key are columns as well; the
    layout for people has them in any case, and begins with the counts by input domain.
    With ``near``, a number from 0 to 1, they are groups of nearly similar products.
    """
    if near is not None:
        if evidence:
            raise ReportError("--evidence and --near do not go together: see report explain")
        return nearly_similar(connection, threshold(near), selection=selection)
    sql = text(
        f"SELECT offering.*, similarity.evidence FROM ({query('similar_offering', selection)})"  # noqa: S608 - constants
        " AS offering LEFT JOIN similarity ON similarity.observation_id = offering.observation_id"
        " AND similarity.vocabulary = offering.vocabulary"
        " ORDER BY offering.vocabulary, similarity_key, store, native_id"
    ).columns(evidence=JSON)
    found = [
        (key, list(members))
        for key, members in groupby(
            connection.execute(sql).mappings(),
            key=lambda row: (row["vocabulary"], row["similarity_key"]),
        )
    ]
    found.sort(key=lambda group: -len(group[1]))  # stable: equal sizes stay in order of key
    rows: list[tuple[Cell, ...]] = []
    coded = []
    counts = groups(connection, selection=selection)
    layout = [*counts.layout]
    for number, ((_, key), members) in enumerate(found, start=1):
        lines = []
        for row in members:
            behind = [words((row["evidence"] or {}).get(part)) for part in PARTS]
            coded.append(row["coded"])
            rows.append(
                (number, key, row["store"], row["native_id"], row["name"], row["url"])
                + (tuple(behind) if evidence else ())
            )
            store = marked(row["store"], row["coded"])
            lines.append([store, row["native_id"], row["name"], *behind])
        layout.append(Block(f"{number}. {key}", ["store", "native id", "name", *PARTS], lines))
    more = tuple(f"{part}_evidence" for part in PARTS) if evidence else ()
    notes = [*counts.notes]
    if not found and any_counts(connection, selection):
        notes.append("no products of different stores have equal keys")
    apart_sql = text(f"SELECT COUNT(*) FROM ({query('coded_apart', selection)}) AS apart")  # noqa: S608
    if apart := connection.scalar(apart_sql):
        notes.append(f"left out, for people agree that nothing is similar to them: {apart}")
    return with_coded(Table(COLUMNS + more, rows, layout, notes), coded)


def words(evidence: Any, field: str = "words") -> str:
    """Return the words of evidence: a text, {"words", "where"}, or several of either.

    ``field`` "where" gives the places instead.
    """
    return "; ".join(dict.fromkeys(word for word in _words(evidence, field) if word))


def _words(evidence: Any, field: str) -> Iterator[str]:
    if isinstance(evidence, str):
        yield evidence if field == "words" else ""
    elif isinstance(evidence, Mapping):
        if isinstance(evidence.get("words"), str):
            yield str(evidence.get(field) or "")
        else:
            for each in evidence.values():
                yield from _words(each, field)
    elif isinstance(evidence, Sequence):
        for each in evidence:
            yield from _words(each, field)
