"""What a form asks: which questions stand on it, for which agencies, with which options.

No question is named here. `filled_form.py` reads what was sent against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
