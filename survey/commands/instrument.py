"""`flask instrument`: the questionnaire, and what of it is published."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.commands.work import content, settings, speak, work
from survey.questionnaire import published_questions
from survey.storage.events import Refused
from survey.storage.models import Community, Event, Response

instrument = AppGroup("instrument", help="The questionnaire, and what of it is published.")


@instrument.command("check")
def check() -> None:
    """Compare the questionnaire with what is published."""
    published = published_questions.read_published(settings().content)
    speak(published_questions.broken(content(), published))
    speak([f"Questionnaire {content().current.id}: checked."])


@instrument.command("publish")
@click.option("--afresh", multiple=True, metavar="CODE", help="A draft language, corrected.")
def publish(afresh: tuple[str, ...]) -> None:
    """Freeze questions that are not published yet: from then on their ids keep their meaning.

    A draft language may be corrected and published afresh until somebody has answered in it.
    """
    with work() as doing:
        for code in afresh:
            refuse_answered(doing.session, code)
        for name in published_questions.freeze(content(), settings().content, afresh):
            doing.say(f"Published: {name}")


def refuse_answered(session: Session, code: str) -> None:
    """Raise Refused where answers were given in a language: their questions keep their words."""
    if code not in content().languages:
        raise Refused(f"{code!r} is no language here: {', '.join(content().languages)}.")
    real = (
        select(Response.event_id)
        .join(Event, Event.id == Response.event_id)
        .join(Community, Community.id == Event.community_id)
        .where(Response.language == code, Community.made_up.is_(False))
    )
    if session.execute(real.limit(1)).first():
        raise Refused(
            f"People have answered in {code}: its published words stay. A correction is a new "
            "version of the question, and the old words go to earlier/."
        )
