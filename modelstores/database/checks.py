"""What a finished snapshot must meet before its figures are trusted: checks in SQL.

Each has its figure and its bound, and says in words what it found. The bounds are those
of docs/snapshots.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from modelstores.database.figures import (
    SHARED,
    States,
    count,
    earlier,
    elements,
    headings,
    shared_states,
    states_of,
    unread_states,
)
from modelstores.database.tables import COUNTS

#: Smallest part of the products of the last full snapshot that a full one may have.
MIN_PRODUCTS = 0.80
#: Most that the fill rate of an element may fall, as a part of 1.
MAX_FALL = 0.20
#: Quarantined products must be less than this part of those listed.
MAX_QUARANTINED = 0.05
#: Failed and quarantined products together may be this part of those listed.
MAX_LOST = 0.05
#: A heading is common if it stands on at least this part of the pages, and gone if on less.
COMMON, GONE = 0.50, 0.10
#: Most of the common headings of the last snapshot that may be gone, as a part of 1.
MAX_GONE = 0.50
#: Unknown places must be less than this part of those that the sources can hold.
MAX_UNKNOWN = 0.10


@dataclass(frozen=True)
class Check:
    """One check of a snapshot, as the table ``snapshot_check`` keeps it.

    ``figure`` is None where there was nothing to compare with; the check has passed then.
    """

    name: str
    passed: bool
    figure: float | None
    bound: float
    detail: str

    @property
    def sentence(self) -> str:
        """The check in words, with its figures."""
        return f"{self.name}: {self.detail}"


def run_checks(
    connection: Connection,
    snapshot_id: int,
    *,
    counts: Mapping[str, int],
    scope: str,
    beyond: Mapping[str, Collection[str]],
    of_store: Collection[str] = (),
) -> list[Check]:
    """Check a snapshot all of whose rows are written, ``element_count`` included.

    ``counts`` are those of ``tables.COUNTS``, ``scope`` is "full" or "partial".
    ``beyond`` is {source: elements that this kind of source can never hold}, ``of_store``
    the elements of which only policy pages speak; both by element id.
    """
    listed = counts["listed"]
    states = states_of(connection, snapshot_id)
    return [
        _sum(counts, sum(states.products.values())),
        _products(connection, snapshot_id, scope, sum(states.products.values())),
        _fill(connection, snapshot_id, scope, states),
        _headings(connection, snapshot_id),
        _quarantined(counts["quarantined"], listed),
        _lost(counts["quarantined"] + counts["failed"], listed),
        _unknown(connection, snapshot_id, states, beyond, of_store),
    ]


def _check(
    name: str, passed: bool, figure: float | None, bound: float, detail: str, breach: str
) -> Check:
    return Check(name, passed, figure, bound, detail if passed else f"{detail}, {breach}")


def _sum(counts: Mapping[str, int], seen: int) -> Check:
    """Listed is the sum of all outcomes, and stored the number of sightings."""
    listed, stored = counts["listed"], counts["stored"]
    accounted = sum(counts[name] for name in COUNTS[1:])
    figure = abs(listed - accounted) + abs(stored - seen)
    detail = f"{listed} listed and {accounted} accounted for, {stored} stored and {seen} seen"
    return _check("sum", not figure, figure, 0, detail, "not the same")


def _products(connection: Connection, snapshot_id: int, scope: str, products: int) -> Check:
    """Compare with the last full snapshot of the same store and origin."""
    last = earlier(connection, snapshot_id, "earlier.scope = 'full'") if scope == "full" else None
    before = count(connection, last.id) if last else 0
    if not last or not before:
        return Check("products", True, None, MIN_PRODUCTS, "nothing to compare with")
    share = products / before
    detail = f"{products} of the {before} of {last}"
    breach = f"less than {_percent(MIN_PRODUCTS)}"
    return _check("products", share >= MIN_PRODUCTS, share, MIN_PRODUCTS, detail, breach)


def _fill(connection: Connection, snapshot_id: int, scope: str, states: States) -> Check:
    """Compare each element's fill rate (present / products) with that of the last snapshot.

    Between full snapshots it is that of all products, each kind of source by itself, and
    weighted by the products that this snapshot has of it; else that of the products that
    both have from the same kind of source.
    """
    comparable = "earlier.codebook = this.codebook"
    last = None
    if scope == "full":
        last = earlier(connection, snapshot_id, f"{comparable} AND earlier.scope = 'full'")
    if last:
        now, before = states, states_of(connection, last.id)
    elif last := earlier(connection, snapshot_id, f"{comparable} AND EXISTS ({SHARED})"):
        now = shared_states(connection, snapshot_id, last.id)
        before = shared_states(connection, last.id, snapshot_id)
    kinds = [kind for kind in now.products if kind in before.products] if last else []
    if not kinds:
        return Check("fill", True, None, MAX_FALL, "nothing to compare with")
    products = sum(now.products[kind] for kind in kinds)
    falls = []
    for element in {element for _, element in now.told.keys() | before.told.keys()}:
        rate = sum(now.present(kind, element) for kind in kinds) / products
        was = sum(
            now.products[kind] * before.present(kind, element) / before.products[kind]
            for kind in kinds
        )
        # Rounded, so that 90 % less 70 % is 20 points.
        falls.append((round(was / products - rate, 9), element, rate, was / products))
    fall, element, rate, was = max(falls, default=(0.0, "", 0.0, 0.0))
    if fall <= 0:
        return Check("fill", True, 0.0, MAX_FALL, f"no element fell since {last}")
    detail = f"{element} is shown by {_percent(rate)} of {products} products, {_percent(was)} in"
    breach = f"more than {round(100 * MAX_FALL)} points less"
    return _check("fill", fall <= MAX_FALL, fall, MAX_FALL, f"{detail} {last}", breach)


def _headings(connection: Connection, snapshot_id: int) -> Check:
    """Compare with the headings of the last snapshot: a store's own stand on most of its pages."""
    last = earlier(connection, snapshot_id, "this.parser = earlier.parser")
    before = headings(connection, last.id) if last else None
    common = [heading for heading, share in (before or {}).items() if share >= COMMON]
    now = headings(connection, snapshot_id)
    if not common or now is None:
        return Check("headings", True, None, MAX_GONE, "nothing to compare with")
    gone = sum(now.get(heading, 0) < GONE for heading in common)
    detail = f"{gone} of the {len(common)} headings on most pages of {last} are gone"
    figure = gone / len(common)
    breach = f"more than {_percent(MAX_GONE)}"
    return _check("headings", figure <= MAX_GONE, figure, MAX_GONE, detail, breach)


def _quarantined(quarantined: int, listed: int) -> Check:
    detail = f"{quarantined} of {listed} products"
    figure = quarantined / listed if listed else None
    passed = figure is None or figure < MAX_QUARANTINED
    breach = f"not under {_percent(MAX_QUARANTINED)}"
    return _check("quarantined", passed, figure, MAX_QUARANTINED, detail, breach)


def _lost(lost: int, listed: int) -> Check:
    detail = f"{lost} of {listed} products failed or were quarantined"
    figure = lost / listed if listed else None
    passed = figure is None or figure <= MAX_LOST
    return _check("lost", passed, figure, MAX_LOST, detail, f"more than {_percent(MAX_LOST)}")


def _unknown(
    connection: Connection,
    snapshot_id: int,
    states: States,
    beyond: Mapping[str, Collection[str]],
    of_store: Collection[str],
) -> Check:
    """Count the places that could not be read among those that the sources can hold.

    A product of which nothing at all is known counts with all its places: it was stored
    as listed because its page could not be read, and what a listing cannot hold is no
    excuse for that.
    """
    told_of = [name for name in elements(connection, snapshot_id) if name not in of_store]
    unread = unread_states(connection, snapshot_id)
    places = unknown = 0
    for source, products in states.products.items():
        for element in told_of:
            counted, told = products, states.told.get((source, element), (0, 0, 0))
            if element in beyond.get(source, ()):
                counted = unread.products.get(source, 0)
                told = unread.told.get((source, element), (0, 0, 0))
            present, absent, not_applicable = told
            places += counted - not_applicable
            unknown += counted - not_applicable - present - absent
    figure = unknown / places if places else None
    detail = f"{unknown} of {places} places could not be read"
    passed = figure is None or figure < MAX_UNKNOWN
    breach = f"not under {_percent(MAX_UNKNOWN)}"
    return _check("unknown", passed, figure, MAX_UNKNOWN, detail, breach)


def _percent(share: float) -> str:
    return f"{100 * share:.4g} %"
