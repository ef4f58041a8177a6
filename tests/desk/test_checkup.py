"""`flask doctor` finds what is wrong and says what to type."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from survey.config import ROOT, Settings
from survey.desk import checkup
from survey.storage import db, schema
from survey.storage.db import open_engine
from survey.storage.events import now
from survey.storage.models import Event, Release
from survey.storage.sealed_comments import Seal
from tests.builders import Resident, add_event, add_poster
from tests.conftest import SECRET, make_app

NOBODYS = "INSERT INTO poster (code, event_id, channel, wave) VALUES ('A', 77, '', 'event')"
OTHER = "another secret that only these tests know, long"


@pytest.fixture
def fresh(database_url: str, apps_let_go: None) -> Flask:
    app = make_app(database_url, public_url="https://survey.example")
    with app.app_context():
        poster = add_poster(db.session(), add_event(app, db.session()))
        resident = Resident(app.test_client(), poster.code).scans().answers(open="More light.")
        assert resident.sends().status_code == 303
    if app.extensions["engine"].dialect.name == "sqlite":
        os.chmod(app.extensions["engine"].url.database, 0o600)
    return app


def found(app: Flask) -> dict[str, checkup.Finding]:
    kept = (app.extensions[name] for name in ("settings", "engine", "writer", "seal"))
    return {one.about: one for one in checkup.findings(*kept)}


def wrong(app: Flask) -> dict[str, str]:
    return {one.about: one.says for one in found(app).values() if one.state == checkup.BAD}


def test_a_fresh_installation_has_nothing_wrong(fresh: Flask):
    told = found(fresh)
    assert wrong(fresh) == {}
    assert len(told) == 10
    assert told["backup"].state == checkup.ODD
    assert "flask backup" in told["backup"].says


def test_what_is_wrong_is_named_with_what_to_do(fresh: Flask):
    with fresh.app_context():
        session = db.session()
        event = session.get_one(Event, 1)
        event.time_zone = "Mars/Base"
        about = {"made_up": False, "places": [], "subjects": [], "measures": [],
                 "headline": ["trust", ""], "seasons": [], "cuts": [], "notes": []}  # fmt: skip
        later = now() + timedelta(days=2)
        session.add(Release(made_at=later, sha256="0" * 64, about=about))
        session.commit()
    fresh.extensions["seal"] = Seal(OTHER)
    told = wrong(fresh)
    assert "pip install tzdata" in told["time zones"]
    assert "the clock went back" in told["release"]
    assert "put that key back" in told["comments"]
    assert len(told) == 3


def test_an_address_without_tls_is_wrong_and_none_is_odd():
    bare = Settings(SECRET)
    assert checkup.settings_of_address(bare).state == checkup.ODD
    plain = replace(bare, public_url="http://survey.example")
    assert checkup.settings_of_address(plain).state == checkup.BAD
    assert checkup.settings_of_address(replace(bare, public_url="http://localhost")).state == "good"


@pytest.mark.sqlite
def test_an_earlier_version_and_damage_are_told(sqlite_url: str, tmp_path: Path):
    settings, path = Settings(SECRET, database_url=sqlite_url), tmp_path / "test.sqlite"
    engine = open_engine(settings)
    assert "there is none" in checkup.database(settings, engine).says
    schema.migrate(engine, to="0007")
    assert "Type: python3 dev.py flask migrate" in checkup.database(settings, engine).says
    schema.migrate(engine)
    assert checkup.database(settings, engine).state == checkup.ODD  # others may read the file
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.execute(text(NOBODYS))
    assert "a row of poster refers to nothing" in checkup.database(settings, engine).says
    engine.dispose()
    spoil(path)
    assert "is damaged" in checkup.database(settings, engine).says
    engine.dispose()


def spoil(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for page in range(1, len(data) // 4096, 2):
        data[page * 4096 : page * 4096 + 2000] = b"\xa5" * 2000
    path.write_bytes(data)


@pytest.mark.sqlite
@pytest.mark.parametrize("words", [["-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"],
                                   ["-m", "flask", "--app", "wsgi", "migrate"]])  # fmt: skip
def test_a_damaged_file_stops_the_start_with_a_sentence(
    sqlite_url: str, tmp_path: Path, words: list[str]
):
    engine = open_engine(Settings(SECRET, database_url=sqlite_url))
    schema.migrate(engine)
    engine.dispose()
    path = tmp_path / "test.sqlite"
    path.write_bytes(b"no database at all " * 1000)
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "DATABASE_URL": sqlite_url, "SECRET_KEY": SECRET, "PORT": "8999"},
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    assert f"{path} is damaged and cannot be read whole." in done.stderr
    assert "flask restore" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The address of a server that is not ours."""

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"status": "fine"}')

        def log_message(self, *values: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Other)
    threading.Thread(target=server.serve_forever).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_public_address_is_opened_as_a_phone_would(elsewhere: str):
    here = replace(Settings(SECRET), public_url=elsewhere)
    assert "by something else than this server" in checkup.public_address(here).says
    closed = replace(here, public_url="http://127.0.0.1:9")
    assert "does not open here" in checkup.public_address(closed).says
    assert checkup.public_address(Settings(SECRET)).state == checkup.GOOD


def test_the_command_fails_where_something_is_wrong(sqlite_app: Flask):
    run = sqlite_app.test_cli_runner().invoke
    well = run(args=["doctor"])
    assert (well.exit_code, well.output.splitlines()[-1]) == (0, "All is well.")
    sqlite_app.extensions["seal"] = Seal(OTHER)
    with sqlite_app.app_context():
        event = add_event(sqlite_app, db.session())
        event.time_zone = "Mars/Base"
        db.session().commit()
    ill = run(args=["doctor", "--offline"])
    assert ill.exit_code == 1
    assert "WRONG  time zones: Mars/Base is not known here. Type: pip install tzdata" in ill.output
    assert ill.output.endswith("1 of 10 checks found something wrong.\n")
