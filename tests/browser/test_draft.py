"""A reload in mid-survey costs nothing, and shows the next person nothing."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from tests.browser.actors import PRACTICE, Guest
from tests.browser.phones import eventually, everything_kept, fills_in
from tests.builders import OPINION

pytestmark = pytest.mark.browser

ASKED = "Were you in the middle of this?"


@pytest.fixture
def guest(new_page, demonstration):
    return Guest(new_page(), demonstration)


def begins(guest):
    """Answer some questions, and wait until the tab keeps them."""
    guest.says("adult", "police", "fire", "ems", "sheriff").goes_on("trust")
    guest.taps("trust.police", "1").goes_on("respect").taps("fair.police", "2")
    eventually(lambda: '"fair.police","2"' in draft(guest))
    return guest


def draft(guest):
    return guest.page.evaluate("() => sessionStorage.getItem('draft') || ''")


def reloads(guest):
    guest.page.reload()
    expect(guest.page.get_by_role("heading", name=ASKED)).to_be_focused()
    assert guest.given() == {}  # nothing is shown before somebody says that it is theirs
    expect(guest.page.locator("#survey")).to_be_hidden()
    return guest


def test_a_reload_in_the_middle_keeps_every_tick_and_the_place(guest):
    begins(guest.opens())
    shown = guest.page.locator("#trust fieldset:not([hidden]) input[value='5']")
    order, given, submission = shown.evaluate_all("all => all.map(one => one.name)"), None, None
    given, submission = guest.given(), guest.submission
    reloads(guest).page.get_by_role("button", name="Yes, go on").click()
    guest.sees("respect")
    assert guest.given() == given
    assert shown.evaluate_all("all => all.map(one => one.name)") == order
    guest.answers(OPINION)
    assert guest.sends() == submission
    (kept,) = guest.site.stored(submission)
    assert (kept["trust.police"], kept["order"]) == (1, [name.split(".")[1] for name in order])
    assert draft(guest) == ""
    guest.page.reload()
    guest.sees("start")
    guest.page.wait_for_timeout(500)
    expect(guest.page.get_by_text(ASKED)).to_be_hidden()


def test_whoever_it_was_not_starts_with_nothing(guest):
    submission = begins(guest.opens()).submission
    reloads(guest).page.get_by_role("button", name="No, start fresh").click()
    guest.sees("start")
    assert guest.given() == {}
    assert guest.submission != submission
    assert draft(guest) == ""


def test_a_comment_is_kept_too_and_goes_with_the_sending(guest):
    guest.opens().says("adult", "police").goes_on("trust").answers({"open": "More light"})
    eventually(lambda: "More light" in draft(guest))
    reloads(guest).page.get_by_role("button", name="Yes, go on").click()
    expect(guest.page.locator("[name=open]")).to_have_value("More light")
    guest.sees("about").sends()
    assert everything_kept(guest.page)["session"] == {}


@pytest.mark.parametrize("off", [16 * 60, -60, 11 * 365 * 86_400], ids=["later", "back", "far"])
def test_after_some_minutes_nobody_is_asked_and_nothing_stays(guest, off):
    """Nor where the clock was set meanwhile."""
    now = time.time()
    guest.page.clock.set_fixed_time(now)
    begins(guest.opens())
    guest.page.clock.set_fixed_time(now + off)
    guest.page.reload()
    eventually(lambda: draft(guest) == "")
    guest.sees("start")
    assert guest.given() == {}


def test_another_tab_another_poster_and_a_shared_tablet_know_nothing(guest):
    begins(guest.opens())
    tab = Guest(guest.page.context.new_page(), guest.site).opens()
    tab.page.wait_for_timeout(500)
    assert draft(tab) == ""
    tablet = tab.opens_address(f"{guest.site.url}/s/{PRACTICE}/kiosk?lang=en")
    fills_in(tablet)
    tablet.page.wait_for_timeout(500)
    assert everything_kept(tablet.page)["session"] == {}
    guest.opens_address(f"{guest.site.url}/s/{PRACTICE}/kiosk?lang=en")  # the same tab, handed on
    guest.page.wait_for_timeout(500)
    expect(guest.page.get_by_text(ASKED)).to_be_hidden()


def test_a_child_that_may_not_answer_leaves_nothing(guest):
    guest.opens().taps("who", "child").goes_on("grown_up").taps("c_ok", "no")
    eventually(lambda: "c_ok" in draft(guest))
    guest.screen.locator(".go").click()
    expect(guest.page.get_by_text("didn't save anything you tapped")).to_be_visible()
    assert draft(guest) == ""


def test_a_change_of_language_keeps_the_draft_and_asks_in_that_language(guest):
    begins(guest.opens()).reads_in("es").taps("listen.police", "5")
    eventually(lambda: '"listen.police","5"' in draft(guest))
    given = guest.given()
    guest.page.reload()
    guest.page.get_by_role("button", name="Sí, seguir").click()
    guest.sees("respect")
    assert guest.given() == given
