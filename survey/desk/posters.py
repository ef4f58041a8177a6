"""Posters: each with a code of its own, at a place of its own."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from survey.desk.limits import tidy
from survey.questionnaire.instrument import EVENT, LEAVING
from survey.storage.desk_tables import RehearsalAnswer
from survey.storage.events import CODE_LENGTH, CODE_SIGNS, Refused
from survey.storage.models import Event, Poster, PosterActivity, Response, Scan

POSTER_WAVES = (EVENT, LEAVING)  # the follow-up has no poster: it is opened from the phone


def add_poster(session: Session, event: Event, *, channel: str, wave: str = EVENT) -> Poster:
    """Make a poster with a random code that no other has."""
    channel = tidy(channel, Poster.channel, "The channel", "channel")
    if wave not in POSTER_WAVES:
        known = ", ".join(POSTER_WAVES)
        raise Refused(f"{wave!r} is no wave of a poster: {known}.", "wave", "channel")
    while session.get(Poster, code := random_code()):
        pass
    poster = Poster(code=code, channel=channel, wave=wave)
    event.posters.append(poster)
    session.flush()
    return poster


def move(poster: Poster, channel: str) -> None:
    """Say where a poster hangs. Its code, and what was answered through it, stay."""
    poster.channel = tidy(channel, Poster.channel, "The channel", "channel")


def remove(session: Session, poster: Poster) -> None:
    """Remove a poster and the count of its scans, before its first answer. Raises Refused."""
    if session.scalar(select(exists().where(Response.poster == poster.code))):
        sentence = f"There are answers already: {poster.code} can no longer be removed."
        raise Refused(sentence, "answered")
    for table in (Scan, PosterActivity, RehearsalAnswer):
        session.execute(delete(table).where(table.poster == poster.code))
    session.execute(delete(Poster).where(Poster.code == poster.code))


def replace_code(session: Session, poster: Poster, moment: datetime) -> Poster:
    """Return a new poster for the same place; the old code opens no form any more.

    What was answered through it stays, and who has its form open can still send it.
    """
    made = add_poster(session, poster.event, channel=poster.channel, wave=poster.wave)
    poster.retired_at = moment
    session.flush()
    return made


def random_code() -> str:
    return "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))
