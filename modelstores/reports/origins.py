"""``origins``: how many products cite papers, as the paper's section IV.B counts them."""

from __future__ import annotations

from sqlalchemy import Connection, text

from modelstores.database.views import COMPLETE, Selection, query
from modelstores.reports.coded import marked, with_coded
from modelstores.reports.counts import matrix
from modelstores.reports.selection import stores
from modelstores.reports.table import Block, Cell, Table, part

COLUMNS = ("store", "products", "citing", "citing_share", "papers", "repository_only")

NOTES = (
    "citing papers: products that refer to a paper (share of all products of the store)",
    "papers: distinct papers; repository only: products with a repository and no paper",
)


def origins(connection: Connection, *, selection: Selection = COMPLETE) -> Table:
    """Return products that cite papers, distinct papers, and products with a repository alone."""
    found = {
        row["store"]: row
        for row in connection.execute(text(query("origin_counts", selection))).mappings()
    }
    rows: list[tuple[Cell, ...]] = []
    coded = []
    lines = []
    for store in stores(connection):
        if row := found.get(store.name):
            counts = row["products"], row["citing"], float(row["citing_share"])
            rows.append((store.name, *counts, row["papers"], row["repository_only"]))
            citing = part(row["citing"], row["products"])
            several = (row["products"], citing, row["papers"], row["repository_only"])
            coded.append(row["coded"])
            lines.append([marked(store.name, row["coded"]), *map(str, several)])
    if not rows:
        return Table(COLUMNS, [], [])
    columns = ["store", "products", "citing papers", "papers", "repository only"]
    layout = [Block("Products by origin", columns, lines)]
    table = Table(COLUMNS, rows, layout, NOTES, _unread(connection, selection))
    return with_coded(table, coded)


def _unread(connection: Connection, selection: Selection) -> list[str]:
    """Return a line for each store with products whose origin could not be read."""
    counted = matrix(connection, selection)
    return [
        f"{store.name}: the origin of {count.unknown} of {count.products} products could not be"
        " read; papers that they cite may be missing"
        for element in counted.elements
        if element.id == "origin"
        for store in counted.stores
        if (count := counted.count(element, store)).unknown
    ]
