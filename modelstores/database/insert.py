"""Insert many rows: each statement is made once, and each column's values go as the driver takes
them.

SQLAlchemy would ask for every value of every row how to hand it over. Here the types of the
table's columns are asked once a statement, and then whole columns are converted. Rows that are
ready (``rows``) go as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Table, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from modelstores.database.rows import Row, Values

#: Rows of one table: with the names of the same columns, or ready, as the values of all columns.
Rows = Sequence[Row] | Sequence[Values]

#: Statements that are kept: a few for each table and database in use.
_STATEMENTS = 100


class _Statement(NamedTuple):
    """An INSERT in a database's own words."""

    sql: str
    #: of each parameter, in order, its column and what converts a value, if anything has to
    columns: Sequence[tuple[str, Callable[[Any], Any] | None]]

    def parameters(self, rows: Sequence[Row]) -> Sequence[Values]:
        """Return what the driver is given for each row."""
        columns = (
            [convert(row[name]) for row in rows] if convert else [row[name] for row in rows]
            for name, convert in self.columns
        )
        return list(zip(*columns, strict=True))


def insert_all(connection: Connection, found: Mapping[Table, Rows]) -> None:
    """Insert rows into several tables, in order."""
    for table, rows in found.items():
        _insert(connection, table, rows, new_only=False)


def insert_new(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows; those that are there already stay as they are."""
    _insert(connection, table, rows, new_only=True)


def insert_one(connection: Connection, table: Table, row: Row) -> int:
    """Insert a row; return its number."""
    return int(connection.execute(insert(table).values(row)).inserted_primary_key[0])  # type: ignore[index]


def free_numbers(connection: Connection, table: Table, count: int) -> Sequence[int]:
    """Return numbers for new rows of a table, which nobody else will take."""
    if not count:
        return ()
    if connection.dialect.name == "sqlite":  # of which one alone writes at a time
        last = connection.scalar(select(func.max(table.c.id))) or 0
        return range(last + 1, last + 1 + count)
    numbers = func.nextval(func.pg_get_serial_sequence(table.name, table.c.id.name))
    return connection.scalars(select(numbers).select_from(func.generate_series(1, count))).all()


def dialect_insert(dialect: Dialect, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return the dialect's own insert, which knows ``on_conflict_do_*``."""
    return sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)


def _insert(connection: Connection, table: Table, rows: Rows, *, new_only: bool) -> None:
    if not rows:
        return
    ready = isinstance(rows[0], tuple)
    names = table.columns.keys() if ready else rows[0]
    statement = _statement(connection.dialect, table, tuple(names), new_only)
    parameters = rows if ready else statement.parameters(rows)  # type: ignore[arg-type]
    connection.exec_driver_sql(statement.sql, parameters)


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
