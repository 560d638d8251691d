"""What a snapshot holds, counted in SQL: what the checks of it stand on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

#: Products that both snapshots have, from the same kind of source.
SHARED = """
SELECT here.observation_id, said.source
  FROM sighting AS here
  JOIN sighting AS there ON there.snapshot_id = earlier.id AND there.product_id = here.product_id
  JOIN observation AS said ON said.id = here.observation_id
  JOIN observation AS other ON other.id = there.observation_id AND other.source = said.source
 WHERE here.snapshot_id = this.id
"""

#: The elements of a snapshot's codebook.
_ELEMENTS = """
SELECT element.id, element.element
  FROM element
  JOIN snapshot ON snapshot.codebook = element.codebook AND snapshot.id = :id
"""

#: Products by kind of source and element; :func:`_counted` says of which sightings.
_TOLD = """
SELECT said.source, element.element,
       SUM(CASE told.state WHEN 'present' THEN 1 ELSE 0 END),
       SUM(CASE told.state WHEN 'absent' THEN 1 ELSE 0 END),
       SUM(CASE told.state WHEN 'not_applicable' THEN 1 ELSE 0 END)
  FROM ({said}) AS said
  JOIN element_state AS told ON told.observation_id = said.observation_id
  JOIN ({elements}) AS element ON element.id = told.element_id
 GROUP BY said.source, element.element
"""

_HEADINGS = """
SELECT heading, COUNT(*)
  FROM (SELECT DISTINCT section.observation_id, section.heading
          FROM sighting
          JOIN observation ON observation.id = sighting.observation_id
          JOIN section ON section.observation_id = sighting.observation_id
         WHERE sighting.snapshot_id = :id AND observation.source = 'page' AND heading <> ''
       ) AS shown
 GROUP BY heading
"""

_SAID = """
SELECT sighting.observation_id, observation.source
  FROM sighting
  JOIN observation ON observation.id = sighting.observation_id
 WHERE sighting.snapshot_id = :id
"""


class Earlier(NamedTuple):
    """The snapshot that one is compared with."""

    id: int
    scope: str
    captured_from: str

    def __str__(self) -> str:
        """Return how people call it."""
        return f"snapshot {self.id} ({self.captured_from[:10]})"


@dataclass
class States:
    """Products of a snapshot by kind of source, and their states."""

    #: {source: products}
    products: dict[str, int] = field(default_factory=dict)
    #: {(source, element): products whose state is present, absent, not_applicable}
    told: dict[tuple[str, str], tuple[int, int, int]] = field(default_factory=dict)

    def present(self, source: str, element: str) -> int:
        """Return how many products of a kind of source show an element."""
        return self.told.get((source, element), (0, 0, 0))[0]


def earlier(connection: Connection, snapshot_id: int, such: str) -> Earlier | None:
    """Return the last complete snapshot of the same store and origin that was captured before.

    Of two readings of one capture the first is the earlier.
    """
    sql = f"""
SELECT earlier.id, earlier.scope, earlier.captured_from
  FROM snapshot AS this
  JOIN snapshot AS earlier ON earlier.store_id = this.store_id AND earlier.source = this.source
                          AND earlier.id <> this.id AND earlier.status = 'complete'
 WHERE this.id = :id AND {such}
   AND earlier.captured_from <= COALESCE((SELECT MIN(captured_at) FROM sighting
                                           WHERE snapshot_id = :id), this.started_at)
 ORDER BY earlier.captured_from DESC, earlier.id DESC
 LIMIT 1"""  # noqa: S608 - constants of this module
    found = connection.execute(text(sql), {"id": snapshot_id}).first()
    return Earlier(*found) if found else None


def count(connection: Connection, snapshot_id: int) -> int:
    """Return how many products a snapshot has seen."""
    sql = text("SELECT COUNT(*) FROM sighting WHERE snapshot_id = :id")
    return int(connection.scalar(sql, {"id": snapshot_id}) or 0)


def elements(connection: Connection, snapshot_id: int) -> list[str]:
    """Return the elements of a snapshot's codebook, by id."""
    return [row.element for row in connection.execute(text(_ELEMENTS), {"id": snapshot_id})]


def states_of(connection: Connection, snapshot_id: int) -> States:
    """Return the states of all products of a snapshot."""
    kinds = _kinds(connection, _SAID, {"id": snapshot_id})
    if len(kinds) != 1:
        return _counted(connection, _SAID, {"id": snapshot_id})
    # All are of one kind: what was counted when the snapshot closed says it.
    sql = (
        "SELECT element.element, counted.present, counted.absent, counted.not_applicable"
        " FROM element_count AS counted JOIN element ON element.id = counted.element_id"
        " WHERE counted.snapshot_id = :id"
    )
    (kind,) = kinds
    found = connection.execute(text(sql), {"id": snapshot_id})
    return States(kinds, {(kind, element): (p, a, n) for element, p, a, n in found})


def shared_states(connection: Connection, snapshot_id: int, other_id: int) -> States:
    """Return the states of the products that another snapshot has from the same kind of source."""
    said = SHARED.replace("earlier.id", ":other").replace("this.id", ":id")
    return _counted(connection, said, {"id": snapshot_id, "other": other_id})


def unread_states(connection: Connection, snapshot_id: int) -> States:
    """Return the states of the products of which no element is known, present or absent."""
    said = f"""{_SAID}
   AND NOT EXISTS (SELECT 1 FROM element_state AS told
                    WHERE told.observation_id = sighting.observation_id
                      AND told.state IN ('present', 'absent')
                      AND told.element_id IN (SELECT id FROM ({_ELEMENTS}) AS known))"""  # noqa: S608
    return _counted(connection, said, {"id": snapshot_id})


def _counted(connection: Connection, said: str, values: dict[str, Any]) -> States:
    kinds = _kinds(connection, said, values)
    if not kinds:
        return States()
    sql = text(_TOLD.format(said=said, elements=_ELEMENTS))
    told = {
        (source, element): (int(present), int(absent), int(not_applicable))
        for source, element, present, absent, not_applicable in connection.execute(sql, values)
    }
    return States(kinds, told)


def _kinds(connection: Connection, said: str, values: dict[str, Any]) -> dict[str, int]:
    sql = text(f"SELECT source, COUNT(*) FROM ({said}) AS said GROUP BY source ORDER BY source")  # noqa: S608
    return {source: int(number) for source, number in connection.execute(sql, values)}


def headings(connection: Connection, snapshot_id: int) -> dict[str, float] | None:
    """Return {heading: part of the pages of a snapshot that show it}; None without a page."""
    values = {"id": snapshot_id}
    pages = _kinds(connection, _SAID, values).get("page", 0)
    if not pages:
        return None
    found = connection.execute(text(_HEADINGS), values)
    return {heading: number / pages for heading, number in found}
