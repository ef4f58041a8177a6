"""The form on a phone, with and without JavaScript: every way through it, and nothing is lost."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.actors import PRACTICE, Guest, closed_code, upcoming_code
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
    expect(some_guest.page.get_by_role("alert").filter(visible=True)).to_contain_text(
        "who is filling this out"
    )
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

    summary = guest.page.get_by_role("alert").filter(visible=True)
    expect(summary).to_contain_text("330 characters")
    expect(field).to_have_value(long)
    expect(field).to_have_attribute("aria-invalid", "true")
    described = field.get_attribute("aria-describedby").split()[-1]
    expect(guest.page.locator(f"#{described}")).to_contain_text("280")
    assert guest.given()["trust.police"] == ["4"]

    summary.get_by_role("link").click()
    expect(field).to_be_focused()
    field.fill("More shade, please.")
    assert len(guest.site.stored(guest.sends())) == 1


def test_what_is_missing_takes_the_focus(guest):
    """A screen reader starts where the help is."""
    guest.opens().screen.locator(".go").click()
    expect(guest.page.get_by_role("alert").filter(visible=True)).to_be_focused()


CHILDREN = ("lost_police", "lost_fire", "kind", "learned", "come_back", "child_age")
CHILD = {"c_police": "4", "c_fire": "3", "c_nice": "-3", "c_learn": "3", "c_age": "8-9"}


@both_ways
def test_a_child_answers_one_question_at_a_time(some_guest):
    guest = some_guest.opens().taps("who", "child").goes_on("grown_up")
    guest.taps("c_ok", "yes").goes_on("child_ok").taps("c_assent", "yes").goes_on("lost_police")
    for number, screen in enumerate(CHILDREN):
        expect(guest.screen.locator("fieldset").filter(visible=True)).to_have_count(1)
        expect(guest.page.locator("textarea").filter(visible=True)).to_have_count(0)
        guest.fills_in(CHILD)
        if screen != CHILDREN[-1]:
            guest.goes_on(CHILDREN[number + 1])
    (kept,) = guest.site.stored(guest.sends())
    assert kept == {"c_police": 4, "c_fire": 3, "c_nice": -3, "c_learn": 3, "c_again": -1} | {
        "c_age": "8-9"
    }


@both_ways
@pytest.mark.parametrize("gate", ["c_ok", "c_assent"])
def test_nothing_is_sent_where_a_child_or_its_grown_up_says_no(some_guest, gate):
    guest = some_guest.opens()
    submission = guest.submission
    guest.taps("who", "child").goes_on("grown_up")
    if gate == "c_assent":
        guest.taps("c_ok", "yes").goes_on("child_ok")
    guest.taps(gate, "no").screen.locator(".go").click()
    expect(guest.page.get_by_text("save anything you tapped")).to_be_visible()
    assert guest.site.stored(submission) == []


@both_ways
def test_a_child_cannot_pass_a_gate_that_is_open(some_guest):
    guest = some_guest.opens().taps("who", "child").goes_on("grown_up")
    guest.screen.locator(".go").click()
    expect(guest.page.get_by_role("alert").filter(visible=True)).to_contain_text(
        "Please choose one answer"
    )


@both_ways
def test_a_teenager_is_asked_neither_age_nor_race(some_guest):
    guest = some_guest.opens().says("teen", "police").goes_on("trust")
    guest.answers({**OPINION, "age": "18-24"})
    expect(guest.option("age", "18-24").filter(visible=True)).to_have_count(0)
    expect(guest.option("live", "yes")).to_be_visible()
    (kept,) = guest.site.stored(guest.sends())
    assert kept["live"] == "yes"
    assert not {"age", "race"} & kept.keys()


@both_ways
def test_whoever_likes_goes_on_to_the_longer_module(some_guest):
    guest = some_guest.opens().says("adult", "police").goes_on("trust").answers()
    guest.screen.get_by_role("link", name="A few more questions").click()
    guest.sees("rules").taps("neutral.police", "2").goes_on("care").goes_back("rules")
    guest.goes_on("care")
    (kept,) = guest.site.stored(guest.sends())  # from the second of five screens
    assert kept["neutral.police"] == 2
    assert (kept["explain.police"], kept["topics"]) == (-1, -1)  # opened, and left blank
    assert kept["trust.police"] == 4


def test_what_was_sent_is_shown_to_whoever_sent_it(guest):
    guest.opens().says("adult", "police", "fire").goes_on("trust").answers({"race": ["asian"]})
    guest.option("race", "white").check()
    submission = guest.sends()
    guest.page.get_by_text("See exactly what was sent").click()
    told = guest.page.locator("#told")
    assert told.locator("dt").all_inner_texts() == [
        "Who is filling this out?",
        "Who did you talk with at this event?",
        "What is your race or ethnicity? Choose all that fit you.",
    ]
    assert told.locator("dd").all_inner_texts() == [
        "18 or older",
        "Police, Fire department",
        "Asian, White",
    ]
    beside = guest.page.locator("#beside dd").all_inner_texts()
    assert submission in beside
    assert beside[0] == "en"


def test_without_a_script_a_review_shows_what_would_be_sent(new_page, demonstration):
    guest = Guest(new_page(javascript=False), demonstration).opens()
    guest.says("adult", "fire").goes_on("trust").answers({"age": "75+"})
    submission = guest.submission
    guest.page.get_by_role("button", name="See what will be sent").click()
    expect(guest.page.locator("main")).to_contain_text("75 or older")
    expect(guest.page.locator("main")).to_contain_text(submission)
    assert guest.site.stored(submission) == []
    guest.page.get_by_role("button", name="Send my answers").click()
    guest.is_thanked()
    assert len(guest.site.stored(submission)) == 1


def another(guest):
    guest.page.get_by_role("button", name="Another person").filter(visible=True).click()
    return guest.sees("start")


def answers_quickly(guest):
    return guest.says("adult", "police").goes_on("trust").answers({"trust.police": "5"})


def test_a_family_shares_a_phone_and_is_counted_honestly(guest):
    first = answers_quickly(guest.opens()).sends()
    second = answers_quickly(another(guest)).sends()
    assert first != second
    assert [guest.site.household(id) for id in (first, second)] == [False, True]
    assert len(guest.site.stored(first)) == len(guest.site.stored(second)) == 1


def test_a_silent_third_time_is_asked_kindly(guest):
    for _ in range(2):
        answers_quickly(guest.opens()).sends()
    guest.opens()
    expect(guest.page.get_by_text("already answered on this phone")).to_be_visible()
    guest.says("adult", "police").screen.locator(".go").click()
    question = guest.page.get_by_role("heading", name="Someone has used this phone")
    expect(question).to_be_focused()
    guest.page.get_by_role("button", name="I am another person").click()
    third = guest.sees("trust").answers({"trust.police": "1"}).sends()
    assert guest.site.household(third) is True

    guest.opens().says("adult", "police").screen.locator(".go").click()
    guest.page.get_by_role("button", name="I already answered").click()
    expect(guest.page.get_by_text("Once is all we need")).to_be_visible()
    another(guest)
    assert guest.given() == {}


@pytest.mark.parametrize("comes", [True, False], ids=["late", "not at all"])
def test_whoever_is_quicker_than_the_question_waits_for_it_not_for_long(
    new_page, demonstration, comes
):
    guest = Guest(new_page(service_workers="block"), demonstration)
    for _ in range(2):
        answers_quickly(guest.opens()).sends()
    page, held = guest.page, []
    page.route("**/s/extra/**", lambda one: held.append(one))
    page.clock.install()
    page.goto(f"{guest.site.url}/s/{PRACTICE}?lang=en", wait_until="domcontentloaded")
    expect(page.locator("#seen")).to_be_visible()
    page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))
    guest.says("adult", "police").screen.locator(".go").click()
    guest.sees("start")
    if not comes:
        page.clock.run_for(3_000)
        guest.sees("trust")
    for one in held:
        one.continue_()
    page.wait_for_load_state()
    if comes:
        expect(page.locator("#again")).to_be_visible()
    else:
        guest.sees("trust")


def test_a_second_time_in_three_weeks_is_this_phones_alone(guest):
    """The code that links the two is in a file made on the phone, behind the # of an address."""
    submission = answers_quickly(guest.opens()).sends()
    with guest.page.expect_download() as download:
        guest.page.get_by_role("link", name="calendar").click()
    calendar = Path(download.value.path()).read_bytes().decode()
    address = f"{guest.site.url}/s/{PRACTICE}/later#code={submission}"
    assert f"URL:{address}\r\n" in calendar
    assert re.search(r"DTSTART:\d{8}T180000\r\n", calendar)
    expect(guest.page.locator("#keep")).to_have_attribute("href", address)


def test_an_address_without_its_code_says_so_and_offers_no_form(guest, everybody):
    """Whoever filled one in from here would be refused at its end."""
    page = guest.page
    page.goto(f"{guest.site.url}/s/{everybody.weeks_ago}/later?lang=en")
    expect(page.get_by_role("heading", name="Part of this address is missing")).to_be_visible()
    expect(page.get_by_text("Please open the whole address")).to_be_visible()
    expect(page.get_by_role("button").filter(visible=True)).to_have_count(0)
    expect(page.get_by_role("link", name="Go to the start page")).to_be_visible()


def test_nobody_offers_a_child_a_second_time(guest):
    guest.opens().taps("who", "child").goes_on("grown_up").taps("c_ok", "yes").goes_on("child_ok")
    guest.taps("c_assent", "yes").goes_on("lost_police").answers(CHILD).sends()
    expect(guest.page.get_by_role("link", name="calendar")).to_be_hidden()


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
    guest.opens().tabs_to("[name=who]").presses("Space")
    guest.tabs_to("[name=met][value=fire]").presses("Space")
    guest.tabs_to("#start .go").presses("Enter")
    guest.arrives("trust").tabs_to("[name='trust.police']").presses("Space", "ArrowDown")
    for screen in SCREENS[2:]:
        guest.tabs_to(f"a.go[href='#{screen}']").presses("Enter").arrives(screen)
    guest.tabs_to("button[value=send].go")
    submission = guest.submission
    guest.presses("Enter").is_thanked()
    (kept,) = guest.site.stored(submission)
    assert kept["trust.police"] == 2


@both_ways
def test_enter_in_a_question_does_not_change_the_language(some_guest):
    """A form's first button is what Enter presses: it must not be another language."""
    some_guest.opens().taps("who", "adult").option("who", "adult").press("Enter")
    some_guest.sees("trust")
    expect(some_guest.page.locator("html")).to_have_attribute("lang", "en")
