"""An answer as nearly all of them are, stored and thanked for without the framework's way round it.

Whoever sends a form to the same address as somebody a moment ago, and in the same way, is told the
same once their answers are durable. They pass the checks that the first one passed; whatever is no
such answer is left to the application, which says why (attend.py).
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

from flask import Flask, current_app, jsonify, request
from werkzeug.utils import redirect

from survey.collect import intake
from survey.collect.intake import Outcome
from survey.pages.storing import find, good_for, keep, queue_days
from survey.pages.submission import Sent
from survey.questionnaire.instrument import FOLLOW_UP
from survey.storage import db, events
from survey.web.again import Environ, Reply, again
from survey.web.form_body import fields_of


def admission_of(sent: Sent) -> str:
    return intake.admission(sent.place, sent.opened, events.now(), queue_days())


def refused(sent: Sent) -> str:
    """Return why a whole form is not taken, in `refusal`'s words; "" where it is."""
    if sent.has_no_form:
        return "other_audience"
    if sent.form.stopped:
        return "stopped"
    no_code = sent.place.wave == FOLLOW_UP and not sent.fields.get("follows")
    return "no_code" if no_code else ""


def told(sent: Sent, outcome: Outcome, address: str) -> dict[str, Any]:
    """Return what a phone is told of answers that are durable.

    address: of the thank-you, in no language yet
    """
    following = f"{address}?lang={sent.language.code}"
    return {"outcome": outcome.value, "submission": str(sent.submission), "next": following}


def answers_again(sent: Sent, address: str, *, as_json: bool) -> None:
    """Offer to take the next answers that are sent here in the same way."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    how = app, sent.place.poster, sent.place.door, address, as_json
    again(good_for(sent.place), partial(take, *how))


def take(
    app: Flask, code: str, door: str, address: str, as_json: bool, visit: Environ
) -> Reply | None:
    """Store one visit's answers; None where the application has something else to say of them.

    Raises what it is to say it of: garbled fields, a code that is none, a row that is refused.
    """
    with app.app_context():
        try:
            sent, late = read(code, door, visit)
            if sent is None:
                return None
            outcome = keep(sent, late=late)
        except db.AWAY as error:
            visit["wsgi.input"].failed = error
            return None
        if outcome is Outcome.CONFLICT:
            return None
        say = told(sent, outcome, address)
        return Reply(jsonify(say).get_data()) if as_json else see_other(say["next"])


def read(code: str, door: str, visit: Environ) -> tuple[Sent | None, bool]:
    """Return (what was sent, whether it is late) where it is whole, valid and may be kept."""
    body = visit["wsgi.input"].read()
    visit["wsgi.input"].seek(0)
    fields = fields_of(body, int(visit.get("CONTENT_LENGTH") or 0))
    place = find(code, door)
    if place is None or place.retired_at or place.rehearsing or fields.get("rehearsal"):
        return None, False
    sent = Sent(place, fields)
    admission = admission_of(sent)
    if not sent.go.startswith("send") or admission == "closed" or refused(sent):
        return None, False
    if sent.problems() or sent.ticket is None:
        return None, False
    return sent, admission == "late"


@lru_cache(maxsize=512)  # one for each poster and language
def see_other(address: str) -> Reply:
    return Reply(redirect(address, 303).get_data(), address)


def raise_what_failed() -> None:
    """Raise what the database said when these answers were to be stored a moment ago (`take`): who
    sent them has waited for it once."""
    if failed := getattr(request.environ["wsgi.input"], "failed", None):
        raise failed
