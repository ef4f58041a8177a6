"""The demonstration beside what is real: recognised by its communities.

What belongs to a community of the demonstration is made up; everything else is real. A release
holds one or the other, never both.
"""

from __future__ import annotations

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from survey.storage.installation import noted
from survey.storage.models import Community, Release

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
    newest_first = session.scalars(select(Release).order_by(Release.id.desc()))
    return [release for release in newest_first if release.about["made_up"] is made_up]


def next_release_id(session: Session) -> int:
    """Return a number that no release had, not even one that was removed: files of a release are
    kept for good by whoever fetched them."""
    highest = session.scalar(select(func.max(Release.id))) or 0
    return max(highest, int(noted(session, LAST_RELEASE) or 0)) + 1
