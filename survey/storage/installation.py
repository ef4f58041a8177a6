"""What an installation notes about itself, so that its server and its command line agree."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey.config import Settings, local_address
from survey.storage.db import open_engine
from survey.storage.models import Installation

ADDRESS = "address"  # where these pages were opened when they were last served


def note(session: Session, name: str, value: str) -> None:
    session.merge(Installation(name=name, value=value))


def noted(session: Session, name: str) -> str:
    """Return what was noted under a name; "" for nothing."""
    note = session.get(Installation, name)
    return note.value if note else ""


def served_address(session: Session, settings: Settings) -> str:
    """Return the address that opens these pages: the public one, else where they were served."""
    return settings.public_url or noted(session, ADDRESS) or settings.address


def note_served(settings: Settings, listening: object) -> None:
    """Note where the server listens: (host, port), or another value for a socket file.

    It stands on a connection of its own, closed before the server forks. Nothing depends on it,
    so a database that cannot be written now stops no server.
    """
    at = local_address(*listening[:2]) if isinstance(listening, tuple) else settings.address
    engine = open_engine(settings)
    try:
        with Session(engine) as session:
            note(session, ADDRESS, settings.public_url or at)
            session.commit()
    except SQLAlchemyError:
        pass
    finally:
        engine.dispose()
