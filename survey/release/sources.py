"""How a county of a release reaches the database: through the session of whoever publishes, or by
an address, in whatever process or on whatever machine it is built."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from survey.questionnaire.content_files import read_content
from survey.questionnaire.instrument import Content
from survey.release.imported_answers import with_imported
from survey.storage.db import engine_at

PATIENCE = 60.0  # seconds that a worker waits for SQLite's one writer; nobody watches it


class Source(Protocol):
    """Where counties read their answers and keep their parts."""

    def transaction(self) -> AbstractContextManager[Session]:
        """Give a session; what is written is kept when the source's own transaction is."""

    def content(self, release_id: int) -> Content:
        """Return the questionnaire with what imported files added, as a release reads it."""


@dataclass(frozen=True)
class OwnSession:
    """The session of whoever publishes: it sees what is not committed yet, and commits itself."""

    session: Session
    questionnaire: Content  # with what imported files added

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        yield self.session

    def content(self, release_id: int) -> Content:
        return self.questionnaire


@dataclass(frozen=True)
class Database:
    """A database that is opened where the work runs; each transaction is committed there."""

    address: str = field(repr=False)  # with its password
    folder: Path  # of the content

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with Session(_reach(self.address)) as session, session.begin():
            yield session

    def content(self, release_id: int) -> Content:
        return _content(self, release_id)


_engines: dict[str, Engine] = {}  # this process's ways to a database


def _reach(address: str) -> Engine:
    if address not in _engines:
        _engines[address] = engine_at(address, PATIENCE)
    return _engines[address]


def let_go() -> None:
    """Close the connections that counties opened in this process."""
    while _engines:
        _engines.popitem()[1].dispose()


@lru_cache(maxsize=4)
def _content(database: Database, release_id: int) -> Content:
    """Read once a process and release."""
    with database.transaction() as session:
        return with_imported(session, read_content(database.folder))
