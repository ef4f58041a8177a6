"""Keeping and forgetting: how long single answers are kept, what is due, and what stops it.

A season is forgotten as a whole, once it was published: its figures then stand in the releases
alone, and later releases carry them over as they were.
"""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.orm import Session

from survey.desk.answered import ANSWERS, delete_event
from survey.desk.comments import KEPT, LEAST
from survey.desk.limits import tidy
from survey.storage import audit
from survey.storage.county_parts import forget_sums
from survey.storage.desk_tables import Card, HeldAnswer, SecondKeying, UndoneKeying
from survey.storage.events import Refused
from survey.storage.import_tables import ImportedFile
from survey.storage.installation import note, noted
from survey.storage.keeping_tables import ForgottenSeason
from survey.storage.models import (
    RELEASE_FORMAT,
    Base,
    Comment,
    Community,
    Event,
    Release,
    Response,
    SealedComment,
)
from survey.storage.publishing_tables import Reply

RULE, HOLD = "keep months", "legal hold"  # what is noted of the installation
LEAST_MONTHS, MOST_MONTHS = 3, 120  # after the last late phone, and longer than any archive asks
NO_RULE, UNPUBLISHED, LATER, HELD, DUE = "no_rule", "unpublished", "later", "held", "due"


@dataclass(frozen=True)
class Hold:
    """Somebody asked that everything be kept: until it is lifted nothing is forgotten."""

    why: str
    who: str
    since: str  # day, ISO


@dataclass(frozen=True)
class Season:
    """What of one season would go and what would stay, and whether it is time."""

    season: int
    responses: int
    comments: int  # that go
    shown: int  # comments that stay: they were kept, and enough people answered
    state: str
    due_at: datetime | None  # where it was published
    release: int | None  # the newest release, where its figures stand


def rule(session: Session) -> int | None:
    """Return the months after its publication that a season's answers are kept; None: for good."""
    months = noted(session, RULE)
    return int(months) if months else None


def set_rule(session: Session, months: int | None) -> None:
    """Keep a rule, or none. Raises Refused."""
    if months is not None and not LEAST_MONTHS <= months <= MOST_MONTHS:
        raise Refused(
            f"Answers are kept for {LEAST_MONTHS} to {MOST_MONTHS} months.",
            "months", "months", least=LEAST_MONTHS, most=MOST_MONTHS,
        )  # fmt: skip
    note(session, RULE, "" if months is None else str(months))


def hold(session: Session) -> Hold | None:
    kept = noted(session, HOLD)
    return Hold(**json.loads(kept)) if kept else None


def begin_hold(session: Session, why: str, who: str, moment: datetime) -> Hold:
    """Stop all forgetting and deleting of answers. Raises Refused where it is stopped already."""
    if hold(session):
        raise Refused("All forgetting is stopped already.", "held", "why")
    begun = Hold(tidy(why, Reply.text, "The reason", "why"), who, moment.date().isoformat())
    note(session, HOLD, json.dumps(asdict(begun)))
    return begun


def lift_hold(session: Session) -> Hold:
    """Let forgetting go on by its rule. Raises Refused where nothing stops it."""
    held = hold(session)
    if held is None:
        raise Refused("Nothing stops the forgetting.", "not_held")
    note(session, HOLD, "")
    return held


def refuse_held(session: Session) -> None:
    """Raise Refused while everything has to be kept."""
    if held := hold(session):
        raise Refused(f"Everything is to be kept since {held.since}: {held.why}", "held")


def ahead(session: Session, moment: datetime) -> list[Season]:
    """Return the seasons that still have single answers, the oldest first, and when they go."""
    months, held, known = rule(session), hold(session), list(published(session))
    ends = select(Event.season, func.max(Event.closes_at)).group_by(Event.season)
    seasons = []
    for season, closes in session.execute(real(ends).order_by(Event.season)).all():
        responses, gone, stay = counted(session, season)
        if not responses + gone:
            continue
        of_it = [one for one in known if season in one.seasons]
        out = min((one.made_at for one in of_it if one.made_at >= closes), default=None)
        newest = known[-1].id if known and known[-1].readable and of_it[-1:] == known[-1:] else None
        due_at = later(out, months) if out and newest and months is not None else None
        state = (
            UNPUBLISHED if out is None or newest is None
            else HELD if held
            else NO_RULE if due_at is None
            else DUE if due_at <= moment
            else LATER
        )  # fmt: skip
        seasons.append(Season(season, responses, gone, stay, state, due_at, newest))
    return seasons


def later(moment: datetime, months: int) -> datetime:
    """Return the same day so many months later, or the last of that month."""
    years, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month + 1
    return moment.replace(
        year=year, month=month, day=min(moment.day, monthrange(year, month)[1])
    )  # fmt: skip


@dataclass(frozen=True)
class Published:
    """What is looked at of a release here: its figures are not read."""

    id: int
    made_at: datetime
    readable: bool  # by this version
    seasons: tuple[int, ...]


def published(session: Session) -> Iterator[Published]:
    """Yield the releases of what is real, the oldest first."""
    about = Release.about["seasons"], Release.about["made_up"]
    query = select(Release.id, Release.made_at, Release.format, *about).order_by(Release.id)
    for id, made_at, form, seasons, made_up in session.execute(query):
        if not made_up:
            yield Published(id, made_at, form == RELEASE_FORMAT, tuple(seasons))


def real(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Narrow a query of events to those of communities that are no demonstration's."""
    return query.join(Community, Community.id == Event.community_id).where(~Community.made_up)


def events_of(season: int) -> Select[*tuple[Any, ...]]:
    return real(select(Event.id)).where(Event.season == season)


def counted(session: Session, season: int) -> tuple[int, int, int]:
    """Return how many responses there are, how many comments go, and how many stay."""
    here = events_of(season)
    responses = count(session, Response, Response.event_id.in_(here))
    stay = count(session, Comment, *staying(session, season))
    comments = count(session, Comment, Comment.event_id.in_(here))
    sealed = count(session, SealedComment, SealedComment.event_id.in_(here))
    return responses, comments - stay + sealed, stay


def count(session: Session, table: type[Base], *where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*where)) or 0


def staying(session: Session, season: int) -> tuple[ColumnElement[bool], ...]:
    """Return which comments stay: those that were kept, of places of which enough answered."""
    here = events_of(season)
    if session.get(ForgottenSeason, season):  # the others went then
        return Comment.event_id.in_(here), Comment.state == KEPT
    enough = (
        real(select(Event.community_id))
        .join(Response, Response.event_id == Event.id)
        .where(Event.season == season)
        .group_by(Event.community_id)
        .having(func.count() >= LEAST)
    )
    places = [*session.scalars(enough)]
    shown = select(Event.id).where(Event.season == season, Event.community_id.in_(places))
    return Comment.event_id.in_(shown), Comment.state == KEPT


def forget(session: Session, season: Season, moment: datetime, by: int | None = None) -> list[int]:
    """Delete a season's single answers and the comments that nobody is shown; return the ids of
    its events. Of the comments that stay the words as they came are wiped; those that were masked
    stay. Raises Refused where everything is held, or its figures stand in no release.
    """
    refuse_held(session)
    if season.release is None or season.state == UNPUBLISHED:
        raise Refused(f"{season.season} was not published as a whole yet.", "unpublished")
    ids = [*session.scalars(events_of(season.season))]
    kept = [*session.scalars(select(Comment.id).where(*staying(session, season.season)))]
    mine = Comment.event_id.in_(ids)
    session.execute(delete(Comment).where(mine, Comment.id.not_in(kept)))
    session.execute(update(Comment).where(mine).values(text=Comment.shown))
    session.execute(delete(SealedComment).where(SealedComment.event_id.in_(ids)))
    for table in (HeldAnswer, SecondKeying, UndoneKeying, Card, Response):
        session.execute(delete(table).where(table.event_id.in_(ids)))
    session.execute(update(ImportedFile).where(ImportedFile.event_id.in_(ids)).values(counts={}))
    forget_sums(session)
    before = session.get(ForgottenSeason, season.season)
    session.merge(
        ForgottenSeason(
            season=season.season,
            forgotten_at=moment,
            responses=season.responses + (before.responses if before else 0),
            comments=season.comments + (before.comments if before else 0),
            release=season.release,
        )
    )
    about = {"season": season.season, "responses": season.responses, "comments": season.comments}
    audit.append(session, "season_forgotten", moment, account_id=by, about=about)
    return ids


def delete_whole(session: Session, event: Event, typed: str, moment: datetime) -> dict[str, int]:
    """Delete an event that is over with all that was answered at it; return how many of what.

    typed: the year, as a person typed it so that no slip of the hand does it. What was published
    stays; a later release has what is left. Raises Refused.
    """
    refuse_held(session)
    if event.closes_at > moment:
        raise Refused(f"{event.slug} is not over: close it first.", "not_over")
    if typed.strip() != str(event.season):
        raise Refused("Type the year of the event.", "year", "year")
    gone = {
        "responses": count(session, Response, Response.event_id == event.id),
        "comments": count(session, Comment, Comment.event_id == event.id)
        + count(session, SealedComment, SealedComment.event_id == event.id),
    }
    for table in ANSWERS:
        session.execute(delete(table).where(table.event_id == event.id))
    forget_sums(session)
    delete_event(session, event)
    return gone


def put_away(event: Event, moment: datetime, *, away: bool) -> None:
    """Take an event that is over off the list of events, or put it back. Raises Refused."""
    if away and event.closes_at > moment:
        raise Refused(f"{event.slug} is not over yet.", "not_over")
    event.archived = away
