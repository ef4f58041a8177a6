"""The demonstration beside what is real: told apart by its communities, and removed whole.

What belongs to a community of the demonstration is made up; everything else is real. A release
holds one or the other, never both.
"""

from __future__ import annotations

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from survey.storage.installation import note, noted
from survey.storage.models import (
    Agency,
    Comment,
    Community,
    Event,
    Figure,
    Poster,
    Release,
    Response,
    Scan,
)

REMOVED = "demo removed"  # noted, so that the next start does not load it again
LAST_RELEASE = "last release"  # noted: a number that was published is never given again


def has_made_up(session: Session) -> bool:
    return bool(session.scalar(select(exists().where(Community.made_up))))


def has_real(session: Session) -> bool:
    return bool(session.scalar(select(exists().where(~Community.made_up))))


def is_only_made_up(session: Session) -> bool:
    """Whether a demonstration is all there is: then every page says so."""
    return has_made_up(session) and not has_real(session)


def releases(session: Session, *, made_up: bool) -> list[Release]:
    """Return the releases of the demonstration, or the real ones, the newest first."""
    found = session.scalars(select(Release).order_by(Release.id.desc()))
    return [release for release in found if release.about["made_up"] is made_up]


def next_release_id(session: Session) -> int:
    """Return a number that no release had, not even one that was removed: files of a release are
    kept for good by whoever fetched them."""
    highest = session.scalar(select(func.max(Release.id))) or 0
    return max(highest, int(noted(session, LAST_RELEASE) or 0)) + 1


def remove(session: Session) -> int:
    """Remove the demonstration: places, answers and releases. Commit is the caller's.

    Returns how many communities it had.
    """
    note(session, LAST_RELEASE, str(next_release_id(session) - 1))
    for release in releases(session, made_up=True):
        session.execute(delete(Figure).where(Figure.release_id == release.id))
        session.execute(delete(Release).where(Release.id == release.id))
    places = select(Community.id).where(Community.made_up)
    evenings = select(Event.id).where(Event.community_id.in_(places))
    for table in (Comment, Response, Scan, Poster):
        session.execute(delete(table).where(table.event_id.in_(evenings)))
    session.execute(delete(Event).where(Event.community_id.in_(places)))
    session.execute(delete(Agency).where(Agency.community_id.in_(places)))
    removed = session.execute(delete(Community).where(Community.made_up))
    note(session, REMOVED, "yes")
    return int(removed.rowcount)  # type: ignore[attr-defined]
