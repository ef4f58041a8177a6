"""Answers that came with a card, in a release: a group like others, and one more view."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from benchmarks.crowds import evening
from survey.storage.models import Event, Response
from survey.storage.release_store import current, rows
from tests.quality.nights import store


@pytest.fixture
def towns(sqlite_app: Flask) -> tuple[Flask, Event]:
    """Maple Falls, where cards can be handed out, and Elm Grove, where none were."""
    with Session(sqlite_app.extensions["engine"], expire_on_commit=False) as session:
        store(sqlite_app, session, evening(21, people=100), "Elm Grove")
        return sqlite_app, store(sqlite_app, session, evening(20, people=240))


def hands_out(app: Flask, event: Event, *, content: bool) -> list[UUID]:
    """Let most of Maple Falls have had a card: five of six, or those who are content."""
    with Session(app.extensions["engine"]) as session:
        mine = select(Response).where(Response.event_id == event.id).order_by(Response.submission)
        all_of_them = session.scalars(mine).all()
        chosen = [row.submission for nth, row in enumerate(all_of_them) if nth % 6]
        if content:
            trusts = [row.submission for row in all_of_them if row.answers["trust.police"] >= 4]
            others = [row.submission for row in all_of_them if row.answers["trust.police"] < 4]
            chosen = [*trusts[: len(trusts) - 12], *others[:20]]
        carded = update(Response).where(Response.submission.in_(chosen))
        session.execute(carded.values(verified=True))
        session.commit()
        return chosen


def released(app: Flask) -> tuple[list[str], dict[tuple[str, str, str], float]]:
    """Return the cuts of a new release, and the headline's figures by community, cut and group."""
    result = app.test_cli_runner().invoke(args=["release"])
    assert result.exit_code == 0, result.output
    with Session(app.extensions["engine"]) as session:
        now = current(session)
        assert now
        found = rows(session, now.release, subject=now.headline)
        return now.cuts, {
            (row["community"], row["cut"], row["group"]): row["value"] for row in found
        }


def test_answers_with_a_card_that_say_something_else_unsettle_the_figure(towns):
    app, event = towns
    hands_out(app, event, content=True)
    cuts, figures = released(app)
    assert "card" in cuts
    whole, with_card, without = (
        figures["maple-falls", *one]
        for one in (("total", ""), ("card", "with_card"), ("card", "without"))
    )
    assert with_card - whole > 0.05 > without - whole
    assert not any(cut == "card" for community, cut, _ in figures if community == "elm-grove")
    client = app.test_client()
    page = client.get("/results/maple-falls?lang=en").text
    assert "Not settled: answers of 2026 that came with a card say something else." in page
    assert "With a card" in page
    assert "card" not in client.get("/results/elm-grove?lang=en").text.partition("<main")[2]
    assert "Not settled" in client.get("/results?lang=en").text


def test_answers_with_a_card_that_say_the_same_settle_it(towns):
    app, event = towns
    hands_out(app, event, content=False)
    _, figures = released(app)
    with_card, whole = (
        figures["maple-falls", *one] for one in (("card", "with_card"), ("total", ""))
    )
    assert abs(with_card - whole) <= 0.05
    page = app.test_client().get("/results/maple-falls?lang=es").text
    assert "Las respuestas de 2026 que vinieron con una tarjeta dicen lo mismo" in page
    assert "Sin asentar" not in page


def test_where_no_card_was_used_a_release_knows_none(towns):
    cuts, figures = released(towns[0])
    assert "card" not in cuts
    assert not any(cut == "card" for _, cut, _ in figures)
