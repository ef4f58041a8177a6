"""What the form's template draws: screens, questions and choices, in one language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from survey.questionnaire.filled_form import Filled
from survey.questionnaire.forms import Item, option_label
from survey.questionnaire.instrument import CHILD, Instrument, Question
from survey.questionnaire.words import Language
from survey.storage.events import Place


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    checked: bool
    apart: bool  # "don't know" and the like stand below a gap
    mouth: int = 0  # of a face drawn beside it; 0 for none


@dataclass(frozen=True)
class Asked:
    """One question as the template draws it."""

    name: str
    kind: str
    ask: str
    choices: tuple[Choice, ...]
    audiences: str = ""  # where not everybody who meets the screen is asked
    other: str = ""  # the agency's kind, where it is shown only to those who met it
    hidden: bool = False
    problem: str = ""
    most: int = 0
    gate: str = ""  # of a question that must be answered: what to say where it is not
    stops: str = ""
    columns: str = ""  # how the choices stand: "list", or "two" or "three" beside each other
    note: str = ""  # of a comment: who reads it
    written: str = ""  # and what stands in it


@dataclass(frozen=True)
class Screen:
    """One screen as the template draws it, with its neighbours in its chain."""

    id: str
    asked: tuple[Asked, ...]
    audiences: tuple[str, ...]
    step: int
    of: int
    previous: str
    following: str
    gate: bool  # its answers decide whether and how to go on
    longer: bool  # of the module that is offered at the end


@dataclass(frozen=True)
class View:
    """Turns a form into what the template draws."""

    place: Place
    language: Language
    form: Filled
    problems: dict[str, str]
    shown: tuple[str, ...]
    audience: str = ""

    def screens(self, instrument: Instrument, audiences: Sequence[str]) -> Iterator[Screen]:
        """Yield the screens that these audiences meet, each with its place in its chain."""
        chains = {one: instrument.chain(one, self.place.wave) for one in audiences}
        met = {screen for chain in chains.values() for screen in chain}
        for id in (screen for screen in instrument.screens if screen in met):
            readers = tuple(one for one in audiences if id in chains[one])
            chain = chains[readers[0]]
            part = [s for s in chain if (s in instrument.longer) == (id in instrument.longer)]
            at = chain.index(id)
            items = [item for item in self.form.items.values() if item.question.screen == id]
            items.sort(key=self.place_in_order)
            yield Screen(
                id=id,
                asked=tuple(self.asked(item, readers) for item in items),
                audiences=readers,
                step=part.index(id) + 1,
                of=len(part),
                previous=chain[at - 1] if at else "",
                following=chain[at + 1] if at + 1 < len(chain) else "",
                gate=any(item.question.gate for item in items),
                longer=id in instrument.longer,
            )

    def place_in_order(self, item: Item) -> int:
        """Agencies that are asked about come in the order shown, the others after them."""
        return self.shown.index(item.agency) if item.agency in self.shown else 0

    def asked(self, item: Item, readers: Sequence[str]) -> Asked:
        question, name = item.question, item.name
        other = item.agency if question.per == "agency" else ""
        needed = "required" if name == self.form.gate else "choose"
        some = [one for one in readers if one in question.audiences]
        choices = tuple(self.choices(item)) if question.kind != "text" else ()
        return Asked(
            name=name,
            kind=question.kind,
            ask=self.ask(item),
            choices=choices,
            audiences="" if len(some) == len(readers) else " ".join(some),
            other=other if other != self.place.agencies.local else "",
            hidden=bool(other) and other not in self.shown,
            problem=self.problems.get(name, ""),
            most=question.most,
            gate=self.language.say(f"error.{needed}") if question.gate else "",
            stops=" ".join(question.stops),
            columns=columns_of(question, choices),
            note=self.reader() if question.kind == "text" else "",
            written=self.form.given[name] if question.kind == "text" else "",
        )

    def reader(self) -> str:
        """Return who reads a comment: chosen from who hosts the event."""
        if self.place.police_run:
            return self.language.say("attend.comment_police")
        return self.language.say("attend.comment_read", host=self.place.host)

    def answers_given(self) -> Iterator[tuple[str, str]]:
        """Yield (question, answer) for every answer given, as a person reads them."""
        for item in self.form.items.values():
            asked = self.asked(item, item.question.audiences)
            given = [choice.label for choice in asked.choices if choice.checked]
            text = asked.written or self.language.listed(given)
            if text and not asked.hidden:
                yield asked.ask, text

    def ask(self, item: Item) -> str:
        return self.language.about(
            item.question.key(),
            item.agency,
            crews=self.language.say(f"agency.{self.place.agencies.local}.crews"),
            community=self.place.community,
        )

    def choices(self, item: Item) -> Iterator[Choice]:
        given = self.form.given[item.name]
        chosen = given if isinstance(given, list) else [given]
        faces = faces_of(item.question)
        for value in self.form.fields[item.name].options:
            yield Choice(
                value=value,
                label=option_label(item.question, value, self.language),
                checked=value in chosen,
                apart=value.startswith("-"),
                mouth=faces.get(value, 0),
            )


def faces_of(question: Question) -> dict[str, int]:
    """Return {code: where the middle of the mouth is drawn} beside a child's scale.

    The faces are decoration, beside words that say all: children pick the top face of a scale
    that has only faces.
    """
    if question.scale is None or question.audiences != (CHILD,):
        return {}
    codes = sorted(question.scale.codes)
    return {str(code): round(12 + 8 * i / (len(codes) - 1)) for i, code in enumerate(codes)}


# Most letters of a word, and of a label, that a column of 104 or 160 px holds.
ROOM = {"three": (6, 18), "two": (13, 44)}


def columns_of(question: Question, choices: Sequence[Choice]) -> str:
    """Return how the choices stand, for the template's class; "" for large ones with gaps.

    A scale of opinion is a list from top to bottom, in every language alike: its points must look
    evenly spaced. Children get one large choice after the other.
    """
    if question.audiences == (CHILD,) or question.kind == "text":
        return ""
    if question.scale and len(question.scale.codes) > 3:
        return "list"
    in_columns = [choice.label for choice in choices if not choice.apart]
    names = ("three",) if len(in_columns) == 3 else ("two",)
    return next((name for name in names if fits(in_columns, *ROOM[name])), "list")


def fits(labels: Sequence[str], word: int, label: int) -> bool:
    """Whether no word and no label is longer than there is room for."""
    words = (part for text in labels for part in text.split())
    return max(map(len, words)) <= word and max(map(len, labels)) <= label
