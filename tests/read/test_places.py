"""Finding a place by its name, without a script; and adding one to a comparison."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from survey.read.place_index import PlaceIndex
from survey.storage.release_store import Place
from tests.read.test_results import text_of


def index(*names: str) -> PlaceIndex:
    made = (
        Place(f"p{i}", name, county, state, area_name=county)
        for i, (name, county, state) in enumerate(one.split(", ") for one in names)
    )
    return PlaceIndex({place.slug: place for place in made})


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("spr", ["Springdale", "Springfield", "Springfield"]),
        ("SPRINGFIELD, oh", ["Springfield"]),
        ("springfield, clark", ["Springfield"]),
        ("middle", ["New Middletown"]),
        ("san jose", ["San José"]),
        ("  san   JOSÉ ", ["San José"]),
        ("st mary", ["St. Mary's"]),
        ("s", []),
        ("", []),
        ("field", []),  # inside a word
        ("%", []),
    ],
)
def test_a_place_is_found_by_how_its_words_begin(typed: str, found: list[str]):
    places = index(
        "Springfield, Clark, Ohio", "Springfield, Sangamon, Illinois", "New Middletown, Mahoning, "
        "Ohio", "San José, Santa Clara, California", "Springdale, Allegheny, Pennsylvania",
        "St. Mary's, Auglaize, Ohio",
    )  # fmt: skip
    assert [place.name for place in places.find(typed)] == found


def test_states_and_counties_are_found_too_and_places_stand_in_order():
    places = index("B, Clark, Ohio", "A, Clark, Ohio", "C, Erie, New York", "D, Clark, Indiana")
    assert places.find_areas("cl") == [("Indiana", "Clark"), ("Ohio", "Clark")]
    assert places.find_areas("york") == [("New York", "")]
    assert [place.name for place in places.within("Ohio")] == ["B", "A"]  # as a release has them
    assert [place.state for place in places.in_order] == ["Indiana", "New York", "Ohio", "Ohio"]
    assert places.within("Nowhere") == places.within("Ohio", "Erie") == []


def test_the_only_place_that_matches_is_opened_and_its_question_kept(shown: Flask):
    client = shown.test_client()
    reply = client.get("/places?q=buff&measure=fair&lang=es")
    assert (reply.status_code, reply.location) == (302, "/results/buffalo?measure=fair&lang=es")
    several = client.get("/places?q=o&lang=en").text
    assert "two letters or more" in several
    found = unescape(client.get("/places?q=ohio&measure=fair").text)
    assert 'href="/results?state=Ohio&measure=fair"' in found
    assert "No place here begins with “zzz”" in unescape(client.get("/places?q=zzz").text)
    assert "Ningún lugar" in client.get("/places?q=zzz&lang=es").text


def test_what_is_suggested_is_what_the_page_lists(country: Flask):
    client = country.test_client()
    for typed in ("spring", "ma", "ala"):
        suggested = client.get(f"/places.json?q={typed}").get_json()
        page = unescape(client.get(f"/places?q={typed}").text)
        assert suggested
        for one in suggested:
            assert f'href="{one["to"]}"' in page, one
            assert client.get(one["to"]).status_code == 200


def test_the_same_control_adds_to_a_comparison(shown: Flask):
    client = shown.test_client()
    added = client.get("/places?q=syr&c=buffalo&c=liberty&measure=fair")
    assert added.location == "/results/compare?c=buffalo&c=liberty&c=syracuse&measure=fair"
    page = client.get(added.location).text
    form = re.search(r'<form class="find".*?</form>', page, re.DOTALL)
    assert form
    hidden = re.findall(r'name="(\w+)" value="([^"]*)"', form[0])
    assert {("c", "buffalo"), ("c", "liberty"), ("c", "syracuse"), ("measure", "fair")} <= set(
        hidden
    )
    assert 'href="/results/compare?measure=fair&amp;c=buffalo&amp;c=syracuse"' in page  # one less
    suggested = client.get("/places.json?q=li&c=buffalo").get_json()
    assert suggested == [
        {"name": "Liberty", "in": "Trumbull County, Ohio",
         "to": "/results/compare?c=buffalo&c=liberty"}
    ]  # fmt: skip
    six = "&".join(f"c={slug}" for slug in ("austintown", "buffalo", "liberty", "new-middletown",
                                            "schenectady", "syracuse"))  # fmt: skip
    full = client.get(f"/results/compare?{six}").text
    assert "Six places is the most" in full
    assert 'name="q"' not in full


@pytest.mark.parametrize("typed", ["%00", "%ED%A0%80", "x" * 5000, "<script>", "'; DROP"])
def test_odd_words_find_nothing_and_break_nothing(shown: Flask, typed: str):
    for address in ("/places", "/places.json"):
        reply = shown.test_client().get(f"{address}?q={typed}", follow_redirects=True)
        assert reply.status_code == 200
        assert "<script>" not in reply.text.replace('<script src="', "")
    page = shown.test_client().get(f"/places?q={typed}", follow_redirects=True).text
    assert "Find a place" in text_of(page)


def test_before_the_first_release_there_is_no_place(sqlite_app: Flask):
    assert "No results yet" in sqlite_app.test_client().get("/places?q=li").text
    assert sqlite_app.test_client().get("/places.json?q=li").get_json() == []
