"""``groups``: products by input domain, the paper's Table II."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from modelstores.database.views import query
from modelstores.reports.elements import percent
from modelstores.reports.selection import COMPLETE, stores
from modelstores.reports.table import Block, Cell, Table

COLUMNS = ("input_domain", "store", "products", "share", "similar")

#: The five groups of the paper's Table II, then what falls into none of them.
DOMAINS = ("Image", "Video", "Natural language", "Audio", "Structured", "Multimodal", "Other")

NOTES = (
    "products of the store (share of all its products)",
    "similar: those with equal algorithm, training data and objective as one in another store",
)


def groups(connection: Connection, *, statuses: Sequence[str] = COMPLETE) -> Table:
    """Return input domain by store: products, their share, and similar offerings elsewhere.

    Products whose domain was not determined have the input domain None.
    """
    found = {
        (row["input_domain"], row["store"]): row
        for row in connection.execute(text(query("input_domain_counts", statuses))).mappings()
    }
    listed = [name for name in stores(connection) if any(name == store for _, store in found)]
    extra = sorted({domain for domain, _ in found} - {*DOMAINS, None})
    domains = [*DOMAINS, *extra, *([None] if any(domain is None for domain, _ in found) else [])]
    rows: list[tuple[Cell, ...]] = []
    lines: list[list[str]] = []
    totals = {store: [0, 0] for store in listed}
    for domain in domains if listed else []:
        count, similar = [domain or "(not determined)"], ["… similar"]
        for store in listed:
            row = found.get((domain, store))
            products, share, alike = (
                (row["products"], float(row["share"]), row["similar_products"])
                if row
                else (0, 0.0, 0)
            )
            rows.append((domain, store, products, share, alike))
            count.append(f"{products} ({percent(share)})" if products else "0")
            similar.append(str(alike))
            totals[store][0] += products
            totals[store][1] += alike
        lines += [count, similar]
    if listed:
        lines.append(["Total", *(str(totals[store][0]) for store in listed)])
        lines.append(["… similar", *(str(totals[store][1]) for store in listed)])
    layout = [Block("Products by input domain", ["input domain", *listed], lines)]
    return Table(COLUMNS, rows, layout if listed else (), NOTES if listed else ())
