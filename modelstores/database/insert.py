"""Insert many rows: each statement is made once, and each column's values go as the driver takes
them.

SQLAlchemy would ask for every value of every row how to hand it over. Here the types of the
table's columns are asked once a statement, and then whole columns are converted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Table, insert
from sqlalchemy.dialects import postgresql, sqlite

from modelstores.database.rows import Row

#: Statements that are kept: a few for each table and database in use.
_STATEMENTS = 100


class _Statement(NamedTuple):
    """An INSERT in a database's own words."""

    sql: str
    #: of each parameter, in order, its column and what converts a value, if anything has to
    columns: Sequence[tuple[str, Callable[[Any], Any] | None]]

    def parameters(self, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
        """Return what the driver is given for each row."""
        return list(
            zip(
                *(
                    [row[name] for row in rows]
                    if convert is None
                    else [convert(row[name]) for row in rows]
                    for name, convert in self.columns
                ),
                strict=True,
            )
        )


def insert_all(connection: Connection, found: Mapping[Table, Sequence[Row]]) -> None:
    """Insert rows into several tables, in order. Those of a table have the same columns."""
    for table, rows in found.items():
        _insert(connection, table, rows, new_only=False)


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    """Insert rows; those that are there already stay as they are. Return how many were not."""
    return _insert(connection, table, rows, new_only=True)


def insert_one(connection: Connection, table: Table, row: Row) -> int:
    """Insert a row; return its number."""
    return int(connection.execute(insert(table).values(row)).inserted_primary_key[0])  # type: ignore[index]


def dialect_insert(dialect: Dialect, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return the dialect's own insert, which knows ``on_conflict_do_*``."""
    return sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)


def _insert(connection: Connection, table: Table, rows: Sequence[Row], *, new_only: bool) -> int:
    if not rows:
        return 0
    statement = _statement(connection.dialect, table, tuple(rows[0]), new_only)
    return connection.exec_driver_sql(statement.sql, statement.parameters(rows)).rowcount


@lru_cache(_STATEMENTS)
def _statement(
    dialect: Dialect, table: Table, names: tuple[str, ...], new_only: bool
) -> _Statement:
    made = dialect_insert(dialect, table).inline()  # it is asked for no number of a row
    if new_only:
        made = made.on_conflict_do_nothing()
    compiled = made.compile(dialect=dialect, column_keys=names)
    columns = [
        (name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect))
        for name in compiled.positiontup or ()
    ]
    return _Statement(str(compiled), columns)
