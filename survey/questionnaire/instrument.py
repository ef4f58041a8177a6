"""The questionnaire as frozen objects: what is asked, of whom, when, and with which codes.

content_files.py reads and checks them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from survey.questionnaire.areas import AreaKind
from survey.questionnaire.states import State
from survey.questionnaire.words import REFERENCE, Language

AGENCIES = "@agencies"  # in a question's options: one option for each agency at the event
KINDS = ("choice", "scale", "several", "text")
PER = ("event", "agency", "police")
SERVES = ("community", "county")  # what a kind of agency serves
CHILD = "child"  # the audience whose form looks different and is never shown beside the others
EVENT, LEAVING, FOLLOW_UP = WAVES = ("event", "leaving", "follow-up")

# Missing codes stay apart from one another: each says something else (METHODS, section 2).
SKIPPED, PREFER_NOT, DONT_KNOW, NOT_SHOWN = -1, -2, -3, -4


@dataclass(frozen=True)
class Scale:
    """An ordered list of labelled codes, in the order shown."""

    id: str
    codes: tuple[int, ...]
    favourable: tuple[int, ...]
    unfavourable: tuple[int, ...] = ()


@dataclass(frozen=True)
class Question:
    """One question of one dated instrument."""

    id: str
    version: str  # major.minor: another major breaks the series
    screen: str
    kind: str
    per: str = "event"  # what it asks about: the event, each agency met, or the local police
    scale: Scale | None = None
    options: tuple[str, ...] = ()
    favourable: tuple[str, ...] = ()  # of a choice: the options that count as favourable
    counted: tuple[str, ...] = ()  # of a choice without better and worse: those a share is of
    dont_know: bool = False
    prefer_not: bool = False
    audiences: tuple[str, ...] = ("adult", "teen")  # who is asked
    waves: tuple[str, ...] = (EVENT, LEAVING)  # when
    gate: bool = False  # must be answered: which audience this is, or whether it wants to be one
    stops: tuple[str, ...] = ()  # of a gate: after these nothing is asked and nothing is stored
    headline: bool = False
    cut: bool = False  # may group a table
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()  # of a cut: each group with its options
    most: int = 0  # of a text: characters; of several: how many may be chosen, 0 for all
    words: str = ""  # the words' name in the language files; the id by default

    @property
    def major(self) -> str:
        return self.version.split(".")[0]

    @property
    def own_options(self) -> list[str]:
        """Return its options but for the one that stands for all agencies."""
        return [option for option in self.options if option != AGENCIES]

    @property
    def is_measured(self) -> bool:
        """Whether figures are made of it."""
        return self.scale is not None or bool(self.favourable or self.counted or self.is_ticked)

    @property
    def is_ticked(self) -> bool:
        """Whether each of its options has a figure of its own: the share that ticked it."""
        return self.kind == "several" and not self.cut

    def key(self, word: str = "ask") -> str:
        return f"question.{self.words or self.id}.{word}"


@dataclass(frozen=True)
class Index:
    """A mean of several questions about the local police."""

    id: str
    questions: tuple[str, ...]
    least: int  # how many of them a person must have answered


@dataclass(frozen=True, eq=False)  # one object each: compared and hashed by identity
class Instrument:
    """One dated questionnaire."""

    id: str
    audiences: tuple[str, ...]
    screens: tuple[str, ...]
    questions: Mapping[str, Question]
    indexes: tuple[Index, ...] = ()
    longer: tuple[str, ...] = ()  # screens of the module that is offered at the end

    @property
    def gate(self) -> Question:
        """Return the question that says which audience this is: the first gate."""
        return next(question for question in self.questions.values() if question.gate)

    def asked(self, audience: str, wave: str) -> Iterator[Question]:
        """Yield what is asked of one audience in one wave, gates included."""
        if audience in self.audiences:
            for question in self.questions.values():
                if audience in question.audiences and wave in question.waves:
                    yield question

    def audiences_in(self, wave: str) -> tuple[str, ...]:
        """Return the audiences that have a form in this wave."""
        return tuple(
            audience
            for audience in self.audiences
            if any(not question.gate for question in self.asked(audience, wave))
        )

    def chain(self, audience: str, wave: str) -> list[str]:
        """Return the screens one audience meets, in order; those of the longer module last."""
        met = {question.screen for question in self.asked(audience, wave)}
        return sorted((s for s in self.screens if s in met), key=lambda s: s in self.longer)

    def on(self, screen: str) -> Iterator[Question]:
        return (question for question in self.questions.values() if question.screen == screen)


@dataclass(frozen=True)
class AgencyKind:
    id: str
    law: bool = False  # can be the local law enforcement
    area: str = "community"  # what it serves: its community or the whole county
    likely: str = ""  # what one is probably called, with {place} and {county}


@dataclass(frozen=True, eq=False)  # one object each, as its parts
class Content:
    """Everything that people who do not program may edit."""

    current: Instrument
    earlier: Mapping[str, Instrument]
    agencies: Mapping[str, AgencyKind]
    areas: Mapping[str, AreaKind]
    languages: Mapping[str, Language]
    states: Mapping[str, State]
    imported: Mapping[str, Instrument] = field(default_factory=dict)  # imported_questions.py
    carded: bool = False  # whether figures tell answers with a card of its own from the others
    instruments: Mapping[str, Instrument] = field(init=False)

    def __post_init__(self) -> None:
        versions = {**self.earlier, self.current.id: self.current, **self.imported}
        object.__setattr__(self, "instruments", dict(sorted(versions.items())))

    @cached_property
    def reading_languages(self) -> list[Language]:
        """Return the languages in which the pages of figures are written."""
        return [language for language in self.languages.values() if language.reads]

    @cached_property
    def reading_codes(self) -> tuple[str, ...]:
        return tuple(language.code for language in self.reading_languages)

    def offered(self, codes: Iterable[str]) -> list[Language]:
        """Return these languages without those that wait for native readers; never none."""
        known = (self.languages[code] for code in codes if code in self.languages)
        return [one for one in known if one.offered] or [self.languages[REFERENCE]]

    def instrument_of(self, season: int) -> Instrument:
        """Return the newest instrument that is not newer than `season`; else the oldest."""
        own = sorted([*self.earlier, self.current.id])
        ids = [id for id in own if int(id) <= season] or own[:1]
        return self.instruments[ids[-1]]
