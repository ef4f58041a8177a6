"""Posters and their events: how to look them up, and when they are open."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import Enum
from time import monotonic
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload, selectinload

from survey.questionnaire.forms import Agencies
from survey.questionnaire.instrument import FOLLOW_UP
from survey.storage.models import Community, Event, Poster
from survey.storage.writer import AWAY

# Without 0 O 1 I L 5 S 8 B 2 Z U V: signs that are misread from a poster or misheard.
CODE_SIGNS = "34679ACDEFGHJKMNPQRTWXY"
CODE_LENGTH = 6  # 148 million codes: guessing one of a thousand takes 148,000 tries


# How a form is opened, by the end of its address, and the mode that is kept with its answers.
TWICE = "twice/paper"  # sheets that are keyed a second time, to be compared: they count nowhere
DOORS = {
    "": "own phone", "kiosk": "kiosk", "paper": "paper", TWICE: "paper", "later": "own phone",
}  # fmt: skip
FOLLOW_UP_DAYS = (21, 28)  # first and last day: the effect of one good contact is seen at 21
KEYED_WITHIN = timedelta(days=14)  # paper forms are keyed in after the evening


class Refused(Exception):
    """What was asked cannot be done; the sentence says why and what would do.

    why: the key of the same under [desk.refused], for pages in other languages than English;
    field: what was typed wrong; named: what the sentence names.
    """

    def __init__(self, sentence: str, why: str = "", field: str = "", **named: object) -> None:
        super().__init__(sentence)
        self.why, self.field, self.named = why, field, named


class Window(Enum):
    """Where an event stands."""

    UPCOMING = "upcoming"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True)
class Place:
    """What an attendee's page needs to know of a poster, its event and its community.

    Frozen and hashable: it is the key under which a rendered form is kept, so a change in any of
    it is a new form.
    """

    poster: str
    door: str
    wave: str
    event_id: int
    event: str
    community: str
    slug: str  # of the community
    made_up: bool
    season: int
    instrument: str
    languages: tuple[str, ...]
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    agencies: Agencies
    host: str = ""  # the name of whoever runs the survey at this event
    police_run: bool = True  # whether that is law enforcement
    retired_at: datetime | None = None  # since when this poster's code opens no form
    rehearsal_until: datetime | None = None  # of a try-out that was begun
    rehearsing: bool = False  # whether that is now: nothing that is answered counts

    @property
    def mode(self) -> str:
        return DOORS[self.door]

    def through(self, door: str) -> Place:
        """Return the same place as it is met through another door: KeyError if there is none."""
        DOORS[door]
        if door == "later":
            self = replace(self, rehearsing=False)
            first, last = (self.day_after(days) for days in FOLLOW_UP_DAYS)
            last += timedelta(days=1)
            return replace(self, door=door, wave=FOLLOW_UP, opens_at=first, closes_at=last)
        if DOORS[door] == "paper":
            agencies = replace(self.agencies, printed=True)
            closes_at = self.closes_at + KEYED_WITHIN
            return replace(self, door=door, closes_at=closes_at, agencies=agencies)
        return replace(self, door=door)

    def day_after(self, days: int) -> datetime:
        """Return the event-local start of the day that many days after the event."""
        day = self.local(self.starts_at).date() + timedelta(days=days)
        return datetime.combine(day, time(), ZoneInfo(self.time_zone)).astimezone(UTC)

    def as_of(self, now: datetime) -> Place:
        """Return the place as it is now: in a try-out, or not."""
        if self.rehearsal_until is None:
            return self
        if now < min(self.rehearsal_until, self.opens_at):
            return replace(self, rehearsal_until=None, rehearsing=True)
        return self

    def window(self, now: datetime) -> Window:
        if self.rehearsing:
            return Window.OPEN
        return window_of(self.opens_at, self.closes_at, now)

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.time_zone))

    def hour(self, moment: datetime) -> str:
        """Return the event-local hour, the finest time that is ever stored."""
        return f"{self.local(moment):%Y-%m-%dT%H}"


def now() -> datetime:
    return datetime.now(UTC)


def window_of(opens_at: datetime, closes_at: datetime, now: datetime) -> Window:
    if now < opens_at:
        return Window.UPCOMING
    return Window.OPEN if now < closes_at else Window.CLOSED


def coarse_count(count: int) -> int:
    """Return a count of answers as it may be shown before a release: tens from 20, 0 for fewer.

    An exact count that moves by one tells an onlooker that the person at the table just answered.
    """
    return count // 10 * 10 if count >= 20 else 0


def coarse(count: int) -> str:
    """Return a coarse count as a command prints it."""
    return f"about {tens}" if (tens := coarse_count(count)) else "fewer than 20"


POSTER = (  # made once: that takes as long as to ask
    select(Poster)
    .where(Poster.code == bindparam("code"))
    .options(
        joinedload(Poster.event)
        .joinedload(Event.community)
        .options(selectinload(Community.agencies))
    )
)


def find_place(session: Session, code: str) -> Place | None:
    """Return the poster's place; None for a code that no poster has."""
    poster = session.scalar(POSTER, {"code": code})
    return place_of(poster) if poster else None


class Places:
    """The posters a worker has looked up, each kept for a moment: on the night one poster is opened
    hundreds of times a minute. An event that was closed is seen to be closed after that moment."""

    MOST = 5000  # posters; then it starts afresh

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.kept: dict[str, tuple[float, Place]] = {}
        self.asked: set[str] = set()  # what somebody is looking up now

    def find(self, session: Callable[[], Session], code: str) -> Place | None:
        """Return the poster's place. A code that no poster has is looked up each time.

        While one visitor looks up a poster again, the others take it as it was: a whole park would
        else ask for the same at the same moment, each on a connection of their own.
        While the database is away a poster is what it was: a form opens, and answers that cannot
        be stored come back in it. Raises one of AWAY for a poster that this worker has not met.
        """
        until, kept = self.kept.get(code, (0.0, None))
        if monotonic() < until or (kept and code in self.asked):
            return kept
        self.asked.add(code)
        try:
            place = find_place(session(), code)
        except AWAY:
            session().rollback()
            if kept is None:
                raise
            return kept
        finally:
            self.asked.discard(code)
        if place is not None:
            if len(self.kept) >= self.MOST:
                self.kept.clear()
            self.kept[code] = (monotonic() + self.seconds, place)
        return place

    def good_for(self, code: str) -> float:
        """Return the seconds for which a poster is still what `find` told; 0 for not at all."""
        until, _ = self.kept.get(code, (0.0, None))
        return max(until - monotonic(), 0.0)


def place_of(poster: Poster) -> Place:
    event, community = poster.event, poster.event.community
    return Place(
        poster=poster.code,
        door="",
        wave=poster.wave,
        event_id=event.id,
        event=event.name,
        community=community.name,
        slug=community.slug,
        made_up=community.made_up,
        season=event.season,
        instrument=event.instrument,
        languages=tuple(event.languages),
        time_zone=event.time_zone,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        opens_at=event.opens_at,
        closes_at=event.closes_at,
        agencies=agencies_of(community),
        host=event.run_by,
        police_run=event.police_run,
        retired_at=poster.retired_at,
        rehearsal_until=event.rehearsal_until,
    )


def agencies_of(community: Community) -> Agencies:
    """Return the community's kinds of agency, the local law enforcement first."""
    local = next((agency.kind for agency in community.agencies if agency.local), None)
    if local is None:
        raise Refused(f"{community.slug} has no local police or sheriff: add one with `agency`.")
    others = tuple(agency.kind for agency in community.agencies if not agency.local)
    return Agencies(local, others)


def tidy_code(text: str) -> str:
    """Return a code as typed by a person in the form in which it is kept."""
    return re.sub(r"[\s-]+", "", text).upper()


def is_code(text: str) -> bool:
    return len(text) == CODE_LENGTH and set(text) <= set(CODE_SIGNS)


def follow_up_id(submission: UUID) -> UUID:
    """Return the id under which the follow-up of a response is kept.

    It is made from the response's own id, which only the phone that sent it knows: no column
    links the two, a second follow-up of the same person meets the first one's key, and whoever
    holds both tables can pair them for analysis.
    """
    return uuid5(submission, FOLLOW_UP)
