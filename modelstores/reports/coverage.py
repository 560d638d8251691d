"""``coverage``: products of each store by what is known of each element."""

from __future__ import annotations

from sqlalchemy import Connection

from modelstores.database.views import COMPLETE, Selection
from modelstores.reports.coded import marked, with_coded
from modelstores.reports.counts import matrix
from modelstores.reports.table import Block, Cell, Table, percent

COLUMNS = ("store", "element", "present", "absent", "not_applicable", "unknown", "share")

NOTES = ("products whose element is present, absent, ...; share: present / (present + absent)",)


def coverage(connection: Connection, *, selection: Selection = COMPLETE) -> Table:
    """Return products per store, element and state, and the share that shows it.

    ``share`` is present / (present + absent), None if it was nowhere looked for.
    """
    counted = matrix(connection, selection)
    rows: list[tuple[Cell, ...]] = []
    coded = []
    layout = []
    for store in counted.stores:
        lines = []
        for element in counted.elements:
            count = counted.count(element, store)
            states = (count.present, count.absent, count.not_applicable, count.unknown)
            rows.append((store.name, element.id, *states, count.share))
            coded.append(count.coded)
            share = "" if count.share is None else percent(count.share)
            lines.append([marked(element.name, count.coded), *map(str, states), share])
        layout.append(Block(store.name, [name.replace("_", " ") for name in COLUMNS[1:]], lines))
    return with_coded(Table(COLUMNS, rows, layout, NOTES if layout else ()), coded)
