"""Rows as SQLite stores them: the one form in which databases are copied and compared.

Two databases hold the same when these rows are equal, whichever engine keeps them. JSON stays the
text it was written as and is never parsed, so that copying changes no character of an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    TableClause,
    Text,
    TypeDecorator,
    Uuid,
    cast,
    func,
    select,
    text,
    type_coerce,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import NullType

Row = tuple[Any, ...]
MIDNIGHT = "0000-00-00 00:00:00.000000"  # what a moment lacks that was typed in as a day
AT_ONCE = 5_000  # rows that are fetched and written together

# What SQLite stores of each type, as an expression of PostgreSQL. A test holds every column of
# the models to this list.
FROM_POSTGRES: dict[type, Callable[[Column[Any]], ColumnElement[Any]]] = {
    Uuid: lambda column: func.replace(cast(column, Text), "-", ""),
    JSON: lambda column: cast(column, Text),
    Boolean: lambda column: cast(column, Integer),
    DateTime: lambda column: func.to_char(column, text("'YYYY-MM-DD HH24:MI:SS.US'")),
    Date: lambda column: cast(column, Text),
    String: lambda column: column,
    Integer: lambda column: column,
    Float: lambda column: column,
    LargeBinary: lambda column: column,
}


def kind_of(column: Column[Any]) -> type:
    """Return the entry of FROM_POSTGRES that a column's type falls under. Raises TypeError."""
    declared = column.type
    plain = declared.impl_instance if isinstance(declared, TypeDecorator) else declared
    for kind in FROM_POSTGRES:
        if isinstance(plain, kind):
            return kind
    raise TypeError(f"{column}: no rule says how SQLite would store {plain!r}")


def read(connection: Connection, source: Table) -> Iterator[Row]:
    """Yield a table's rows in the order of its primary key, which says nothing of arrival."""
    columns: list[ColumnElement[Any]]
    if connection.dialect.name == "sqlite":
        columns = [as_in_file(column) for column in source.columns]
    else:
        columns = [FROM_POSTGRES[kind_of(column)](column) for column in source.columns]
    query = select(*columns).order_by(*source.primary_key.columns)
    return fetched(connection, query)


def as_in_file(column: Column[Any]) -> ColumnElement[Any]:
    """Return a column of SQLite as it stands there; a moment always with its fraction."""
    plain = type_coerce(column, NullType())
    if kind_of(column) is DateTime:
        return plain.concat(func.substr(MIDNIGHT, func.length(plain) + 1))
    return plain


def fetched(connection: Connection, query: Any) -> Iterator[Row]:
    result = connection.execute(query, execution_options={"yield_per": AT_ONCE})
    for part in result.partitions():
        yield from map(tuple, part)


def write(connection: Connection, target: TableClause, rows: Iterable[Row]) -> None:
    """Write rows as they were read; commit is the caller's. Raises DBAPIError."""
    if connection.dialect.name == "sqlite":
        quote = connection.dialect.identifier_preparer.format_table
        marks = ", ".join("?" * len(target.columns))
        insert = f"INSERT INTO {quote(target)} ({named(connection, target)}) VALUES ({marks})"
        left = iter(rows)
        while part := list(islice(left, AT_ONCE)):
            connection.exec_driver_sql(insert, part)
    else:
        copy_in(connection, target, rows)


def named(connection: Connection, target: TableClause) -> str:
    """Return the names of a table's columns as they stand in a statement."""
    quote = connection.dialect.identifier_preparer.quote
    return ", ".join(quote(column.name) for column in target.columns)


def copy_in(connection: Connection, target: TableClause, rows: Iterable[Row]) -> None:
    """Write rows to PostgreSQL as text, which it parses by each column's type."""
    name = connection.dialect.identifier_preparer.format_table(target)
    statement = f"COPY {name} ({named(connection, target)}) FROM STDIN"
    cursor: Any = connection.connection.cursor()
    with as_of_sqlalchemy(connection, statement), cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
    if isinstance(target, Table):
        count_on(connection, target)


def count_on(connection: Connection, target: Table) -> None:
    """Let the next number that PostgreSQL gives come after those that are there."""
    name = connection.dialect.identifier_preparer.format_table(target)
    for column in target.primary_key.columns:
        sequence = func.pg_get_serial_sequence(name, column.name)
        if isinstance(column.type, Integer) and connection.scalar(select(sequence)):
            highest = func.coalesce(func.max(column), 0) + 1
            connection.execute(select(func.setval(sequence, highest, False)).select_from(target))


@contextmanager
def as_of_sqlalchemy(connection: Connection, statement: str) -> Iterator[None]:
    """Raise what the driver raises as its DBAPIError: SQLAlchemy itself knows no COPY."""
    of_driver = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except of_driver as error:
        raise DBAPIError.instance(
            statement, None, error, of_driver, hide_parameters=True, dialect=connection.dialect
        ) from error
