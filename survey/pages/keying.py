"""Takes back a form that was keyed in from paper, for the page that keyed it."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from survey.collect.undo import Undone, undo
from survey.pages.storing import find
from survey.pages.submission import own_ticket, submission_id
from survey.storage import db, events
from survey.storage.events import TWICE, Window
from survey.web.form_body import read_form

blueprint = Blueprint("keying", __name__)


@blueprint.post("/s/<code>/paper/undo")
def undo_keying(code: str) -> tuple[Response, int]:
    return take_back(code, "paper")


@blueprint.post(f"/s/<code>/{TWICE}/undo")
def undo_second(code: str) -> tuple[Response, int]:
    return take_back(code, TWICE)


def take_back(code: str, door: str) -> tuple[Response, int]:
    """Take back a form that this browser keyed in: it alone knows the number it sent it under."""
    fields, place, now = read_form(), find(code, door), events.now()
    ticket = own_ticket(place, fields.get("ticket", "")) if place else None
    if place is None or ticket is None or not fields.get("submission"):
        return jsonify(outcome="invalid"), 422
    if place.window(now) is not Window.OPEN:
        return jsonify(outcome=Undone.STAYS.value), 409
    id, opened = submission_id(fields["submission"]), ticket.opened
    try:
        outcome: Undone = db.writer().do(lambda c: undo(c, place, id, opened, now))
    except db.AWAY:
        return jsonify(outcome="busy"), 503
    return jsonify(outcome=outcome.value), 200 if outcome is Undone.UNDONE else 409
