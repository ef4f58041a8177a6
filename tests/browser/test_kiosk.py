"""A tablet that is handed on: each person finds it empty, and time is counted where all see it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actors import PRACTICE, Guest

pytestmark = pytest.mark.browser

KIOSK = f"/s/{PRACTICE}/kiosk"


@pytest.fixture
def guest(new_page, demonstration):
    """Somebody in front of a tablet whose clock stands still until the test winds it on."""
    page = new_page(width=820, height=1180)
    start = datetime.now(UTC)
    page.clock.install(time=start)
    opened = opens(Guest(page, demonstration))
    page.clock.pause_at(start + timedelta(minutes=5))
    return opened


def opens(guest: Guest) -> Guest:
    return guest.opens_address(f"{guest.site.url}{KIOSK}?lang=en")


def seconds(page: Page, number: int) -> None:
    """Let so many seconds pass; each tick that is due is run."""
    page.clock.run_for(number * 1000)


def is_empty(guest: Guest) -> None:
    """Nothing is left of the person before: not in the form, the address or the page."""
    guest.sees("start")
    assert guest.given() == {}
    assert guest.page.locator("[name=open]").input_value() == ""
    assert guest.page.locator("[name=household]").input_value() == ""
    expect(guest.page.locator("#idle")).to_be_hidden()


def answers_all(guest: Guest) -> Guest:
    return guest.says("adult", "police").goes_on("trust").answers()


def test_it_starts_over_after_each_person_and_counts_down(guest):
    first = answers_all(guest).sends()
    ticking = guest.page.locator("#done .ticking")
    expect(ticking).to_have_text("Ready for the next person in 12 sec.")
    seconds(guest.page, 3)
    expect(ticking).to_have_text("Ready for the next person in 9 sec.")
    seconds(guest.page, 10)
    is_empty(guest)

    second = answers_all(guest).sends()
    guest.page.get_by_role("button", name="Next person").click()
    is_empty(guest)
    assert len({first, second, guest.submission}) == 3
    kept = "SELECT mode, household FROM response WHERE submission IN (?, ?)"
    ids = [id.replace("-", "") for id in (first, second)]
    assert guest.site.rows(kept, *ids) == [("kiosk", 0), ("kiosk", 0)]


def test_answers_left_behind_are_wiped_and_nothing_of_them_is_kept(guest):
    guest.says("adult", "police").goes_on("trust").taps("trust.police", "1").goes_on("respect")
    submission = guest.submission
    idle = guest.page.locator("#idle")
    seconds(guest.page, 44)
    expect(idle).to_be_hidden()
    seconds(guest.page, 2)
    expect(idle).to_be_in_viewport()
    expect(idle).to_contain_text("Still there? Starting over in 14 s")
    seconds(guest.page, 16)
    is_empty(guest)
    assert guest.submission != submission
    assert guest.site.stored(submission) == []


def test_whoever_is_still_there_says_so(guest):
    guest.says("adult", "police").goes_on("trust").taps("trust.police", "1")
    seconds(guest.page, 50)
    guest.page.get_by_role("button", name="I am still here").click()
    expect(guest.page.locator("#idle")).to_be_hidden()
    seconds(guest.page, 40)
    guest.sees("trust")
    assert guest.given()["trust.police"] == ["1"]


def test_the_countdown_is_seen_on_a_screen_that_is_scrolled(guest):
    """It takes no room of its own: a page that moved would count as a touch and stop it."""
    guest.page.set_viewport_size({"width": 820, "height": 500})
    guest.says("adult", "police", "fire").goes_on("trust").taps("trust.police", "1")
    with guest.page.expect_event("console"):
        guest.page.evaluate("addEventListener('scroll', () => console.log('')); scrollTo(0, 2000)")
    seconds(guest.page, 47)
    expect(guest.page.locator("#idle")).to_be_in_viewport(ratio=1)
    seconds(guest.page, 5)
    expect(guest.page.locator("#idle")).to_contain_text("Starting over in 8 s")


def test_a_tablet_that_nobody_touches_stays_as_it_is(guest):
    seconds(guest.page, 300)
    is_empty(guest)


def test_the_next_person_finds_it_in_its_own_language(guest):
    guest.reads_in("es").says("adult", "police").goes_on("trust").taps("trust.police", "1")
    seconds(guest.page, 46)
    expect(guest.page.locator("#idle")).to_contain_text("14 s")
    seconds(guest.page, 16)
    expect(guest.page.locator("html")).to_have_attribute("lang", "en")
    is_empty(guest)


@pytest.mark.parametrize("ended", ["sent", "wiped"])
def test_nobody_gets_back_to_the_answers_of_the_person_before(guest, ended):
    answers_all(guest)
    if ended == "sent":
        guest.sends()
        assert guest.page.locator("#receipt").count() == 0
        seconds(guest.page, 14)
    else:
        seconds(guest.page, 62)
    is_empty(guest)
    for _ in range(4):
        guest.page.go_back()
        if KIOSK not in guest.page.url:
            opens(guest)
        is_empty(guest)
    guest.page.reload()
    is_empty(guest)


def test_a_reload_in_the_middle_leaves_nothing(guest):
    guest.says("adult", "police").goes_on("trust").taps("trust.police", "1").goes_on("respect")
    guest.page.reload()
    is_empty(guest)


def test_several_people_answer_without_a_signal_and_all_arrive(guest):
    page, context = guest.page, guest.page.context
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    context.set_offline(True)
    sent = []
    for _ in range(3):
        sent.append(answers_all(guest).submission)
        guest.presses_send()
        expect(page.locator("#waits")).to_be_visible()
        seconds(page, 14)
        is_empty(guest)
    expect(page.locator("#queue")).to_have_text("3 sets of answers are waiting for a signal.")
    context.set_offline(False)
    expect(page.locator("#queue")).to_be_hidden()
    kept = guest.site.rows(
        "SELECT mode, answers FROM response WHERE submission IN (?, ?, ?)",
        *(id.replace("-", "") for id in sent),
    )
    assert [(mode, json.loads(answers)["trust.police"]) for mode, answers in kept] == [
        ("kiosk", 4)
    ] * 3


def test_who_says_no_for_a_child_leaves_an_empty_tablet(guest):
    guest.says("child").goes_on("grown_up").taps("c_ok", "no")
    guest.screen.locator(".go").click()
    expect(guest.page.locator("#bye .ticking")).to_have_text("Ready for the next person in 10 sec.")
    seconds(guest.page, 12)
    is_empty(guest)


def test_without_a_script_it_says_what_is_needed(new_page, demonstration):
    page = new_page(javascript=False)
    page.goto(f"{demonstration.url}{KIOSK}?lang=en")
    said = page.locator("noscript p").first  # a browser that is only told to run none hides it
    expect(said).to_contain_text("A shared tablet needs JavaScript to start over by itself")
