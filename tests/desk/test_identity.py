"""What makes a community the same place, what its address is, and what its county is called."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.desk import communities
from survey.questionnaire.areas import area_id, parse_area
from survey.questionnaire.content_files import read_content
from survey.storage.events import Refused
from survey.storage.models import Community
from survey.storage.release_store import Place

Add = Callable[..., Community]


@pytest.fixture
def add(app: Flask, session: Session) -> Add:
    """Add a community as an organiser types it; an unrelated one is there."""

    def typed(name: str, county: str = "Alder", state: str = "Oregon", area: str = "") -> Community:
        content = app.extensions["content"]
        made = communities.add_community(
            session, content, name=name, county=county, state=state, area=area
        )
        session.commit()
        return made

    typed("Birch Hollow")
    return typed


def test_towns_of_one_name_in_one_state_are_told_apart_by_their_county(add: Add):
    counties = ("Clark", "Mahoning", "Summit", "Hamilton")
    made = [add("Springfield Township", county, "Ohio").slug for county in counties]
    assert made == [
        "springfield-township",
        "springfield-township-mahoning",
        "springfield-township-summit",
        "springfield-township-hamilton",
    ]
    assert add("Springfield Township", "Clark", "Indiana").slug == "springfield-township-clark"
    assert add("Springfield Township", "Clark", "Iowa").slug == "springfield-township-clark-iowa"
    assert add("Springfield-Township", "Clark", "Iowa").slug == "springfield-township-2"


@pytest.mark.parametrize(
    "again",
    [
        ("Maple Falls", "Alder", "Oregon"),
        ("maple  FALLS ", "alder", "OREGON"),
        ("Maple\u00a0Falls", "Alder County", "Oregon"),
        ("Ｍaple Falls", "County of Alder", "oregon"),
    ],
)
def test_a_community_that_is_typed_twice_is_named_and_not_made(
    session: Session, add: Add, again: tuple[str, str, str]
):
    add("Maple Falls")
    with pytest.raises(Refused, match="Maple Falls in Alder County, Oregon is there already: map"):
        add(*again)
    session.rollback()
    assert len(session.scalars(select(Community)).all()) == 2


def test_a_county_and_a_state_are_spelled_as_they_already_are(session: Session, add: Add):
    add("Maple Falls", "alder", "oregon")
    add("Cedar Point", "ALDER COUNTY", " Oregon ")
    found = session.execute(select(Community.state, Community.county).distinct()).all()
    assert [tuple(row) for row in found] == [("Oregon", "Alder")]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Cañon City", "canon-city"),
        ("Sauðárkrókur", "saudarkrokur"),
        ("Кедровка", "kedrovka"),
        ("北京", "beijing"),
        ("النور", "lnwr"),
        ("Compare", "compare-alder"),
        ("Other", "other-alder"),
        ("・・", "alder"),
    ],
)
def test_every_name_has_an_address(add: Add, name: str, slug: str):
    assert add(name).slug == slug


def test_an_address_is_no_longer_than_its_column(add: Add):
    made = [add("Llanfair " * 8, county) for county in ("Alder", "Elm", "Oak")]
    assert len({one.slug for one in made}) == 3
    assert max(len(one.slug) for one in made) <= 60


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"name": " "}, "The name is empty."),
        ({"name": "x" * 81}, "The name has 81 characters; at most 80 are possible."),
        ({"name": "Maple\udcffFalls"}, "The name holds a character that is not text: '\\\\udcff'."),
        ({"name": "Maple\x00Falls"}, "The name holds a character that is not text: '\\\\x00'."),
        ({"county": "x" * 81}, "The county has 81 characters; at most 80 are possible."),
        ({"state": "x" * 41}, "The state has 41 characters; at most 40 are possible."),
        ({"state": "OR"}, "Write the state in full"),
        ({"area": "shire"}, "'shire' is no kind of area: county, parish, "),
    ],
)
def test_what_cannot_be_kept_is_refused_alike_on_every_database(
    session: Session, add: Add, typed: dict[str, str], why: str
):
    with pytest.raises(Refused, match=why):
        add(**{"name": "Maple Falls", **typed})
    assert len(session.scalars(select(Community)).all()) == 1


@pytest.mark.parametrize(
    ("typed", "state", "found"),
    [
        ("Mahoning", "Ohio", ("Mahoning", "county", "Mahoning")),
        ("Cook County", "Illinois", ("Cook", "county", "Cook")),
        ("James City County", "Virginia", ("James City", "county", "James City")),
        ("Orleans Parish", "Louisiana", ("Orleans", "parish", "Orleans Parish")),
        ("Orleans", "louisiana", ("Orleans", "parish", "Orleans Parish")),
        ("nome census area", "Alaska", ("nome", "census_area", "nome Census Area")),
        ("Juneau City and Borough", "Alaska", ("Juneau", "city_and_borough", None)),
        ("Kenai Peninsula", "Alaska", ("Kenai Peninsula", "borough", None)),
        ("Baltimore city", "Maryland", ("Baltimore", "city", "Baltimore city")),
        ("City of Fairfax", "Virginia", ("Fairfax", "city", "Fairfax city")),
        ("Carson City", "Nevada", ("Carson City", "county", "Carson City")),
        ("District of Columbia", "District of Columbia", ("Columbia", "district", None)),
    ],
)
def test_the_kind_of_area_is_read_from_its_name(
    typed: str, state: str, found: tuple[str, str, str | None]
):
    kinds = read_content().areas
    name, kind = parse_area(typed, state, kinds)
    assert (name, kind) == found[:2]
    assert found[2] in (None, area_id(name, kind, kinds))


def test_a_city_and_a_county_of_one_name_are_two_areas(add: Add):
    one = add("North Side", "St. Louis", "Missouri")
    two = add("North Side", "St. Louis city", "Missouri")
    assert (one.slug, two.slug) == ("north-side", "north-side-st-louis-city")
    assert one.identity != two.identity


@pytest.mark.parametrize(
    ("language", "area", "told"),
    [
        ("en", "county", ("Erie County", "all of Erie County")),
        ("es", "county", ("Condado de Erie", "todo el condado de Erie")),
        ("en", "parish", ("Erie Parish", "all of Erie Parish")),
        ("es", "parish", ("Parroquia de Erie", "toda la parroquia de Erie")),
        ("en", "city", ("City of Erie", "all of the City of Erie")),
        ("es", "city", ("Ciudad de Erie", "toda la ciudad de Erie")),
    ],
)
def test_a_reader_meets_the_areas_own_word(
    shown: Flask, language: str, area: str, told: tuple[str, str]
):
    from survey.read.captions import Teller
    from survey.storage import db, release_store

    with shown.app_context():
        now = release_store.current(db.session())
    assert now
    teller = Teller(now, shown.extensions["content"].languages[language])
    place = Place("elm", "Elm", "Erie", "New York", area, "Erie")
    whole = teller.place(place, {"community": ""})
    assert (teller.area(place), whole) == told
