"""Sending the form: it counts once, and no failure on the way loses an answer."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.actors import PRACTICE, Guest

pytestmark = pytest.mark.browser

FORM = f"**/s/{PRACTICE}"  # where the form is sent to


@pytest.fixture
def guest(new_page, demonstration):
    """Somebody who has filled in everything and is about to press send."""
    page = new_page()
    return Guest(page, demonstration).opens().says("adult", "police").goes_on("trust").answers()


def test_two_quick_taps_on_send_count_once(guest):
    submission = guest.submission
    guest.page.locator("button[value=send].go").dblclick(no_wait_after=True)
    guest.is_thanked()
    assert len(guest.site.stored(submission)) == 1


def test_two_quick_taps_without_a_script_count_once(new_page, demonstration):
    guest = Guest(new_page(javascript=False), demonstration)
    guest.opens().says("adult", "police").goes_on("trust").answers()
    submission = guest.submission
    guest.page.locator("button[value=send].go").dblclick(no_wait_after=True)
    guest.is_thanked()
    assert len(guest.site.stored(submission)) == 1


def test_no_signal_while_sending_loses_nothing(guest):
    given = guest.given()
    guest.page.context.set_offline(True)
    guest.presses_send()
    expect(guest.page.get_by_role("status")).to_contain_text("No signal")
    assert guest.given() == given
    assert guest.site.stored(guest.submission) == []

    guest.page.context.set_offline(False)
    assert len(guest.site.stored(guest.sends())) == 1


@pytest.fixture
def unthanked(guest):
    """The answers of this guest are stored, but the reply never arrived."""

    def lose_the_reply(route):
        route.fetch()
        route.abort()

    guest.page.route(FORM, lose_the_reply)
    guest.presses_send()
    expect(guest.page.get_by_role("status")).to_contain_text("No signal")
    guest.page.unroute_all()
    assert len(guest.site.stored(guest.submission)) == 1
    return guest


def test_sending_again_after_a_lost_reply_counts_once(unthanked):
    submission = unthanked.submission
    assert unthanked.sends() == submission
    assert len(unthanked.site.stored(submission)) == 1


def test_other_answers_after_a_lost_reply_are_told_that_the_first_stay(unthanked):
    submission, (first,) = unthanked.submission, unthanked.site.stored(unthanked.submission)
    unthanked.taps("first", "yes").presses_send()
    heading = unthanked.page.get_by_role("heading", level=1)
    expect(heading).to_have_text("These answers were sent before")
    assert unthanked.site.stored(submission) == [first]


def test_a_server_that_is_busy_loses_nothing(guest):
    given = guest.given()
    guest.page.route(FORM, lambda route: route.fulfill(status=503))
    guest.presses_send()
    expect(guest.page.get_by_role("status")).to_contain_text("could not store your answers")
    assert guest.given() == given
    guest.page.unroute_all()
    assert len(guest.site.stored(guest.sends())) == 1


def test_back_from_the_thank_you_is_an_empty_form(guest):
    """The next person on this phone does not see what the last one said, and counts as another."""
    submission = guest.sends()
    guest.page.get_by_role("link", name="Another person").click()
    guest.sees("start")
    assert guest.given() == {}
    guest.page.go_back()
    guest.is_thanked().page.go_back()
    guest.sees("start")
    assert guest.given() == {}
    assert guest.submission != submission
