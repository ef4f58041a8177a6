"""However a release is built, and however often it was stopped, it is the same release."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context

import numpy as np
import pytest
from distributed import Client, LocalCluster
from sqlalchemy import Engine, create_engine, delete, insert, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from analysis.release import build as release_build
from analysis.release import county
from analysis.release.executors import Here
from benchmarks.national import Country, answer, evening_of
from survey.config import ROOT, Settings
from survey.questionnaire.content_files import read_content
from survey.questionnaire.instrument import Content
from survey.release import build, part_store
from survey.release.sources import Database, let_go
from survey.storage import release_store, schema
from survey.storage.county_parts import SUMS, CountyPart, forget_sums
from survey.storage.db import open_engine
from survey.storage.models import Community, Event, Figure, Poster, Release, Response
from tests.conftest import SECRET

STATE = Country(communities=6, counties=4, mean=44, seasons=(2025, 2026), seed=3)
COUNTIES = {f"County{number}" for number in range(STATE.counties)}
MOMENT = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def content() -> Content:
    return read_content()


@pytest.fixture(scope="module")
def engine(postgres_server: str, content: Content) -> Iterator[Engine]:
    """A state's answers in PostgreSQL; every test takes its releases away again."""
    server = create_engine(postgres_server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE one_path"))
    url = make_url(postgres_server).set(database="one_path")
    address = url.render_as_string(hide_password=False)
    engine = open_engine(Settings(secret_key=SECRET, database_url=address))
    schema.migrate(engine)
    STATE.store(engine, content)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def sha256(engine: Engine, content: Content) -> str:
    """The release as one process builds it in memory."""
    with Session(engine) as session:
        return build.publish(session, content, MOMENT, lambda line: None).sha256  # rolled back


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session
        session.rollback()
        for table in (Figure, Release, CountyPart):
            session.execute(delete(table))
        session.commit()


def address(session: Session) -> str:
    return session.get_bind().engine.url.render_as_string(hide_password=False)


def publish(session: Session, content: Content, executor: Executor, **more: object) -> Release:
    database = Database(address(session), Settings(secret_key=SECRET).content)
    workers = build.Workers(executor, database)
    try:
        made = build.publish(
            session,
            content,
            MOMENT,
            lambda line: None,
            workers=workers,
            **more,  # type: ignore[arg-type]
        )
        session.commit()
    finally:
        let_go()
    return made


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[int]]:
    """The counties that this process builds, and of which seasons' answers."""
    counties: dict[str, set[int]] = {}
    part_of = county.part_of

    def counted(rows, before, task, unchanged):
        counties[rows["county"].iloc[0]] = set(rows["season"])
        return part_of(rows, before, task, unchanged)

    monkeypatch.setattr(release_build, "part_of", counted)
    return counties


@pytest.mark.postgres
def test_two_processes_make_the_release_of_one(session: Session, content: Content, sha256: str):
    steps: list[tuple[object, ...]] = []
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        made = publish(session, content, pool, progress=lambda *step: steps.append(step))
    assert made.sha256 == sha256
    assert steps == [(done, 4, f"County{done - 1} County") for done in range(1, 5)]
    figures = session.scalars(select(Figure.row).where(Figure.kind == "figure")).all()
    assert len(figures) > 300
    assert {row["community"] for row in figures} > {"town-0", ""}


@pytest.mark.postgres
def test_a_dask_cluster_makes_it_too_though_a_worker_is_killed(
    session: Session, content: Content, sha256: str
):
    """The worker is one that builds a county at that moment; Dask gives that to another."""
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        processes = client.run(os.getpid)
        killed: list[str] = []

        def kill_one(done: int, _of: int, _county: str) -> None:
            if done == 1:
                killed.extend([one for one, tasks in client.processing().items() if tasks][:1])
                for worker in killed:
                    os.kill(processes[worker], signal.SIGKILL)

        made = publish(session, content, client.get_executor(pure=False), progress=kill_one)
        assert made.sha256 == sha256
        assert len(killed) == 1
        assert processes[killed[0]] not in client.run(os.getpid).values()
    assert finished(session) == COUNTIES


@pytest.mark.postgres
def test_a_release_that_was_killed_goes_on_where_it_was(
    session: Session, content: Content, sha256: str, built: dict[str, set[int]]
):
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "release", "--processes", "2"]
    environment = {"DATABASE_URL": address(session), "SECRET_KEY": SECRET}
    running = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.DEVNULL
    )
    while not finished(session):
        assert running.poll() is None, "it ended before a county was finished"
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert release_store.current(session) is None
    assert session.scalars(select(Figure.number)).first() is None
    kept = finished(session)
    made = publish(session, content, Here())
    assert made.sha256 == sha256
    assert set(built) <= COUNTIES - kept  # a worker may have finished one more before it ended
    assert finished(session) == COUNTIES


@pytest.fixture
def late(session: Session, content: Content) -> Iterator[Callable[[], None]]:
    """60 people answer at one more event of the first county; they are gone afterwards."""
    events: list[Event] = []

    def come() -> None:
        place = session.scalars(select(Community).order_by(Community.id)).first()
        assert place is not None
        events.append(evening_of(session, content, place, 2026, 2))
        answer(session, content, events[0], 60, 0.9, np.random.default_rng(8))
        session.commit()

    yield come
    session.rollback()
    for event in events:
        for table in (Response, Poster):
            session.execute(delete(table).where(table.event_id == event.id))
        session.execute(delete(Event).where(Event.id == event.id))
    session.commit()


@pytest.mark.postgres
def test_what_a_stopped_build_of_other_places_left_is_in_no_release(
    session: Session, content: Content, built: dict[str, set[int]]
):
    """A county's part that was built for a demonstration, say, which is gone."""
    publish(session, content, Here())
    parts = [dict(row) for row in session.execute(select(CountyPart.__table__)).mappings()]
    elsewhere = [row | {"county": "Elsewhere"} for row in parts if row["county"] == "County0"]
    for table in (Figure, Release):
        session.execute(delete(table))
    session.execute(insert(CountyPart), elsewhere)
    session.commit()
    publish(session, content, Here())
    assert finished(session) == COUNTIES
    assert "Elsewhere" not in set(session.scalars(select(Figure.county)))


@pytest.fixture
def unreadable(session: Session) -> Iterator[None]:
    """One answer of 2025 in the first county names a language that nobody knows."""
    event = select(Event.id).where(Event.season == 2025).order_by(Event.id).limit(1)
    every = select(Response.submission, Response.language)
    every = every.where(Response.event_id == event.scalar_subquery())
    submission, language = session.execute(every.order_by(Response.submission)).first() or ("", "")
    here = update(Response).where(Response.submission == submission)
    session.execute(here.values(language="xx"))
    session.commit()
    yield
    session.rollback()
    session.execute(here.values(language=language))
    session.commit()


@pytest.mark.postgres
def test_what_could_not_be_read_of_a_season_that_is_taken_over_is_told_again(
    session: Session, content: Content, unreadable: None, late: Callable[[], None]
):
    told: list[dict[tuple[str, str], int]] = []
    for after in (late, lambda: None):
        made = publish(session, content, Here())
        part = part_store.load(session, made.id, ("Ohio", "County0"))
        assert part is not None
        told.append(part.unread)
        after()
    assert told[0] == told[1]
    assert list(told[0].values()) == [1]


@pytest.mark.postgres
def test_what_did_not_change_is_taken_over_and_is_what_building_it_again_gives(
    session: Session, content: Content, built: dict[str, set[int]], late: Callable[[], None]
):
    first = publish(session, content, Here())
    parts = [dict(row) for row in session.execute(select(CountyPart.__table__)).mappings()]
    late()
    built.clear()
    second = publish(session, content, Here())
    assert built == {"County0": {2026}}
    assert set(session.scalars(select(CountyPart.release_id))) == {second.id}  # no older counts
    taken_over = second.sha256
    session.execute(delete(Figure).where(Figure.release_id == second.id))
    session.execute(delete(Release).where(Release.id == second.id))
    session.execute(delete(CountyPart))
    session.execute(insert(CountyPart), parts)
    forget_sums(session)  # as where answers are deleted: nothing can be taken over
    session.commit()
    built.clear()
    again = publish(session, content, Here())
    assert built == {name: {2025, 2026} for name in COUNTIES}
    assert again.sha256 == taken_over != first.sha256


def finished(session: Session) -> set[str]:
    session.rollback()
    return set(session.scalars(select(CountyPart.county).where(CountyPart.season == SUMS)))
