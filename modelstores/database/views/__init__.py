"""The views for researchers, in SQL that SQLite and PostgreSQL both run.

Numbers are BIGINT or DOUBLE PRECISION: what PostgreSQL makes of a division or a sum of
sums by itself is a decimal.

Each view stands on ``complete_snapshot`` alone. :func:`query` gives the same SQL as one
statement over snapshots of other statuses, so that a report can ask more widely without
a second wording of any figure.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from modelstores.database.views.elements import ELEMENTS
from modelstores.database.views.history import HISTORY
from modelstores.database.views.latest import LATEST
from modelstores.database.views.offerings import OFFERINGS
from modelstores.database.views.view import COMPLETE, Selection, View

__all__ = ["COMPLETE", "VIEWS", "Selection", "View", "create_views", "drop_views", "query"]

#: Every view by its name, in the order in which they build on each other.
VIEWS: dict[str, View] = {**LATEST, **ELEMENTS, **OFFERINGS, **HISTORY}


def create_views(connection: Connection) -> None:
    """Create every view, in the order in which they build on each other."""
    for name, view in VIEWS.items():
        connection.exec_driver_sql(f"CREATE VIEW {name} AS {view.sql}")


def drop_views(connection: Connection) -> None:
    """Drop every view that is there; they hold nothing of their own."""
    for name in reversed(VIEWS):
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")


def query(
    name: str, selection: Selection = COMPLETE, instead: Mapping[str, str] | None = None
) -> str:
    """Return one SQL statement that says what a view says, over the snapshots selected.

    It uses no view, only tables. ``instead`` is {view: SELECT} for views that it stands on
    and that are to say something else.
    """
    given = {"complete_snapshot": selection.sql, **(instead or {})}
    steps: list[str] = []
    for step, view in VIEWS.items():
        if step == name:
            return f"WITH {', '.join(steps)} {view.sql}" if steps else view.sql
        steps.append(f"{step} AS ({given.get(step, view.sql)})")
    raise KeyError(name)
