"""What a phone sent, read against the form it was given."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask import current_app
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from survey.collect import intake
from survey.collect.form_token import Ticket, read_ticket
from survey.collect.intake import Submission
from survey.pages.form_page import filled_page, form_of, instrument_of
from survey.questionnaire.filled_form import Filled
from survey.questionnaire.forms import Agencies
from survey.questionnaire.instrument import FOLLOW_UP
from survey.storage import events
from survey.storage.cards import tidy_card
from survey.storage.events import Place, follow_up_id
from survey.web.locale import content


class Sent:
    """One posted form, in the language of its page. `audience` is "" until somebody said it."""

    def __init__(self, place: Place, fields: MultiDict[str, str]) -> None:
        self.fields, self.go = fields, fields.get("go", "send")
        codes = [language.code for language in content().offered(place.languages)]
        asked = self.go.removeprefix("lang:") if self.go.startswith("lang:") else fields.get("lang")
        self.language = content().languages[asked if asked in codes else codes[0]]
        self.ticket = own_ticket(place, fields.get("ticket", ""))
        self.place = as_handed_out(place, self.ticket)
        self.opened: datetime = self.ticket.opened if self.ticket else events.now()
        self.submission = submission_id(fields.get("submission"))
        instrument = instrument_of(self.place)
        gate = instrument.gate
        said = fields.get(gate.id, "")
        has_form = said in instrument.audiences_in(place.wave)
        self.audience = said if has_form else ""
        self.opened_longer = fields.get("more") == "1" or self.go == "send:longer"
        self.has_no_form = said in gate.options and not has_form
        self.card = tidy_card(fields.get("card", ""))
        self.form: Filled = form_of(self.place, self.audience).read(fields)

    def problems(self, screens: Collection[str] = ()) -> dict[str, str]:
        """Return what is wrong on these screens (on all), a sentence for each field."""
        problems = self.form.problems(self.language)
        if not self.audience:  # who does not say that is asked nothing else yet
            return {name: text for name, text in problems.items() if name == self.form.gate}
        return {
            name: text
            for name, text in problems.items()
            if not screens or self.form.items[name].question.screen in screens
        }

    def again(self, step: str, **more: Any) -> str:
        """Return the form once more with every answer kept."""
        return filled_page(
            self.place,
            self.language,
            self.form,
            self.submission,
            step=step,
            audience=self.audience,
            household=self.fields.get("household", ""),
            longer=step != "all" or self.opened_longer,
            card=self.card,
            **more,
        )

    def accepted(self, late: bool) -> Submission:
        """Return what is stored of a valid form."""
        longer = () if self.opened_longer else instrument_of(self.place).longer
        answers, comment = intake.answers_of(self.form, self.submission, longer)
        id = self.submission
        if self.place.wave == FOLLOW_UP:
            id = follow_up_id(submission_id(self.fields["follows"]))
        return Submission(
            id,
            self.language.code,
            self.audience,
            answers,
            comment,
            late=late,
            household=self.fields.get("household") == "1",
        )


def own_ticket(place: Place, text: str) -> Ticket | None:
    """Return the ticket if it was handed out at this poster, through this door."""
    ticket = read_ticket(current_app.extensions["settings"].secret_key, text)
    if ticket and (ticket.poster, ticket.door) == (place.poster, place.door):
        return ticket
    return None


def as_handed_out(place: Place, ticket: Ticket | None) -> Place:
    """Return the place with the questionnaire and agencies that stood on the form.

    A phone may send days later what it was given before a new version was put in place.
    """
    if ticket is None or ticket.instrument not in content().instruments:
        return place
    if (ticket.instrument, ticket.agencies) == (place.instrument, place.agencies.all):
        return place
    if not set(ticket.agencies) <= content().agencies.keys():
        return place
    agencies = Agencies.of(ticket.agencies, printed=place.agencies.printed)
    return replace(place, instrument=ticket.instrument, agencies=agencies)


def submission_id(text: str | None) -> UUID:
    """Return the page's id; a page that sends none gets one, a garbled one is refused."""
    try:
        return UUID(text) if text else uuid4()
    except ValueError as error:
        raise BadRequest from error
