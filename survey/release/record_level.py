"""Record-level data for the operator's command line alone: no page imports this.

A research file is made of the closed events' answers as METHODS 8 says; a raw export is every
stored response as it is, for the operator's own custody. Each is noted in the audit trail before
its first byte is written.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.disclosure.microdata import TRAITS, problems, research_file
from analysis.measures import ADULT, EVENT, NOT_SHOWN
from survey.questionnaire.instrument import Content
from survey.release.answer_rows import SetAside
from survey.release.counties import closed_answers
from survey.release.imported_answers import with_imported
from survey.storage.events import Refused
from survey.storage.made_up import has_real
from survey.storage.models import Community, Event, Response

RACES = ("white", "black", "hispanic", "unsaid")  # the others together: each is few in most places
OTHER_RACE = "other"
AT_A_TIME = 1000  # responses in memory

Say = Callable[[str], None]


def make_research_file(
    session: Session, content: Content, moment: datetime, say: Say
) -> tuple[bytes, list[str], int]:
    """Return the file as CSV, the sentences of its report and how many people are in it.

    Raises Refused where there is nothing to give out.
    """
    made_up, aside = not has_real(session), SetAside()
    content = with_imported(session, content)
    kinds = list(content.agencies)
    frame = closed_answers(session, content, moment, kinds, aside, made_up=made_up)
    for sentence in aside.sentences():
        say(sentence)
    if frame.empty:
        raise Refused("No event with answers is closed: `flask event close`.")
    people, items = people_of(content, frame)
    rows, report = research_file(people, items, random.SystemRandom())
    if rows.empty:
        raise Refused("No 11 people share their traits: a research file would be empty.")
    if wrong := problems(rows, items):
        raise Refused(f"The research file breaks its own rule and is not made: {wrong[0]}")
    return rows.to_csv(index=False, lineterminator="\r\n").encode(), report.lines(), len(rows)


def people_of(content: Content, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return adults at events with their traits and answers, and the names of the answers.

    Which agencies were there would tell the community: only the local police is asked about,
    whatever it is called, and the event.
    """
    adults = frame[(frame["audience"] == ADULT) & (frame["wave"] == EVENT)]
    rows = adults[["season", "state", "county"]].copy()
    rows["age"], rows["language"] = adults["cut.age"], adults["cut.language"]
    race = adults["cut.race"]
    rows["race"] = race.where(race.isin(RACES), OTHER_RACE)
    law = [kind.id for kind in content.agencies.values() if kind.law]
    items = []
    for question in content.current.questions.values():
        asks = ADULT in question.audiences and EVENT in question.waves
        if question.scale is None or question.screen in content.current.longer or not asks:
            continue
        if question.per == "event":
            columns = [question.id]
        else:
            columns = [f"{question.id}.{kind}" for kind in law]
        given = [adults[name] for name in columns if name in adults]
        if given:
            other = adults["instrument"].isin(in_other_words(content, question.id))
            rows[question.id] = _first_given(given).mask(other, NOT_SHOWN)
            items.append(question.id)
    return rows[[*TRAITS, *items]], sorted(items, key=lambda id: id != headline(content))


def in_other_words(content: Content, question: str) -> list[str]:
    """Return the imported instruments that asked a question in words, or on a scale, of their own:
    a column of the file could not tell their answers from those to ours."""
    ours = [one for id, one in content.instruments.items() if id not in content.imported]
    versions = {one.questions[question].version for one in ours if question in one.questions}
    return [
        id
        for id, one in content.imported.items()
        if question in one.questions and one.questions[question].version not in versions
    ]


def headline(content: Content) -> str:
    return next(one.id for one in content.current.questions.values() if one.headline)


def _first_given(columns: list[pd.Series]) -> pd.Series:
    """Each person's answer about the local police: about the kind that they were asked of."""
    given = columns[0].astype("int64")
    for other in columns[1:]:
        given = given.where(given != NOT_SHOWN, other)
    return given


def raw_rows(session: Session) -> Iterator[dict[str, Any]]:
    """Yield every stored response with its event and community, as it is stored."""
    query = select(Response, Event.slug, Event.season, Community.slug)
    query = query.join(Event, Event.id == Response.event_id)
    query = query.join(Community, Community.id == Event.community_id)
    query = query.order_by(Response.event_id, Response.submission)
    for response, event, season, community in session.execute(
        query.execution_options(yield_per=AT_A_TIME)
    ):
        stored = {
            column.key: getattr(response, column.key) for column in Response.__table__.columns
        }
        del stored["event_id"]
        about = {"community": community, "event": event, "season": season}
        yield about | {**stored, "submission": str(stored["submission"])}


def count(session: Session) -> int:
    """Return how many responses are stored."""
    return session.scalar(select(func.count()).select_from(Response)) or 0


def write_lines(file: BinaryIO, rows: Iterator[dict[str, Any]]) -> str:
    """Write rows as lines of JSON; return the file's SHA-256."""
    digest = hashlib.sha256()
    for row in rows:
        line = json.dumps(row, ensure_ascii=False).encode() + b"\n"
        digest.update(line)
        file.write(line)
    return digest.hexdigest()


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Open a new file that its owner alone may read; what fails leaves none behind.

    Raises Refused where there is one already or none can be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Refused(f"{path} is there already: choose another name.") from None
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise
