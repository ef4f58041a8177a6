"""A scan is a page that a person opened."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import delete, select

from survey.storage import db
from survey.storage.models import Poster, Scan
from tests.builders import add_event, add_poster

PHONE = "Mozilla/5.0 (Linux; Android 14; {}) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36"
OPENED: tuple[dict[str, str], ...] = (
    {},
    {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "User-Agent": PHONE.format("P")},
    {"User-Agent": PHONE.format("CUBOT KINGKONG")},  # a phone, and no robot
    {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "empty"},  # by way of the page's own worker
)
NOT_OPENED = (
    {"Sec-Purpose": "prefetch"},
    {"Sec-Purpose": "prefetch;prerender"},
    {"Sec-Purpose": "prefetch;anonymous-client-ip"},
    {"Purpose": "prefetch"},
    {"Purpose": "preview"},
    {"X-Purpose": "preview"},
    {"X-Moz": "prefetch"},
    {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
    {"User-Agent": "WhatsApp/2.23.20.0"},
    {"User-Agent": "facebookexternalhit/1.1"},
    {"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"},
    {"User-Agent": "TelegramBot (like TwitterBot)"},
    {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
)


@pytest.fixture
def code(sqlite_app: Flask) -> str:
    with sqlite_app.app_context():
        return add_poster(db.session(), add_event(sqlite_app, db.session())).code


def scans(app: Flask) -> int:
    app.extensions["scans"].flush()
    with app.app_context():
        return sum(db.session().scalars(select(Scan.count)))


@pytest.mark.parametrize("headers", OPENED)
def test_a_page_that_is_opened_is_counted(sqlite_app: Flask, code: str, headers: dict[str, str]):
    assert sqlite_app.test_client().get(f"/s/{code}", headers=headers).status_code == 200
    assert scans(sqlite_app) == 1


@pytest.mark.parametrize("headers", NOT_OPENED)
def test_what_nobody_opened_is_shown_and_not_counted(
    sqlite_app: Flask, code: str, headers: dict[str, str]
):
    assert sqlite_app.test_client().get(f"/s/{code}", headers=headers).status_code == 200
    assert scans(sqlite_app) == 0


def test_a_question_for_the_head_alone_is_no_scan(sqlite_app: Flask, code: str):
    assert sqlite_app.test_client().head(f"/s/{code}").status_code == 200
    assert scans(sqlite_app) == 0


def test_a_poster_that_was_removed_takes_no_other_count_with_it(app: Flask):
    """It was opened, and removed before the counts of that second were written."""
    with app.app_context():
        session = db.session()
        event = add_event(app, session)
        gone, kept = add_poster(session, event).code, add_poster(session, event, "exit").code
        for code in (gone, kept):
            assert app.test_client().get(f"/s/{code}").status_code == 200
        session.execute(delete(Poster).where(Poster.code == gone))
        session.commit()
        app.extensions["scans"].flush()
        assert session.execute(select(Scan.poster, Scan.count)).all() == [(kept, 1)]
