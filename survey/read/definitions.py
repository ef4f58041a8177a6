"""What each published figure is, explained from the release's own measures and the questionnaire.

Nothing here is a second definition: questions, favourable answers, units and wordings are those
that the newest release was made with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from survey.questionnaire.instrument import Content
from survey.questionnaire.question_words import answer_words
from survey.read.captions import Teller
from survey.storage import release_store
from survey.storage.release_store import FIGURE, TOTAL, Current, Row

LEAST = 11  # as analysis.measures.LEAST; a test holds the two together
TRIED = 20  # places in which an example is looked for: a release may hold thousands
IN_NUMBERS = 30  # from so many answers on a figure is a number, not words


class Step(NamedTuple):
    """How far a figure is rounded from `least` answers on; as rounding.BANDS, by a test."""

    least: int
    most: int | None
    step: int  # per cent points; 0: shown in words
    tail: str  # per cent: at most this is shown as "or less"


STEPS = (
    Step(LEAST, IN_NUMBERS - 1, 0, ""),
    Step(IN_NUMBERS, 59, 10, "15"),
    Step(60, 149, 5, "7.5"),
    Step(150, 299, 2, "3"),
    Step(300, None, 1, "1.5"),
)


@dataclass(frozen=True)
class Definition:
    """One published measure, in words."""

    title: str
    asked: str  # the question; of a score how it is made
    counted: str  # which answers count, of a score from where to where it goes
    about: str  # whom: agencies, or the event
    answered: str  # who, and when
    since: str
    earlier: tuple[str, ...]  # how it was asked before


@dataclass(frozen=True)
class Guide:
    """Tells the measures of one release in one language."""

    content: Content
    now: Current
    tell: Teller

    def say(self, key: str, **values: object) -> str:
        return self.tell.language.say(f"reading_guide.{key}", **values)

    def smallest(self) -> dict[str, str]:
        """Return the least reported change of a share, by answers a year, as the release says."""
        shares = self.now.release.about.get("smallest", {})
        return {f"points_{n}": f"{ceil(share * 100)}" for n, share in shares.items()}

    def definitions(self) -> Iterator[Definition]:
        """Yield every question or score that has a figure, once, in the release's order.

        Whoever answers it and whenever, it is the same question, and so are its options.
        """
        shown = {(subject.measure, subject.agency) for subject in self.now.subjects}
        together: dict[str, list[Mapping[str, Any]]] = {}
        for measure in self.now.release.about["measures"]:
            paired = self.now.asked(measure["id"]).pair
            if (measure["id"], measure["agency"]) in shown and not paired:
                together.setdefault(self.now.words(measure["id"], ""), []).append(measure)
        for measures in together.values():
            yield self.definition(measures)

    def definition(self, measures: list[Mapping[str, Any]]) -> Definition:
        """Tell one measure; `measures` are the same one about several agencies."""
        measure = measures[0]
        agencies = dict.fromkeys(one["agency"] for one in measures)
        whom = self.tell.list(self.tell.agency(agency) for agency in agencies)
        versions = self.versions(measure)
        newest = next(reversed(versions.values()), "")
        since = min((season for season in versions if versions[season] == newest), default="")
        return Definition(
            title=self.tell.language.say(f"{self.now.words(measure['id'], newest)}.title"),
            asked=self.asked(measure, newest),
            counted=self.counted(measures),
            about=self.say("about", agencies=whom),
            answered=self.answered(measures),
            since=self.say("since", season=since),
            earlier=tuple(self.earlier(measure, versions, newest)),
        )

    def asked(self, measure: Mapping[str, Any], wording: str) -> str:
        if measure["unit"] == "share":
            return self.say("asked", question=self.question(measure, wording))
        titles = [self.tell.measure(question) for question in measure["questions"]]
        return self.say("score", titles=self.tell.list(titles))

    def answered(self, measures: list[Mapping[str, Any]]) -> str:
        samples = dict.fromkeys(self.now.asked(one["id"]).sample for one in measures)
        return self.say("answered", samples=self.tell.list(map(self.tell.sample, samples)))

    def counted(self, measures: list[Mapping[str, Any]]) -> str:
        measure = measures[0]
        options = dict.fromkeys(self.option(one) for one in measures)
        if any(options):
            said = self.tell.list(self.say("answer", answer=one) for one in options if one)
            return self.say("ticked", answers=said)
        if measure["unit"] != "share":
            return self.say("scored", least=measure["least"], of=len(measure["questions"]))
        answers = [self.answer(measure["questions"][0], code) for code in measure["favourable"]]
        said = self.tell.language.listed(answers, self.say("list_or"))
        return self.say("counted", answers=said)

    def option(self, measure: Mapping[str, Any]) -> str:
        """Return the option that a measure is the share of, an agency included; "" for others."""
        asked = self.now.asked(measure["id"])
        question = self.content.current.questions[asked.question.partition(".")[0]]
        agency = self.tell.agency(measure["agency"]) if question.is_ticked else ""
        return self.tell.option(asked) or agency

    def answer(self, question: str, code: int) -> str:
        """Return the words of an answer's code: a step of the scale, or an option."""
        asked = self.content.current.questions[question]
        if asked.scale:
            words = answer_words(asked, code, self.tell.language)
        else:
            words = self.tell.language.say(f"option.{question}.{asked.options[code - 1]}")
        return self.say("answer", answer=words)

    def question(self, measure: Mapping[str, Any], wording: str) -> str:
        key, language = f"{self.now.words(measure['id'], wording)}.ask", self.tell.language
        law = next(kind.id for kind in self.content.agencies.values() if kind.law)
        crews = language.say(f"agency.{law}.crews")
        return language.about(key, measure["agency"], crews=crews, community=self.say("this_place"))

    def versions(self, measure: Mapping[str, Any]) -> dict[int, str]:
        """Return {season: version of the wording} of the release's seasons, in order."""
        asked = {season: self.content.instrument_of(season).id for season in self.now.seasons}
        wordings = measure["wording"]
        return {season: wordings[id] for season, id in sorted(asked.items()) if id in wordings}

    def earlier(
        self, measure: Mapping[str, Any], versions: Mapping[int, str], newest: str
    ) -> Iterator[str]:
        """Yield each earlier wording and the last season that was asked in it."""
        last = {version: season for season, version in versions.items() if version != newest}
        for version, season in last.items():
            if measure["unit"] != "share":
                yield self.say("earlier_score", season=season)
            else:
                question = self.question(measure, version)
                yield self.say("earlier", season=season, question=question)


def example(session: Session, now: Current) -> Row | None:
    """Return a row of the headline to explain: the newest of a place that has a number."""
    tried = list(now.places.values())[:TRIED]
    rows = release_store.rows(
        session, now.release, FIGURE, subject=now.headline, places=tried, cut=TOTAL
    )
    fit = [row for row in rows if row["community"] in now.places and row["value"] is not None]
    return max(fit, key=lambda row: row["season"], default=None)
