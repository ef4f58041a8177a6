"""`flask release` is killed at one statement after the other: what is there is whole, or nothing.

PORCHLIGHT_STEP=1 kills at each of its statements, in some minutes; the suite at one in so many.
"""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy import event as events
from sqlalchemy.orm import Session

from survey.release import build
from survey.storage.models import Event, Figure, Release, Response
from tests.builders import Resident, add_event, add_poster

STEP = int(os.environ.get("PORCHLIGHT_STEP", "11"))


@pytest.fixture
def closed(app: Flask, session: Session) -> Event:
    """An event with a dozen answers that is over, and a release of it built once: its modules are
    loaded before the children are born."""
    event = add_event(app, session)
    poster = add_poster(session, event)
    for number in range(12):
        resident = Resident(app.test_client(), poster.code).scans()
        resident.answers(age=("18-24", "35-44")[number % 2])
        assert resident.sends().status_code == 303
    event.opens_at = datetime.now(UTC) - timedelta(days=9)
    event.closes_at = datetime.now(UTC) - timedelta(seconds=1)
    session.commit()
    return event


def released_until(app: Flask, number: int) -> bool:
    """Release in a child that is killed after its n-th statement. Return whether it was."""
    for engine in (app.extensions["engine"], app.extensions["writer"].engine):
        engine.dispose()  # no connection is shared with the child
    child = os.fork()
    if child == 0:
        seen = count(1)

        def kill(*about: object) -> None:
            if next(seen) == number:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            events.listen(Engine, "after_cursor_execute", kill)  # counties open their own
            done = app.test_cli_runner().invoke(args=["release"])
            os._exit(done.exit_code)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) in (0, 1), status
    return os.WIFSIGNALED(status)


def released_aside(app: Flask) -> str:
    """The checksum of the release that nobody kills; nothing of it is kept."""
    with Session(app.extensions["engine"]) as aside:
        content = app.extensions["content"]
        made = build.publish(aside, content, datetime.now(UTC), lambda line: None)
        aside.rollback()
        return str(made.sha256)


def test_killed_anywhere_it_is_whole_or_not_there(app: Flask, session: Session, closed: Event):
    session.close()
    app.extensions["scans"].flush()  # or its timer would start the writer between two children
    app.extensions["comments"].flush()
    app.extensions["writer"].stop()  # a thread is not carried into a child: each begins its own
    app.extensions["writer"].thread = None
    whole = released_aside(app)
    killed = 0
    for number in count(1, STEP):
        if not released_until(app, number):
            break
        killed += 1
        session.expire_all()
        numbers = set(session.scalars(select(Release.id)))
        of_figures = set(session.scalars(select(Figure.release_id).distinct()))
        assert of_figures == numbers, number  # no figure without its release, nor the other way
        assert session.scalar(select(func.count()).select_from(Response)) == 12, number
        session.close()
    assert killed > 2
    found = session.scalars(select(Release)).all()
    assert [one.sha256 for one in found] == [whole]
    page = app.test_client().get("/results").text
    assert "Maple Falls" in page
