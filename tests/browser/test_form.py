"""The form on a phone, with and without JavaScript: every way through it, and nothing is lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.actors import Guest, closed_code, upcoming_code
from tests.builders import OPINION

pytestmark = pytest.mark.browser

SCREENS = ("start", "trust", "respect", "help", "earlier", "event", "about")
MET = ("fire", "ems", "sheriff")  # the demonstration's others at Austintown, in their order
both_ways = pytest.mark.parametrize("javascript", [True, False], ids=["scripted", "plain"])


@pytest.fixture
def guest(new_page, demonstration):
    return Guest(new_page(), demonstration)


@pytest.fixture
def some_guest(new_page, demonstration, javascript):
    return Guest(new_page(javascript=javascript), demonstration)


@both_ways
def test_a_guest_goes_on_and_back_and_nothing_is_lost(some_guest):
    guest = some_guest.opens().says("adult", "police", "fire").goes_on("trust")
    guest.taps("trust.police", "4").taps("trust.fire", "5").goes_on("respect")
    guest.taps("fair.police", "3").goes_on("help").goes_back("respect").goes_back("trust")
    guest.goes_back("start").goes_on("trust").goes_on("respect")
    guest.page.go_back()
    guest.sees("trust")
    guest.page.go_forward()
    guest.sees("respect")
    given = {"trust.police": ["4"], "trust.fire": ["5"], "fair.police": ["3"]}
    assert guest.given() == {"who": ["adult"], "met": ["police", "fire"], **given}

    for screen in SCREENS[3:]:
        guest.goes_on(screen)
    kept = guest.site.stored(guest.sends())
    assert [kept[0][name] for name in given] == [4, 5, 3]
    assert kept[0]["again"] == -1  # passed by: blank, not lost
    assert len(kept) == 1


@both_ways
@pytest.mark.parametrize("turn", [0, 1, 2])
def test_the_local_police_come_first_then_two_of_those_met(some_guest, turn):
    """The submission's own number turns the order, alike on the phone and on the server."""
    guest = some_guest.opens()
    id = f"000{turn}{guest.submission[4:]}"
    guest.page.locator("[name=submission]").evaluate("(field, id) => { field.value = id }", id)
    guest.says("adult", *MET).goes_on("trust")

    asked = guest.screen.locator("fieldset").filter(visible=True)
    names = asked.evaluate_all("all => all.map(one => one.querySelector('input').name)")
    expected = ["police", *(MET[turn:] + MET[:turn])[:2]]
    assert names == [f"trust.{kind}" for kind in expected]

    guest.answers({f"trust.{kind}": "5" for kind in ("police", *MET)})
    (kept,) = guest.site.stored(guest.sends())
    assert kept["order"] == expected
    left_out = (set(MET) - set(expected)).pop()
    assert kept[f"trust.{left_out}"] == -4


def test_who_met_nobody_is_asked_about_the_police_alone(guest):
    guest.opens().says("adult", "nobody").goes_on("trust")
    expect(guest.screen.locator("fieldset").filter(visible=True)).to_have_count(1)
    guest.goes_back("start").taps("met", "ems").goes_on("trust")
    expect(guest.screen.locator("fieldset").filter(visible=True)).to_have_count(2)


@both_ways
def test_a_change_of_language_keeps_answers_and_place(some_guest):
    guest = some_guest.opens().says("adult", "police", "fire")
    for number, screen in enumerate(SCREENS):
        if number:
            guest.goes_on(screen).fills_in(OPINION)
        given = guest.given()
        guest.reads_in("en" if number % 2 else "es").sees(screen)
        assert guest.given() == given
    assert len(given) == len(OPINION) + 2  # and who, and met
    (kept,) = guest.site.stored(guest.sends())
    assert kept["fair.police"] == 4


@both_ways
def test_whoever_does_not_say_who_they_are_is_asked_to(some_guest):
    some_guest.opens().taps("met", "fire").screen.locator(".go").click()
    expect(some_guest.page.get_by_role("alert")).to_contain_text("who is filling this out")
    some_guest.sees("start")
    assert some_guest.given() == {"met": ["fire"]}
    some_guest.taps("who", "adult").goes_on("trust")


@both_ways
def test_a_comment_that_is_too_long_is_explained_and_kept(some_guest):
    guest = some_guest.opens().says("adult", "police").goes_on("trust")
    field = guest.page.locator("[name=open]")
    field.evaluate("field => field.removeAttribute('maxlength')")  # as an old browser ignores it
    long = "More shade!" * 30
    guest.answers({**OPINION, "open": long}).presses_send()

    summary = guest.page.get_by_role("alert")
    expect(summary).to_contain_text("330 signs")
    expect(field).to_have_value(long)
    expect(field).to_have_attribute("aria-invalid", "true")
    described = field.get_attribute("aria-describedby")
    expect(guest.page.locator(f"#{described}")).to_contain_text("280")
    assert guest.given()["trust.police"] == ["4"]

    summary.get_by_role("link").click()
    expect(field).to_be_focused()
    field.fill("More shade, please.")
    assert len(guest.site.stored(guest.sends())) == 1


def test_the_summary_of_errors_takes_the_focus(guest):
    """A screen reader starts where the help is."""
    guest.opens().screen.locator(".go").click()
    expect(guest.page.locator("#errors")).to_be_focused()


def test_a_reload_in_the_middle_starts_afresh(guest):
    guest.opens().says("adult", "police").goes_on("trust").taps("trust.police", "1")
    guest.goes_on("respect").page.reload()
    guest.sees("start").says("adult", "police").goes_on("trust").answers()
    assert len(guest.site.stored(guest.sends())) == 1


@both_ways
@pytest.mark.parametrize("audience", ["teen", "child"])
def test_who_is_under_18_gets_a_kind_page_and_nothing_is_kept(some_guest, audience):
    guest = some_guest.opens().says(audience, "fire")
    submission = guest.submission
    guest.screen.locator(".go").click()
    expect(guest.page.get_by_role("heading", level=1)).to_have_text("Thank you for your help")
    expect(guest.page.get_by_text("We kept nothing of what you tapped")).to_be_visible()
    assert guest.site.stored(submission) == []


def test_a_code_that_has_no_form_gets_a_page_that_helps(new_page, demonstration):
    page = new_page()
    heading = page.get_by_role("heading", level=1)
    closed = closed_code(demonstration)
    assert page.goto(f"{demonstration.url}/s/{closed}").status == 410
    expect(heading).to_have_text("This survey is closed")
    expect(page.locator("main")).to_contain_text(closed)
    assert page.goto(f"{demonstration.url}/s/{upcoming_code(demonstration)}").status == 403
    expect(heading).to_have_text("Not open yet")
    expect(page.locator("main")).to_contain_text(re.compile("December 24.* at 5:00"))
    assert page.goto(f"{demonstration.url}/s/zzzzzz").status == 404
    expect(heading).to_have_text("We do not know this code")
    page.get_by_label("code").fill("try me-4")
    page.get_by_role("button").click()
    Guest(page, demonstration).sees("start")


def test_a_keyboard_is_enough(guest):
    """From the first question to the thank-you with Tab, arrows, Space and Enter."""
    press = guest.opens().page.keyboard.press

    def tabs_to(field: str, most: int = 40) -> None:
        for _ in range(most):
            if guest.page.locator(field).evaluate_all(
                "all => all.includes(document.activeElement)"
            ):
                return
            press("Tab")
        raise AssertionError(f"Tab never reached {field}")

    tabs_to("[name=who]")
    press("Space")
    tabs_to("[name=met][value=fire]")
    press("Space")
    tabs_to("#start .go")
    press("Enter")
    guest.sees("trust")
    expect(guest.screen.locator("h2")).to_be_focused()
    tabs_to("[name='trust.police']")
    press("Space")
    press("ArrowDown")
    for screen in SCREENS[2:]:
        tabs_to(f"a.go[href='#{screen}']")
        press("Enter")
        guest.sees(screen)
    tabs_to("button[value=send].go")
    submission = guest.submission
    press("Enter")
    guest.is_thanked()
    (kept,) = guest.site.stored(submission)
    assert kept["trust.police"] == 2


@both_ways
def test_enter_in_a_question_does_not_change_the_language(some_guest):
    """A form's first button is what Enter presses: it must not be another language."""
    some_guest.opens().taps("who", "adult").option("who", "adult").press("Enter")
    some_guest.sees("trust")
    expect(some_guest.page.locator("html")).to_have_attribute("lang", "en")
