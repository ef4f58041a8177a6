"""Who may open what: every route of the desk, as everybody; forms, cookies and tokens."""

from __future__ import annotations

import re
import subprocess
import sys
from http.cookies import SimpleCookie
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from survey.config import ROOT
from survey.desk.accounts import ROLES
from survey.pages.desk.access import ANYBODY, MAY
from survey.storage import db
from survey.storage.models import Event
from tests.builders import add_event, add_poster
from tests.conftest import make_app
from tests.desk_people import (
    PASSWORD,
    Colleague,
    account_of,
    acts,
    colleague,
    form_token,
    invited,
    link_of,
    operator,
)


@pytest.fixture
def two_towns(sqlite_app: Flask) -> Flask:
    """Maple Falls and its neighbour, each with an event and a poster."""
    with sqlite_app.app_context():
        for name in ("Maple Falls", "Elm Grove"):
            add_poster(db.session(), add_event(sqlite_app, db.session(), name=name))
    return sqlite_app


def test_every_route_says_who_may_open_it(two_towns: Flask):
    rules = {rule.endpoint for rule in two_towns.url_map.iter_rules()}
    assert {one for one in rules if one.startswith("desk.")} == set(MAY)
    for roles in MAY.values():
        assert roles == ANYBODY or roles <= set(ROLES)


def test_a_route_that_is_not_listed_opens_for_nobody(sqlite_url: str, monkeypatch):
    app = make_app(sqlite_url)
    olive = operator(app)
    monkeypatch.delitem(MAY, "desk.people")
    assert olive.opens("/desk/people").status_code == 500


def every_route(app: Flask, code: str = "AAAAAA", id: int = 1) -> list[tuple[str, str, str]]:
    """Return (endpoint, method, address) of every route: those of a place are of Maple Falls."""
    found = []
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("desk."):
            continue
        address = re.sub(r"<uuid:\w+>", str(uuid4()), rule.rule)
        address = re.sub(r"<int:\w+>", str(id), address)
        address = address.replace("<slug>", "maple-falls").replace("<token>", "x" * 32)
        address = address.replace("<code>", code)
        address = re.sub(r"<\w+>", "maple-falls-2026", address)
        for method in (rule.methods or set()) & {"GET", "POST"}:
            found.append((rule.endpoint, method, address))
    return sorted(found)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_its_own_routes_alone(two_towns: Flask, role: str):
    place = () if role == "operator" else ("maple-falls",)
    somebody = colleague(two_towns, role, *place, name="Kim")
    page = somebody.sees("/desk/me")
    for endpoint, method, address in every_route(two_towns):
        if MAY[endpoint] == ANYBODY or role in MAY[endpoint]:
            continue
        send = somebody.client.get if method == "GET" else somebody.client.post
        reply = send(address, data={"csrf_token": form_token(page)} if method == "POST" else None)
        assert reply.status_code == 404, (endpoint, method, role)


@pytest.mark.parametrize("role", [role for role in ROLES if role != "operator"])
def test_every_page_of_another_town_is_not_there(two_towns: Flask, role: str):
    """Whatever stands in an address: a place, an event, a poster, a person, a session."""
    with two_towns.app_context():
        event = db.session().scalars(select(Event).where(Event.slug == "maple-falls-2026")).one()
        code = event.posters[0].code
    colleague(two_towns, role, "maple-falls", name="Neighbour")
    id = account_of(two_towns, "Neighbour").id
    somebody = colleague(two_towns, role, "elm-grove", name="Kim")
    page, before = somebody.sees("/desk/me"), acts(two_towns)
    names = {rule.endpoint: rule.arguments for rule in two_towns.url_map.iter_rules()}
    for endpoint, method, address in every_route(two_towns, code, id):
        if not names[endpoint] or MAY[endpoint] == ANYBODY:
            continue
        send = somebody.client.get if method == "GET" else somebody.client.post
        reply = send(address, data={"csrf_token": form_token(page)} if method == "POST" else None)
        assert reply.status_code == 404, (endpoint, method, address)
    assert acts(two_towns) == before


def test_who_is_not_signed_in_signs_in(two_towns: Flask):
    stranger = Colleague(two_towns)
    for endpoint, method, address in every_route(two_towns):
        if MAY[endpoint] == ANYBODY:
            continue
        page = stranger.opens("/desk/sign-in").text
        send = stranger.client.get if method == "GET" else stranger.client.post
        reply = send(address, data={"csrf_token": form_token(page)} if method == "POST" else None)
        assert reply.status_code == 302, (endpoint, method)
        assert reply.location.startswith("/desk/sign-in")


def test_who_could_not_sign_in_can_still_change_the_language(two_towns: Flask):
    stranger = Colleague(two_towns)
    page = stranger.signs_in("wrong").text
    (address,) = re.findall(r'<a href="([^"]+)" lang="es"', page)
    assert '<html lang="es"' in stranger.sees(address)


def test_every_form_needs_its_token(two_towns: Flask):
    olive, other = operator(two_towns), colleague(two_towns, "operator", name="Kim")
    before = acts(two_towns)
    foreign = form_token(other.sees("/desk/me"))
    for endpoint, method, address in every_route(two_towns):
        if method == "POST":
            for data in ({}, {"csrf_token": "x"}, {"csrf_token": foreign}):
                reply = olive.client.post(address, data=data)
                assert reply.status_code == 400, (endpoint, data)
                assert "Nothing was changed" in reply.text
    assert acts(two_towns) == before


def test_the_first_link_makes_the_operator_and_works_once(sqlite_app: Flask):
    said = sqlite_app.test_cli_runner().invoke(args=["operator", "link", "--once"]).output
    token = said.split("/")[-1].strip()
    ana, late = Colleague(sqlite_app), Colleague(sqlite_app, "Late")
    ana.sees(f"/desk/welcome/{token}")  # whoever looks uses nothing up
    assert ana.joins(token).location == "/desk/"
    assert late.opens(f"/desk/welcome/{token}").status_code == 410
    again = sqlite_app.test_cli_runner().invoke(args=["operator", "link", "--once"])
    assert (again.exit_code, again.output) == (0, "")
    assert acts(sqlite_app) == ["command", "joined", "signed_in"]


def test_a_form_of_the_link_keeps_what_was_typed(sqlite_app: Flask):
    said = sqlite_app.test_cli_runner().invoke(args=["operator", "link"]).output
    ana = Colleague(sqlite_app, "Ana Ruiz")
    reply = ana.joins(said.split("/")[-1].strip(), password="short")
    assert reply.status_code == 422
    assert 'value="Ana Ruiz"' in reply.text
    assert "12 characters or more" in reply.text
    assert "short" not in re.findall(r'value="([^"]*)"', reply.text)


def test_everybody_comes_by_a_link_and_the_trail_says_so(two_towns: Flask):
    olive = operator(two_towns)
    ana = invited(two_towns, olive, "organiser", "maple-falls", name="Ana")
    invited(two_towns, ana, "department", "maple-falls", name="Chief Bo")
    page = ana.sees("/desk/people")
    assert "Chief Bo" in page
    assert "Olive" not in page  # an operator is nobody's of one town
    assert "made a link for a new account (Organizer: Maple Falls)" in olive.sees("/desk/diary")
    own = ana.sees("/desk/diary")
    assert "made a link for a new account (Department: Maple Falls)" in own
    assert "Olive" in own  # what was done for this town, whoever did it
    assert "whole" not in own
    assert "lines are there" in ana.sees("/desk/diary?check=1")


def test_an_organiser_gives_no_other_town_and_no_higher_role(two_towns: Flask):
    ana = colleague(two_towns, "organiser", "maple-falls", name="Ana")
    for role, places in (
        ("operator", ["maple-falls"]),
        ("organiser", ["elm-grove"]),
        ("department", ["elm-grove"]),
        ("reviewer", []),
        ("nonsense", ["maple-falls"]),
    ):
        reply = ana.presses("/desk/people/invite", role=role, places=places)
        assert reply.status_code == 422, role
        assert "/desk/welcome/" not in reply.text


def test_people_of_another_town_are_not_there(two_towns: Flask):
    ana = colleague(two_towns, "organiser", "maple-falls", name="Ana")
    colleague(two_towns, "organiser", "elm-grove", name="Eve")
    colleague(two_towns, "organiser", "maple-falls", "elm-grove", name="Max")
    colleague(two_towns, "operator", name="Olive")
    ids = {name: account_of(two_towns, name).id for name in ("Eve", "Max", "Olive", "Ana")}
    for name in ("Eve", "Olive"):
        assert ana.opens(f"/desk/people/{ids[name]}").status_code == 404
    assert "Max" in ana.sees(f"/desk/people/{ids['Max']}")  # seen, for one town is shared
    for id in ids.values():  # nor can they be taken over or ended, and oneself not this way
        for what in ("link", "end", "places"):
            assert ana.presses(f"/desk/people/{id}/{what}").status_code == 404
    assert "account_ended" not in acts(two_towns)


def test_a_new_session_at_every_sign_in_and_none_is_given_from_outside(two_towns: Flask):
    colleague(two_towns, "operator", name="Olive")
    victim = Colleague(two_towns, "Olive")
    victim.client.set_cookie("porchlight_desk", "planted-by-somebody-else", path="/desk")
    victim.client.set_cookie("porchlight_visit", "planted-too", path="/desk")
    reply = victim.signs_in()
    cookie = SimpleCookie("; ".join(reply.headers.getlist("Set-Cookie")))["porchlight_desk"].value
    assert cookie != "planted-by-somebody-else"
    attacker = Colleague(two_towns, "Olive")
    attacker.client.set_cookie("porchlight_desk", "planted-by-somebody-else", path="/desk")
    assert attacker.opens("/desk/").status_code == 302


def test_cookies_go_to_the_desk_alone_and_no_script_reads_them(two_towns: Flask):
    colleague(two_towns, "operator", name="Olive")
    olive = Colleague(two_towns, "Olive")
    page = olive.client.get("/desk/sign-in", base_url="https://localhost")
    fields = {"csrf_token": form_token(page.text), "name": "Olive", "password": PASSWORD}
    headers = {"Referer": "https://localhost/desk/sign-in"}
    reply = olive.client.post(
        "/desk/sign-in", data=fields, base_url="https://localhost", headers=headers
    )
    found = page.headers.getlist("Set-Cookie") + reply.headers.getlist("Set-Cookie")
    assert len(found) == 3
    for cookie in found:
        assert {"HttpOnly", "Secure", "Path=/desk", "SameSite=Lax"} <= {*cookie.split("; ")}
    assert reply.headers["Cache-Control"] == "no-store"
    for public in ("/", "/privacy", "/results", "/s/AAAAAA"):
        assert "Set-Cookie" not in olive.opens(public).headers


def test_who_signed_out_is_out_and_a_kept_cookie_opens_nothing(two_towns: Flask):
    olive = colleague(two_towns, "operator", name="Olive")
    kept = olive.client.get_cookie("porchlight_desk", path="/desk")
    assert kept is not None
    assert olive.presses("/desk/sign-out").location == "/desk/sign-in"
    thief = Colleague(two_towns)
    thief.client.set_cookie("porchlight_desk", kept.value, path="/desk")
    assert thief.opens("/desk/").status_code == 302


def test_sessions_are_ended_one_by_one_and_nobody_ends_anothers(two_towns: Flask):
    laptop = colleague(two_towns, "operator", name="Olive")
    phone = Colleague(two_towns, "Olive")
    phone.signs_in()
    eve = colleague(two_towns, "organiser", "elm-grove", name="Eve")
    (other,) = re.findall(r"/desk/me/sessions/([\w-]+)/end", laptop.sees("/desk/me"))
    assert eve.presses(f"/desk/me/sessions/{other}/end").status_code == 404
    phone.sees("/desk/")
    assert laptop.presses(f"/desk/me/sessions/{other}/end").status_code == 303
    assert phone.opens("/desk/").status_code == 302
    laptop.sees("/desk/")


def test_a_changed_password_signs_everybody_else_out(two_towns: Flask):
    laptop = colleague(two_towns, "operator", name="Olive")
    thief = Colleague(two_towns, "Olive")
    thief.signs_in()
    new = "another nine words oak"
    assert laptop.presses("/desk/me/password", old="wrong", password=new).status_code == 422
    assert laptop.presses("/desk/me/password", old=PASSWORD, password="short").status_code == 422
    thief.sees("/desk/")
    assert laptop.presses("/desk/me/password", old=PASSWORD, password=new).status_code == 303
    laptop.sees("/desk/")
    assert thief.opens("/desk/").status_code == 302
    assert thief.signs_in().status_code == 401
    assert thief.signs_in(new).status_code == 303


def test_a_link_for_a_new_password_lets_a_colleague_in_again(two_towns: Flask):
    olive = operator(two_towns)
    ana = colleague(two_towns, "organiser", "maple-falls", name="Ana")
    page = olive.presses(f"/desk/people/{account_of(two_towns, 'Ana').id}/link")
    new = Colleague(two_towns, "Ana")
    assert new.joins(link_of(page.text), "another nine words oak").status_code == 303
    assert ana.opens("/desk/").status_code == 302


def test_who_is_ended_is_out(two_towns: Flask):
    olive = operator(two_towns)
    ana = colleague(two_towns, "organiser", "maple-falls", name="Ana")
    id = account_of(two_towns, "Ana").id
    assert olive.presses(f"/desk/people/{id}/end").status_code == 303
    assert ana.opens("/desk/").status_code == 302
    assert ana.signs_in().status_code == 401


def test_guessing_on_the_page_is_slowed_and_says_nothing_of_names(two_towns: Flask):
    colleague(two_towns, "operator", name="Olive")
    stranger = Colleague(two_towns, "Olive")
    said = {stranger.signs_in("wrong wrong", name=name).text for name in ("Olive", "Nobody")}
    assert len({re.sub(r'(value|href)="[^"]*"', "", text) for text in said}) == 1
    for _ in range(9):
        assert stranger.signs_in("wrong wrong").status_code == 401
    assert "Wait 15 minutes" in stranger.signs_in().text


def test_signing_in_leads_on_to_the_desk_and_never_elsewhere(two_towns: Flask):
    colleague(two_towns, "operator", name="Olive")
    olive = Colleague(two_towns, "Olive")
    wanted = olive.opens("/desk/people").location
    page = olive.opens(wanted).text
    fields = {"name": "Olive", "password": PASSWORD}
    assert olive.presses("/desk/sign-in", page, after="/desk/people", **fields).location == (
        "/desk/people"
    )
    for odd in ("https://evil.example/", "//evil.example/desk/", "/desk/\\evil", "/s/AAAAAA", "x"):
        browser = Colleague(two_towns, "Olive")
        page = browser.sees("/desk/sign-in")
        reply = browser.presses("/desk/sign-in", page, after=odd, **fields)
        assert reply.location == "/desk/", odd


NIGHT = """
import sys
from survey.storage import db
from tests.builders import Resident, add_event, add_poster
from tests.conftest import make_app
app = make_app("sqlite:///" + sys.argv[1])
with app.app_context():
    poster = add_poster(db.session(), add_event(app, db.session()))
resident = Resident(app.test_client(), poster.code).scans().answers()
assert resident.sends(follow_redirects=True).status_code == 200
print(sorted({"argon2"} & set(sys.modules)))
"""


def test_a_worker_that_collects_loads_no_password_hasher(tmp_path: Path):
    command = [sys.executable, "-c", NIGHT, str(tmp_path / "night.sqlite")]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.stdout.strip() == "[]", ran.stderr
