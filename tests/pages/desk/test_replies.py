"""You said, we did: from a theme of comments to the results page and the brief, and back."""

from __future__ import annotations

from uuid import uuid4

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.storage.models import Comment
from survey.storage.publishing_tables import Reply
from tests.crowds import closed_event
from tests.desk_people import Colleague, acts, colleague

PLACE = "/desk/places/maple-falls/replies"
LIGHTS = f"{PLACE}/2026/traffic"
DONE = {"stands": "done", "text": "The city put in 14 new lights on Oak & Third.", "language": "en"}


def keep(app: Flask, event_id: int, theme: str, count: int) -> None:
    """Comments that somebody has read and kept."""
    with Session(app.extensions["engine"]) as session:
        for number in range(count):
            about = {"state": "kept", "theme": theme, "shown": f"More lights, please ({number})."}
            row = Comment(event_id=event_id, id=uuid4(), language="en", text="raw words", **about)
            session.add(row)
        session.commit()


@pytest.fixture
def town(sqlite_app: Flask) -> Flask:
    keep(sqlite_app, closed_event(sqlite_app, 40), "traffic", 4)
    keep(sqlite_app, closed_event(sqlite_app, 40, name="Elm Grove"), "thanks", 1)
    return sqlite_app


def rows(app: Flask) -> list[Reply]:
    with Session(app.extensions["engine"]) as session:
        return list(session.scalars(select(Reply).order_by(Reply.id)))


def answers(somebody: Colleague, **more: str) -> None:
    look = somebody.presses(LIGHTS, step="look", **(DONE | more))
    assert look.status_code == 200, look.text
    assert "How it will look" in look.text
    assert somebody.presses(LIGHTS, step="put", **(DONE | more)).status_code == 303


def test_an_answer_is_looked_at_shown_changed_and_taken_back(town: Flask):
    result = town.test_cli_runner().invoke(args=["release"])
    assert result.exit_code == 0, result.output
    bo = colleague(town, "department", "maple-falls", name="Chief Bo")
    assert "1 theme waits for your answer" in bo.sees("/desk/")
    assert "More lights, please (2)." in bo.sees(LIGHTS)
    before = bo.opens("/results/maple-falls")
    assert "You said, we did" not in before.text
    bo.presses(LIGHTS, step="look", **DONE)
    assert rows(town) == []  # looking keeps nothing
    answers(bo)
    after = bo.opens("/results/maple-falls?lang=es")
    assert '<span lang="en"><bdi>The city put in 14 new lights on Oak &amp; Third.' in after.text
    assert "Ustedes pidieron: Tráfico" in after.text
    assert "Maple Falls police" in after.text
    tag = before.headers["ETag"]
    assert bo.client.get("/results/maple-falls", headers={"If-None-Match": tag}).status_code == 200
    assert "14 new lights" not in bo.sees("/results/elm-grove")
    answers(bo, stands="under_way", text="Luces nuevas: falta la calle Tres.", language="es")
    page = bo.sees("/results/maple-falls")
    assert '<span lang="es"><bdi>Luces nuevas' in page
    assert "14 new lights" not in page
    assert "14 new lights" in bo.sees(LIGHTS)  # earlier words stay on the desk
    assert bo.presses(f"{LIGHTS}/withdraw").status_code == 303
    assert "Luces nuevas" not in bo.sees("/results/maple-falls")
    assert "Taken back" in bo.sees(PLACE)
    assert bo.presses(f"{LIGHTS}/withdraw").status_code == 422
    assert [one for one in acts(town) if one.startswith("reply_")] == [
        "reply_written", "reply_changed", "reply_withdrawn"
    ]  # fmt: skip
    olive = colleague(town, "operator", name="Olive")
    assert "answered “Traffic and parking” of 2026 in Maple Falls" in olive.sees("/desk/diary")


def test_a_brief_of_one_page_carries_the_longest_answers(town: Flask):
    keep(town, 1, "safety", 1)
    keep(town, 1, "event", 1)
    assert town.test_cli_runner().invoke(args=["release"]).exit_code == 0
    bo = colleague(town, "department", "maple-falls", name="Chief Bo")
    long = "We walk the park on Friday nights. " * 8
    for theme in ("traffic", "safety", "event"):
        fields = {**DONE, "text": long, "step": "put"}
        assert bo.presses(f"{PLACE}/2026/{theme}", **fields).status_code == 303
    for paper in ("letter", "a4"):
        for language in ("en", "es"):
            reply = bo.opens(f"/results/maple-falls.{paper}.pdf?lang={language}")
            pdf = pypdfium2.PdfDocument(reply.data)
            assert len(pdf) == 1, (paper, language)
            said = " ".join(pdf[0].get_textpage().get_text_bounded().split())
            assert said.count("We walk the park on Friday nights.") == 16, said


def test_what_cannot_be_kept_is_said_and_nothing_typed_is_lost(town: Flask):
    bo = colleague(town, "department", "maple-falls", name="Chief Bo")
    for wrong, said in (
        ({"text": "  "}, "Please fill this in"),
        ({"text": "x" * 301}, "300 characters at most"),
        ({"stands": ""}, "Say how far it is"),
        ({"stands": "never"}, "Say how far it is"),
    ):
        for step in ("look", "put"):
            reply = bo.presses(LIGHTS, step=step, **(DONE | wrong))
            assert reply.status_code == 422
            assert said in reply.text
            kept = (DONE | wrong)["text"]
            assert kept.replace("&", "&amp;") in reply.text
    again = bo.presses(LIGHTS, step="change", **(DONE | {"text": "Half a thought"}))
    assert "Half a thought</textarea>" in again.text
    assert bo.presses(LIGHTS, **(DONE | {"language": "xx"})).status_code == 400
    assert rows(town) == []


def test_whose_town_it_is_answers_and_nobody_else(town: Flask):
    bo = colleague(town, "department", "maple-falls", name="Chief Bo")
    ana = colleague(town, "organiser", "maple-falls", name="Ana")
    eve = colleague(town, "department", "elm-grove", name="Eve")
    answers(bo)
    assert "14 new lights" in ana.sees(PLACE)
    for somebody in (ana, eve):
        for address in (LIGHTS, f"{LIGHTS}/withdraw"):
            assert somebody.presses(address, step="put", **DONE).status_code == 404
        somebody.sees(LIGHTS, 404)
    eve.sees(PLACE, 404)
    for nowhere in (f"{PLACE}/2026/thanks", f"{PLACE}/2025/traffic"):  # nobody asked for that here
        assert bo.presses(nowhere, step="put", **DONE).status_code == 404
    assert len(rows(town)) == 1


def test_few_answers_have_no_theme_to_answer(sqlite_app: Flask):
    keep(sqlite_app, closed_event(sqlite_app, 29), "traffic", 4)
    bo = colleague(sqlite_app, "department", "maple-falls", name="Chief Bo")
    bo.sees(LIGHTS, 404)
    assert "More lights" not in bo.sees(PLACE)
