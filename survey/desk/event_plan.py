"""A whole event as somebody plans it: place, day, agencies, languages, posters; made in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from survey.desk import agencies, communities, logos, planning, posters
from survey.desk.calendar import first_tuesday, is_rule
from survey.questionnaire.instrument import EVENT, Content
from survey.storage.events import Refused
from survey.storage.models import Community, Event

STARTS, ENDS = time(17), time(21)
NAME = "National Night Out"


@dataclass(frozen=True)
class PlannedPoster:
    """Where a poster hangs, and when it asks."""

    channel: str
    wave: str = EVENT


@dataclass(frozen=True)
class EventPlan:
    """What is needed to make an event. A community that is there already keeps its agencies."""

    day: date
    time_zone: str
    starts: time = STARTS
    ends: time = ENDS
    name: str = NAME
    languages: tuple[str, ...] = ("en", "es")
    host: str = ""
    posters: tuple[PlannedPoster, ...] = ()
    # of a new community:
    place: str = ""
    county: str = ""
    state: str = ""
    agencies: Mapping[str, str] = field(default_factory=dict)  # kind -> name

    def make(self, session: Session, content: Content, home: Community | None) -> Event:
        """Make the event with its posters, and its community where there is none yet.

        Raises Refused; then the caller's transaction is to be given up whole.
        """
        if not self.posters:
            raise Refused("An event has a poster at least.", "no_poster", "posters")
        if home is None:
            home = self.make_community(session, content)
        planning.refuse_repeat(home, self.day, self.name)
        event = planning.add_event(
            session,
            content,
            home,
            day=self.day,
            time_zone=self.time_zone,
            starts=self.starts,
            ends=self.ends,
            name=self.name,
            languages=self.languages,
            host=self.host,
        )
        logos.carry_on(session, event)
        for one in self.posters:
            posters.add_poster(session, event, channel=one.channel, wave=one.wave)
        return event

    def make_community(self, session: Session, content: Content) -> Community:
        made = communities.add_community(
            session, content, name=self.place, county=self.county, state=self.state
        )
        check_agencies(content, self.agencies)
        for kind in content.agencies:  # in the order of the form, so that police come first
            if kind in self.agencies:
                agencies.add_agency(session, content, made, kind=kind, name=self.agencies[kind])
        return made


def check_agencies(content: Content, named: Mapping[str, str]) -> None:
    """Raise Refused where nobody is the local law enforcement that the questions are about."""
    if not any(content.agencies[kind].law for kind in named):
        raise Refused("One of them must be the police or the sheriff.", "no_law", "agencies")


def plan_again(last: Event, today: date) -> EventPlan:
    """Return the plan of the next event after `last`: all is as it was, and a year later.

    A night that was the first Tuesday of its month is that again; any other keeps its weekday.
    """
    zone = ZoneInfo(last.time_zone)
    began, ended = (moment.astimezone(zone) for moment in (last.starts_at, last.ends_at))
    return EventPlan(
        day=day_again(began.date(), today),
        time_zone=last.time_zone,
        starts=began.time(),
        ends=ended.time(),
        name=last.name,
        languages=tuple(last.languages),
        host=last.host,
        posters=tuple(PlannedPoster(one.channel, one.wave) for one in last.posters),
    )


def day_again(day: date, today: date) -> date:
    """Return the day of the next event like the one on `day` that is not over."""
    again, year = day, day.year
    while again <= day or again < today:
        year += 1
        again = first_tuesday(year, day.month) if is_rule(day) else day + weeks(year - day.year)
    return again


def weeks(years: int) -> timedelta:
    """Return whole weeks nearest to so many years, so that a Saturday stays one."""
    return timedelta(weeks=round(years * 365.25 / 7))
