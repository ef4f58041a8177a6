"""A laptop that served a park without a net: its answers arrive exactly once, however often."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.desk import planning
from survey.storage import db
from survey.storage.copies import hubs, merge, restore
from survey.storage.events import Refused, now
from survey.storage.models import Base, Community, Event, Poster, Scan
from survey.storage.sealed_comments import move
from tests.builders import add_event, add_poster
from tests.conftest import make_app
from tests.storage.copies.conftest import Night, night_of
from tests.storage.copies.raw import raw_rows

pytestmark = pytest.mark.sqlite  # it is about a file, or a process with one


def hub_of(night: Night, folder: Path) -> Night:
    """A laptop that was set up with a backup of the main database."""
    into = f"sqlite:///{folder / 'hub.sqlite'}"
    done = night.backup(folder / "for-the-hub.tar.gz")
    restore.restore(replace(night.settings, database_url=into), done.file, [], into)
    return Night(make_app(into), night.code)


def merged(night: Night, hub: Night, folder: Path) -> merge.Merged:
    file = Path(hub.engine.url.database or "")
    engine = hubs.opened(night.settings, file, [], folder / "copy.sqlite")
    try:
        with engine.connect() as theirs, Session(night.engine) as ours, ours.begin():
            return merge.merge(theirs, ours)
    finally:
        engine.dispose()
        (folder / "copy.sqlite").unlink()


def close(hub: Night) -> None:
    with hub.app.app_context():
        event = db.session().scalars(select(Event).where(Event.closes_at > now())).first()
        assert event
        planning.close_event(event, now())
        db.session().commit()
        with hub.engine.begin() as connection:
            move(connection, db.seal(), event.id, least=1)


def test_twice_is_the_same_as_once(night: Night, tmp_path: Path):
    hub = hub_of(night, tmp_path)
    night.answers(2)  # the main database goes on meanwhile
    hub.answers(7, open="Without a net.")
    for one in (night, hub):
        one.app.extensions["scans"].flush()
    close(hub)
    before = raw_rows(night.settings.database_url)
    first = merged(night, hub, tmp_path)
    once = raw_rows(night.settings.database_url)
    again = merged(night, hub, tmp_path)
    assert raw_rows(night.settings.database_url) == once
    assert (first.added["response"], first.known["response"]) == (7, 6)
    assert (again.added["response"], again.known["response"]) == (0, 13)
    assert not any(again.added.values())
    assert len(once["response"]) == len(before["response"]) + 7 == 15
    assert len(once["comment"]) == 8  # seven of the hub, and the one that waited when it was made
    assert set(before["response"]) < set(once["response"])
    untouched = set(once) - {"response", "comment", "scan"}
    assert {name: once[name] for name in untouched} == {name: before[name] for name in untouched}


def test_the_larger_count_of_scans_stands(sqlite_night: Night, tmp_path: Path):
    hub = hub_of(sqlite_night, tmp_path)
    hour = "2027-08-03T18"  # 41 on both sides, from before
    with hub.app.app_context():
        db.session().get_one(Scan, (1, hub.code, hour)).count = 50
        db.session().commit()
    for _ in range(2):
        merged(sqlite_night, hub, tmp_path)
        with sqlite_night.app.app_context():
            assert db.session().get_one(Scan, (1, hub.code, hour)).count == 50


def test_numbers_are_looked_up_by_name(sqlite_night: Night, tmp_path: Path):
    """A hub that was set up by hand counts differently, and brings an event nobody here knows."""
    hub = Night(make_app(f"sqlite:///{tmp_path / 'hub.sqlite'}"), "")
    with hub.app.app_context():
        session = db.session()
        add_event(hub.app, session, name="Birch Hollow")
        event = add_event(hub.app, session, name="Maple Falls")
        assert event.id == 2
        hub.code = add_poster(session, event, channel="the park").code
    hub.answers(3)
    hub.app.extensions["scans"].flush()
    with sqlite_night.app.app_context():
        maple = db.session().scalars(select(Event).where(Event.slug == "maple-falls-2026")).one()
        theirs = maple.id
        db.session().commit()
    done = merged(sqlite_night, hub, tmp_path)
    assert done.added["response"] == 3
    assert {done.added[name] for name in ("community", "event")} == {1}
    assert done.added["agency"] == 3
    with sqlite_night.app.app_context():
        session = db.session()
        poster = session.get_one(Poster, hub.code)
        assert poster.event_id == theirs
        birch = session.scalars(select(Community).where(Community.slug == "birch-hollow")).one()
        assert len(birch.agencies) == 3
        assert [event.community_id for event in birch.events] == [birch.id]
    assert not any(merged(sqlite_night, hub, tmp_path).added.values())


def test_another_place_of_the_same_name_is_refused_and_nothing_changes(
    sqlite_night: Night, tmp_path: Path
):
    hub = hub_of(sqlite_night, tmp_path)
    with hub.app.app_context():
        maple = db.session().scalars(select(Community).where(Community.slug == "maple-falls")).one()
        maple.identity, maple.state = "maple falls|alder|idaho", "Idaho"
        db.session().commit()
    hub.answers(2)
    before = raw_rows(sqlite_night.settings.database_url)
    with pytest.raises(Refused, match="community maple-falls is another one here than there"):
        merged(sqlite_night, hub, tmp_path)
    assert raw_rows(sqlite_night.settings.database_url) == before


def test_the_first_answers_under_an_id_stay(sqlite_night: Night, tmp_path: Path):
    hub = hub_of(sqlite_night, tmp_path)
    with hub.engine.begin() as connection:
        changed = connection.exec_driver_sql(
            "UPDATE response SET language = 'es' WHERE submission = "
            "(SELECT min(submission) FROM response)"
        )
        assert changed.rowcount == 1
    before = raw_rows(sqlite_night.settings.database_url)
    assert merged(sqlite_night, hub, tmp_path).other["response"] == 1
    assert raw_rows(sqlite_night.settings.database_url) == before


def test_only_what_a_visit_can_add_to_is_merged():
    names = [table.name for table in merge.carried()]
    assert {"community", "agency", "event", "poster", "scan", "response", "comment"} <= set(names)
    assert not {"account", "desk_session", "audit", "release", "figure", "sealed_comment"} & set(
        names
    )
    assert names.index("community") < names.index("event") < names.index("response")
    assert len(names) < len(Base.metadata.tables)  # no account, no session, no release, no trail


def test_the_command_says_what_it_added_and_what_waits(sqlite_url: str, tmp_path: Path):
    night = night_of(sqlite_url)
    hub = hub_of(night, tmp_path)
    hub.answers(2)
    run = night.app.test_cli_runner().invoke
    file = str(tmp_path / "hub.tar.gz")
    assert hub.app.test_cli_runner().invoke(args=["backup", file]).exit_code == 0
    said = run(args=["merge", file]).output
    assert said.startswith("Added: 2 response")
    assert "1 comments still wait sealed over there" in said
    shutil.copy(file, tmp_path / "copy")
    assert run(args=["merge", str(tmp_path / "copy")]).output.startswith("Nothing to add")
    (tmp_path / "text").write_text("no database")
    assert "is no whole backup" in run(args=["merge", str(tmp_path / "text")]).output
    assert audit_commands(night.app) == ["merge"]


def audit_commands(app: Flask) -> list[str]:
    with app.app_context():
        rows = db.session().execute(Base.metadata.tables["audit"].select()).mappings()
        return [row["about"]["command"] for row in rows]
