"""Runs migrations in child processes and kills each at another statement.

    python -m tests.storage.kill_migrations <database url> <revision> [step] [--driver]

A child is killed by SIGKILL right after its n-th statement, n = 1, 1 + step, ... until one comes
through. Since each does again what those before it did, all of 150 statements take minutes.
SQLite: every child starts with a copy of the file, which it leaves behind as <file>.<n>.
PostgreSQL: every child meets what the one before left. Prints the numbers of those killed.
--driver: as the first version ran them, with no transaction but what Python's driver begins.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import alembic.command  # before the children are born: each would take a second to import it
import alembic.config
import alembic.context  # noqa: F401
from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url

from survey.config import Settings
from survey.storage import schema
from survey.storage.db import open_engine
from tests.conftest import SECRET


def main(url: str, revision: str, step: str = "1", driver: str = "") -> None:
    if driver:
        schema.one_transaction = drivers_own
    killed: list[int] = []
    for number in count(1, int(step)):
        place = url
        if path := make_url(url).database if url.startswith("sqlite") else "":
            place = f"sqlite:///{path}.{number}"
            if Path(path).exists():
                shutil.copy(path, f"{path}.{number}")
        child = os.fork()
        if child == 0:
            run(place, revision, number)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            print(*killed)
            sys.exit(os.waitstatus_to_exitcode(status))
        killed.append(number)


def run(url: str, revision: str, number: int) -> None:
    """Migrate in this process, which ends at the statement of that number."""
    code = 1
    try:
        engine = open_engine(Settings(secret_key=SECRET, database_url=url))
        seen = count(1)

        def kill(*about: object) -> None:
            if next(seen) == number:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(engine, "after_cursor_execute", kill)
        schema.migrate(engine, to=revision)
        code = 0
    finally:
        os._exit(code)


@contextmanager
def drivers_own(connection: Connection) -> Iterator[None]:
    connection.begin()
    yield
    connection.commit()


if __name__ == "__main__":
    main(*sys.argv[1:])
