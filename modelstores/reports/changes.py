"""``changes``: what two snapshots of a store tell apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, select, text

from modelstores.database.tables import snapshot
from modelstores.database.views import COMPLETE, Selection, query
from modelstores.reports.selection import ReportError, left_out, stores
from modelstores.reports.table import Block, Cell, Table, percent

COLUMNS = (
    *("store", "since_snapshot", "snapshot", "since", "until", "change", "native_id", "name"),
    *("element", "before_state", "before_words", "before_share"),
    *("after_state", "after_words", "after_share"),
)
#: What must be equal in two snapshots, so that a difference is the store's.
EQUAL = ("source", "parser", "codebook")
#: The kinds of change, in the order of the report.
PRODUCTS, SHARE = ("listed", "delisted", "changed"), "share"


class Snapshot(NamedTuple):
    """A snapshot that can be compared."""

    id: int
    store: str
    scope: str
    captured_from: str
    source: str
    parser: str
    codebook: str

    def __str__(self) -> str:
        """Return how people call it."""
        return f"snapshot {self.id} ({self.captured_from[:10]})"

    def differs(self, other: Snapshot) -> list[str]:
        """Return in what two snapshots are not comparable."""
        pairs = ((name, getattr(self, name), getattr(other, name)) for name in EQUAL)
        return [f"{name} {mine} and {its}" for name, mine, its in pairs if mine != its]


def changes(
    connection: Connection,
    *,
    selection: Selection = COMPLETE,
    since: str | None = None,
    until: str | None = None,
) -> Table:
    """Return products listed, delisted and changed, and the shares that moved, store by store.

    ``since`` and ``until`` are each the number of a snapshot, or a day YYYY-MM-DD: the last
    snapshot captured on it or before. Without them the last two that can be compared are.

    Raises:
        ReportError: one of them is neither, or no snapshot that counts.
    """
    listed = _snapshots(connection, selection)
    ends = _asked(connection, listed, since), _asked(connection, listed, until)
    previous = {
        row.snapshot: row.since_snapshot
        for row in connection.execute(text(query("previous_snapshot", selection)))
    }
    rows: list[tuple[Cell, ...]] = []
    layout: list[Block] = []
    findings: list[str] = []
    remarks = left_out(connection, selection)
    for store in stores(connection):
        here = [one for one in listed if one.store == store.name]
        chosen = _pair(here, *ends, previous) if here else None
        if isinstance(chosen, str):
            remarks.append(f"{store.name}: {chosen}")
        if not chosen or isinstance(chosen, str):
            continue
        earlier, later = chosen
        if not earlier.scope == later.scope == "full":
            remarks.append(
                f"{store.name}: what was listed and delisted is told between full snapshots only"
            )
        found = [*_rows(connection, "changes", chosen), *_rows(connection, "share_changes", chosen)]
        found.sort(key=_order)
        rows += [tuple(row.get(column) for column in COLUMNS) for row in found]
        title = f"{store.name}: {earlier} to {later}"
        layout += _blocks(title, found)
        findings.append(f"{title}: {_summary(found)}")
    return Table(COLUMNS, rows, layout, (), findings, remarks)


# --- which snapshots ---


def _snapshots(connection: Connection, selection: Selection) -> list[Snapshot]:
    """Return the snapshots that count, as they were captured."""
    columns = ", ".join(f"counted.{name}" for name in Snapshot._fields if name != "store")
    sql = (
        f"SELECT store.name AS store, {columns} FROM ({selection.sql}) AS counted"  # noqa: S608 - checked
        " JOIN store ON store.id = counted.store_id WHERE counted.captured_from IS NOT NULL"
        " ORDER BY counted.captured_from, counted.id"
    )
    return [Snapshot(**row) for row in connection.execute(text(sql)).mappings()]


def _asked(
    connection: Connection, listed: Iterable[Snapshot], asked: str | None
) -> Snapshot | str | None:
    """Return the snapshot or the day that was asked for.

    Raises:
        ReportError: it is neither, or the snapshot does not count.
    """
    if asked is None:
        return None
    if asked.isascii() and asked.isdigit():
        number = int(asked) if len(asked) < 10 else 0  # no database counts further
        for one in listed:
            if one.id == number:
                return one
        status = connection.scalar(select(snapshot.c.status).where(snapshot.c.id == number))
        raise ReportError(
            f"snapshot {number} is not counted here (it is {status})"
            if status
            else f"no snapshot {asked} in the database"
        )
    try:
        if len(asked) == len("YYYY-MM-DD"):
            return date.fromisoformat(asked).isoformat()
    except ValueError:
        pass
    raise ReportError(f"neither a snapshot's number nor a day YYYY-MM-DD: {asked!r}")


def _pair(
    here: list[Snapshot],
    since: Snapshot | str | None,
    until: Snapshot | str | None,
    previous: Mapping[int, int | None],
) -> tuple[Snapshot, Snapshot] | str | None:
    """Return the two snapshots of a store to compare, or why there are none; None: not asked for.

    ``here`` are its snapshots as they were captured.
    """
    if any(isinstance(end, Snapshot) and end not in here for end in (since, until)):
        return None
    starts, ends = _up_to(here, since), _up_to(here, until)
    for end, left in ((since, starts), (until, ends)):
        if not left:
            return f"no snapshot captured on or before {end}"
    if since is None:
        # Without any wish the last one that there is something to compare with.
        for later in reversed(ends if until is None else ends[-1:]):
            if number := previous.get(later.id):
                return next(one for one in here if one.id == number), later
        return "no two snapshots that can be compared"
    later = ends[-1]
    alike = [one for one in starts if not one.differs(later)]
    full = [one for one in alike if one.scope == later.scope == "full"]
    earlier = (full or alike or starts)[-1]
    if here.index(earlier) >= here.index(later):
        return f"no snapshot captured after {earlier}"
    if differing := earlier.differs(later):
        return f"{earlier} and {later} cannot be compared: {', '.join(differing)}"
    return earlier, later


def _up_to(here: list[Snapshot], end: Snapshot | str | None) -> list[Snapshot]:
    """Return the snapshots that an end leaves to choose from: one, those up to a day, or all."""
    if isinstance(end, Snapshot):
        return [end]
    return [one for one in here if end is None or one.captured_from[:10] <= end]


# --- what differs ---


def _rows(
    connection: Connection, view: str, pair: tuple[Snapshot, Snapshot]
) -> list[dict[str, Cell]]:
    """Return what a view says of two snapshots."""
    earlier, later = pair
    only = f"SELECT {int(later.id)} AS snapshot, {int(earlier.id)} AS since_snapshot"
    sql = text(query(view, instead={"previous_snapshot": only}))
    return [{"change": SHARE, **row} for row in connection.execute(sql).mappings()]


def _order(row: Mapping[str, Cell]) -> tuple[object, ...]:
    kind = [*PRODUCTS, SHARE].index(str(row["change"]))
    return kind, row.get("native_id") or "", row.get("position") or 0, row["element"] or ""


def _blocks(title: str, found: list[dict[str, Cell]]) -> list[Block]:
    products = [row for row in found if row["change"] != SHARE]
    shares = [row for row in found if row["change"] == SHARE]
    blocks = []
    if products:
        columns = ["change", "product", "name", "element", "before", "after"]
        lines = [
            [
                *(str(row[name] or "") for name in ("change", "native_id", "name")),
                _element(row),
                _told(row, "before"),
                _told(row, "after"),
            ]
            for row in products
        ]
        blocks.append(Block(title, columns, lines))
    if shares:
        lines = [
            [str(row["element"]), _share(row, "before"), _share(row, "after")] for row in shares
        ]
        blocks.append(Block(f"{title}, shares", ["element", "before", "after"], lines))
    return blocks


def _element(row: Mapping[str, Cell]) -> str:
    if row["change"] != "changed":
        return ""
    return str(row["element"] or "(other words)")


def _told(row: Mapping[str, Cell], when: str) -> str:
    state, words = row[f"{when}_state"], row[f"{when}_words"]
    return f"{state}: {words}" if words else str(state or "")


def _share(row: Mapping[str, Cell], when: str) -> str:
    share = row[f"{when}_share"]
    return percent(share) if isinstance(share, float) else "?"


def _summary(found: Iterable[Mapping[str, Cell]]) -> str:
    """Return how many products were listed, delisted and changed."""
    products = {(row["change"], row["native_id"]) for row in found if row["change"] != SHARE}
    numbers = Counter(change for change, _ in products)
    return ", ".join(f"{numbers[change]} {change}" for change in PRODUCTS)
