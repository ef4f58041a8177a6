"""Which releases there are that this version can read, and which is the newest."""

from __future__ import annotations

from collections.abc import Container

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session

from survey.storage.models import RELEASE_FORMAT, Release

RELEASES = Release.__table__.c


def readable() -> ColumnElement[bool]:
    """Whether a release has the columns that this version reads."""
    return RELEASES.format == RELEASE_FORMAT


# asked by every request, and by most of them nothing else: made once, and no objects of the ORM
LAST = select(RELEASES.id, RELEASES.sha256).order_by(RELEASES.id.desc()).limit(1)
NAMES = select(RELEASES.id, RELEASES.sha256).where(readable())
NEWEST = NAMES.order_by(RELEASES.id.desc()).limit(1)
NUMBERED = NAMES.where(RELEASES.id == bindparam("number"))


def newest(session: Session, known: Container[tuple[int, str]] = ()) -> tuple[int, str] | None:
    """Return (id, sha256) of the newest release; None before the first.

    known: releases that can be read for sure. Whether one can stands, in SQLite, behind all that is
    published with it: for a country some megabytes, which a look at the last name does not touch.
    """
    last = session.execute(LAST).first()
    row = last if last is None or tuple(last) in known else session.execute(NEWEST).first()
    return (row[0], row[1]) if row else None


def numbered(session: Session, id: int) -> tuple[int, str] | None:
    """Return (id, sha256) of one release; None where there is none that can be read."""
    row = session.execute(NUMBERED, {"number": id}).first()
    return (row[0], row[1]) if row else None
