"""A phone's clock may be years wrong: it never decides whether an answer is kept."""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.actors import PRACTICE, Guest
from tests.browser.phones import (
    STORED,
    WAITING,
    Posts,
    arrives,
    eventually,
    everything_kept,
    fills_in,
    opens_for_good,
    sends_into_the_queue,
    waiting,
)
from tests.browser.server import Site, serving

pytestmark = pytest.mark.browser

DAY = 86_400  # seconds
YEAR = 365.25 * DAY
# How far the device's clock is off while answers are given, and after somebody set it right.
CLOCKS = {
    "16 days slow, then right": (-16 * DAY, 0),
    "11 years slow, then right": (-11 * YEAR, 0),
    "11 years fast, then right": (11 * YEAR, 0),
    "11 years slow for good": (-11 * YEAR, -11 * YEAR),
    "11 years fast for good": (11 * YEAR, 11 * YEAR),
    "set back while waiting": (0, -20 * YEAR),
    "15 days pass": (0, 15 * DAY),
}


@pytest.fixture
def guest(new_page, demonstration):
    return Guest(new_page(), demonstration)


def sets_clock(guest, off):
    guest.page.clock.set_fixed_time(time.time() + off)


@pytest.mark.parametrize("clock", CLOCKS)
def test_answers_that_wait_outlive_every_clock(guest, clock):
    """Given without a signal at one time, sent at another: each arrives, and that is told."""
    before, after = CLOCKS[clock]
    page, context = guest.page, guest.page.context
    sets_clock(guest, before)
    opens_for_good(guest)
    context.set_offline(True)
    ids = []
    for _ in range(3):
        ids.append(fills_in(guest).submission)
        guest.presses_send()
        expect(page.locator("#waits")).to_be_visible()
        page.locator("#done [data-another]").click()
        guest.sees("start")
    sets_clock(guest, after)
    page.reload()
    expect(page.locator("#queue")).to_have_text("3 sets of answers are waiting for a signal.")
    assert [bool(row["body"]) for row in waiting(page)] == [True] * 3
    context.set_offline(False)
    for submission in ids:
        arrives(guest, submission)
    expect(page.locator("#arrived")).to_contain_text("Your answers arrived")
    eventually(lambda: waiting(page) == [])


@pytest.mark.parametrize("off", [-11 * YEAR, 11 * YEAR], ids=["slow", "fast"])
def test_the_survey_opens_without_a_signal_whatever_the_clock_says(guest, off):
    sets_clock(guest, off)
    opens_for_good(guest)
    guest.page.reload()
    guest.page.reload()  # the worker has tidied by now
    guest.page.context.set_offline(True)
    guest.page.reload()
    guest.sees("start")


def test_a_pause_that_a_server_asked_for_ends_when_the_clock_is_set_back(guest):
    """It would last for years otherwise."""
    page = guest.page
    busy = {"status": 503, "headers": {"Retry-After": "30"}, "body": "later"}
    form = f"**/s/{PRACTICE}"
    sets_clock(guest, 0)
    page.context.route(form, lambda route: route.fulfill(**busy))
    submission = sends_into_the_queue(fills_in(opens_for_good(guest)))
    eventually(lambda: waiting(page)[0].get("after"))
    page.context.unroute_all()
    sets_clock(guest, -2 * YEAR)
    page.reload()
    arrives(guest, submission)


def test_two_weeks_for_real_end_by_the_servers_word(new_page, tmp_path, demonstration):
    """The event is long over: the phone asks all the same, is told, and only then lets go."""
    site = Site(tmp_path / "own.sqlite")
    shutil.copy(demonstration.database, site.database)
    with serving(site) as served:
        guest = opens_for_good(Guest(new_page(), served))
        page, posts = guest.page, Posts(guest.page)
        page.context.set_offline(True)
        submission = sends_into_the_queue(fills_in(guest))
        over = datetime.now(UTC) - timedelta(days=14, minutes=1)
        site.change(
            "UPDATE event SET opens_at = '2020-01-01 00:00:00', closes_at = ? "
            "WHERE id = (SELECT event_id FROM poster WHERE code = ?)",
            f"{over:%F %T}", PRACTICE,
        )  # fmt: skip
        page.wait_for_timeout(2500)  # config.PLACE_KEPT and a little
        sets_clock(guest, 14.1 * DAY)
        page.reload()
        expect(page.locator("#queue")).to_have_text(WAITING)
        before = len(posts)
        page.context.set_offline(False)
        page.reload()
        expect(page.locator("#queue")).to_have_text("This survey is closed")
        assert len(posts) > before
        assert served.stored(submission) == []
        (row,) = waiting(page)
        assert (row["outcome"], "trust.police=4" in row["body"]) == ("closed", True)

        sets_clock(guest, 15.2 * DAY)  # a day after it was told
        page.reload()
        eventually(lambda: waiting(page) == [])


def test_what_arrived_without_anybody_looking_is_told_once(guest):
    context = guest.page.context
    opens_for_good(guest)
    context.set_offline(True)
    submission = sends_into_the_queue(fills_in(guest))
    guest.page.close()
    context.set_offline(False)
    guest.page = context.new_page()
    guest.opens()
    arrives(guest, submission)
    arrived = guest.page.locator("#arrived")
    expect(arrived).to_have_text(
        "Your answers arrived. They waited on this phone for a signal. They count once."
    )
    eventually(lambda: waiting(guest.page) == [])
    guest.page.reload()
    guest.sees("start")
    guest.page.wait_for_timeout(1000)
    expect(arrived).to_be_empty()


def test_whoever_saw_the_thank_you_is_not_told_again(guest):
    guest.opens()
    fills_in(guest).sends()
    eventually(lambda: waiting(guest.page) == [])
    expect(guest.page.locator("#arrived")).to_be_empty()
    assert STORED in guest.page.locator("#fate").inner_text()
    guest.page.reload()
    guest.sees("start")
    guest.page.wait_for_timeout(500)
    expect(guest.page.locator("#arrived")).to_be_empty()
    assert everything_kept(guest.page)["session"] == {}
