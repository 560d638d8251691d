"""``groups``: models by input domain, the paper's Table II."""

from __future__ import annotations

from sqlalchemy import Connection, text

from modelstores.database.views import COMPLETE, Selection, query
from modelstores.reports.coded import marked, with_coded
from modelstores.reports.selection import stores
from modelstores.reports.table import Block, Cell, Table, part

COLUMNS = ("input_domain", "store", "products", "share", "similar")

#: The five groups of the paper's Table II; any other is listed where it occurs.
DOMAINS = ("Image", "Video", "Natural language", "Audio", "Structured")
MORE = ("Multimodal", "Other")

NOTES = (
    "count: products of the store; similar: those with equal algorithm, training data and",
    "objective as one in another store; each with its share of all products of the store",
)


def groups(connection: Connection, *, selection: Selection = COMPLETE) -> Table:
    """Return input domain by model store: products, their share, and similar offerings elsewhere.

    Products whose domain was not determined have the input domain None.
    """
    models = [store.name for store in stores(connection) if store.kind == "model"]
    found = {
        (row["input_domain"], row["store"]): row
        for row in connection.execute(text(query("input_domain_counts", selection))).mappings()
        if row["store"] in models
    }
    listed = [name for name in models if any(name == store for _, store in found)]
    if not listed:
        return Table(COLUMNS, [], [])
    rows: list[tuple[Cell, ...]] = []
    coded = []
    lines: list[list[str]] = []
    totals = {
        store: [
            sum(row[column] for (_, other), row in found.items() if other == store)
            for column in ("products", "similar_products")
        ]
        for store in listed
    }
    for domain in _domains({domain for domain, _ in found}):
        count, similar = [domain or "(not determined)", "count"], ["", "similar"]
        for store in listed:
            row = found.get((domain, store))
            products, alike = (row["products"], row["similar_products"]) if row else (0, 0)
            coded.append(row["coded"] if row else 0)
            share = float(row["share"]) if row else 0.0
            rows.append((domain, store, products, share, alike))
            count.append(marked(part(products, totals[store][0]), coded[-1]))
            similar.append(marked(part(alike, totals[store][0]), coded[-1]))
        lines += [count, similar]
    lines.append(["Total", "count", *(part(total, total) for total, _ in totals.values())])
    lines.append(["", "similar", *(part(alike, total) for total, alike in totals.values())])
    layout = [Block("Products by input domain", ["input domain", "", *listed], lines)]
    return with_coded(Table(COLUMNS, rows, layout, NOTES), coded)


def _domains(occurring: set[str | None]) -> list[str | None]:
    more = [domain for domain in MORE if domain in occurring]
    extra = sorted(domain for domain in occurring if domain and domain not in DOMAINS + MORE)
    return [*DOMAINS, *more, *extra, *([None] if None in occurring else [])]
