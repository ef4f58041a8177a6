"""The survey form as a page: what the template needs, and the page prepared for many guests.

The page of a fresh form is the same for everybody at one poster in one language but for two
hidden fields, so it is rendered and compressed once; a visit adds only its own end.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from flask import Response, current_app, render_template, request, url_for
from markupsafe import Markup

from survey.config import Settings
from survey.events import Place, now
from survey.forms import MOST_AGENCIES, AnswerForm, Item, form_class
from survey.instrument import AGENCIES, Instrument
from survey.intake import turn_of
from survey.pages.language import content
from survey.tickets import make_ticket
from survey.words import Language

HIDDEN = "<!--hidden-->"  # where a visit's own fields go: near the end, so little is left to do


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    checked: bool
    apart: bool  # "don't know" and the like stand below a gap


@dataclass(frozen=True)
class Asked:
    """One question as the template draws it."""

    name: str
    kind: str
    ask: str
    choices: tuple[Choice, ...]
    other: str = ""  # the agency's kind, where it is shown only to those who met it
    hidden: bool = False
    problem: str = ""
    most: int = 0


@dataclass(frozen=True)
class Screen:
    id: str
    asked: tuple[Asked, ...]


@dataclass(frozen=True)
class Prepared:
    """A rendered page, compressed up to where a visit's own fields go."""

    head: bytes
    tail: bytes
    squeezed: bytes
    squeezer: Any  # a zlib compressor that has swallowed `head`

    @classmethod
    def of(cls, page: str) -> Prepared:
        start, _, end = page.partition(HIDDEN)  # a page without HIDDEN is all head
        head, tail = start.encode(), end.encode()
        squeezer = zlib.compressobj(9, zlib.DEFLATED, 31)  # 31: the gzip format
        squeezed = squeezer.compress(head)
        return cls(head, tail, squeezed, squeezer)

    def response(self, hidden: str = "") -> Response:
        """Return the page with `hidden` in it, compressed if the browser takes gzip."""
        end = hidden.encode() + self.tail
        if "gzip" not in request.headers.get("Accept-Encoding", ""):
            return Response(self.head + end, mimetype="text/html")
        rest = self.squeezer.copy()
        response = Response(self.squeezed + rest.compress(end) + rest.flush(), mimetype="text/html")
        response.headers["Content-Encoding"] = "gzip"
        return response


def fresh_page(place: Place, language: Language) -> Response:
    """Return an empty form with a new submission id."""
    response = prepared(place, language).response(hidden_fields(place, uuid4()))
    response.headers["Cache-Control"] = "private, no-cache"  # "back" may show it again
    response.vary.update(("Accept-Encoding", "Accept-Language"))
    return response


@lru_cache(maxsize=512)
def prepared(place: Place, language: Language) -> Prepared:
    form = empty_form(place, language)
    return Prepared.of(render_form(place, language, form, step="start"))


def filled_page(
    place: Place,
    language: Language,
    form: AnswerForm,
    submission: UUID,
    *,
    step: str,
    problems: dict[str, str] | None = None,
    notice: str = "",
) -> str:
    """Return the form with the answers given so far. `step` is start, questions or all."""
    page = render_form(
        place, language, form, step=step, problems=problems, notice=notice, submission=submission
    )
    return page.replace(HIDDEN, hidden_fields(place, submission))


def hidden_fields(place: Place, submission: UUID) -> str:
    settings: Settings = current_app.extensions["settings"]
    ticket = make_ticket(settings.secret_key, place.poster, now())
    return Markup(
        '<input type="hidden" name="ticket" value="{}">'
        '<input type="hidden" name="submission" value="{}">'
    ).format(ticket, submission)


def instrument_of(place: Place) -> Instrument:
    return content().instruments[place.instrument]


def empty_form(place: Place, language: Language) -> AnswerForm:
    return form_class(instrument_of(place), place.agencies, language)(formdata=None)


def render_form(
    place: Place,
    language: Language,
    form: AnswerForm,
    *,
    step: str,
    problems: dict[str, str] | None = None,
    notice: str = "",
    submission: UUID | None = None,
) -> str:
    instrument = instrument_of(place)
    shown = shown_agencies(form, submission)
    view = View(place, language, form, problems or {}, shown)
    met = next(q.id for q in instrument.questions.values() if AGENCIES in q.options)
    return render_template(
        "attend/form.html",
        place=place,
        words=language,
        say=language.say,
        made_up=place.made_up,
        languages=[content().languages[code] for code in place.languages],
        action=url_for("attend.form", code=place.poster),
        screens=list(view.screens(instrument)),
        form=form,
        step=step,
        problems=problems,
        notice=notice,
        gate=form.gate,
        met=met,
        most_agencies=MOST_AGENCIES,
        audiences=instrument.audiences,
        attend=current_app.extensions["attend"],
    )


def shown_agencies(form: AnswerForm, submission: UUID | None) -> tuple[str, ...]:
    """Return the agencies whose trust is asked; all, while nobody has said whom they met."""
    if submission is None:
        return form.agencies.all
    met = next(name for name, item in form.items.items() if AGENCIES in item.question.options)
    return form.agencies.shown(form[met].data or [], turn_of(submission))


@dataclass(frozen=True)
class View:
    """Turns a form into what the template draws."""

    place: Place
    language: Language
    form: AnswerForm
    problems: dict[str, str]
    shown: tuple[str, ...]

    def screens(self, instrument: Instrument) -> Iterator[Screen]:
        for id in instrument.screens:
            items = [item for item in self.form.items.values() if item.question.screen == id]
            items.sort(key=self.place_in_order)
            yield Screen(id, tuple(self.asked(item) for item in items))

    def place_in_order(self, item: Item) -> int:
        """Agencies that are asked about come in the order shown, the others after them."""
        return self.shown.index(item.agency) if item.agency in self.shown else 0

    def asked(self, item: Item) -> Asked:
        question, name = item.question, item.name
        other = item.agency if question.per == "agency" else ""
        return Asked(
            name=name,
            kind=question.kind,
            ask=self.language.say(question.key(), **self.names(item)),
            choices=tuple(self.choices(item)) if question.kind != "text" else (),
            other=other if other != self.place.agencies.local else "",
            hidden=bool(other) and other not in self.shown,
            problem=self.problems.get(name, ""),
            most=question.most,
        )

    def names(self, item: Item) -> dict[str, str]:
        agency = self.language.say(f"agency.{item.agency}.name") if item.agency else ""
        return {"agency": agency, "community": self.place.community}

    def choices(self, item: Item) -> Iterator[Choice]:
        field = self.form[item.name]
        given = field.data if isinstance(field.data, list) else [field.data]
        for choice in field.choices:
            value = str(choice.value)
            yield Choice(
                value=value,
                label=str(choice.label),
                checked=value in given,
                apart=value.startswith("-"),
            )
