"""The made-up people of the demonstration: who they are, and what they tap.

A seeded generator fills in the form that a phone would send; the form validates it and intake
stores it, so that nothing here writes an answer by itself.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import timedelta
from math import exp, log
from secrets import token_urlsafe
from statistics import NormalDist
from uuid import UUID

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from survey.collect import intake
from survey.collect.intake import Outcome, Submission
from survey.questionnaire.filled_form import AnswerForm, answer_form
from survey.questionnaire.forms import Item, options
from survey.questionnaire.instrument import DONT_KNOW, PREFER_NOT, Content, Instrument
from survey.storage.events import Place, follow_up_id
from survey.storage.sealed_comments import Seal

BLANK, UNSURE, UNTOLD = 0.03, 0.04, 0.06  # shares left blank, "don't know", "prefer not to say"
GOES_ON = 0.3  # share of adults and teenagers who open the longer module
SPREAD = 1.54  # people differ, which pulls a crowd's share towards a half; this undoes it
CUTS = {5: (-2.2, -1.0, 0.0, 1.4), 4: (-2.2, -1.2, 0.8), 3: (-1.5, 0.0)}  # by number of codes
COMMENT = "The kids loved the fire truck. Please come back next year."
SEAL = Seal(token_urlsafe())  # its comments are opened again before they are stored


def mood_of(trust: float) -> float:
    """Return the mood of a crowd in which this share trusts the local police, 0..1."""
    return SPREAD * log(trust / (1 - trust))


@dataclass(frozen=True)
class Person:
    """Somebody at an event."""

    id: UUID
    audience: str
    language: str
    attitude: float
    goes_on: bool  # to the longer module
    minute: int  # of the evening

    def later(self, chance: random.Random) -> Person:
        """Return the same person three weeks later, in a mood of that day."""
        attitude = self.attitude + chance.gauss(0.7, 0.6)
        return replace(self, id=follow_up_id(self.id), attitude=attitude, goes_on=False)


class Crowd:
    """People who answer as a seeded generator has it."""

    def __init__(self, content: Content, spanish: float, chance: random.Random) -> None:
        self.content, self.spanish, self.chance = content, spanish, chance

    def people(self, audience: str, count: int, mood: float) -> list[Person]:
        """Return a crowd whose attitudes lie as evenly as those of a very large one, so that a
        small town shows what was planned for it; what each of them taps is still up to chance."""
        attitudes = [mood + 2.0 * NormalDist().inv_cdf((i + 0.5) / count) for i in range(count)]
        self.chance.shuffle(attitudes)
        return [self.person(audience, attitude) for attitude in attitudes]

    def person(self, audience: str, attitude: float) -> Person:
        chance = self.chance
        return Person(
            id=UUID(int=chance.getrandbits(128), version=4),
            audience=audience,
            language="es" if chance.random() < self.spanish else "en",
            attitude=attitude,
            goes_on=audience != "child" and chance.random() < GOES_ON,
            minute=chance.randrange(230),
        )

    def answer(self, session: Session, place: Place, person: Person) -> None:
        """One person fills in the form and sends it. Raises if the real rules refuse it."""
        instrument = self.content.instruments[place.instrument]
        form = answer_form(instrument, place.agencies, place.wave, person.audience)
        filled = form.read(self.fill(form, instrument, place, person))
        if filled.refused:
            raise ValueError(f"The demonstration's answers are refused: {filled.refused}.")
        answers, comment = intake.answers_of(filled, person.id, instrument.longer)
        submission = Submission(person.id, person.language, person.audience, answers, comment)
        moment = place.opens_at if place.door == "later" else place.starts_at
        moment += timedelta(minutes=person.minute)
        entry = intake.entry_of(instrument, place, submission, moment, SEAL)
        if intake.accept(session.connection(), [entry]) != [Outcome.STORED]:
            raise ValueError("The demonstration's answers were stored twice.")

    def fill(
        self, form: AnswerForm, instrument: Instrument, place: Place, person: Person
    ) -> MultiDict[str, str]:
        """Return the fields a phone would send for this person."""
        fields: MultiDict[str, str] = MultiDict()
        for name, item in form.items.items():
            if item.question.screen in instrument.longer and not person.goes_on:
                continue
            for value in self.choose(item, place, person):
                fields.add(name, value)
        return fields

    def choose(self, item: Item, place: Place, person: Person) -> list[str]:
        chance, question = self.chance, item.question
        if question.gate:
            return [person.audience if person.audience in question.options else "yes"]
        if question.kind == "text":
            return [COMMENT] if chance.random() < 0.05 else []
        if chance.random() < BLANK:
            return []
        if question.dont_know and chance.random() < UNSURE:
            return [str(DONT_KNOW)]
        if question.prefer_not and chance.random() < UNTOLD:
            return [str(PREFER_NOT)]
        if question.scale:
            return [str(self.rate(item, place, person.attitude))]
        values = [v for v in options(question, place.agencies) if not v.startswith("-")]
        return self.tick(item, values) if question.kind == "several" else [chance.choice(values)]

    def tick(self, item: Item, values: list[str]) -> list[str]:
        """Return some of the options; the last of a list that is no cut says "none of these"."""
        chance, question = self.chance, item.question
        weights = [exp(-0.5 * i) for i in range(len(values))]
        if question.cut:
            chance.shuffle(values)
        count = 1 if question.cut else chance.choice((1, 1, 2, 3))
        chosen = sorted(set(chance.choices(values, weights, k=count)))
        none = not question.cut and not question.most and len(chosen) > 1
        return [value for value in chosen if not (none and value == values[-1])]

    def rate(self, item: Item, place: Place, attitude: float) -> int:
        """Return a code: the higher the attitude, the better; favourable ones are above zero."""
        codes: list[int] = sorted(item.question.scale.codes)  # type: ignore[union-attr]
        chance = self.chance.uniform(0.001, 0.999)
        mood = attitude + log(chance / (1 - chance))
        if item.question.per == "event" or item.agency not in ("", place.agencies.local):
            mood += 1.5  # the evening itself, fire and ambulance are rated higher everywhere
        return codes[sum(mood > cut for cut in CUTS[len(codes)])]
