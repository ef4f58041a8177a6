"""Question -> WTForms field. A dict from kind to field function; no question is named here.

A form class is made once per (instrument, agencies, language) and kept: making one costs more
than validating an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, StopValidation, ValidationError

from survey.questionnaire.free_text import as_written
from survey.questionnaire.instrument import AGENCIES, DONT_KNOW, PREFER_NOT, Instrument, Question
from survey.questionnaire.question_words import answer_words
from survey.questionnaire.words import Language

MOST_AGENCIES = 3  # trust is asked of the local police and of at most two others


@dataclass(frozen=True)
class Agencies:
    """The kinds of agency at an event: the local law enforcement, and the others in order."""

    local: str
    others: tuple[str, ...]
    printed: bool = False  # on paper, where every one of them stands, in one order for all

    @classmethod
    def of(cls, kinds: Sequence[str], *, printed: bool = False) -> Agencies:
        """Return the agencies of `all`, read back."""
        return cls(kinds[0], tuple(kinds[1:]), printed)

    @property
    def most(self) -> int:
        """Return how many of them one person's trust is asked of."""
        return len(self.all) if self.printed else MOST_AGENCIES

    @property
    def all(self) -> tuple[str, ...]:
        return (self.local, *self.others)

    def shown(self, met: Sequence[str], submission: int) -> tuple[str, ...]:
        """Return the kinds whose trust is asked: the local one, then at most two of those met
        (on paper all of them).

        The order of the others must not be the same for all, and must be known later: it is
        turned by the submission's own random number, here and in the page's script alike.
        """
        talked = [kind for kind in self.others if kind in met]
        turn = submission % len(talked) if talked and not self.printed else 0
        return (self.local, *(talked[turn:] + talked[:turn])[: self.most - 1])


@dataclass(frozen=True)
class Item:
    """One question as it stands on one form: about an agency, or about the event."""

    question: Question
    agency: str = ""

    @property
    def name(self) -> str:
        return f"{self.question.id}.{self.agency}" if self.agency else self.question.id


def items(
    instrument: Instrument, agencies: Agencies, wave: str, audience: str = ""
) -> Iterator[Item]:
    """Yield what a form asks, in order; a question per agency once for each agency.

    Without an audience: what is asked of any of them, as on a page that nobody has touched.
    """
    audiences = (audience,) if audience else instrument.audiences_in(wave)
    asked = {question.id for one in audiences for question in instrument.asked(one, wave)}
    for question in instrument.questions.values():
        if question.id not in asked:
            continue
        if question.per == "agency":
            yield from (Item(question, kind) for kind in agencies.all)
        elif question.per == "police":
            yield Item(question, agencies.local)
        else:
            yield Item(question)


def options(question: Question, agencies: Agencies) -> Iterator[str]:
    """Yield the values a question takes on this form, "don't know" and the like last."""
    if question.scale:
        yield from (str(code) for code in question.scale.codes)
    for option in question.options:
        yield from agencies.all if option == AGENCIES else (option,)
    if question.dont_know:
        yield str(DONT_KNOW)
    if question.prefer_not:
        yield str(PREFER_NOT)


def option_label(question: Question, value: str, language: Language) -> str:
    """Return the words of one value of a question."""
    if value == str(DONT_KNOW):
        own = question.key("dont_know")
        return language.say(own if language.has(own) else "option.any.dont_know")
    if value == str(PREFER_NOT):
        return language.say("option.any.prefer_not")
    if question.scale:
        return answer_words(question, int(value), language)
    key = f"option.{question.id}.{value}"
    return language.say(key if language.has(key) else f"agency.{value}.label")


def choices(item: Item, agencies: Agencies, language: Language) -> list[SelectChoice]:
    question = item.question
    return [
        SelectChoice(value, option_label(question, value, language))
        for value in options(question, agencies)
    ]


class Unanswered:
    """Lets a question be left out. Unlike WTForms' Optional it forgives nothing that was sent: a
    blank before another value, or a space, is no option and keeps its error."""

    field_flags: ClassVar = {"optional": True}

    def __call__(self, form: object, field: Any) -> None:
        if not any(field.raw_data or ()):
            field.errors = []
            raise StopValidation


class OneOf(RadioField):
    """One of its choices, checked by their values: WTForms makes every choice anew for each
    answer that is sent."""

    def pre_validate(self, form: object) -> None:
        values = {choice.value for choice in self.choices or () if isinstance(choice, SelectChoice)}
        if not self.process_errors and self.data not in values:
            raise ValidationError(self.gettext("Not a valid choice."))


def most_of(item: Item, agencies: Agencies) -> int:
    """Return how many options of a question may be chosen."""
    return item.question.most or len(list(options(item.question, agencies)))


def choice_field(item: Item, agencies: Agencies, language: Language) -> Any:
    needed = item.question.gate
    return OneOf(
        choices=choices(item, agencies, language),
        validators=[InputRequired() if needed else Unanswered()],
    )


def several_field(item: Item, agencies: Agencies, language: Language) -> Any:
    return SelectMultipleField(
        choices=choices(item, agencies, language),
        validators=[Unanswered(), Length(max=most_of(item, agencies))],
    )


def text_field(item: Item, agencies: Agencies, language: Language) -> Any:
    return TextAreaField(filters=[as_written], validators=[Length(max=item.question.most)])


FIELDS: dict[str, Callable[[Item, Agencies, Language], Any]] = {
    "choice": choice_field,
    "scale": choice_field,
    "several": several_field,
    "text": text_field,
}


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """What every survey form has. It has no CSRF token: there is no session to forge, and a token
    that lives an hour would refuse honest late answers. The signed ticket does its work."""

    class Meta:
        csrf = False

    items: dict[str, Item]
    agencies: Agencies

    @property
    def gate(self) -> str:
        """Return the name of the question that says which audience this is: the first gate."""
        return next(name for name, item in self.items.items() if item.question.gate)

    @property
    def stopped(self) -> bool:
        """Whether an answer says that nothing more may be asked and nothing kept."""
        return any(self[name].data in item.question.stops for name, item in self.items.items())

    def problems(self, language: Language) -> dict[str, str]:
        """Return what is wrong, a sentence for each field, in the order of the form."""
        return {name: self.problem(name, language) for name in self.items if self[name].errors}

    def problem(self, name: str, language: Language) -> str:
        item, given = self.items[name], self[name].data
        question = item.question
        if question.kind == "text":
            return language.say("error.too_long", most=question.most, count=len(given))
        if question.gate and not given:
            return language.say("error.required" if name == self.gate else "error.choose")
        if question.kind == "several" and len(given) > (most := most_of(item, self.agencies)):
            return language.say("error.too_many", most=most)
        return language.say("error.choice")


@lru_cache(maxsize=256)
def form_class(
    instrument: Instrument, agencies: Agencies, language: Language, wave: str, audience: str = ""
) -> type[AnswerForm]:
    """Return the form of one audience (of all of them: "") in one language and wave.

    Field names are `Item.name`.
    """
    asked = {item.name: item for item in items(instrument, agencies, wave, audience)}
    fields = {
        name: FIELDS[item.question.kind](item, agencies, language) for name, item in asked.items()
    }
    return type("Form", (AnswerForm,), {**fields, "items": asked, "agencies": agencies})
