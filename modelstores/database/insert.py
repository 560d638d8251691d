"""Insert many rows: each statement is made once, and each column's values go as the driver takes
them.

SQLAlchemy would ask for every value of every row how to hand it over. Here the types of the
table's columns are asked once a statement, and then whole columns are converted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Table, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from modelstores.database.rows import Row, Values
from modelstores.database.tables import Words

#: Rows of one table: with the names of the same columns, or the values of all columns.
Rows = Sequence[Row] | Sequence[Values]

#: Statements that are kept: a few for each table and database in use.
_STATEMENTS = 100


class _Statement(NamedTuple):
    """An INSERT in a database's own words."""

    sql: str
    #: of each parameter, in order, its column and what converts a value, if anything has to
    columns: Sequence[tuple[str, Callable[[Any], Any] | None]]
    #: the columns of texts that any store wrote
    words: Collection[str]

    def parameters(self, rows: Rows) -> Sequence[Values]:
        """Return what the driver is given for each row."""
        given = isinstance(rows[0], tuple)
        columns = list(
            zip(*rows, strict=True)
            if given
            else ([row[name] for row in rows] for name, _ in self.columns)  # type: ignore[call-overload]
        )
        converts = [
            None if name in self.words and _are_storable(column) else convert
            for column, (name, convert) in zip(columns, self.columns, strict=True)
        ]
        if given and not any(converts):
            return rows  # type: ignore[return-value]
        converted = (
            map(convert, column) if convert else column
            for column, convert in zip(columns, converts, strict=True)
        )
        return list(zip(*converted, strict=True))


def _are_storable(texts: Iterable[str | None]) -> bool:
    """Tell quickly whether all texts can be stored as they are."""
    return "".join(filter(None, texts)).isprintable()


def insert_all(connection: Connection, found: Mapping[Table, Rows]) -> None:
    """Insert rows into several tables, in order.

    Those of a table have the same columns, or are the values of all of them, in their order.
    """
    for table, rows in found.items():
        _insert(connection, table, rows, new_only=False)


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
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
    names = table.columns.keys() if isinstance(rows[0], tuple) else rows[0]
    statement = _statement(connection.dialect, table, tuple(names), new_only)
    connection.exec_driver_sql(statement.sql, statement.parameters(rows))


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
    words = frozenset(name for name, _ in columns if isinstance(table.c[name].type, Words))
    return _Statement(str(compiled), columns, words)
