"""Children, teenagers, people on their way out and three weeks later: shown, and never added."""

from __future__ import annotations

from html import unescape
from typing import Any

from flask import Flask

from survey.storage import db, release_store
from survey.storage.release_store import CHANGE, FIGURE
from tests.read.test_results import text_of


def rows_in(app: Flask, kind: str, community: str) -> list[dict[str, Any]]:
    with app.app_context():
        now = release_store.current(db.session())
        assert now is not None
        found = release_store.rows(db.session(), now.release, kind, places=[now.places[community]])
    return [dict(row) for row in found if row["community"] == community]


def newest(app: Flask, community: str, measure: str, agency: str = "") -> dict[str, Any]:
    """The figure of everybody in 2026."""
    (row,) = (
        row
        for row in rows_in(app, FIGURE, community)
        if (row["measure"], row["agency"], row["cut"]) == (measure, agency, "total")
        and row["season"] == 2026
    )
    return row


def test_a_place_tells_who_else_answered(shown: Flask):
    page = unescape(text_of(shown.test_client().get("/results/buffalo").text))
    assert "Who else answered in 2026" in page
    for sample, measure, agency, title in (
        ("Teenagers (13 to 17) at the event", "teen.trust", "police", "Trust: Police"),
        ("Children (under 13) at the event", "c_police", "", "Would ask an officer"),
        ("Adults on their way out", "leaving.trust", "police", "Trust: Police"),
        ("Adults three weeks later", "after.trust", "police", "Trust: Police"),
    ):
        row = newest(shown, "buffalo", measure, agency)
        part = page[page.rindex(sample) :]
        line = part[part.index(title) : part.index(title) + 200]
        assert f"{row['value'] * 100:g}%" in line
        assert row["n"] in line


def test_leaving_is_told_beside_arrival_of_the_same_evenings(shown: Flask):
    change = next(
        change
        for change in rows_in(shown, CHANGE, "buffalo")
        if (change["basis"], change["measure"]) == ("evening", "leaving.trust")
        and (change["agency"], change["season_to"]) == ("police", 2026)
    )
    arrived = newest(shown, "buffalo", "trust", "police")
    left = newest(shown, "buffalo", "leaving.trust", "police")
    assert arrived["events"] == left["events"] == 6
    assert round(change["change"], 4) == round(left["value"] - arrived["value"], 4)
    assert change["season_from"] == 2026
    assert (change["verdict"], change["rung"]) == ("higher", 1)  # planned so in the demonstration
    page = unescape(text_of(shown.test_client().get("/results/buffalo").text))
    points = f"{change['change'] * 100:.0f}"
    assert f"That is {points} points higher than on the way in (range " in page


def test_of_those_who_answered_twice_it_is_told_whether_more_moved_up_than_down(shown: Flask):
    change = next(
        change
        for change in rows_in(shown, CHANGE, "buffalo")
        if (change["basis"], change["measure"]) == ("pairs", "more.trust")
        and (change["agency"], change["season_to"]) == ("police", 2026)
    )
    up = newest(shown, "buffalo", "more.trust", "police")
    down = newest(shown, "buffalo", "less.trust", "police")
    assert round(change["change"], 4) == round(up["value"] - down["value"], 4)
    assert change["low"] < change["change"] < change["high"]
    page = unescape(text_of(shown.test_client().get("/results/buffalo").text))
    assert "moved up" in page
    assert "since the event" in page.lower()


def test_children_are_told_from_thirty_on_and_in_no_adults_figure(shown: Flask):
    for place, told in (("liberty", True), ("new-middletown", False)):
        rows = [r for r in rows_in(shown, FIGURE, place) if r["measure"].startswith("c_")]
        assert bool(rows) == told
        assert all(row["n_low"] >= 30 for row in rows)
    adults = newest(shown, "liberty", "again")
    assert adults["n_low"] <= 127  # adults alone: with 38 children there would be more


def test_people_who_came_stand_beside_the_answers(shown: Flask):
    row = newest(shown, "buffalo", "trust", "police")
    assert row["head_count"] > row["n_low"] > 300
    assert row["participation"] == round(row["n_low"] / row["head_count"], 3)
    groups = [r for r in rows_in(shown, FIGURE, "buffalo") if r["cut"] != "total"]
    assert groups
    assert all(row["head_count"] == 0 and row["participation"] is None for row in groups)


def test_an_option_has_a_page_of_its_own(shown: Flask):
    page = unescape(text_of(shown.test_client().get("/results?measure=met&agency=fire").text))
    assert "Talked with at the event: Fire" in page
    page = text_of(shown.test_client().get("/results/buffalo?measure=topics.walk").text)
    assert "Want to see more of: Officers on foot or on bikes" in page


def test_those_who_answered_twice_are_told_with_both_answers(shown: Flask):
    client = shown.test_client()
    page = unescape(text_of(client.get("/results/buffalo?measure=more.trust&agency=police").text))
    assert "Trust, higher than at the event: Police (Adults three weeks later)" in page
    row = newest(shown, "buffalo", "more.trust", "police")
    assert 30 <= row["n_low"] <= 60
    told = f"{row['value'] * 100:g}% of those who answered again three weeks later"
    assert f"{told} in Buffalo in 2026 gave a higher answer about “Trust: Police”" in page
