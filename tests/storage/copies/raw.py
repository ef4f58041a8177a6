"""What a database holds, read without any of the code under test."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg


def raw_rows(url: str) -> dict[str, list[tuple[str, ...]]]:
    """Return {table: its rows as sorted tuples of text}, the same for the same rows anywhere."""
    if url.startswith("sqlite:///"):
        return of_file(Path(url.removeprefix("sqlite:///")))
    found = {}
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        names = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        for (name,) in names:
            cursor = connection.execute(f'SELECT * FROM "{name}"')
            columns = [column.name for column in cursor.description or ()]
            found[name] = sorted(told(columns, row) for row in cursor)
    return found


def of_file(path: Path) -> dict[str, list[tuple[str, ...]]]:
    found = {}
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            cursor = connection.execute(f'SELECT * FROM "{name}"')
            columns = [column[0] for column in cursor.description]
            found[name] = sorted(told(columns, row) for row in cursor)
    return found


def told(columns: list[str], row: tuple[Any, ...]) -> tuple[str, ...]:
    """Return a row as "column=value", by the names of its columns."""
    return tuple(sorted(f"{name}={plain(value)}" for name, value in zip(columns, row, strict=True)))


def plain(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return json.dumps(value)
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    text = str(value)
    if len(text) == 36 and text.count("-") == 4:  # a UUID
        return text.replace("-", "")
    if len(text) == 26 and text.endswith(".000000"):  # a moment without its fraction
        return text.removesuffix(".000000")
    return text
