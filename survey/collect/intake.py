"""The rules for accepting one response: once, whole, durable, and without a trace of the sender."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from survey.collect.undo import is_undone
from survey.questionnaire.answer_codes import ORDER, check_answers, codes_of_form
from survey.questionnaire.filled_form import Filled
from survey.questionnaire.forms import Item
from survey.questionnaire.instrument import AGENCIES, NOT_SHOWN, SKIPPED, Instrument
from survey.storage import cards
from survey.storage.events import Place, Window
from survey.storage.models import Response, SealedComment
from survey.storage.sealed_comments import Seal
from survey.storage.writer import Together


class Outcome(Enum):
    """What became of a submission."""

    STORED = "stored"
    REPEATED = "repeated"  # the same answers under the same id: the same thank-you
    CONFLICT = "conflict"  # other answers under the same id: the first stay


@dataclass(frozen=True)
class Submission:
    """One valid set of answers, ready to be stored."""

    id: UUID
    language: str
    audience: str
    answers: dict[str, Any]
    comment: str = ""
    late: bool = False
    household: bool = False


Key = tuple[int, UUID]  # event_id, submission


@dataclass(frozen=True)
class Entry:
    """What one submission adds to the database: its codes checked, nothing of the sender in it."""

    response: dict[str, Any]
    comment: dict[str, Any] | None = None  # sealed
    card: str = ""  # the key of a card's code; "" for none

    @property
    def key(self) -> Key:
        return self.response["event_id"], self.response["submission"]

    @property
    def is_keyed(self) -> bool:
        """Whether somebody keyed it from paper."""
        return bool(self.response["mode"] == "paper")


# Made once: the statement is compiled on first use and then only filled in.
INSERT = insert(Response)
INSERT_ONCE = {
    name: insert(Response)
    .on_conflict_do_nothing()
    .returning(Response.event_id, Response.submission)
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


def admission(place: Place, opened: datetime, now: datetime, queue_days: int) -> str:
    """Say whether a form opened in the hour of `opened` may be handed in now.

    Returns "open", "late" (the event is over, but the form was opened while it ran and the phone
    got its signal back within `queue_days`) or "closed".
    """
    window = place.window(now)
    if window is Window.OPEN:
        return "open"
    handed_out_in_time = opened < place.closes_at
    still_awaited = now < place.closes_at + timedelta(days=queue_days)
    return "late" if window is Window.CLOSED and handed_out_in_time and still_awaited else "closed"


def answers_of(
    form: Filled, submission: UUID, longer: Collection[str] = ()
) -> tuple[dict[str, Any], str]:
    """Return (answers, comment) of a validated form. Every item asked has a code of its own.

    longer: the screens of the longer module, where this person did not open it
    """
    shown = shown_agencies(form, submission)
    per_agency = any(item.question.per == "agency" for item in form.items.values())
    answers: dict[str, Any] = {ORDER: list(shown)} if per_agency else {}
    comment = ""
    for name, item in form.items.items():
        if item.question.gate:
            continue  # kept as the response's audience, or it would not be here
        if item.question.kind == "text":
            comment = form.given[name]
        else:
            answers[name] = code_of(item, form.given[name])
            passed_by = item.question.screen in longer and answers[name] == SKIPPED
            if passed_by or (item.question.per == "agency" and item.agency not in shown):
                answers[name] = NOT_SHOWN
    return answers, comment


def shown_agencies(form: Filled, submission: UUID) -> tuple[str, ...]:
    """Return the agencies whose trust is asked of this person, in the order shown."""
    met = [name for name, item in form.items.items() if AGENCIES in item.question.options]
    talked = [kind for name in met for kind in form.given[name]]
    return form.agencies.shown(talked, turn_of(submission))


def turn_of(submission: UUID) -> int:
    """Return the number that turns the order of agencies: the first four hex digits."""
    return int(submission.hex[:4], 16)


def code_of(item: Item, value: Any) -> Any:
    """Return one answer as it is kept: a code, an option's id, or a list of ids."""
    if item.question.kind == "several":
        chosen = list(dict.fromkeys(value or ()))  # a box that was sent twice was ticked once
        refusals = [option for option in chosen if option.startswith("-")]
        return int(refusals[0]) if refusals else chosen or SKIPPED  # the private choice wins
    if value in (None, "", "None"):
        return SKIPPED
    return int(value) if item.question.scale or value.startswith("-") else value


def entry_of(
    instrument: Instrument,
    place: Place,
    submission: Submission,
    now: datetime,
    seal: Seal,
    card: str = "",
) -> Entry:
    """Return the rows of one response, its comment sealed: the only way to them, past a check.

    card: what the database keeps of a card's code (storage/cards.py), "" for none
    Raises UnknownCode where an answer is none that the questionnaire knows, whatever let it by.
    """
    codes = codes_of_form(instrument, place.agencies, place.wave, submission.audience)
    check_answers(submission.answers, codes)
    moment = place.closes_at if submission.late else now
    if place.mode == "paper":  # written on the evening, keyed in some day after it
        moment = min(now, place.ends_at)
    response = {
        "event_id": place.event_id,
        "submission": submission.id,
        "poster": place.poster,
        "audience": submission.audience,
        "wave": place.wave,
        "mode": place.mode,
        "language": submission.language,
        "instrument": place.instrument,
        "hour": place.hour(moment),
        "late": submission.late,
        "household": submission.household,
        "answers": submission.answers,
    }
    if not submission.comment:
        return Entry(response, card=card)
    most = max(question.most for question in instrument.questions.values())
    sealed = seal.close(place.event_id, submission.language, submission.comment, most)
    return Entry(response, {"event_id": place.event_id, "id": uuid4(), "sealed": sealed}, card)


def accept(connection: Connection, entries: Sequence[Entry]) -> list[Outcome]:
    """Store responses and their comments; commit is the caller's. One statement stores all.

    Sending twice stores once by the primary key (event, submission) and the handled conflict,
    however many arrive together; nothing is looked up first.
    """
    first: dict[Key, Entry] = {}
    for entry in entries:
        first.setdefault(entry.key, entry)
    new = add(connection, first)
    return [
        complete(connection, entry)
        if entry.key in new and first[entry.key] is entry
        else compare(connection, entry)
        for entry in entries
    ]


def add(connection: Connection, entries: Mapping[Key, Entry]) -> Collection[Key]:
    """Insert the responses that are not there yet, and return which those were.

    To learn that, SQLite would be asked for each row, and hold its only lock meanwhile. It inserts
    all or, where one is there already, none: only then it is asked.
    """
    rows = [entry.response for entry in entries.values()]
    if connection.dialect.name == "sqlite":
        with suppress(IntegrityError):
            connection.execute(INSERT, rows)
            return entries.keys()
    stored = connection.execute(INSERT_ONCE[connection.dialect.name], rows)
    return {(event_id, submission) for event_id, submission in stored}


def is_one_statement(entries: Sequence[Entry]) -> bool:
    """Whether nothing is to be done for any of these once its response is stored."""
    return not any(entry.comment or entry.card or entry.is_keyed for entry in entries)


ACCEPT = Together(accept, is_one_statement)


def complete(connection: Connection, entry: Entry) -> Outcome:
    """Do what else belongs to a response that was stored just now, in the same transaction."""
    if entry.is_keyed and take_out(connection, entry.response):
        return Outcome.REPEATED
    if entry.card:  # after it is stored: sent once more, it does not ask for its card again
        cards.use(connection, *entry.key, entry.card)
    if entry.comment:
        connection.execute(insert(SealedComment), entry.comment)
    return Outcome.STORED


def take_out(connection: Connection, sent: Mapping[str, Any]) -> bool:
    """Delete a form keyed from paper that was just stored, if it had been taken back before.

    Asked after it is stored: by then an undo of this moment is either done or waits for us.
    """
    if not is_undone(connection, sent["event_id"], sent["submission"]):
        return False
    mine = Response.event_id == sent["event_id"], Response.submission == sent["submission"]
    connection.execute(delete(Response).where(*mine))
    return True


def compare(connection: Connection, entry: Entry) -> Outcome:
    """Tell a repeat from a conflict. A comment is not compared: nothing joins it to a response."""
    sent = entry.response
    kept: Mapping[str, Any] | None = connection.scalar(
        select(Response.answers).where(
            Response.event_id == sent["event_id"], Response.submission == sent["submission"]
        )
    )
    return Outcome.REPEATED if kept == sent["answers"] else Outcome.CONFLICT
