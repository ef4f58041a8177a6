"""What comes after the first tap: small, in the language of the page, kept for good."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import brotli
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey.storage import db
from tests.builders import Resident, add_event, add_poster
from tests.conftest import make_app

MOST_BYTES = 4_500  # on the wire, without headers


@pytest.fixture
def app(sqlite_url: str) -> Flask:
    """No database is asked for the script: one is enough."""
    return make_app(sqlite_url)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.app_context():
        yield db.session()


@pytest.fixture
def addresses(app: Flask, session: Session) -> dict[str, str]:
    """The address that each language's page names."""
    languages = [one for one in app.extensions["content"].languages if one != "ksw"]
    code = add_poster(session, add_event(app, session, languages=languages)).code
    pages = {one: Resident(app.test_client(), code).scans(one).page for one in languages}
    return {
        one: unescape(re.findall(r'data-extra="([^"]+)"', page)[0]) for one, page in pages.items()
    }


def test_it_is_small_and_in_the_language_of_its_page(app: Flask, addresses: dict[str, str]):
    client = app.test_client()
    for language, address in addresses.items():
        reply = client.get(address, headers={"Accept-Encoding": "gzip, br"})
        assert reply.status_code == 200, language
        assert reply.headers["Content-Type"].startswith("text/javascript")
        assert "immutable" in reply.headers["Cache-Control"]
        assert reply.headers["Content-Encoding"] == "br"
        assert len(reply.data) <= MOST_BYTES
        words = app.extensions["content"].languages[language]
        assert words.say("draft.title") in brotli.decompress(reply.data).decode()
        plain = client.get(address)
        assert plain.text == brotli.decompress(reply.data).decode()


def test_an_address_of_another_version_is_not_kept_for_good(app: Flask, addresses: dict[str, str]):
    reply = app.test_client().get(addresses["en"].partition("?")[0] + "?v=old")
    assert "immutable" not in reply.headers["Cache-Control"]


def test_there_is_none_in_a_language_that_there_is_not(app: Flask):
    assert app.test_client().get("/s/extra/xx.js").status_code == 404
