"""The demonstration: made-up people who answer through the real rules.

A seeded generator fills in the form that a phone would send; the form validates it, intake
stores it, and the release publishes it. Nothing here writes an answer or a figure by itself.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from math import exp, log
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from analysis.measures import ADULT
from survey.collect import intake
from survey.collect.intake import Outcome, Submission
from survey.desk import agencies, communities, planning, posters
from survey.questionnaire.forms import AnswerForm, Item, form_class, options
from survey.questionnaire.instrument import DONT_KNOW, PREFER_NOT, Content
from survey.questionnaire.words import read_toml
from survey.release import build
from survey.storage import events
from survey.storage.models import Community, Poster
from survey.storage.sealed_comments import Seal, move

ZONE = "America/New_York"
BLANK, UNSURE, UNTOLD = 0.03, 0.04, 0.06  # shares left blank, "don't know", "prefer not to say"
SPREAD = 1.54
SEAL = Seal(token_urlsafe())  # its comments are opened again before they are stored
COMMENT = "The kids loved the fire truck. Please come back next year."


def load(session: Session, content: Content, moment: datetime, folder: Path, say: build.Say) -> str:
    """Fill an empty database, saying each step; return the code to try it with.

    Commit is the caller's.
    """
    plan = read_toml(folder / "demonstration.toml")
    chance = random.Random(plan["seed"])
    for place in plan["communities"]:
        community = add_place(session, content, place)
        people = sum(add_evening(session, content, community, place, plan["days"], chance))
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


def add_evening(
    session: Session,
    content: Content,
    community: Community,
    place: dict[str, Any],
    days: dict[str, Any],
    chance: random.Random,
) -> Iterator[int]:
    """Hold every season's events; yield how many people answered at each."""
    for season, wanted in place["answers"].items():
        for number in range(place["events"]):
            people = wanted // place["events"] + (number < wanted % place["events"])
            event = planning.add_event(
                session,
                content,
                community,
                day=days[season],
                time_zone=ZONE,
                head_count=people * 3 + chance.randrange(40),
            )
            poster = posters.add_poster(session, event, channel="entrance")
            crowd = Crowd(content, poster, place["trust"][season], place["spanish"], chance)
            for _ in range(people):
                crowd.answer(session)
            move(session.connection(), SEAL, event.id, least=1)
            yield people


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


class Crowd:
    """The people at one made-up event."""

    def __init__(
        self, content: Content, poster: Poster, trust: float, spanish: float, chance: random.Random
    ) -> None:
        self.place = events.place_of(poster)
        self.instrument = content.instruments[self.place.instrument]
        self.content, self.spanish, self.chance = content, spanish, chance
        # People differ, which pulls a crowd's share towards a half; SPREAD undoes that.
        self.level = SPREAD * log(trust / (1 - trust)) + chance.gauss(0, 0.08)

    def answer(self, session: Session) -> None:
        """One person fills in the form and sends it. Raises if the real rules refuse it."""
        chance = self.chance
        language = self.content.languages["es" if chance.random() < self.spanish else "en"]
        kind = form_class(self.instrument, self.place.agencies, language, self.place.wave, ADULT)
        form = kind(formdata=self.fill(kind, attitude=self.level + chance.gauss(0, 2.0)))
        if not form.validate():
            raise ValueError(f"The demonstration's answers are refused: {form.errors}.")
        id = UUID(int=chance.getrandbits(128), version=4)
        answers, comment = intake.answers_of(form, id, self.instrument.longer)
        submission = Submission(id, language.code, "adult", answers, comment)
        moment = self.place.starts_at + timedelta(minutes=chance.randrange(230))
        entry = intake.entry_of(self.instrument, self.place, submission, moment, SEAL)
        if intake.accept(session.connection(), entry) is not Outcome.STORED:
            raise ValueError("The demonstration's answers were stored twice.")

    def fill(self, kind: type[AnswerForm], attitude: float) -> MultiDict[str, str]:
        """Return the fields a phone would send for a person of this attitude."""
        fields: MultiDict[str, str] = MultiDict()
        for name, item in kind.items.items():
            if item.question.screen in self.instrument.longer:
                continue
            for value in self.choose(item, attitude):
                fields.add(name, value)
        return fields

    def choose(self, item: Item, attitude: float) -> list[str]:
        chance, question = self.chance, item.question
        if question.gate:
            return ["adult"]
        if question.kind == "text":
            return [COMMENT] if chance.random() < 0.05 else []
        if chance.random() < BLANK:
            return []
        if question.dont_know and chance.random() < UNSURE:
            return [str(DONT_KNOW)]
        if question.prefer_not and chance.random() < UNTOLD:
            return [str(PREFER_NOT)]
        if question.scale:
            return [str(self.rate(item, attitude))]
        values = [v for v in options(question, self.place.agencies) if not v.startswith("-")]
        if question.kind == "several":
            weights = [exp(-0.5 * i) for i in range(len(values))]
            chance.shuffle(values) if question.cut else None
            count = 1 if question.cut else chance.choice((1, 1, 2, 3))
            return sorted(set(chance.choices(values, weights, k=count)))
        return [chance.choice(values)]

    def rate(self, item: Item, attitude: float) -> int:
        """Return a code: the higher the attitude, the better; favourable ones are above zero."""
        codes: list[int] = sorted(item.question.scale.codes)  # type: ignore[union-attr]
        chance = self.chance.uniform(0.001, 0.999)
        mood = attitude + log(chance / (1 - chance))
        if item.question.per == "event" or item.agency not in ("", self.place.agencies.local):
            mood += 1.5  # the evening itself, fire and ambulance are rated higher everywhere
        cuts = (-2.2, -1.0, 0.0, 1.4) if len(codes) == 5 else (-1.5, 0.0)
        return codes[sum(mood > cut for cut in cuts)]
