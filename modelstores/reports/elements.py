"""``elements``: which information elements a store shows, the paper's Table I."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, text

from modelstores.database.views import query
from modelstores.reports.selection import COMPLETE, stores
from modelstores.reports.table import Block, Cell, Table

COLUMNS = ("dimension", "element", "store", "ticked", "present", "products", "share")

NOTES = (
    "✓ N %  shown by N % of the products where it was looked for",
    "✓      shown by a policy page of the store",
    "-      looked for and not there    n/a  does not apply    ?  could not be read",
)


def elements(connection: Connection, *, statuses: Sequence[str] = COMPLETE) -> Table:
    """Return store by element: ticks, and the share of products behind them.

    An element is ticked if a product or policy page shows it; ``share`` is present /
    (present + absent), None if there are none.
    """
    found = connection.execute(text(query("element_matrix", statuses))).mappings()
    cells: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    names: dict[str, tuple[int, str, str]] = {}
    # A store has rows of several codebooks while its products were read with several.
    for row in sorted(found, key=lambda row: (row["codebook"], row["position"])):
        names[row["element"]] = row["position"], row["dimension"], row["name"]
        cell = cells[row["element"], row["store"]]
        for count in ("products", "present", "absent", "not_applicable", "policies"):
            cell[count] += row[count]
    listed = [name for name in stores(connection) if any(name == store for _, store in cells)]
    order = sorted(names, key=lambda element: names[element][0])
    rows: list[tuple[Cell, ...]] = []
    blocks: dict[str, list[list[str]]] = {}
    for element in order:
        _, dimension, name = names[element]
        line = [name]
        for store in listed:
            cell = cells[element, store]
            counted = cell["present"], cell["products"], _share(cell)
            rows.append((dimension, element, store, int(_ticked(cell)), *counted))
            line.append(_shown(cell))
        blocks.setdefault(dimension, []).append(line)
    layout = [Block(title, ["element", *listed], lines) for title, lines in blocks.items()]
    return Table(COLUMNS, rows, layout, NOTES if layout else ())


def _ticked(cell: dict[str, int]) -> bool:
    return cell["present"] > 0 or cell["policies"] > 0


def _share(cell: dict[str, int]) -> float | None:
    asked = cell["present"] + cell["absent"]
    return cell["present"] / asked if asked else None


def _shown(cell: dict[str, int]) -> str:
    if cell["present"]:
        return f"✓ {percent(cell['present'] / (cell['present'] + cell['absent']))}"
    if cell["policies"]:
        return "✓"
    if cell["absent"]:
        return "-"
    return "n/a" if cell["not_applicable"] else "?"


def percent(share: float) -> str:
    """Return a share as people read it: what is there is never 0 %, what is missing never 100 %."""
    if 0 < share < 0.01:
        return "<1 %"
    if 0.99 < share < 1:
        return ">99 %"
    return f"{share:.0%}".replace("%", " %")
