"""One release at a time: a lock that whoever makes one holds for as long as that process lives.

The kernel (beside an SQLite file) or PostgreSQL lets go of it when its holder ends, however it
ends. Whether a run is still going therefore needs no clock and no sign of life.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import IO

from sqlalchemy import Engine, text

from survey.storage.events import Refused

NUMBER = 7_246_003  # any number of our own: PostgreSQL's lock for "somebody makes a release"
PATIENCE = 2.0  # seconds: who only looks whether it is held may hold it for an instant

HELD = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = :number "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@contextmanager
def held(engine: Engine) -> Iterator[None]:
    """Hold the lock. Raises Refused where another process does."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            take = text("SELECT pg_try_advisory_lock(:number)")
            if not connection.execute(take, {"number": NUMBER}).scalar_one():
                raise busy()
            connection.rollback()  # the lock is the session's: no transaction stays open for hours
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": NUMBER})
                connection.rollback()
    else:
        with opened(file_of(engine)) as file:
            until = monotonic() + PATIENCE
            while not taken(file.fileno(), fcntl.LOCK_EX):
                if monotonic() > until:
                    raise busy()
                sleep(0.05)
            yield


def is_held(engine: Engine) -> bool:
    """Whether a process that makes a release is alive."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            return bool(connection.execute(HELD, {"number": NUMBER}).scalar_one())
    path = file_of(engine)
    if not path.exists():
        return False
    with path.open("r") as file:
        return not taken(file.fileno(), fcntl.LOCK_SH)


def opened(path: Path) -> IO[str]:
    """Open the lock's file to write. Raises Refused where that user may not."""
    try:
        return path.open("w")
    except OSError as error:
        sentence = f"{path} cannot be written: make releases as the user that the server runs as."
        raise Refused(sentence) from error


def file_of(engine: Engine) -> Path:
    path = Path(str(engine.url.database))
    return path.with_name(f".{path.name}.release")


def taken(descriptor: int, how: int) -> bool:
    """Whether this process has the lock now. It is no process's that was forked from this one."""
    try:
        fcntl.lockf(descriptor, how | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def busy() -> Refused:
    return Refused("Figures are being put together already: wait until that is done.", "busy")
