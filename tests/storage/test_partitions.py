"""The lines of docs/partitions.md, on a PostgreSQL that has answers in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from survey.storage import db
from survey.storage.models import Poster, Response
from tests.builders import Resident, add_event, add_poster

PAGE = Path(__file__).parents[2] / "docs" / "partitions.md"


def split(app: Flask) -> None:
    """Do what the page says."""
    (lines,) = re.findall(r"```sql\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    engine = app.extensions["engine"].execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        cursor = connection.connection.cursor()  # as psql sends it: BEGIN and COMMIT are its own
        cursor.execute(lines)


@pytest.mark.postgres
def test_a_split_table_keeps_every_answer_and_takes_new_ones_once(postgres_app: Flask):
    app = postgres_app
    with app.app_context():
        events = [add_event(app, db.session(), name=f"Town {number}") for number in range(5)]
        posters: list[Poster] = [add_poster(db.session(), event) for event in events]
        codes = [poster.code for poster in posters]
    client = app.test_client()
    for code in codes:
        assert Resident(client, code).scans().answers().sends().status_code == 303
    with app.app_context():
        before = {str(row.submission) for row in db.session().query(Response)}

    split(app)

    late = Resident(client, codes[0]).scans().answers()
    assert late.sends().status_code == late.sends().status_code == 303  # twice is once
    with app.app_context():
        after = {str(row.submission) for row in db.session().query(Response)}
        assert len(before) == 5
        assert after == before | {late.fields["submission"]}
        parts = text("SELECT DISTINCT tableoid::regclass::text FROM response")
        assert len(db.session().execute(parts).all()) > 1
    done = app.test_cli_runner().invoke(args=["event", "close", "town-1-2026"])  # rows written anew
    assert done.exit_code == 0, done.output
    with app.app_context():
        assert db.session().query(Response).count() == 6
