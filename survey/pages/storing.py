"""Finds the place of a poster, and stores what was sent there."""

from __future__ import annotations

from flask import current_app

from survey.collect import intake, second_keying
from survey.collect.comments import Delivery
from survey.collect.intake import Outcome, Submission, shown_agencies
from survey.collect.scans import Scans
from survey.pages.form_page import instrument_of
from survey.pages.form_view import View
from survey.pages.submission import Sent
from survey.storage import db, events, rehearsal
from survey.storage.cards import key_of
from survey.storage.events import Place


def find(code: str, door: str = "") -> Place | None:
    tidy = events.tidy_code(code)
    places: events.Places = current_app.extensions["places"]
    place = places.find(db.session, tidy) if events.is_code(tidy) else None
    place = place.as_of(events.now()) if place else None
    return place.through(door) if place and door else place


def good_for(place: Place) -> float:
    """Return the seconds for which this worker goes by what it read of a poster.

    A try-out ends on the second: its form, sent later, counts nowhere.
    """
    places: events.Places = current_app.extensions["places"]
    return 0.0 if place.rehearsing else places.good_for(place.poster)


def scans() -> Scans:
    counter: Scans = current_app.extensions["scans"]
    return counter


def queue_days() -> int:
    days: int = current_app.extensions["settings"].QUEUE_DAYS
    return days


def keep(sent: Sent, *, late: bool) -> Outcome:
    """Store what was sent, where it belongs."""
    if sent.place.rehearsing:
        return rehearse(sent)
    if sent.place.door == events.TWICE:
        return keep_second(sent.place, sent.accepted(late))
    return store(sent.place, sent.accepted(late), sent.card)


def keep_second(place: Place, submission: Submission) -> Outcome:
    """Keep a sheet that was keyed a second time apart from every answer, once."""
    asked = instrument_of(place)
    outcome: Outcome = db.writer().do(
        lambda connection: second_keying.keep(connection, asked, place, submission)
    )
    return outcome


def rehearse(sent: Sent) -> Outcome:
    """Keep what was answered in a try-out, in words, for its organiser to see and to wipe."""
    place = sent.place
    shown = shown_agencies(sent.form, sent.submission)
    answers = list(View(place, sent.language, sent.form, {}, shown).answers_given())
    where = place.event_id, sent.submission, place.poster
    db.writer().do(lambda connection: rehearsal.keep(connection, *where, answers))
    return Outcome.STORED


def store(place: Place, submission: Submission, card: str = "") -> Outcome:
    """Return what became of it, once that is durable: then the thank-you may be said.

    Raises UnknownCode, and one of db.AWAY; then it is safe to send again.
    """
    secret: str = current_app.extensions["settings"].secret_key
    key = key_of(secret, place.event_id, card) if card and place.mode == "own phone" else ""
    about = instrument_of(place), place, submission, events.now(), db.seal()
    entry = intake.entry_of(*about, card=key)
    outcome: Outcome = db.writer().do_together(intake.ACCEPT, entry)
    if outcome is Outcome.STORED and place.mode != "paper" and not submission.late:
        scans().answered(place, events.now())
    if entry.comment and outcome is Outcome.STORED:
        comments: Delivery = current_app.extensions["comments"]
        comments.note(place.event_id)
    return outcome
