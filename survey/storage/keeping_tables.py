"""Seasons whose single answers are no longer kept: of them there are the released figures alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.storage.events import Refused
from survey.storage.models import Base, Event


class ForgottenSeason(Base):
    """One season of what is real, all its places together."""

    __tablename__ = "forgotten_season"

    season: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    forgotten_at: Mapped[datetime]
    responses: Mapped[int]  # how many were deleted
    comments: Mapped[int]
    release: Mapped[int]  # the newest that held its figures then


def forgotten_seasons(session: Session) -> set[int]:
    return {*session.scalars(select(ForgottenSeason.season))}


def is_kept(*, made_up: bool) -> ColumnElement[bool]:
    """Whether an event's answers may be counted: of a season that was forgotten a release carries
    the figures over as they were, and what is found of it since is not mixed in."""
    if made_up:  # the demonstration is no season's
        return true()
    return Event.season.not_in(select(ForgottenSeason.season))


def refuse_forgotten(session: Session, season: int) -> None:
    """Raise Refused for a season to which no answers can be added any more."""
    if season in forgotten_seasons(session):
        raise Refused(
            f"The single answers of {season} are no longer kept here: its figures stand as they "
            "were published, and nothing can be added to them.",
            "forgotten",
            season=season,
        )
