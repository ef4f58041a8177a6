"""What was sent, read and checked against what a form asks. A kind of question is a class here.

A form is worked out once for an event's questionnaire, agencies and audience. Every language has
the same one; reading an answer against it makes nothing but the answer. (A form library makes every
field and choice anew for each request: that was 44 % of what storing an answer cost.)

It has no CSRF token: there is no session to forge, and a token that lives an hour would refuse
honest late answers. The signed ticket does its work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from werkzeug.datastructures import MultiDict

from survey.questionnaire.forms import Agencies, Item, items, options
from survey.questionnaire.free_text import as_written
from survey.questionnaire.instrument import Instrument
from survey.questionnaire.words import Language


@dataclass(frozen=True)
class Field:
    """One item of a form, and what may be sent for it."""

    item: Item
    options: tuple[str, ...]  # in the order shown; a text has none
    most: int  # how many of them may be chosen; of a text, how many characters it may have

    def read(self, sent: Sequence[str]) -> Any:
        """Return the answer in the values sent under this item's name; there may be none."""
        raise NotImplementedError

    def refuses(self, sent: Sequence[str], given: Any) -> bool:
        """Whether what was read from `sent` is no answer to this item."""
        raise NotImplementedError

    def problem(self, given: Any, gate: str, language: Language) -> str:
        """Return what is wrong with an answer that is refused."""
        return language.say("error.choice")


class OneOf(Field):
    """One option, or nothing where the question is no gate.

    A blank before another value, or a space, is no option: nothing that was sent is forgiven.
    """

    def read(self, sent: Sequence[str]) -> str | None:
        return sent[0] if sent else None

    def refuses(self, sent: Sequence[str], given: Any) -> bool:
        return given not in self.options if any(sent) else self.item.question.gate

    def problem(self, given: Any, gate: str, language: Language) -> str:
        if self.item.question.gate and not given:
            return language.say("error.required" if self.item.name == gate else "error.choose")
        return super().problem(given, gate, language)


class SomeOf(Field):
    """Any of the options, up to `most`."""

    def read(self, sent: Sequence[str]) -> list[str]:
        return list(sent)

    def refuses(self, sent: Sequence[str], given: Any) -> bool:
        return any(sent) and (len(sent) > self.most or not set(sent) <= set(self.options))

    def problem(self, given: Any, gate: str, language: Language) -> str:
        if len(given) > self.most:
            return language.say("error.too_many", most=self.most)
        return super().problem(given, gate, language)


class Text(Field):
    """What somebody wrote, as it is kept."""

    def read(self, sent: Sequence[str]) -> str:
        return as_written(sent[0] if sent else "")

    def refuses(self, sent: Sequence[str], given: Any) -> bool:
        return len(given) > self.most

    def problem(self, given: Any, gate: str, language: Language) -> str:
        return language.say("error.too_long", most=self.most, count=len(given))


FIELDS: dict[str, type[Field]] = {"choice": OneOf, "scale": OneOf, "several": SomeOf, "text": Text}


def field_of(item: Item, agencies: Agencies) -> Field:
    values = tuple(options(item.question, agencies))
    return FIELDS[item.question.kind](item, values, item.question.most or len(values))


@dataclass(frozen=True)
class AnswerForm:
    """What one audience is asked at an event: {Item.name: field}, in the form's order."""

    fields: Mapping[str, Field]
    agencies: Agencies

    @cached_property
    def items(self) -> dict[str, Item]:
        return {name: field.item for name, field in self.fields.items()}

    @cached_property
    def gate(self) -> str:
        """Return the name of the question that says which audience this is: the first gate."""
        return next(name for name, item in self.items.items() if item.question.gate)

    def read(self, sent: MultiDict[str, str] | None = None) -> Filled:
        """Return what was sent, checked; nothing sent is the empty form."""
        lists = dict(sent.lists()) if sent else {}
        given, refused = {}, []
        for name, field in self.fields.items():
            values = lists.get(name, ())
            given[name] = field.read(values)
            if field.refuses(values, given[name]):
                refused.append(name)
        return Filled(self, given, tuple(refused))


@dataclass(frozen=True)
class Filled:
    """A form with what one person answered."""

    form: AnswerForm
    given: Mapping[str, Any]  # {Item.name: str, list of str, or None}
    refused: tuple[str, ...]  # the items whose answer is none

    @property
    def stopped(self) -> bool:
        """Whether an answer says that nothing more may be asked and nothing kept."""
        return any(self.given[name] in item.question.stops for name, item in self.items.items())

    @property
    def fields(self) -> Mapping[str, Field]:
        return self.form.fields

    @property
    def items(self) -> dict[str, Item]:
        return self.form.items

    @property
    def gate(self) -> str:
        return self.form.gate

    @property
    def agencies(self) -> Agencies:
        return self.form.agencies

    def problems(self, language: Language) -> dict[str, str]:
        """Return what is wrong, a sentence for each field, in the order of the form."""
        return {
            name: self.fields[name].problem(self.given[name], self.gate, language)
            for name in self.refused
        }


@lru_cache(maxsize=256)
def answer_form(
    instrument: Instrument, agencies: Agencies, wave: str, audience: str = ""
) -> AnswerForm:
    """Return the form of one audience (of all of them: "") at an event."""
    asked = items(instrument, agencies, wave, audience)
    return AnswerForm({item.name: field_of(item, agencies) for item in asked}, agencies)
