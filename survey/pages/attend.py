"""What an attendee meets: the poster's page, the form, the thank-you. Never loads pandas."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    g,
    jsonify,
    redirect,
    request,
    url_for,
)
from werkzeug.routing import AnyConverter
from werkzeug.wrappers import Response as Reply

from survey.collect.intake import Outcome, shown_agencies
from survey.collect.scans import Scans, is_opened_by_a_person
from survey.pages.answered_again import (
    admission_of,
    answers_again,
    raise_what_failed,
    refused,
    told,
)
from survey.pages.attend_pages import help_page, page, refusal, wants_json
from survey.pages.extra import extra_response
from survey.pages.form_page import (
    address_of,
    done_words,
    fresh_page,
    instrument_of,
    ticket_for,
)
from survey.pages.form_view import View
from survey.pages.storing import find, good_for, keep, scans
from survey.pages.submission import Sent
from survey.questionnaire.answer_codes import UnknownCode
from survey.questionnaire.words import Language
from survey.storage import db, events, rehearsal
from survey.storage.cards import apart
from survey.storage.events import Place, Window
from survey.web.again import Environ, page_again
from survey.web.compression import Packed
from survey.web.form_body import read_form
from survey.web.locale import content, visitor_language

blueprint = Blueprint("attend", __name__)


class Doors(AnyConverter):
    """One of a few doors, of which one has two parts. A rule of its own with a default for the door
    would also be taken for the address of who came by none: their answers would count nowhere."""

    part_isolating = False


blueprint.record_once(lambda state: state.app.url_map.converters.update(doors=Doors))


@blueprint.get("/s")
def enter() -> Reply | tuple[str, int]:
    """Take a code typed by hand."""
    code = events.tidy_code(request.args.get("code", ""))[:20]
    if not code:
        return help_page("unknown", code="")
    return redirect(url_for("attend.form", code=code, lang=request.args.get("lang")))


@blueprint.get("/s/extra/<code>.js")
def extra(code: str) -> Reply:
    """Return the page's second script, in one language."""
    language = content().languages.get(code)
    return extra_response(language) if language else abort(404)


@blueprint.get("/s/<code>")
@blueprint.get("/s/<code>/<doors(kiosk, paper, later, 'twice/paper'):door>")
def form(code: str, door: str = "") -> Reply | tuple[str, int]:
    code, card = apart(code)
    place = find(code, door)
    if place is None or place.retired_at:
        return help_page("unknown", code=events.tidy_code(code))
    language = visitor_language(place.languages)
    window = place.window(events.now())
    if window is not Window.OPEN:
        return help_page(window.value, place, language)
    if place.rehearsal_until:  # its try-out is over: what is left of it goes now
        db.writer().submit(lambda connection: rehearsal.wipe(connection, place.event_id))
    seconds = 0 if card else good_for(place)  # who has a card has the page of that card
    return fresh_page(place, language, seconds, partial(count, scans(), place), card)


def count(scans: Scans, place: Place, visit: Environ) -> None:
    """Count who opens a form, by the environment of their request."""
    if place.rehearsing or place.mode == "paper":  # keyed by a volunteer: nobody scanned
        return
    if is_opened_by_a_person(visit["REQUEST_METHOD"], partial(header_of, visit)):
        scans.opened(place, events.now())


def header_of(visit: Environ, name: str, otherwise: str) -> str:
    value: str = visit.get(f"HTTP_{name.upper().replace('-', '_')}", otherwise)
    return value


@blueprint.post("/s/<code>")
@blueprint.post("/s/<code>/<doors(kiosk, paper, later, 'twice/paper'):door>")
def answer(code: str, door: str = "") -> Reply | tuple[Reply | str, int]:
    """Take one step of the form: pass its gates, switch language, review, or send."""
    fields = g.posted = read_form()
    place = find(code, door)
    if place is None:
        return refusal("unknown", code=events.tidy_code(code))
    sent = Sent(place, fields)
    if place.retired_at and sent.opened > place.retired_at:
        return refusal("unknown", code=place.poster)
    if fields.get("rehearsal") and not place.rehearsing:
        return taken(sent, Outcome.STORED)  # a form of a try-out that is over: nothing is kept
    admission = admission_of(sent)
    if admission == "closed":
        return refusal(place.window(events.now()).value, place, sent.language)
    if sent.go.startswith("send"):
        return send(sent, late=admission == "late")
    return step(sent)


@blueprint.get("/s/<code>/thanks")
@blueprint.get("/s/<code>/<doors(kiosk, paper, 'twice/paper'):door>/thanks")
def thanks(code: str, door: str = "") -> Reply | tuple[str, int]:
    place = find(code, door)
    if place is None:
        return help_page("unknown", code=events.tidy_code(code))
    is_open = place.window(events.now()) is Window.OPEN
    said = thank_you(place, visitor_language(place.languages), is_open)
    page_again(said, good_for(place), lambda visit: "")
    return said.response()


@lru_cache(maxsize=512)
def thank_you(place: Place, language: Language, is_open: bool) -> Packed:
    return Packed.of(page("thanks", place, language, open=is_open, done=done_words(place)))


def step(sent: Sent) -> Reply | tuple[str, int]:
    """Show the form again, where the answers so far lead. Stores nothing."""
    if sent.go.startswith("lang:"):
        return Response(sent.again("questions" if sent.audience else "start"))
    if sent.has_no_form:
        return help_page("other_audience", sent.place, sent.language)
    if sent.form.stopped:
        return help_page("stopped", sent.place, sent.language)
    chain = instrument_of(sent.place).chain(sent.audience, sent.place.wave)
    passed = chain[: chain.index(at) + 1] if (at := sent.go.removeprefix("next:")) in chain else []
    if problems := sent.problems(passed or [at]):
        where = "start" if sent.form.gate in problems else "all"
        return sent.again(where, problems=problems), 422
    if sent.go == "review":
        return Response(page("review", sent.place, sent.language, **reviewed(sent)))
    return Response(sent.again("questions"))


def reviewed(sent: Sent) -> dict[str, Any]:
    """Return what a review shows: every answer that would be sent, and what goes with it."""
    view = View(
        sent.place, sent.language, sent.form, {}, shown_agencies(sent.form, sent.submission)
    )
    beside = ("ticket", "submission", "lang", "household", "more", "follows", "card")
    return {
        "told": list(view.answers_given()),
        "beside": [(name, sent.fields[name]) for name in beside if sent.fields.get(name)],
        "fields": [pair for pair in sent.fields.items(multi=True) if pair[0] != "go"],
        "action": address_of(sent.place),
    }


def send(sent: Sent, *, late: bool) -> Reply | tuple[Reply | str, int]:
    """Store a whole form, once."""
    language, place = sent.language, sent.place
    if why := refused(sent):
        return refusal(why, place, language)
    if problems := sent.problems():
        return invalid(sent, problems=problems)
    if sent.ticket is None:
        return invalid(sent, notice=language.say("error.ticket"))
    try:
        raise_what_failed()
        outcome = keep(sent, late=late)
    except UnknownCode as unknown:  # a code that the form let by: nothing of it is stored
        return invalid(sent, problems={unknown.item: language.say("error.choice")})
    except db.AWAY:
        return busy(sent)
    if outcome is Outcome.CONFLICT:
        return refusal("conflict", place, language)
    return taken(sent, outcome)


def taken(sent: Sent, outcome: Outcome) -> Reply:
    """Thank for what is durable."""
    place = sent.place
    door = place.door if place.mode != "own phone" else None
    address = url_for("attend.thanks", code=place.poster, door=door)
    as_json = wants_json()
    answers_again(sent, address, as_json=as_json)
    say = told(sent, outcome, address)
    return jsonify(say) if as_json else redirect(say["next"], 303)


def invalid(sent: Sent, **more: Any) -> tuple[Reply | str, int]:
    """Say what is wrong, every answer kept; to a waiting phone also the ticket it needs now."""
    if wants_json():
        reply = {"outcome": "invalid", "ticket": "" if sent.ticket else ticket_for(sent.place)}
        return jsonify(reply), 422
    return sent.again("all", **more), 422


def busy(sent: Sent) -> tuple[Reply | str, int]:
    """The disk is full or the database is away: say so, keep every answer, ask to press again."""
    if wants_json():
        reply = jsonify(outcome="busy")
    else:
        reply = Response(sent.again("all", notice=sent.language.say("attend.busy")))
    reply.headers["Retry-After"] = "10"
    return reply, 503
