"""A view, and the snapshots that it counts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from modelstores.database.tables import STATUSES


@dataclass(frozen=True)
class View:
    """A view: what it says, its columns with their meaning, and its SQL."""

    comment: str
    columns: dict[str, str]
    sql: str


@dataclass(frozen=True)
class Selection:
    """The snapshots that count: their statuses, and their stores (none named: all)."""

    statuses: tuple[str, ...] = ("complete",)
    stores: tuple[str, ...] = ()

    @property
    def sql(self) -> str:
        """Return the SELECT of these snapshots.

        Raises:
            ValueError: a status is none of ``tables.STATUSES``, or a name is no store's.
        """
        if not set(self.statuses) <= set(STATUSES):
            raise ValueError(f"statuses: {self.statuses}")
        if not all(map(STORE_NAME.fullmatch, self.stores)):
            raise ValueError(f"stores: {self.stores}")
        sql = f"SELECT * FROM snapshot WHERE status IN ({_listed(self.statuses)})"  # noqa: S608 - checked
        if self.stores:
            named = f"SELECT id FROM store WHERE name IN ({_listed(self.stores)})"  # noqa: S608 - checked
            sql += f" AND store_id IN ({named})"
        return sql


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


#: What counts unless something else is asked for.
COMPLETE = Selection()
#: The names that spiders have.
STORE_NAME = re.compile(r"[a-z0-9_]{1,50}")
