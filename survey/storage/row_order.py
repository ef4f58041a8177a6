"""What the files of a database still say of the order in which rows came, and how they forget it.

Answers are kept by a random key, but inside a page SQLite lays new rows beside older ones, and
PostgreSQL keeps a row where it was first written, with the number of its transaction. So the
order can be read from the files while an event takes answers. Once it is over, its rows are
written anew in the order of their keys, and the database lets go of what it had written before.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, delete, exists, insert, select, text

from survey.storage.models import PLAIN_ANSWERS, Base, Event
from survey.storage.writer import empty_log

ANSWERS = {
    "response": "submission",
    "comment": "id",
    "sealed_comment": "id",
    "card": "key",
}  # and their keys
MOST_BYTES = 200_000_000  # a file that is written anew within a second or two, as guests wait


def settle(engine: Engine, event_ids: Iterable[int], moment: datetime) -> bool:
    """Write the rows of these events anew in key order, each event in one transaction.

    Returns False where the space they had stood in could not be let go of: it is large, and
    other events take answers now. The next call without such an event does it.
    """
    if engine.dialect.name == "postgresql":
        for event_id in event_ids:
            with engine.begin() as connection:
                write_in_key_order(connection, event_id)
    return let_go(engine, quiet=not takes_answers(engine, moment))


def write_in_key_order(connection: Connection, event_id: int) -> None:
    """Write an event's rows anew in the order of their keys; commit is the caller's.

    Rows that break the rule of PLAIN_ANSWERS, from before there was one, stay where they are.
    """
    for name, key in ANSWERS.items():
        table: Table = Base.metadata.tables[name]
        gone = delete(table).where(table.c.event_id == event_id)
        if name == "response":
            gone = gone.where(text(PLAIN_ANSWERS[connection.dialect.name]))
        rows = [dict(row) for row in connection.execute(gone.returning(table)).mappings()]
        if rows:
            connection.execute(insert(table), sorted(rows, key=lambda row: str(row[key])))


def let_go(engine: Engine, *, quiet: bool) -> bool:
    """Write the tables of answers into fresh space, and empty SQLite's write-ahead log.

    quiet: nobody waits to store an answer. Returns whether it was done.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            for name in ANSWERS:
                connection.exec_driver_sql(f"VACUUM {'(FULL)' if quiet else ''} {name}")
            return quiet
        if done := quiet or is_small(engine):
            connection.exec_driver_sql("VACUUM")  # writes every table in the order of its key
        empty_log(connection)
        return done


def is_small(engine: Engine) -> bool:
    file = Path(engine.url.database or "")
    return file.exists() and file.stat().st_size <= MOST_BYTES


def takes_answers(engine: Engine, moment: datetime) -> bool:
    """Whether any event is open."""
    with engine.connect() as connection:
        is_open = select(exists().where(Event.opens_at <= moment, Event.closes_at > moment))
        return bool(connection.scalar(is_open))
