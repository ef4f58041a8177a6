"""The audit trail: chained, only ever added to, and a change of it is found."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from survey.storage import audit

WHEN = datetime(2027, 8, 3, 18, 30, 59, tzinfo=UTC)


def fill(session: Session, many: int = 3) -> None:
    for number in range(many):
        audit.append(session, "signed_in", WHEN, account_id=number, about={"name": f"Ána {number}"})
    session.commit()


def test_each_entry_is_chained_to_the_one_before(session: Session):
    fill(session)
    before = "0" * 64
    rows = session.execute(
        text("SELECT number, account_id, about, hash FROM audit ORDER BY number")
    ).all()
    assert [row.number for row in rows] == [1, 2, 3]
    for row in rows:
        about = json.loads(row.about) if isinstance(row.about, str) else row.about
        told = [
            before, row.number, "2027-08-03T18:30:00+00:00", row.account_id, None, "signed_in",
            about,
        ]  # fmt: skip
        plain = json.dumps(told, sort_keys=True, separators=(",", ":"))
        assert row.hash == hashlib.sha256(plain.encode()).hexdigest()
        before = row.hash
    assert audit.verify(session).whole


@pytest.mark.parametrize(
    "change", ["UPDATE audit SET account_id = 7 WHERE number = 2", "DELETE FROM audit"]
)
def test_the_database_refuses_to_change_or_delete(session: Session, change: str):
    fill(session)
    with pytest.raises(DBAPIError, match="only ever added to"):
        session.execute(text(change))
    session.rollback()
    assert audit.verify(session).entries == 3


def without_triggers(session: Session) -> None:
    """Do what the owner of the database can do."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("DROP TRIGGER audit_is_kept ON audit"))
    else:
        for name in ("audit_no_update", "audit_no_delete"):
            session.execute(text(f"DROP TRIGGER {name}"))


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("UPDATE audit SET account_id = 7 WHERE number = 2", 2),
        ("UPDATE audit SET at = '2027-08-03 19:00:00' WHERE number = 3", 3),
        ("UPDATE audit SET act = 'event_closed' WHERE number = 1", 1),
        ("DELETE FROM audit WHERE number = 1", 1),
        ("DELETE FROM audit WHERE number = 2", 2),
    ],
)
def test_a_change_that_went_past_the_triggers_is_found(session: Session, change: str, broken: int):
    fill(session)
    without_triggers(session)
    session.execute(text(change))
    session.commit()
    session.expire_all()
    assert audit.verify(session).broken == broken


def test_the_command_says_whether_it_is_whole_and_knows_an_earlier_end(app: Flask):
    runner = app.test_cli_runner()
    with Session(app.extensions["engine"]) as session:
        fill(session)
    whole = runner.invoke(args=["audit", "verify"])
    assert "whole: 3 entries" in whole.output
    last = whole.output.split()[-1]
    assert runner.invoke(args=["audit", "verify", "--last", last]).exit_code == 0
    with Session(app.extensions["engine"]) as session:
        without_triggers(session)
        session.execute(text("DELETE FROM audit WHERE number = 3"))
        session.commit()
    assert runner.invoke(args=["audit", "verify"]).exit_code == 0  # the chain alone cannot see it
    cut = runner.invoke(args=["audit", "verify", "--last", last])
    assert "taken off the end" in cut.output
    assert cut.exit_code == 1


def test_a_command_that_changes_something_is_in_the_trail_and_one_that_looks_is_not(app: Flask):
    runner = app.test_cli_runner()
    words = ["community", "add", "Maple Falls", "--county", "Alder", "--state", "Oregon"]
    assert runner.invoke(args=words).exit_code == 0
    assert runner.invoke(args=["community", "list"]).exit_code == 0
    assert runner.invoke(args=words).exit_code == 1  # it is there already
    with Session(app.extensions["engine"]) as session:
        rows = session.execute(text("SELECT act, about, account_id FROM audit")).all()
    (row,) = rows
    about = json.loads(row.about) if isinstance(row.about, str) else row.about
    assert (row.act, about, row.account_id) == ("command", {"command": "community add"}, None)
