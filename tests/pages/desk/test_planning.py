"""Planning on the desk: what is typed wrong is told in both languages, and nothing is lost."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.storage import db
from survey.storage.models import Community, Event, Poster
from tests.builders import Resident, add_event, add_poster
from tests.desk_people import Colleague, acts, colleague, form_token, operator

WHOLE = {
    "town": "Alder Creek",
    "county": "Hollis",
    "state": "Ohio",
    "day": "2027-08-03",
    "agency": ["police", "fire"],
    "language": ["en", "es"],
    "poster": ["event:Entrance", "leaving:Exit"],
}


def ask(**more: object) -> str:
    return "/desk/new?" + urlencode({**WHOLE, "step": "check", **more}, doseq=True)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"town": " "}, "Please fill this in"),
        ({"town": "x" * 81}, "80 characters at most"),
        ({"state": "Narnia"}, "Choose the state"),
        ({"town": "Maple Falls", "county": "Alder", "state": "Oregon"}, "is here already"),
        ({"day": ""}, "Choose a day"),
        ({"day": "2020-08-04"}, "August 4, 2020 is over"),
        ({"day": "other", "other": "2099-01-01"}, "more than two years away"),
        ({"starts": "20:00", "ends": "18:00"}, "The end comes before the start"),
        ({"zone": "Mars/Olympus"}, "Choose the time zone"),
        ({"agency": ["fire"]}, "Tick the police or the sheriff"),
        ({"called_police": ""}, "Please fill this in"),
        ({"host": "school"}, "not ticked"),
        ({"host": "else"}, "Please fill this in"),
        ({"language": ["xx"]}, "Choose one language"),
        ({"language": ["ksw"]}, "Choose one language"),
        ({"poster": [""], "own_poster": ""}, "Choose one place or more"),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_where_it_can_be_mended(ana: Colleague, wrong, told: str):
    page = ana.sees(ask(**wrong), 422)
    assert told in page
    assert "Alder" in page or "town" in wrong  # what else was typed goes along
    spanish = ana.sees(ask(**wrong) + "&lang=es", 422)
    assert told not in spanish
    assert 'role="alert"' in spanish


def test_a_question_that_needs_a_choice_says_so_below_it_too(ana: Colleague):
    page = ana.sees(ask(language=["xx"]), 422)
    assert re.search(r'</legend><span class="error">Choose one language', page)
    assert page.count('class="error"') == 1


def test_back_leads_to_the_question_before_with_what_was_chosen(ana: Colleague):
    def back(page: str) -> str:
        (address,) = re.findall(r'<a href="([^"]+)">Back</a>', page)
        return unescape(address)

    page = ana.sees(ask(step="posters", town="Elk Run"))
    for question in ("In which languages?", "Who will guests meet?", "When is it?"):
        page = ana.sees(back(page))
        assert f"<h1>{question}</h1>" in page
        assert 'name="town" value="Elk Run"' in page
    page = ana.sees(back(page))
    assert "<h1>Where is it?</h1>" in page
    assert back(page) == "/desk/"
    known = ana.sees("/desk/new?place=maple-falls&day=2027-08-03&step=languages")
    assert "<h1>When is it?</h1>" in ana.sees(back(known))  # its agencies are not asked for
    from_check = ana.sees(ask(step="languages", then="check"))
    assert "<h1>Is this right?</h1>" in ana.sees(back(from_check))


def make(ana: Colleague, **more: object):
    page = ana.sees(ask(**more))
    fields = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
    data: dict[str, list[str]] = {}
    for name, value in fields:
        data.setdefault(name, []).append(value)
    return ana.client.post("/desk/new", data={**data, "csrf_token": form_token(page)})


def test_an_organisers_new_place_is_theirs_and_nobody_elses(town: Flask, ana: Colleague):
    eve = colleague(town, "organiser", "elm-grove", name="Eve")
    reply = make(ana)
    assert reply.location == "/desk/events/alder-creek-2027/posters"
    ana.sees(reply.location)
    ana.sees("/desk/places/alder-creek")
    eve.sees(reply.location, 404)
    eve.sees("/desk/new?place=alder-creek&step=day", 404)
    eve.sees("/desk/places/alder-creek/again", 404)
    assert "planned National Night Out 2027 in Alder Creek" in ana.sees("/desk/diary")
    assert "Alder Creek" not in eve.sees("/desk/diary")
    assert "is here already" in ana.sees(ask(), 422)  # the same place once more


def test_another_towns_pages_are_not_there(town: Flask, ana: Colleague):
    with Session(town.extensions["engine"]) as session:
        query = select(Poster).join(Event).where(Event.slug == "elm-grove-2027")
        code = session.scalars(query).one().code
    before = acts(town)
    for what in ("", "/posters", "/sheets"):
        ana.sees(f"/desk/events/elm-grove-2027{what}", 404)
    for address in (
        "/desk/events/elm-grove-2027/when", "/desk/events/elm-grove-2027/languages",
        "/desk/events/elm-grove-2027/host", "/desk/events/elm-grove-2027/names",
        "/desk/events/elm-grove-2027/remove", "/desk/events/elm-grove-2027/posters",
        f"/desk/posters/{code}/move", f"/desk/posters/{code}/replace",
        f"/desk/posters/{code}/remove",
    ):  # fmt: skip
        assert ana.presses(address, channel="x", host="x").status_code == 404, address
    assert ana.presses("/desk/new", place="elm-grove").status_code == 404
    assert acts(town) == before


def test_everything_is_corrected_before_the_first_answer(town: Flask, ana: Colleague):
    event = "/desk/events/maple-falls-2027"
    when = {"other": "2028-08-01", "starts": "18:00", "ends": "00:30", "zone": "America/Boise"}
    moved = ana.presses(f"{event}/when", **when)
    assert moved.location == "/desk/events/maple-falls-2028"
    event = moved.location
    page = ana.sees(event)
    assert "Tuesday, August 1, 2028, 6:00 p.m. to 12:30 a.m. the next day, Mountain time" in page
    assert ana.presses(f"{event}/languages", language=["es", "ar"]).status_code == 303
    assert ana.presses(f"{event}/host", host="Friends of Maple Falls").status_code == 303
    names = {"town": "Mapel Falls", "called_police": "Mapel Falls Police"}
    assert ana.presses(f"{event}/names", **names).status_code == 303
    with Session(town.extensions["engine"]) as session:
        found = session.scalars(select(Event).where(Event.host != "")).one()
        assert found.languages == ["ar", "es"]
        assert (found.host, found.community.name) == ("Friends of Maple Falls", "Mapel Falls")
        slug = found.slug
    for wrong in ({"other": "x"}, {"starts": "y"}, {"zone": "Mars/Olympus"}):
        refused = ana.presses(f"/desk/events/{slug}/when", **{**when, **wrong})
        assert refused.status_code == 422
    assert ana.presses(f"/desk/events/{slug}/languages").status_code == 422
    assert ana.presses(f"/desk/events/{slug}/remove").status_code == 303
    ana.sees(f"/desk/events/{slug}", 404)


def test_after_the_first_answer_day_and_place_stay(sqlite_app: Flask):
    with sqlite_app.app_context():
        poster = add_poster(db.session(), add_event(sqlite_app, db.session()))
    Resident(sqlite_app.test_client(), poster.code).scans().answers().sends()
    olive, event = operator(sqlite_app), "/desk/events/maple-falls-2026"
    assert "People have answered" in olive.sees(event)
    when = {"other": "2026-08-05", "starts": "18:00", "ends": "20:00", "zone": "America/Boise"}
    for what in ("when", "remove"):
        reply = olive.presses(f"{event}/{what}", **when)
        assert reply.status_code == 422
        assert "can no longer be changed" in reply.text
    assert olive.presses(f"{event}/languages", language=["en"]).status_code == 303
    assert olive.presses(f"/desk/posters/{poster.code}/remove").status_code == 422


def test_one_leaked_code_is_replaced_without_the_others(town: Flask, ana: Colleague):
    event = "/desk/events/maple-falls-2027"
    ana.presses(f"{event}/posters", channel="Food tent")
    codes = re.findall(r"<code>(\w+)</code>", ana.sees(f"{event}/posters"))
    assert codes[0] in ana.sees(f"/desk/posters/{codes[0]}/replace")
    reply = ana.presses(f"/desk/posters/{codes[0]}/replace")
    sheet = ana.sees(reply.location)
    assert sheet.count('class="sheet"') == 1
    now = re.findall(r"<code>(\w+)</code>", ana.sees(f"{event}/posters"))
    assert len(now) == 2
    assert codes[1] in now
    assert codes[0] not in now
    assert codes[0] not in ana.sees(f"{event}/sheets")
    assert f"replaced the code {codes[0]}" in ana.sees("/desk/diary")


def test_sheets_hold_every_poster_and_a_way_out_asks_its_own_question(ana: Colleague):
    event = make(ana).location.removesuffix("/posters")
    page = ana.sees(f"{event}/sheets?paper=a4&in=es")
    assert page.count('class="sheet"') == 2
    assert '<body class="a4">' in page
    assert len(set(re.findall(r'class="headline">([^<]+)<', page))) == 2


def test_a_place_is_found_among_many(sqlite_app: Flask):
    with sqlite_app.app_context():
        for number in range(60):
            place = Community(slug=f"p-{number}", name=f"Place {number:02}", county="Alder",
                              state="Oregon", identity=str(number), area="county")  # fmt: skip
            db.session().add(place)
        db.session().commit()
    olive = operator(sqlite_app)
    page = olive.sees("/desk/")
    assert "Place 49" in page
    assert "Place 50" not in page
    assert "Place 57" in olive.sees("/desk/?find=place+57")
    assert "There is no place with that name" in olive.sees("/desk/?find=%25")


def test_a_list_of_places_says_how_each_event_stands(town: Flask):
    with town.app_context():
        add_event(town, db.session(), name="Birch Hollow")
        add_event(town, db.session(), name="Oak Bend", open_now=False, season=2025)
        to_come = select(Event.starts_at).where(Event.season == 2027).limit(1)
        begins = db.session().scalars(to_come).one()
    page = operator(town).sees("/desk/")
    told = re.findall(r"<b>([^<]+)</b></span>", page)
    left = (begins.date() - datetime.now(ZoneInfo("America/New_York")).date()).days
    ahead = f"In {left} days."
    assert told == ["Answers are coming in now.", ahead, ahead, "It is over."]
