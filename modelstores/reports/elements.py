"""``elements``: which information elements a store shows, the paper's Table I."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, RowMapping, Text, bindparam, text

from modelstores.database.views import COMPLETE, Selection, query
from modelstores.reports.coded import marked, with_coded
from modelstores.reports.counts import Count, Matrix, matrix
from modelstores.reports.table import Block, Cell, Table, part, percent

COLUMNS = ("dimension", "element", "store", "ticked", "present", "products", "share")
#: What ``--evidence`` adds.
EVIDENCE = ("native_id", "url", "evidence", "place", "rule", "file", "record_offset")

NOTES = (
    "✓ N %  shown by N % of the products where it was looked for",
    "✓      shown by a policy page of the store",
    "-      looked for and not there    n/a  does not apply    ?  could not be read",
)


def elements(
    connection: Connection, *, selection: Selection = COMPLETE, evidence: bool = False
) -> Table:
    """Return store by element: ticks, and the share of products behind them.

    An element is ticked if a product or policy page shows it; ``share`` is present /
    (present + absent), None if there are none. The findings are the comparisons of the
    paper (section III). With ``evidence`` one page stands for every tick.
    """
    counted = matrix(connection, selection)
    shown = _evidence(connection, selection) if evidence else {}
    rows: list[tuple[Cell, ...]] = []
    coded = []
    blocks: dict[str, list[list[str]]] = {}
    for element in counted.elements:
        line = [element.name]
        for store in counted.stores:
            count = counted.count(element, store)
            row = (element.dimension, element.id, store.name, int(count.ticked))
            page = shown.get((store.name, element.id))
            behind = [page[column] if page else None for column in EVIDENCE] if evidence else []
            rows.append((*row, count.present, count.products, count.share, *behind))
            coded.append(count.coded)
            line.append(marked(_shown(count), count.coded))
        blocks.setdefault(element.dimension, []).append(line)
    named = ["element", *(store.name for store in counted.stores)]
    layout = [Block(title, named, lines) for title, lines in blocks.items()]
    if evidence:
        layout += _pages(counted, shown)
    findings = compare(counted) if layout else ()
    columns = COLUMNS + (EVIDENCE if evidence else ())
    table = Table(columns, rows, layout, NOTES if layout else (), findings)
    return with_coded(table, coded)


def compare(counted: Matrix) -> list[str]:
    """Return the comparisons of the paper's section III, by ticks.

    What needs a kind of store that is not there is left out, and said so.
    """
    models = [store for store in counted.stores if store.kind == "model"]
    apps = [store for store in counted.stores if store.kind == "app"]
    ticked = {
        element.name: {store for store in counted.stores if counted.count(element, store).ticked}
        for element in counted.elements
    }
    in_models = [name for name, where in ticked.items() if where.intersection(models)]
    in_apps = [name for name, where in ticked.items() if where.intersection(apps)]
    lines = []
    if models:
        every = f"{len(in_models)} of {len(ticked)} elements"
        lines.append(f"{every} in one or more model stores ({_list(s.name for s in models)})")
    else:
        lines.append("no model store: nothing to compare")
    if len(models) > 1:
        shared = [name for name in in_models if ticked[name].issuperset(models)]
        lines.append(
            f"{part(len(shared), len(in_models))} of these in all {len(models)} model stores"
        )
    if models and apps:
        for kind, here, there in (("model", in_models, in_apps), ("app", in_apps, in_models)):
            only = [name for name in here if name not in there]
            lines.append(f"{len(only)} only in {kind} stores{': ' if only else ''}{_list(only)}")
    elif models:
        lines.append("no app store: what is only in model stores or only in app stores is not told")
    unread = [
        f"{element.name} ({_list(where)})"
        for element in counted.elements
        if (where := [s.name for s in counted.stores if not counted.count(element, s).told])
    ]
    if unread:
        lines.append(f"could not be read, and counts here as not there: {_list(unread)}")
    return lines


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)


def _evidence(connection: Connection, selection: Selection) -> dict[tuple[str, str], RowMapping]:
    """Return {(store, element): the page that stands for the tick}.

    It is the product with the lowest native id, or else the policy page with the lowest address.
    """
    shown = f"({query('element_evidence', selection)}) AS shown"
    lowest = {
        (row.store, row.element): row.native_id
        for row in connection.execute(
            text(
                "SELECT store, element, MIN(native_id) AS native_id"  # noqa: S608 - constants
                f" FROM {shown} GROUP BY store, element"
            )
        )
    }
    # In two steps, for the words of all products need not be sorted to get at those of a few.
    few = text(
        f"SELECT * FROM {shown} WHERE native_id IN :ids OR native_id IS NULL ORDER BY url"  # noqa: S608
    ).bindparams(bindparam("ids", type_=Text, expanding=True))
    found: dict[tuple[str, str], RowMapping] = {}
    for row in connection.execute(few, {"ids": sorted({*lowest.values()} - {None})}).mappings():
        key = row["store"], row["element"]
        if key in lowest and row["native_id"] == lowest[key]:  # a crawl may be writing
            found.setdefault(key, row)
    return found


def _pages(counted: Matrix, shown: Mapping[tuple[str, str], RowMapping]) -> list[Block]:
    """Return a part a store: for every tick the page that stands for it."""
    columns = ["element", "words", "place", "rule", "product", "address", "capture"]
    blocks = []
    for store in counted.stores:
        lines = [
            [element.name, *_told(page)]
            for element in counted.elements
            if (page := shown.get((store.name, element.id)))
        ]
        blocks.append(Block(f"Evidence: {store.name}", columns, lines))
    return blocks


def _told(page: RowMapping) -> list[str]:
    words = [page[column] or "" for column in ("evidence", "place", "rule")]
    stands = f"{page['file']}:{page['record_offset']}" if page["file"] else ""
    return [*words, page["native_id"] or "(policy page)", page["url"], stands]


def _shown(count: Count) -> str:
    if count.present and count.share is not None:
        return f"✓ {percent(count.share)}"
    if count.policies:
        return "✓"
    if count.absent or count.policies_read:
        return "-"
    return "n/a" if count.not_applicable else "?"
