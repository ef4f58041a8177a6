"""Whoever watches a server learns whether it can store, and nothing of its visitors."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from flask import Flask

from survey.config import Settings
from survey.setting_values import SettingError
from survey.storage import db
from survey.storage.models import Installation
from tests.builders import Resident, add_event, add_poster
from tests.conftest import SECRET, make_app

TOKEN = "a-token-of-the-tests-alone"
KNOWS = {"Authorization": f"Bearer {TOKEN}"}


def test_ready_means_that_a_row_was_written_and_taken_back(app: Flask):
    client = app.test_client()
    assert client.get("/healthz").json == {"status": "alive"}
    for _ in range(2):
        assert client.get("/readyz").json == {"status": "ready"}
    with app.app_context():
        assert db.session().query(Installation).all() == []


@pytest.mark.sqlite
def test_a_locked_database_is_alive_and_not_ready(tmp_path: Path):
    app = make_app(f"sqlite:///{tmp_path / 'locked.sqlite'}", DISK_PATIENCE=0.1)
    hog = sqlite3.connect(tmp_path / "locked.sqlite", isolation_level=None)
    hog.execute("BEGIN IMMEDIATE")
    try:
        assert app.test_client().get("/readyz").status_code == 503
        assert app.test_client().get("/healthz").status_code == 200
    finally:
        hog.execute("ROLLBACK")
        hog.close()
    assert app.test_client().get("/readyz").status_code == 200


@pytest.mark.sqlite
def test_a_disk_without_room_is_not_ready(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("survey.pages.health.LEAST_ROOM", 10**18)
    assert sqlite_app.test_client().get("/readyz").status_code == 503


def test_metrics_are_for_whoever_knows_the_token(tmp_path: Path):
    without = make_app(f"sqlite:///{tmp_path / 'without.sqlite'}").test_client()
    assert without.get("/metrics", headers=KNOWS).status_code == 404
    client = make_app(f"sqlite:///{tmp_path / 'a.sqlite'}", metrics_token=TOKEN).test_client()
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer x"}).status_code == 401
    assert client.get("/metrics", headers={"Authorization": "é"}).status_code == 401
    assert client.get("/metrics", headers=KNOWS).status_code == 200
    with pytest.raises(SettingError, match="METRICS_TOKEN must have at least 20"):
        Settings(SECRET, metrics_token="short")


def test_metrics_say_nothing_of_a_visit(tmp_path: Path):
    """Scraped every few seconds, a count of answers would say when each of them came."""
    app = make_app(f"sqlite:///{tmp_path / 'a.sqlite'}", metrics_token=TOKEN)
    with app.app_context():
        add_event(app, db.session(), name="Elm Grove", season=2025, open_now=False)
        poster = add_poster(db.session(), add_event(app, db.session()))
    client = app.test_client()
    before = gauges(client.get("/metrics", headers=KNOWS).text)
    for _ in range(20):
        resident = Resident(client, poster.code).scans().answers(open="More light, please.")
        assert resident.sends().status_code == 303
    app.extensions["scans"].flush()
    after = gauges(client.get("/metrics", headers=KNOWS).text)
    free = "porchlight_disk_free_bytes"
    assert {**before, free: 0} == {**after, free: 0}
    assert after[free] % 10**6 == 0
    assert after['porchlight_events{state="open"}'] == 1
    assert after['porchlight_events{state="closed"}'] == 1


def gauges(text: str) -> dict[str, float]:
    """Parse Prometheus's text format: every value has its HELP and TYPE."""
    found, known = {}, set()
    for line in text.splitlines():
        if meta := re.fullmatch(r"# (HELP|TYPE) (\w+) (.+)", line):
            known.add((meta[1], meta[2]))
            assert meta[1] == "HELP" or meta[3] == "gauge"
        else:
            name, value = re.fullmatch(r'(\w+(?:\{\w+="\w+"\})?) (-?\d+)', line).groups()  # type: ignore[union-attr]
            assert {("HELP", name.split("{")[0]), ("TYPE", name.split("{")[0])} <= known
            found[name] = float(value)
    assert len(found) > 4
    return found
