"""Whether two databases hold the same rows: counted and summed up table by table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, inspect, select, table, text

from survey.storage.copies.rows import fetched, read, write
from survey.storage.models import Base


@dataclass(frozen=True)
class Fingerprint:
    """What tells whether two tables hold the same rows, in whichever order they lie."""

    rows: int
    checksum: str  # the sum of the rows' SHA-256, modulo 2^256, in 64 hexadecimal digits


def fingerprint(rows: Iterable[Sequence[Any]]) -> Fingerprint:
    encode = json.JSONEncoder(default=bytes.hex).encode  # the same text in every Python
    total = count = 0
    for row in rows:
        total += int.from_bytes(sha256(encode(row).encode()).digest(), "big")
        count += 1
    return Fingerprint(count, f"{total % 2**256:064x}")


def fingerprints(connection: Connection) -> dict[str, Fingerprint]:
    """Return {table: fingerprint} of all that the models name: the same in every engine."""
    return {
        table.name: fingerprint(read(connection, table)) for table in Base.metadata.sorted_tables
    }


def file_fingerprints(connection: Connection) -> dict[str, Fingerprint]:
    """Return {table: fingerprint} of every table of an SQLite file, of whichever version."""
    return {
        name: fingerprint(fetched(connection, select(text("*")).select_from(table(name))))
        for name in inspect(connection).get_table_names()
    }


def is_empty(connection: Connection) -> bool:
    """Whether a database holds no row of ours. Its tables may have been made."""
    present = set(inspect(connection).get_table_names())
    ours = [table for table in Base.metadata.sorted_tables if table.name in present]
    return not any(connection.execute(select(table).limit(1)).first() for table in ours)


def copy_all(source: Connection, target: Connection) -> None:
    """Copy every table into a migrated, empty database; commit is the caller's.

    Raises Differs where the copy does not hold what the source holds.
    """
    for own in Base.metadata.sorted_tables:
        write(target, own, read(source, own))
    if target.dialect.name == "sqlite" and (
        broken := target.exec_driver_sql("PRAGMA foreign_key_check").all()
    ):
        raise Differs(f"{broken[0][0]}: a row refers to one that is not there")
    compare(fingerprints(source), fingerprints(target))


class Differs(Exception):
    """Two databases that should hold the same do not; the sentence names the table."""


def compare(expected: dict[str, Fingerprint], actual: dict[str, Fingerprint]) -> None:
    """Raise Differs for the first table that is not the same."""
    for name, known in expected.items():
        there = actual.get(name, Fingerprint(0, ""))
        if there.rows != known.rows:
            raise Differs(f"{name}: {there.rows:,} rows instead of {known.rows:,}")
        if there != known:
            raise Differs(f"{name}: {there.rows:,} rows as expected, but not the same ones")
    if more := sorted(set(actual) - set(expected)):
        raise Differs(f"{more[0]}: a table that should not be there")
