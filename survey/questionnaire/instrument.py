"""The questionnaire as data: content/*.toml -> frozen objects, read once and checked once.

A wrong file raises ContentError with a sentence that names the file and the key, at the start
of the program and never in front of a guest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from survey.questionnaire.areas import AreaKind, read_areas
from survey.questionnaire.question_words import check_words
from survey.questionnaire.states import State, read_states
from survey.questionnaire.words import (
    REFERENCE,
    ContentError,
    Language,
    read_languages,
    read_toml,
)

FOLDER = Path(__file__).parent.parent / "content"
AGENCIES = "@agencies"  # in a question's options: one option for each agency at the event
PLAIN_ID = re.compile(r"[A-Za-z0-9_.+-]+")  # as models.PLAIN_ANSWERS lets it be stored
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
    instruments: Mapping[str, Instrument] = field(init=False)

    def __post_init__(self) -> None:
        versions = {**self.earlier, self.current.id: self.current, **self.imported}
        object.__setattr__(self, "instruments", dict(sorted(versions.items())))

    @property
    def reading_languages(self) -> list[Language]:
        """Return the languages in which the pages of figures are written."""
        return [language for language in self.languages.values() if language.reads]

    def offered(self, codes: Iterable[str]) -> list[Language]:
        """Return these languages without those that wait for native readers; never none."""
        known = (self.languages[code] for code in codes if code in self.languages)
        return [one for one in known if one.offered] or [self.languages[REFERENCE]]

    def instrument_of(self, season: int) -> Instrument:
        """Return the newest instrument that is not newer than `season`; else the oldest."""
        own = sorted([*self.earlier, self.current.id])
        ids = [id for id in own if int(id) <= season] or own[:1]
        return self.instruments[ids[-1]]


def read_content(folder: Path = FOLDER) -> Content:
    """Read and check the whole folder. Raises ContentError."""
    kinds = read_toml(folder / "agencies.toml")
    check_ids("agencies.toml", kinds)
    agencies = {id: read_agency(folder / "agencies.toml", id, table) for id, table in kinds.items()}
    current = read_instrument(folder / "instrument.toml")
    content = Content(
        current=current,
        earlier=read_earlier(folder / "earlier", current),
        agencies=agencies,
        areas=read_areas(folder),
        states=read_states(folder),
        languages=read_languages(folder / "languages", folder / "readers", folder / "desk"),
    )
    check_words(content)
    return content


def read_agency(path: Path, id: str, table: Mapping[str, Any]) -> AgencyKind:
    """Turn one table of agencies.toml into a kind of agency. Raises ContentError."""
    area = table.get("area", SERVES[0])
    if area not in SERVES:
        raise ContentError(f"{path.name}: the area of {id} must be one of {', '.join(SERVES)}.")
    law, likely = bool(table.get("law", False)), str(table.get("likely", ""))
    return AgencyKind(id, law=law, area=area, likely=likely)


def read_instrument(path: Path) -> Instrument:
    """Read instrument.toml. Raises ContentError."""
    table = read_toml(path)
    for key in ("id", "audiences", "screens", "scales", "questions"):
        if key not in table:
            raise ContentError(f"{path.name}: {key} is missing.")
    scales = {id: Scale(id, **as_tuples(row)) for id, row in table["scales"].items()}
    questions: dict[str, Question] = {}
    for row in table["questions"]:
        question = read_question(path, row, scales, table["screens"])
        if question.id in questions:
            raise ContentError(f"{path.name}: the question {question.id} stands there twice.")
        questions[question.id] = question
    indexes = tuple(Index(**as_tuples(row)) for row in table.get("indexes", ()))
    for index in indexes:
        for id in index.questions:
            if id not in questions:
                raise ContentError(f"{path.name}: the index {index.id} names no question {id}.")
    return Instrument(
        table["id"],
        tuple(table["audiences"]),
        tuple(table["screens"]),
        questions,
        indexes,
        tuple(table.get("longer", ())),
    )


def read_question(
    path: Path, row: dict[str, Any], scales: Mapping[str, Scale], screens: list[str]
) -> Question:
    """Turn one [[questions]] table into a Question. Raises ContentError."""
    name = f"{path.name}: the question {row.get('id', '(without id)')}"
    for key in ("id", "version", "screen", "kind"):
        if key not in row:
            raise ContentError(f"{name}: {key} is missing.")
    unknown = row.keys() - Question.__dataclass_fields__.keys()
    if unknown:
        raise ContentError(f"{name}: {min(unknown)} is not a key of a question.")
    if row["kind"] not in KINDS:
        raise ContentError(f"{name}: kind must be one of {', '.join(KINDS)}.")
    if row.get("per", "event") not in PER:
        raise ContentError(f"{name}: per must be one of {', '.join(PER)}.")
    if row["screen"] not in screens:
        raise ContentError(f"{name}: there is no screen {row['screen']}.")
    if row["kind"] == "scale" and row.get("scale") not in scales:
        raise ContentError(f"{name}: there is no scale {row.get('scale')}.")
    if row["kind"] in ("choice", "several") and not row.get("options"):
        raise ContentError(f"{name}: options is missing.")
    check_ids(name, (row["id"], *(id for id in row.get("options", ()) if id != AGENCIES)))
    if len(set(row.get("options", ()))) != len(row.get("options", ())):
        raise ContentError(f"{name}: an option stands there twice.")
    if extra := set(row.get("favourable", ())) - set(row.get("options", ())):
        raise ContentError(f"{name}: favourable names no option {min(extra)}.")
    if row["kind"] == "text" and not row.get("most"):
        raise ContentError(f"{name}: most (characters) is missing.")
    if extra := set(row.get("waves", ())) - set(WAVES):
        raise ContentError(f"{name}: there is no wave {min(extra)}.")
    if extra := set(row.get("stops", ())) - set(row.get("options", ())):
        raise ContentError(f"{name}: stops names no option {min(extra)}.")
    groups = tuple(as_tuples(row.get("groups", {})).items())
    if groups and sorted(option for _, held in groups for option in held) != sorted(row["options"]):
        raise ContentError(f"{name}: groups must hold every option once.")
    scale = scales.get(row.get("scale", ""))
    return Question(**{**as_tuples(row), "scale": scale, "groups": groups})


def check_ids(name: str, ids: Iterable[str]) -> None:
    """Raise ContentError where the database would refuse an id among the answers."""
    for id in ids:
        if not PLAIN_ID.fullmatch(id):
            raise ContentError(f"{name}: the id {id!r} may have letters a-z, digits and _ . + -.")


def read_earlier(folder: Path, current: Instrument) -> dict[str, Instrument]:
    """Return the earlier instruments: each is the next newer one with its own questions put in."""
    earlier: dict[str, Instrument] = {}
    newer = current
    for path in sorted(folder.glob("*.toml"), reverse=True):
        table = read_toml(path)
        scales = {q.scale.id: q.scale for q in newer.questions.values() if q.scale}
        scales |= {id: Scale(id, **as_tuples(row)) for id, row in table.get("scales", {}).items()}
        changed = {
            row["id"]: read_question(path, row, scales, list(newer.screens))
            for row in table.get("questions", ())
        }
        kept = dict(newer.questions)
        for id in table.get("absent", ()):
            if kept.pop(id, None) is None:
                raise ContentError(f"earlier/{path.name}: absent names no question {id}.")
        audiences = tuple(table.get("audiences", newer.audiences))
        newer = replace(newer, id=path.stem, audiences=audiences, questions={**kept, **changed})
        earlier[path.stem] = newer
    return earlier


def as_tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
