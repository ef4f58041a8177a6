"""The demonstration: made-up people who answer through the real rules.

The evenings are planned in content/demonstration.toml; made_up_people.py fills in the forms, and
the release publishes them. Nothing here writes an answer or a figure by itself.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from survey.commands.made_up_people import SEAL, Crowd, Person, mood_of
from survey.desk import agencies, communities, planning, posters
from survey.questionnaire.instrument import LEAVING, Content
from survey.questionnaire.words import read_toml
from survey.release import build
from survey.storage import events
from survey.storage.events import Place
from survey.storage.models import Community, Event, Poster
from survey.storage.sealed_comments import move

ZONE = "America/New_York"
GUESTS = ("answers", "teens", "children", "leaving", "again")  # who answers, by season


def load(session: Session, content: Content, moment: datetime, folder: Path, say: build.Say) -> str:
    """Fill an empty database, saying each step; return the code to try it with.

    Commit is the caller's.
    """
    plan = read_toml(folder / "demonstration.toml")
    chance = random.Random(plan["seed"])
    for place in plan["communities"]:
        community = add_place(session, content, place)
        people = sum(add_evenings(session, content, community, place, plan["days"], chance))
        say(f"{community.name}: {people} made-up people answered.")
    build.publish(session, content, moment, say)
    return add_practice(session, content, plan["practice"], moment)


def add_place(session: Session, content: Content, place: dict[str, Any]) -> Community:
    community = communities.add_community(
        session,
        content,
        name=place["name"],
        county=place["county"],
        state=place["state"],
        made_up=True,
    )
    for kind, name in place["agencies"].items():
        agencies.add_agency(session, content, community, kind=kind, name=name)
    return community


def add_evenings(
    session: Session,
    content: Content,
    community: Community,
    plan: dict[str, Any],
    days: dict[str, Any],
    chance: random.Random,
) -> Iterator[int]:
    """Hold every season's events; yield how many people answered at each."""
    for season, day in days.items():
        if season not in plan["answers"]:
            continue
        for number in range(plan["events"]):
            part = {
                name: share(plan[name].get(season, 0), number, plan["events"])
                for name in GUESTS
                if name in plan
            }
            event = planning.add_event(
                session,
                content,
                community,
                day=day,
                time_zone=ZONE,
                head_count=part["answers"] * 3 + chance.randrange(40),
            )
            trust = plan["trust"][season]
            evening = Evening(session, content, event, trust, plan["spanish"], chance)
            answered = sum(evening.hold(part, plan.get("lift", 0.0)))
            move(session.connection(), SEAL, event.id, least=1)
            yield answered


def share(people: int, number: int, events: int) -> int:
    """Return how many of them are at one of several events."""
    return people // events + (number < people % events)


def add_practice(session: Session, content: Content, plan: dict[str, Any], moment: datetime) -> str:
    """Make the event that is open now."""
    community = session.query(Community).filter_by(name=plan["community"]).one()
    event = planning.add_event(
        session, content, community, day=moment.date(), time_zone=ZONE, name=plan["name"]
    )
    event.opens_at = moment - timedelta(hours=1)
    event.closes_at = moment + timedelta(days=plan["days"])
    event.posters.append(Poster(code=plan["code"], channel="practice"))
    session.flush()
    return str(plan["code"])


class Evening:
    """One made-up event with its crowds."""

    def __init__(
        self,
        session: Session,
        content: Content,
        event: Event,
        trust: float,
        spanish: float,
        chance: random.Random,
    ) -> None:
        self.session, self.event, self.trust, self.chance = session, event, trust, chance
        self.crowd = Crowd(content, spanish, chance)

    def hold(self, guests: dict[str, int], lift: float) -> Iterator[int]:
        """Let everybody answer; yield how many did. `lift`: by how much trust has grown when
        people leave, 0..1."""
        entrance = self.place(posters.add_poster(self.session, self.event, channel="entrance"))
        mood = mood_of(self.trust) + self.chance.gauss(0, 0.08)
        adults = self.answers(entrance, "adult", guests["answers"], mood)
        yield len(adults)
        yield len(self.answers(entrance, "teen", guests.get("teens", 0), mood - 0.5))
        yield len(self.answers(entrance, "child", guests.get("children", 0), mood - 0.8))
        if leavers := guests.get("leaving", 0):
            poster = posters.add_poster(self.session, self.event, channel="exit", wave=LEAVING)
            lifted = mood + mood_of(self.trust + lift) - mood_of(self.trust)
            yield len(self.answers(self.place(poster), "adult", leavers, lifted))
        yield self.return_later(entrance, adults[: guests.get("again", 0)])

    def place(self, poster: Poster) -> Place:
        return events.place_of(poster)

    def answers(self, place: Place, audience: str, count: int, mood: float) -> list[Person]:
        people = self.crowd.people(audience, count, mood)
        for person in people:
            self.crowd.answer(self.session, place, person)
        return people

    def return_later(self, place: Place, people: list[Person]) -> int:
        later = place.through("later")
        for person in people:
            self.crowd.answer(self.session, later, person.later(self.chance))
        return len(people)
