"""A sheet for whoever asks for public records: what exists here, and what does not.

Counted from the database when it is opened; of people no number is finer than the desk shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.desk import keeping
from survey.questionnaire.words import Language
from survey.storage.desk_tables import AccountCommunity, AuditEntry
from survey.storage.events import coarse_count
from survey.storage.gauges import last_backup
from survey.storage.import_tables import ImportedFile
from survey.storage.keeping_tables import ForgottenSeason
from survey.storage.models import (
    Comment,
    Community,
    Event,
    Poster,
    Release,
    Response,
    Scan,
    SealedComment,
)
from survey.storage.publishing_tables import Reply

NOT_HERE = ("names", "devices", "minutes", "links", "lists")  # of [desk.records.no]

Part = tuple[str, list[str]]  # a title and its lines


def sheet(session: Session, words: Language, place: Community, moment: datetime) -> list[Part]:
    """Return the sheet of one community in words."""
    no = [words.say(f"desk.records.no.{key}") for key in NOT_HERE]
    return [
        (words.say("desk.records.exists"), list(what_exists(session, words, place, moment))),
        (words.say("desk.records.kept"), list(how_long(session, words))),
        (words.say("desk.records.absent"), no),
    ]


def what_exists(
    session: Session, words: Language, place: Community, moment: datetime
) -> Iterator[str]:
    """Yield a sentence for each kind of record that there is."""
    say = words.say
    forgotten = {*session.scalars(select(ForgottenSeason.season))} if not place.made_up else set()
    evenings = sorted(place.events, key=lambda event: event.starts_at)
    for event in evenings:
        about = {"event": event.name, "season": event.season}
        if event.season in forgotten:
            yield say("desk.records.has.forgotten", **about)
        elif event.closes_at > moment:
            yield say("desk.records.has.open", **about)
        elif many := number_of(session, Response, event):
            yield say("desk.records.has.answers", **about, number=coarsely(words, many))
        else:
            yield say("desk.records.has.no_answers", **about)
    here = [event.id for event in evenings]
    for key, tables in (
        ("comments", (Comment, SealedComment)), ("scans", (Scan,)), ("posters", (Poster,)),
        ("imports", (ImportedFile,)),
    ):  # fmt: skip
        if sum(rows(session, table, table.event_id.in_(here)) for table in tables):
            yield say(f"desk.records.has.{key}")
    if releases := rows(session, Release, Release.about["made_up"].as_boolean() == place.made_up):
        yield words.count("desk.records.has.releases", releases)
    if rows(session, Reply, Reply.community_id == place.id):
        yield say("desk.records.has.replies")
    if rows(session, AccountCommunity, AccountCommunity.community_id == place.id):
        yield say("desk.records.has.accounts")
    if rows(session, AuditEntry):
        yield say("desk.records.has.diary")
    if made := last_backup(session):
        yield say("desk.records.has.backups", day=words.day(made.date()))


def how_long(session: Session, words: Language) -> Iterator[str]:
    """Yield how long single answers are kept, and whether that is stopped."""
    months, held = keeping.rule(session), keeping.hold(session)
    yield (
        words.say("desk.records.rule", months=months) if months else words.say("desk.records.good")
    )
    if held:
        yield words.say("desk.records.hold", since=held.since)


def coarsely(words: Language, number: int) -> str:
    many = coarse_count(number)
    return words.say("desk.night.about", number=words.number(many)) if many else words.say(
        "desk.night.few"
    )  # fmt: skip


def number_of(session: Session, table: type[Response], event: Event) -> int:
    return rows(session, table, table.event_id == event.id)


def rows(session: Session, table: type, *where: object) -> int:
    query = select(func.count()).select_from(table).where(*where)  # type: ignore[arg-type]
    return session.scalar(query) or 0
