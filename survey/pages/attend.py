"""What an attendee meets: the poster's page, the form, the thank-you. Never loads pandas."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from flask import (
    Blueprint,
    Response,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as Reply

from survey import db, events, intake
from survey.events import Place, Window
from survey.forms import AnswerForm, form_class
from survey.intake import Outcome, Submission
from survey.pages.body import read_form
from survey.pages.form_page import Prepared, filled_page, fresh_page, instrument_of
from survey.pages.language import content, visitor_language
from survey.scans import Scans
from survey.tickets import read_ticket
from survey.words import Language

blueprint = Blueprint("attend", __name__)
STATUS = {"unknown": 404, "upcoming": 403, "closed": 410, "conflict": 409, "other_audience": 200}


@blueprint.get("/s")
def enter() -> Reply:
    """Take a code typed by hand."""
    code = events.tidy_code(request.args.get("code", ""))[:20] or "-"
    return redirect(url_for("attend.form", code=code, lang=request.args.get("lang")))


@blueprint.get("/s/<code>")
def form(code: str) -> Reply | tuple[str, int]:
    place = find(code)
    if place is None:
        return help_page("unknown", code=events.tidy_code(code))
    language = visitor_language(place.languages)
    window = place.window(events.now())
    if window is not Window.OPEN:
        return help_page(window.value, place, language)
    scans: Scans = current_app.extensions["scans"]
    scans.add((place.event_id, place.poster, place.hour(events.now())))
    return fresh_page(place, language)


@blueprint.post("/s/<code>")
def answer(code: str) -> Reply | tuple[str, int]:
    """Take one step of the form: route by the first answers, switch language, or send."""
    fields = read_form()
    place = find(code)
    if place is None:
        return help_page("unknown", code=events.tidy_code(code))
    sent = Sent(place, fields)
    admission = intake.admission(place, sent.opened, events.now(), ticket_hours())
    if admission == "closed":
        return help_page(place.window(events.now()).value, place, sent.language)
    if sent.go == "send":
        return send(sent, late=admission == "late")
    return step(sent)


@blueprint.get("/s/<code>/thanks")
def thanks(code: str) -> Reply | tuple[str, int]:
    place = find(code)
    if place is None:
        return help_page("unknown", code=events.tidy_code(code))
    is_open = place.window(events.now()) is Window.OPEN
    return thank_you(place, visitor_language(place.languages), is_open).response()


@lru_cache(maxsize=512)
def thank_you(place: Place, language: Language, is_open: bool) -> Prepared:
    return Prepared.of(page("thanks", place, language, open=is_open))


class Sent:
    """What a phone sent, read against the event's instrument in the language of the page."""

    def __init__(self, place: Place, fields: MultiDict[str, str]) -> None:
        self.place = place
        self.go = fields.get("go", "send")
        codes = place.languages
        asked = self.go.removeprefix("lang:") if self.go.startswith("lang:") else fields.get("lang")
        self.language = content().languages[asked if asked in codes else codes[0]]
        self.submission = submission_id(fields.get("submission"))
        ticket = read_ticket(
            current_app.extensions["settings"].secret_key, fields.get("ticket", ""), place.poster
        )
        self.has_ticket = ticket is not None
        self.opened: datetime = ticket or events.now()
        kind = form_class(instrument_of(place), place.agencies, self.language)
        self.form: AnswerForm = kind(formdata=fields)

    def again(self, step: str, **more: Any) -> str:
        """Return the form once more with every answer kept."""
        return filled_page(self.place, self.language, self.form, self.submission, step=step, **more)


def step(sent: Sent) -> Reply | tuple[str, int]:
    """Show the form again, where the answers so far lead. Stores nothing."""
    audience = sent.form[sent.form.gate].data
    if sent.go.startswith("lang:"):
        return Response(sent.again("questions" if audience else "start"))
    sent.form.validate()
    gate = sent.form.problems(sent.language).get(sent.form.gate)
    if gate:
        return sent.again("start", problems={sent.form.gate: gate}), 422
    if audience not in instrument_of(sent.place).audiences:
        return help_page("other_audience", sent.place, sent.language)
    return Response(sent.again("questions"))


def send(sent: Sent, *, late: bool) -> Reply | tuple[str, int]:
    """Store a whole form, once."""
    language, place = sent.language, sent.place
    if not sent.form.validate():
        return sent.again("all", problems=sent.form.problems(language)), 422
    if not sent.has_ticket:
        return sent.again("all", notice=language.say("error.ticket")), 422
    audience = sent.form[sent.form.gate].data
    if audience not in instrument_of(place).audiences:
        return help_page("other_audience", place, language)
    answers, comment = intake.answers_of(sent.form, sent.submission)
    submission = Submission(sent.submission, language.code, audience, answers, comment, late)
    try:
        outcome = store(place, submission)
    except OperationalError:
        return busy(sent)
    if outcome is Outcome.CONFLICT:
        return help_page("conflict", place, language)
    address = url_for("attend.thanks", code=place.poster, lang=language.code)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(outcome=outcome.value, next=address)
    return redirect(address, 303)


def store(place: Place, submission: Submission) -> Outcome:
    """Return what became of it, once that is durable: then the thank-you may be said."""
    moment = events.now()
    outcome: Outcome = db.writer().do(
        lambda connection: intake.accept(connection, place, submission, moment)
    )
    return outcome


def busy(sent: Sent) -> tuple[str, int]:
    """The disk is full or the database is away: say so, keep every answer, ask to press again."""
    notice = sent.language.say("attend.busy")
    reply = current_app.make_response((sent.again("all", notice=notice), 503))
    reply.headers["Retry-After"] = "10"
    return reply  # type: ignore[return-value]


def find(code: str) -> Place | None:
    tidy = events.tidy_code(code)
    places: events.Places = current_app.extensions["places"]
    return places.find(db.session, tidy) if events.is_code(tidy) else None


def submission_id(text: str | None) -> UUID:
    """Return the page's id; a page that sends none gets one, a garbled one is refused."""
    try:
        return UUID(text) if text else uuid4()
    except ValueError as error:
        raise BadRequest from error


def ticket_hours() -> int:
    hours: int = current_app.extensions["settings"].TICKET_HOURS
    return hours


def help_page(
    why: str, place: Place | None = None, language: Language | None = None, code: str = ""
) -> tuple[str, int]:
    """Return a page that says why there is no form, and what to do."""
    language = language or visitor_language()
    about = {"code": code[:20], "opens": "", "community": ""}
    if place:
        opens = language.moment(place.local(place.opens_at))
        about = {"code": place.poster, "opens": opens, "community": place.community}
    return page("help", place, language, why=why, about=about), STATUS[why]


def page(template: str, place: Place | None, language: Language, **more: Any) -> str:
    return render_template(
        f"attend/{template}.html",
        place=place,
        words=language,
        say=language.say,
        made_up=bool(place and place.made_up),
        attend=current_app.extensions["attend"],
        **more,
    )
