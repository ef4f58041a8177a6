"""Looking ahead and publishing, on the desk: a process of its own that outlives the browser."""

from __future__ import annotations

import os
import signal
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import sleep

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.desk import publishing
from survey.storage import release_lock
from survey.storage.models import Figure, Release
from survey.storage.publishing_tables import ReleaseRun
from tests.crowds import closed_event
from tests.desk_people import Colleague, acts, colleague

PAGE = "/desk/publish"


def runs(app: Flask) -> list[ReleaseRun]:
    with Session(app.extensions["engine"]) as session:
        return list(session.scalars(select(ReleaseRun).order_by(ReleaseRun.id)))


def releases(app: Flask) -> int:
    with Session(app.extensions["engine"]) as session:
        return session.scalar(select(func.count()).select_from(Release)) or 0


def waits(app: Flask, state: str) -> ReleaseRun:
    """Wait until the newest run is in a state; its process has as long as it needs."""
    for _ in range(1200):
        run = runs(app)[-1]
        if run.state == state:
            return run
        assert run.active, (run.state, run.outcome)
        sleep(0.1)
    raise AssertionError(f"The run is still {run.state}.")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Start no process: note which runs would have one."""
    wanted: list[int] = []
    monkeypatch.setattr(publishing, "start", lambda settings, id: wanted.append(id))
    return wanted


def does(app: Flask, id: int, fails: bool = False) -> str:
    """Do a run in this process, as its own would."""
    result = app.test_cli_runner().invoke(args=["release", "--run", str(id)])
    assert (result.exit_code != 0) == fails, result.output
    return result.output


def test_looked_at_and_published_by_a_process_that_needs_no_browser(sqlite_app: Flask):
    """From the desk's buttons to a release that everybody reads."""
    closed_event(sqlite_app, 40)
    closed_event(sqlite_app, 4, name="Elm Grove")
    olive = colleague(sqlite_app, "operator", name="Olive")
    assert "Nothing is published by looking" in olive.sees(PAGE)
    assert olive.presses(f"{PAGE}/preview").status_code == 303
    page = olive.sees(PAGE)
    assert "You may close this page" in page
    assert olive.presses(f"{PAGE}/preview").status_code == 422  # one at a time
    olive.presses("/desk/sign-out")
    waits(sqlite_app, "done")
    assert releases(sqlite_app) == 0
    olive.signs_in()
    page = olive.sees(PAGE)
    assert "On its own: Police" in page
    assert "Figures of 1 place would be published" in page
    asked = olive.sees(f"{PAGE}/sure")
    assert "This cannot be undone" in asked
    reply = olive.presses(f"{PAGE}/sure")
    assert reply.status_code == 422
    assert "Tick the box first" in reply.text
    assert releases(sqlite_app) == 0
    assert olive.presses(f"{PAGE}/sure", sure="yes").status_code == 303
    run = waits(sqlite_app, "done")
    assert (run.kind, run.release, releases(sqlite_app)) == ("publish", 1, 1)
    assert "Publication number 1 is out" in olive.sees(PAGE)
    assert "Maple Falls" in olive.sees("/results")
    assert acts(sqlite_app)[-2:] == ["publish_begun", "published"]
    assert "<b>Olive</b> published the figures: publication number 1" in olive.sees("/desk/diary")


@pytest.mark.sqlite  # for both see tests/release/test_release_killed.py
def test_a_run_that_is_killed_leaves_nothing_is_seen_and_can_be_started_again(
    sqlite_app: Flask, sqlite_url: str
):
    """Killed where it would store: somebody else is writing."""
    closed_event(sqlite_app, 40)
    olive = colleague(sqlite_app, "operator", name="Olive")
    engine, settings = sqlite_app.extensions["engine"], sqlite_app.extensions["settings"]
    with Session(engine) as session:
        id = publishing.ask(session, "publish", datetime.now(UTC), alive=False)
        session.commit()
    publishing.start(settings, id)
    waits(sqlite_app, "running")
    assert release_lock.is_held(engine)
    with sqlite3.connect(Path(sqlite_url.removeprefix("sqlite:///")), timeout=60) as other:
        other.execute("BEGIN IMMEDIATE")
        os.kill(holder(engine), signal.SIGKILL)
        while release_lock.is_held(engine):
            sleep(0.05)
        other.rollback()
    assert (releases(sqlite_app), runs(sqlite_app)[-1].state) == (0, "running")
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Figure)) == 0
    page = olive.sees(PAGE)
    assert "stopped while it worked" in page
    result = sqlite_app.test_cli_runner().invoke(args=["release"])
    assert result.exit_code == 0, result.output
    assert [run.state for run in runs(sqlite_app)] == ["stopped", "done"]
    assert releases(sqlite_app) == 1


def holder(engine: object) -> int:
    """Return the process that has the lock's file open, as the kernel lists it."""
    path = release_lock.file_of(engine)  # type: ignore[arg-type]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(one.resolve() == path for one in (process / "fd").iterdir()):
                return int(process.name)
        except OSError:
            continue
    raise AssertionError("No process has the lock.")


def test_what_was_given_up_cannot_store_any_more(sqlite_app: Flask):
    """Its process was only slow: another was started, and the first finds that out at its end."""
    engine, moment = sqlite_app.extensions["engine"], datetime.now(UTC)
    with Session(engine) as session:
        slow = publishing.ask(session, "publish", moment, alive=False)
        publishing.begin(session, slow)
        other = publishing.ask(session, "publish", moment, alive=False)
        publishing.begin(session, other)
        with pytest.raises(Exception, match="given up"):
            publishing.end(session, slow, {}, 1)
        publishing.end(session, other, {}, 1)
        session.commit()
    assert [(run.state, run.active) for run in runs(sqlite_app)] == [
        ("stopped", None), ("done", None)
    ]  # fmt: skip


def test_one_lock_on_each_database(app: Flask):
    engine = app.extensions["engine"]
    assert not release_lock.is_held(engine)
    with release_lock.held(engine):
        if engine.dialect.name == "postgresql":  # a process's own lock beside a file is not met
            assert release_lock.is_held(engine)
            with pytest.raises(Exception, match="already"), release_lock.held(engine):
                pass
    assert not release_lock.is_held(engine)


def test_why_nothing_was_published_is_told_in_words(sqlite_app: Flask, here: list[int]):
    closed_event(sqlite_app, 3)
    olive = colleague(sqlite_app, "operator", name="Olive")
    olive.presses(f"{PAGE}/preview")
    does(sqlite_app, here[-1], fails=True)
    page = olive.sees(PAGE)
    assert "Nothing was published." in page
    assert "too few people" in page
    assert "too few answers to show anything" in page  # what the rules say, for the operator
    assert "No hay nada nuevo" in olive.sees(f"{PAGE}?lang=es")


def test_an_organiser_looks_at_her_places_and_publishes_where_all_are_hers(
    sqlite_app: Flask, here: list[int]
):
    closed_event(sqlite_app, 40)
    closed_event(sqlite_app, 40, name="Elm Grove")
    ana = colleague(sqlite_app, "organiser", "maple-falls", name="Ana")
    both = colleague(sqlite_app, "organiser", "maple-falls", "elm-grove", name="Bea")
    assert ana.presses(f"{PAGE}/preview").status_code == 303
    does(sqlite_app, here[-1])
    page = ana.sees(PAGE)
    assert "<h2>Maple Falls</h2>" in page
    assert "Elm Grove" not in page
    assert "the operator publishes" in page
    assert ana.opens(f"{PAGE}/sure").status_code == 302
    assert ana.presses(f"{PAGE}/sure", sure="yes").status_code == 303
    assert len(here) == 1  # nothing was begun
    assert "<h2>Elm Grove</h2>" in both.sees(PAGE)
    assert both.presses(f"{PAGE}/sure", sure="yes").status_code == 303
    does(sqlite_app, here[-1])
    assert releases(sqlite_app) == 1
    step = ana.sees("/desk/places/maple-falls")
    assert "Done" in step[step.index("Publish the figures") :]


def test_a_look_is_over_when_another_event_is_closed(sqlite_app: Flask, here: list[int]):
    closed_event(sqlite_app, 40)
    olive = colleague(sqlite_app, "operator", name="Olive")
    olive.presses(f"{PAGE}/preview")
    does(sqlite_app, here[-1])
    assert "Go on to publish" in olive.sees(PAGE)
    sleep(1.1)  # an event is made as one that closed a second ago: that has to be after the look
    closed_event(sqlite_app, 40, name="Elm Grove")
    assert "Go on to publish" not in olive.sees(PAGE)
    assert olive.opens(f"{PAGE}/sure").status_code == 302


def test_the_bar_says_how_many_counties_are_done(sqlite_app: Flask, here: list[int]):
    closed_event(sqlite_app, 20)
    olive: Colleague = colleague(sqlite_app, "operator", name="Olive")
    olive.presses(f"{PAGE}/preview")
    engine = sqlite_app.extensions["engine"]
    with Session(engine) as session:
        publishing.begin(session, here[-1])
        session.commit()
    with release_lock.held(engine):
        publishing.Progress(engine, here[-1])(3, 8)
    run = runs(sqlite_app)[-1]
    assert (run.done, run.total) == (3, 8)
    with Session(engine) as session:
        standing = publishing.last(session, engine, "preview", datetime.now(UTC))
        assert standing is not None
        assert standing.state == "stopped"  # nobody holds the lock
        late = publishing.last(session, engine, "preview", datetime.now(UTC) + timedelta(days=1))
        assert late is not None
        assert not late.goes_on
