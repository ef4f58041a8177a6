"""An import is stored in one transaction, once, and can be undone until a release has used it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from survey.imports.event_of_file import Evening
from survey.imports.people import NEVER_REACHED
from survey.imports.plan import Person, Plan
from survey.imports.versions import versions_of
from survey.questionnaire.answer_codes import check_answers, codes_of_form
from survey.questionnaire.imported_questions import imported_instrument
from survey.questionnaire.instrument import EVENT, Instrument
from survey.storage.events import Refused
from survey.storage.keeping_tables import refuse_forgotten
from survey.storage.models import IMPORTED, Event, ImportedFile, Poster, Release, Response

BATCH = 5000
KEPT = 20_000  # sets of answers that are checked once and remembered
RESPONSES, COUNTS = "responses", "counts"  # kinds of an imported file
MODE = "imported"


@dataclass(frozen=True)
class Stored:
    """What an import added: responses, or the counts of so many questions."""

    responses: int
    questions: int
    sha256: str


def already(session: Session, event: Event, plan: Plan) -> ImportedFile | None:
    """Return the import of the same bytes for the same event; None where there is none."""
    return session.get(ImportedFile, (event.id, plan.sha256))


def store(
    session: Session,
    event: Event,
    evening: Evening,
    plan: Plan,
    mapping: str,
    moment: datetime,
    step: Callable[[int], None],
) -> Stored:
    """Add an import's rows. Commit is the caller's; IntegrityError: somebody else was first.

    Raises Refused where something has to be asked, where the event takes answers or where nothing
    is to be stored, and UnknownCode where a code is none of its question's.
    """
    refuse_open(event, moment)
    if not event.community.made_up:
        refuse_forgotten(session, event.season)
    refuse_unready(plan)
    versions = versions_of(plan, evening)
    instrument = imported_instrument(evening.content, event.instrument, versions)
    poster = None if plan.is_counts else poster_of_file(session, event)
    imported = ImportedFile(
        event_id=event.id,
        sha256=plan.sha256,
        poster=poster.code if poster else None,
        kind=COUNTS if plan.is_counts else RESPONSES,
        tool=plan.tool,
        imported_at=moment,
        instrument=instrument.id,
        base=event.instrument,
        versions=versions,
        counts=counts_of(plan, instrument, evening) if plan.is_counts else {},
        mapping=mapping,
        responses=plan.responses,
        left_out={
            "rows": {one.reason: one.count for one in plan.left_out},
            "columns": len(plan.dropped),
        },
    )
    session.add(imported)
    session.flush()
    if poster:
        add_responses(session, plan, instrument, evening, poster.code, step)
    return Stored(plan.responses, len(plan.counts), plan.sha256)


def poster_of_file(session: Session, event: Event) -> Poster:
    poster = Poster(code=f"file{secrets.token_hex(4)}", event_id=event.id, channel=IMPORTED)
    session.add(poster)
    session.flush()
    return poster


def refuse_unready(plan: Plan) -> None:
    if plan.asks:
        raise Refused("Nothing is imported before its questions are answered.")
    if not plan.used or not (plan.counts if plan.is_counts else plan.people):
        raise Refused(
            "There is nothing to import: no response to one of our questions.", "import_nothing"
        )


def refuse_open(event: Event, moment: datetime) -> None:
    if event.closes_at > moment:
        raise Refused(
            f"{event.slug} still takes answers: files are imported into closed events. "
            f"Close it first: flask event close {event.slug}",
            "import_open",
        )


def counts_of(plan: Plan, instrument: Instrument, evening: Evening) -> dict[str, dict[str, int]]:
    """Return {item: {code: people}}, checked as answers are. Raises UnknownCode."""
    codes = codes_of_form(instrument, evening.agencies, EVENT, "adult")
    for item, counts in plan.counts.items():
        for code in counts:
            check_answers({item: code}, codes)
    return {
        item: {str(code): count for code, count in counts.items() if count}
        for item, counts in plan.counts.items()
    }


def add_responses(
    session: Session,
    plan: Plan,
    instrument: Instrument,
    evening: Evening,
    poster: str,
    step: Callable[[int], None],
) -> None:
    """Add a response for each person, in the order of new random ids: not in that of the file."""
    ready = Ready(plan, instrument, evening)
    ids = sorted(secrets.token_bytes(16) for _ in plan.people)
    order = list(range(len(plan.people)))
    secrets.SystemRandom().shuffle(order)
    fixed = {"event_id": evening.id, "poster": poster, "wave": EVENT, "mode": MODE,
             "instrument": instrument.id, "late": False, "household": False}  # fmt: skip
    for start in range(0, len(order), BATCH):
        rows = [
            {**fixed, "submission": UUID(bytes=id, version=4), **ready.row(plan.people[at])}
            for id, at in zip(ids[start : start + BATCH], order[start : start + BATCH], strict=True)
        ]
        session.connection().execute(insert(Response.__table__), rows)  # type: ignore[arg-type]
        step(len(rows))


class Ready:
    """Turns a person of a plan into the columns of a response; equal answers are checked once."""

    def __init__(self, plan: Plan, instrument: Instrument, evening: Evening) -> None:
        self.items = plan.items
        self.codes = {
            audience: codes_of_form(instrument, evening.agencies, EVENT, audience)
            for audience in instrument.audiences
        }
        self.known: dict[tuple[str, tuple[Any, ...]], dict[str, Any]] = {}

    def row(self, person: Person) -> dict[str, Any]:
        day, language, audience, values = person
        answers = self.known.get((audience, values))
        if answers is None:
            answers = dict(self.answers(values, self.codes[audience]))
            check_answers(answers, self.codes[audience])
            if len(self.known) < KEPT:
                self.known[audience, values] = answers
        return {"hour": day, "language": language, "audience": audience, "answers": answers}

    def answers(
        self, values: tuple[Any, ...], codes: Mapping[str, Any]
    ) -> Iterator[tuple[str, Any]]:
        """Yield what is kept: what was never reached, or is not asked of these people, is not."""
        for item, value in zip(self.items, values, strict=True):
            if value != NEVER_REACHED and item in codes:
                yield item, list(value) if isinstance(value, tuple) else value


def imports_of(session: Session, event: Event) -> list[ImportedFile]:
    """Return an event's imports, the oldest first."""
    query = select(ImportedFile).where(ImportedFile.event_id == event.id)
    return list(session.scalars(query.order_by(ImportedFile.imported_at, ImportedFile.sha256)))


def used_by(session: Session, imported: ImportedFile) -> int | None:
    """Return the number of the first release that used an import; None where none has."""
    for id, about in session.execute(select(Release.id, Release.about).order_by(Release.id)):
        if any(one["sha256"] == imported.sha256 for one in about.get("imported", ())):
            return int(id)
    return None


def undo(session: Session, imported: ImportedFile) -> int:
    """Remove an import and return how many responses it had. Commit is the caller's.

    Raises Refused where a release has used it: what was released never changes.
    """
    if (release := used_by(session, imported)) is not None:
        raise Refused(
            f"Release {release} has used this import: what was released never changes, so it can "
            "no longer be undone.",
            "import_used",
            release=release,
        )
    ours = Response.event_id == imported.event_id, Response.poster == imported.poster
    count = session.scalar(select(func.count()).where(*ours)) or 0 if imported.poster else 0
    if imported.poster:
        session.execute(delete(Response).where(*ours))
    poster = imported.poster
    session.delete(imported)
    session.flush()
    if poster:
        session.execute(delete(Poster).where(Poster.code == poster))
    return int(count)
