"""The survey form as a page, prepared for many guests.

The page of a fresh form is the same for everybody at one poster in one language but for two
hidden fields, so it is rendered and compressed once; a visit adds only its own end.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from flask import Response, current_app, render_template, request, url_for
from markupsafe import Markup

from survey.collect.form_token import make_ticket
from survey.collect.intake import shown_agencies
from survey.config import Settings
from survey.pages.extra import extra_address
from survey.pages.form_view import View
from survey.questionnaire.filled_form import AnswerForm, Filled, answer_form
from survey.questionnaire.instrument import AGENCIES, FOLLOW_UP, Instrument
from survey.questionnaire.words import Language
from survey.storage.events import Place, now
from survey.web.again import Environ, page_again
from survey.web.compression import HIDDEN, Packed
from survey.web.locale import content


def fresh_page(
    place: Place,
    language: Language,
    seconds: float = 0,
    count: Callable[[Environ], None] | None = None,
    card: str = "",
) -> Response:
    """Return an empty form with a new submission id.

    seconds: for how long others may be given the same; count: told of each visit, by the
    environment of its request; card: the code of the card it was opened by
    """
    secret = current_app.extensions["settings"].secret_key

    def own(visit: Environ) -> str:
        if count:
            count(visit)
        return hidden_fields(place, uuid4(), secret, card)

    page = prepared(place, language)
    page_again(page, seconds, own)
    response = page.response(own(request.environ))
    response.headers["Cache-Control"] = "private, no-cache"  # "back" may show it again
    response.vary.add("Accept-Encoding")
    return response


@lru_cache(maxsize=200)  # of 80 KB each: a worker stays within its memory at any number of posters
def prepared(place: Place, language: Language) -> Packed:
    form = form_of(place, "").read()
    return Packed.of(render_form(place, language, form, step="start"))


def filled_page(
    place: Place,
    language: Language,
    form: Filled,
    submission: UUID,
    *,
    step: str,
    audience: str = "",
    problems: dict[str, str] | None = None,
    notice: str = "",
    household: str = "",
    longer: bool = True,
    card: str = "",
) -> str:
    """Return the form with the answers given so far. `step` is start, questions or all."""
    page = render_form(
        place,
        language,
        form,
        step=step,
        audience=audience,
        problems=problems,
        notice=notice,
        household=household,
        longer=longer,
        submission=submission,
    )
    secret = current_app.extensions["settings"].secret_key
    return page.replace(HIDDEN, hidden_fields(place, submission, secret, card))


def hidden_fields(place: Place, submission: UUID, secret: str, card: str = "") -> str:
    """Return what one visit's form carries; it needs no request."""
    fields = hidden_ticket(ticket_of(place, secret)) + OWN % submission
    fields += CARD % card if card else ""
    return fields + REHEARSAL if place.rehearsing else fields


@lru_cache(maxsize=1024)  # everybody of an hour has the same
def hidden_ticket(ticket: str) -> str:
    field = '<input type="hidden" form="survey" name="ticket" value="{}">'
    return str(Markup(field).format(ticket))


OWN = '<input type="hidden" form="survey" name="submission" value="%s" autocomplete="off">'
CARD = '<input type="hidden" form="survey" name="card" value="%s" autocomplete="off">'
# Sent after the try-out, perhaps by a phone that had no signal, it still counts nowhere.
REHEARSAL = '<input type="hidden" form="survey" name="rehearsal" value="1">'


def ticket_for(place: Place) -> str:
    return ticket_of(place, current_app.extensions["settings"].secret_key)


def ticket_of(place: Place, secret: str) -> str:
    return make_ticket(
        secret, place.poster, place.door, place.instrument, place.agencies.all, now()
    )


def instrument_of(place: Place) -> Instrument:
    return content().instruments[place.instrument]


def form_of(place: Place, audience: str) -> AnswerForm:
    """Return the form of one audience at this place; "" for what any of them is asked."""
    return answer_form(instrument_of(place), place.agencies, place.wave, audience)


def render_form(
    place: Place,
    language: Language,
    form: Filled,
    *,
    step: str,
    audience: str = "",
    problems: dict[str, str] | None = None,
    notice: str = "",
    household: str = "",
    longer: bool = True,
    submission: UUID | None = None,
    inert: bool = False,
) -> str:
    """Return the page. With an audience it holds that one's screens, without one those of all.

    longer: whether the longer module is on it; inert: without a script, to be looked at
    """
    instrument = instrument_of(place)
    shown = shown_agencies(form, submission) if submission else form.agencies.all
    view = View(place, language, form, problems or {}, shown, audience)
    audiences = instrument.audiences_in(place.wave)
    return render_template(
        "attend/form.html",
        **around(place, language),
        screens=[
            screen
            for screen in view.screens(instrument, (audience,) if audience else audiences)
            if longer or not screen.longer
        ],
        entry=instrument.chain(audiences[0], place.wave)[1],
        step=step,
        inert=inert,
        audience=audience,
        household=household,
        problems=problems,
        notice=notice,
        gate=form.gate,
        met=next((n for n, i in form.items.items() if AGENCIES in i.question.options), ""),
        most_agencies=form.agencies.most,
        audiences=audiences,
    )


def around(place: Place, language: Language) -> dict[str, Any]:
    """Return what the page says and names whoever answers: the place, its words and addresses."""
    return {
        "place": place,
        "words": language,
        "say": language.say,
        "made_up": place.made_up,
        "rehearsing": place.rehearsing,
        "languages": content().offered(place.languages),
        "action": address_of(place),
        "extra": extra_address(language),
        "attend": current_app.extensions["attend"],
        "done": done_words(place),
    }


def address_of(place: Place) -> str:
    """Return the address of the form, through the door it was opened by."""
    return url_for("attend.form", code=place.poster, door=place.door or None)


def done_words(place: Place) -> dict[str, Any]:
    """Return what the thank-you says of the results, and of a second time in three weeks."""
    settings: Settings = current_app.extensions["settings"]
    first = place.local(place.through("later").opens_at)
    may_come_back = place.wave != FOLLOW_UP and place.mode == "own phone"
    return {
        "day": place.local(place.day_after(settings.RESULTS_DAYS)).date(),
        "results": url_for("results.community", slug=place.slug),
        "site": settings.public_url,  # never the request's: the page is kept for all
        "later": url_for("attend.form", code=place.poster, door="later"),
        "later_day": f"{first:%Y%m%d}" if may_come_back else "",
    }
