"""Who hosts an event decides what attendees are told of the police; nobody types that line."""

from __future__ import annotations

from html import unescape

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.builders import Resident, add_event, add_poster

SLUG = "maple-falls-2026"
SEE = {
    "en": "Police see totals of 11 or more people, never your answers.",
    "es": "La policía ve totales de 11 personas o más, nunca sus respuestas.",
}
RUN = {
    "en": "The police run this survey. They publish only totals of 11 or more people.",
    "es": "La policía hace esta encuesta. Solo publica totales de 11 personas o más.",
}
READ = {True: "The police run this survey and read what you write here.", False: "reads this first"}


@pytest.fixture
def code(app: Flask, session: Session) -> str:
    """A poster's code, with an unrelated event beside it that somebody else hosts."""
    add_event(app, session, name="Birch Hollow", host="Birch Hollow Library")
    return add_poster(session, add_event(app, session)).code


def page(app: Flask, code: str, language: str = "en") -> str:
    return unescape(Resident(app.test_client(), code).scans(language).page)


@pytest.mark.parametrize("language", ["en", "es"])
def test_without_a_host_it_is_the_local_police(app: Flask, code: str, language: str):
    said = page(app, code, language)
    assert "<bdi>Maple Falls police</bdi>" in said
    assert RUN[language] in said
    assert SEE[language] not in said


@pytest.mark.parametrize(
    ("host", "name", "police"),
    [
        ("Alder Creek Neighbors", "Alder Creek Neighbors", False),
        ("  Alder   Creek Neighbors ", "Alder Creek Neighbors", False),
        ("fire", "Maple Falls fire", False),
        ("maple falls FIRE", "Maple Falls fire", False),
        ("police", "Maple Falls police", True),
        ("Maple Falls Police", "Maple Falls police", True),
        ("The Police Foundation", "The Police Foundation", True),
        ("Alder County Sheriff's Office", "Alder County Sheriff's Office", True),
        ("R&D <b>Lab</b>", "R&D <b>Lab</b>", False),
    ],
)
def test_the_line_on_the_police_follows_from_the_host(
    app: Flask, code: str, host: str, name: str, police: bool
):
    told = app.test_cli_runner().invoke(args=["event", "host", SLUG, host])
    assert told.exit_code == 0, told.output
    assert name in told.output
    said = page(app, code)
    assert f"<bdi>{name}</bdi>" in said
    assert ((RUN if police else SEE)["en"] in said, (SEE if police else RUN)["en"] in said) == (
        True,
        False,
    )
    assert READ[police] in said
    assert READ[not police] not in said


@pytest.mark.parametrize("host", ["", "   ", "x" * 81, "a\x00b"])
def test_a_name_that_cannot_be_shown_is_refused(app: Flask, code: str, host: str):
    told = app.test_cli_runner().invoke(args=["event", "host", SLUG, host])
    assert told.exit_code != 0
    assert "The host's name" in told.output
    assert RUN["en"] in page(app, code)


def test_an_event_is_made_with_its_host(app: Flask, session: Session, code: str):
    words = ["--day", "2026-08-05", "--name", "Second", "--host", "Public Library"]
    told = app.test_cli_runner().invoke(args=["event", "add", "maple-falls", *words])
    assert told.exit_code == 0, told.output
    told = app.test_cli_runner().invoke(args=["event", "list"])
    assert f"{SLUG}-2" in told.output


def test_thanks_say_where_results_are_in_english(app: Flask, session: Session):
    event = add_event(app, session, languages=["en", "es", "ar", "uk"])
    code = add_poster(session, event).code
    client = app.test_client()
    said = {
        language: client.get(f"/s/{code}/thanks?lang={language}").text
        for language in ("en", "es", "ar", "uk")
    }
    assert "صفحة النتائج باللغة الإنجليزية." in said["ar"]
    assert "Сторінка результатів англійською." in said["uk"]
    words = app.extensions["content"].languages
    for language in ("en", "es"):
        assert words[language].say("thanks.in_english") not in said[language]
