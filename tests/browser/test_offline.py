"""No signal: the survey opens again, answers wait on the phone, and each arrives once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.actors import PRACTICE, Guest
from tests.browser.find_browser import find_browser, launch_arguments
from tests.browser.phones import (
    STORED,
    WAITING,
    Posts,
    arrives,
    eventually,
    fills_in,
    keeps,
    opens_for_good,
    sends_into_the_queue,
    waiting,
)

pytestmark = pytest.mark.browser

FORM = f"**/s/{PRACTICE}"  # where the form is sent to
ANY = f"**/s/{PRACTICE}**"  # and where it is opened
SIGN_IN = "<!doctype html><title>Park Wi-Fi</title><form>Accept our terms</form>"


@pytest.fixture
def guest(new_page, demonstration):
    """Somebody whose phone has opened the survey once."""
    return opens_for_good(Guest(new_page(), demonstration))


def test_the_survey_opens_again_and_its_answers_wait_for_a_signal(guest):
    page, context = guest.page, guest.page.context
    context.set_offline(True)
    page.reload()
    submission = sends_into_the_queue(fills_in(guest.sees("start")))
    expect(page.locator("#fate")).to_be_hidden()
    assert guest.site.stored(submission) == []

    context.set_offline(False)
    expect(page.locator("#fate")).to_contain_text(STORED)
    expect(page.locator("#queue")).to_be_hidden()
    assert arrives(guest, submission)["fair.police"] == 4
    assert waiting(page) == []


def test_it_opens_in_every_language_after_the_first_tap(guest):
    page, context = guest.page, guest.page.context
    guest.taps("who", "adult")
    keeps(page, f"/s/{PRACTICE}?lang=es")
    context.set_offline(True)
    guest.reads_in("es")
    assert guest.given() == {"who": ["adult"]}
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.goto(f"{guest.site.url}/s/{PRACTICE}?lang=en&fbclid=a-scanner-added-this")
    page.get_by_role("button", name="No, start fresh").click()  # what was ticked before
    guest.sees("start")


def test_a_language_that_is_not_kept_waits_for_a_signal_and_loses_nothing(guest):
    guest.page.context.set_offline(True)
    guest.taps("who", "adult").screen.locator('button[value="lang:es"]').click()
    expect(guest.page.locator("#stay")).to_contain_text("No signal")
    assert guest.given() == {"who": ["adult"]}


def test_a_lost_acknowledgement_counts_once(guest):
    def lose_the_reply(route):
        route.fetch()
        route.abort()

    posts = Posts(guest.page)
    guest.page.context.route(FORM, lose_the_reply)
    submission = sends_into_the_queue(fills_in(guest))
    assert len(guest.site.stored(submission)) == 1
    guest.page.context.unroute_all()
    expect(guest.page.locator("#fate")).to_contain_text(STORED)  # by itself, a moment later
    assert len(posts) >= 2
    assert len(guest.site.stored(submission)) == 1
    assert waiting(guest.page) == []


def test_a_closed_tab_and_cleared_cookies_lose_nothing(guest):
    context = guest.page.context
    context.set_offline(True)
    submission = sends_into_the_queue(fills_in(guest))
    guest.page.close()
    context.clear_cookies()
    context.set_offline(False)

    guest.page = context.new_page()
    guest.opens()
    assert arrives(guest, submission)
    eventually(lambda: waiting(guest.page) == [])


def test_the_browser_sends_in_the_background_when_no_page_is_open(guest):
    """Chromium wakes the worker when the signal is back; here its development tools do."""
    context, url = guest.page.context, guest.site.url
    context.set_offline(True)
    submission = sends_into_the_queue(fills_in(guest))
    guest.page.goto("about:blank")
    context.set_offline(False)

    tools = context.new_cdp_session(guest.page)
    found = []
    tools.on("ServiceWorker.workerRegistrationUpdated", lambda e: found.extend(e["registrations"]))
    tools.send("ServiceWorker.enable")
    eventually(lambda: guest.page.evaluate("1") and [r for r in found if url in r["scopeURL"]])
    (worker,) = {r["registrationId"] for r in found if url in r["scopeURL"]}
    wake = {"origin": url, "registrationId": worker, "tag": "answers", "lastChance": False}
    tools.send("ServiceWorker.dispatchSyncEvent", wake)
    assert arrives(guest, submission)


def test_a_restarted_browser_sends_what_waited(chromium, demonstration, tmp_path):
    def browser():
        return chromium.browser_type.launch_persistent_context(
            tmp_path / "profile", executable_path=find_browser(), args=launch_arguments()
        )

    with browser() as context:
        guest = opens_for_good(Guest(context.pages[0], demonstration))
        context.set_offline(True)
        submission = sends_into_the_queue(fills_in(guest))
    assert guest.site.stored(submission) == []
    with browser() as context:
        guest = Guest(context.pages[0], demonstration).opens()
        assert arrives(guest, submission)


def test_three_tabs_send_each_answer_in_one_request(guest):
    context = guest.page.context
    guests = [guest, *(Guest(context.new_page(), guest.site).opens() for _ in range(2))]
    context.set_offline(True)
    ids = []
    for one in guests:
        one.page.bring_to_front()  # a tab behind another is drawn once a second
        fills_in(one)
        ids.append(one.submission)
        one.presses_send()
        expect(one.page.locator("#waits")).to_be_visible()
    assert len(set(ids)) == 3
    expect(guests[2].page.locator("#queue")).to_have_text(
        "3 sets of answers are waiting for a signal."
    )

    posts = Posts(guest.page)
    context.set_offline(False)
    for one, submission in zip(guests, ids, strict=True):
        assert arrives(one, submission)
        expect(one.page.locator("#fate")).to_contain_text(STORED)
        expect(one.page.locator("#queue")).to_be_hidden()
    assert len(posts) == 3


def test_emptied_and_spoiled_caches_heal(guest):
    page, context, address = guest.page, guest.page.context, f"/s/{PRACTICE}?lang=en"
    page.evaluate("() => caches.delete('pages-1')")
    guest.opens()
    keeps(page, address)
    spoil = """async address => (await caches.open('pages-1')).put(address,
        new Response('half a pa', {headers: {
            'Content-Type': 'text/html', 'Vary': 'Accept-Encoding, Accept-Language'}}))"""
    page.evaluate(spoil, address)
    page.reload()
    expect(page.locator("body")).to_have_text("half a pa")
    eventually(lambda: page.reload() and page.locator("#survey").count())
    context.set_offline(True)
    page.reload()
    guest.sees("start")


@pytest.mark.parametrize("broken", [
    "Object.defineProperty(self, 'indexedDB', {value: undefined})",
    "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError') }",
    "IDBFactory.prototype.open = () => ({})",
    "indexedDB.open('porchlight', 2)",
], ids=["absent", "refused", "never answers", "newer"])  # fmt: skip
def test_where_the_browser_keeps_nothing_the_answers_stay_on_the_page(
    new_page, demonstration, broken
):
    page = new_page()
    page.add_init_script(broken)
    guest = fills_in(Guest(page, demonstration).opens())
    given, submission = guest.given(), guest.submission
    page.context.set_offline(True)
    guest.presses_send()
    expect(page.locator("#stay")).to_contain_text("No signal. Your answers are safe on this page.")
    assert guest.given() == given

    page.context.set_offline(False)
    assert guest.sends() == submission
    assert len(guest.site.stored(submission)) == 1


def test_a_sign_in_page_of_a_wi_fi_is_no_thank_you(guest):
    page, context = guest.page, guest.page.context
    portal = {"status": 200, "content_type": "text/html", "body": SIGN_IN}
    context.route(ANY, lambda route: route.fulfill(**portal))
    submission = sends_into_the_queue(fills_in(guest))
    page.reload()  # the kept page, and behind its back the sign-in page that must not replace it
    page.reload()
    guest.sees("start")
    expect(page.locator("#queue")).to_have_text(WAITING)
    context.unroute_all()
    page.evaluate("() => { dispatchEvent(new Event('online')) }")
    assert arrives(guest, submission)


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_when_it_said(guest, status):
    page, seconds = guest.page, 6
    posts = Posts(page)
    busy = {"status": status, "headers": {"Retry-After": str(seconds)}, "body": "later"}
    page.context.route(FORM, lambda route: route.fulfill(**busy))
    submission = sends_into_the_queue(fills_in(guest))
    page.context.unroute_all()
    first = posts.times[-1]
    for _ in range(3):  # whatever would make it try: a signal, another look, a new page
        page.evaluate("() => { dispatchEvent(new Event('online')) }")
        page.reload()
    expect(page.locator("#queue")).to_have_text(WAITING)
    assert arrives(guest, submission)
    assert posts.times[posts.times.index(first) + 1] - first >= seconds - 0.5
