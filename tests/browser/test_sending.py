"""Sending the form: it counts once, and the phone shows nobody else's answers afterwards."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.actors import PRACTICE, Guest
from tests.browser.phones import (
    STORED,
    Posts,
    arrives,
    eventually,
    fills_in,
    sends_into_the_queue,
    waiting,
)
from tests.builders import OPINION

pytestmark = pytest.mark.browser

FORM = f"**/s/{PRACTICE}"  # where the form is sent to


@pytest.fixture
def guest(new_page, demonstration):
    """Somebody who has filled in everything and is about to press send."""
    return fills_in(Guest(new_page(), demonstration).opens())


def test_two_quick_taps_on_send_are_one_request(guest):
    submission, posts = guest.submission, Posts(guest.page)
    guest.screen.locator("button.go").dblclick(no_wait_after=True)
    guest.is_thanked()
    assert len(guest.site.stored(submission)) == 1
    assert len(posts) == 1


def test_two_quick_taps_without_a_script_count_once(new_page, demonstration):
    guest = fills_in(Guest(new_page(javascript=False), demonstration).opens())
    submission = guest.submission
    guest.page.locator("button[value=send].go").dblclick(no_wait_after=True)
    guest.is_thanked()
    assert len(guest.site.stored(submission)) == 1


def test_the_thank_you_stands_before_the_reply_and_says_stored_only_after_it(guest):
    guest.page.context.route(FORM, lambda route: None)  # never answered
    guest.presses_send()
    expect(guest.page.locator("#done h2")).to_have_text("Thank you!")
    expect(guest.page.locator("#fate")).to_have_text("Sending your answers…")
    guest.page.wait_for_timeout(4000)  # it looks every three seconds whether somebody else did it
    expect(guest.page.get_by_text(STORED)).to_be_hidden()


@pytest.mark.parametrize("slow", [True, False])
def test_a_phone_that_is_slow_to_go_back_keeps_the_thank_you(guest, slow):
    """The screens' entries are cut off the history; a late step back may not bring the form up."""
    go = "(by) => setTimeout(() => History.prototype.go.call(history, by), 1500)"
    guest.page.evaluate(f"() => {{ history.go = {go if slow else '() => {}'} }}")
    guest.sends()
    guest.page.wait_for_timeout(2500)
    guest.is_thanked()
    assert guest.page.url.endswith("#done")
    guest.page.go_back()
    if slow:
        guest.sees("start")
    assert guest.given() == {}


def test_one_step_back_from_the_thank_you_is_an_empty_form(guest):
    submission = guest.sends()
    guest.page.wait_for_timeout(1000)  # whatever waits for a slow phone has been
    guest.page.go_back()
    assert_empty(guest, submission)


@pytest.mark.parametrize("status", [400, 500, 502])
def test_a_server_that_fails_without_a_word_of_ours_is_asked_again(guest, status):
    page = guest.page
    page.context.route(FORM, lambda route: route.fulfill(status=status, body="<h1>Oh</h1>"))
    submission = sends_into_the_queue(guest)
    page.context.unroute_all()
    assert arrives(guest, submission)
    expect(page.locator("#fate")).to_contain_text(STORED)


def test_a_refusal_is_told_to_the_tab_that_sent_and_once_more_to_the_next(guest):
    """The worker may have heard the refusal, or another tab."""
    page, submission = guest.page, guest.submission
    reply = {"status": 410, "json": {"outcome": "closed"}}
    page.context.route(FORM, lambda route: route.fulfill(**reply))
    guest.presses_send()
    expect(page.locator("#fate")).to_have_text("This survey is closed")
    (row,) = waiting(page)
    assert row["outcome"] == "closed"
    page.reload()
    expect(page.locator("#queue")).to_have_text("This survey is closed")
    assert guest.site.stored(submission) == []


def test_a_refused_answer_can_still_be_seen_by_its_owner_until_they_have_done_so(guest):
    page, context = guest.page, guest.page.context
    guest.sends()  # one that was taken; what follows is refused
    context.route(FORM, lambda route: route.fulfill(status=410, json={"outcome": "closed"}))
    page.get_by_role("button", name="Another person").click()
    guest.sees("start").says("adult", "police").goes_on("trust")
    guest.answers({**OPINION, "open": "More lights & shade, 100%"}).presses_send()
    expect(page.locator("#fate")).to_have_text("This survey is closed")
    page.close()

    page = guest.page = context.new_page()
    guest.opens()
    expect(page.locator("#queue")).to_have_text("This survey is closed")
    assert guest.given() == {}  # nothing is shown before somebody asks for it
    page.get_by_role("button", name="See the answers that were not taken").click()
    told = page.locator("#told dd")
    expect(told.filter(visible=True).first).to_have_text("18 or older")
    assert "More lights & shade, 100%" in told.all_inner_texts()
    assert "Black or African American, Hispanic or Latino" in told.all_inner_texts()
    expect(page.locator("#fate")).to_have_text("This survey is closed")

    page.get_by_role("button", name="Another person").click()
    guest.sees("start")
    eventually(lambda: waiting(page) == [])
    page.reload()
    expect(page.locator("#queue")).to_be_hidden()
    expect(page.locator("#refused")).to_be_hidden()


def test_nothing_of_a_refused_answer_stays_on_a_shared_tablet(guest):
    page = guest.page
    guest.opens_address(f"{guest.site.url}/s/{PRACTICE}/kiosk?lang=en")
    reply = {"status": 410, "json": {"outcome": "closed"}}
    page.context.route(f"{FORM}/kiosk", lambda route: route.fulfill(**reply))
    fills_in(guest).presses_send()
    expect(page.locator("#fate")).to_have_text("This survey is closed")
    assert [row["body"] for row in waiting(page)] == [""]
    page.reload()
    expect(page.locator("#queue")).to_have_text("This survey is closed")
    expect(page.locator("#refused")).to_be_hidden()


@pytest.mark.parametrize("odd", ["lost \ud83d half", "\udc00", "a\x00b", "\ufffe", "100 % + 1"])
def test_an_odd_character_does_not_stop_the_sending(guest, odd):
    """Half a character is written as U+FFFD, as a browser's own form does."""
    guest.page.locator("[name=open]").evaluate(f"one => {{ one.value = 'More shade {odd}' }}")
    submission = guest.sends()
    assert len(guest.site.stored(submission)) == 1
    kept = [text for text in guest.site.comments() if text.startswith("More shade")]
    assert any("half" not in odd or "lost \ufffd half" in text for text in kept)


# What a browser may refuse to hand out, or to do: by a setting, in a frame, in private windows.
THROWS = "{ throw new DOMException('not here', 'SecurityError') }"
REFUSED = {
    "workers": f"Object.defineProperty(navigator, 'serviceWorker', {{get() {THROWS}}})",
    "locks": f"Object.defineProperty(navigator, 'locks', {{get() {THROWS}}})",
    "a lock": f"LockManager.prototype.request = function () {THROWS}",
    "a lock later": "LockManager.prototype.request = () => Promise.reject(new Error('no'))",
    "databases": f"Object.defineProperty(self, 'indexedDB', {{get() {THROWS}}})",
    "caches": f"Object.defineProperty(self, 'caches', {{get() {THROWS}}})",
    "session": f"Object.defineProperty(self, 'sessionStorage', {{get() {THROWS}}})",
    "chance": f"Object.defineProperty(self, 'crypto', {{get() {THROWS}}})",
    "random": f"Crypto.prototype.getRandomValues = function () {THROWS}",
    "entries": f"History.prototype.pushState = function () {THROWS}",
    "names of entries": f"History.prototype.replaceState = function () {THROWS}",
    "steps back": f"History.prototype.go = function () {THROWS}",
    "a transaction": f"IDBDatabase.prototype.transaction = function () {THROWS}",
    "a row": f"IDBObjectStore.prototype.put = function () {THROWS}",
    "background": f"Object.defineProperty(self, 'SyncManager', {{get() {THROWS}}})",
    "scrolling": f"self.scrollTo = function () {THROWS}",
    "encoding": f"self.encodeURIComponent = function () {THROWS}",
    "requests": f"XMLHttpRequest.prototype.open = function () {THROWS}",
}


@pytest.mark.parametrize("refused", REFUSED)
def test_whatever_a_browser_refuses_the_answers_arrive_or_a_sentence_says_why(
    new_page, demonstration, refused
):
    page = new_page()
    page.add_init_script(REFUSED[refused])
    guest = fills_in(Guest(page, demonstration).opens())
    given, submission = guest.given(), guest.submission
    guest.presses_send()
    if refused == "requests":  # kept, and told so, until the phone's worker sends them by itself
        eventually(lambda: page.locator("#waits").is_visible() or guest.site.stored(submission))
        kept = [row["id"] for row in waiting(page)]
        assert kept == [submission] or len(guest.site.stored(submission)) == 1
        return
    guest.is_thanked()
    assert len(guest.site.stored(submission)) == 1
    assert given["trust.police"] == ["4"]


def test_another_document_under_the_same_outcome_is_not_ours(guest):
    """A reply about somebody else's answers is no acknowledgement of these."""
    other = {"outcome": "stored", "submission": "00000000-0000-4000-8000-000000000000"}
    guest.page.context.route(FORM, lambda route: route.fulfill(json=other))
    sends_into_the_queue(guest)
    assert len(waiting(guest.page)) == 1


def test_where_nothing_is_kept_a_refusal_is_explained_with_every_answer(new_page, demonstration):
    page = new_page()
    page.add_init_script("Object.defineProperty(self, 'indexedDB', {value: undefined})")
    guest = fills_in(Guest(page, demonstration).opens())
    given = guest.given()
    page.locator("[name=ticket]").evaluate("one => { one.value = 'spoiled' }")
    guest.presses_send()
    expect(page.locator("#errors")).to_be_visible()
    assert guest.given() == given
    submission = guest.submission
    page.locator("#about button.go").click()
    assert len(guest.is_thanked().site.stored(submission)) == 1


def test_where_nothing_is_kept_a_sign_in_page_keeps_the_form(new_page, demonstration):
    page = new_page()
    page.add_init_script("Object.defineProperty(self, 'indexedDB', {value: undefined})")
    guest = fills_in(Guest(page, demonstration).opens())
    given = guest.given()
    page.context.route(FORM, lambda route: route.fulfill(body="<h1>Park Wi-Fi</h1>"))
    guest.presses_send()
    expect(page.locator("#stay")).to_contain_text("No signal. Your answers are safe")
    assert guest.given() == given
    page.context.unroute_all()
    assert len(guest.site.stored(guest.sends())) == 1


@pytest.mark.parametrize("signal", [True, False], ids=["sent", "waiting"])
def test_a_shared_phone_shows_nobody_elses_answers(guest, signal):
    """Reload, back and forward, another tab, another poster: an empty form for the next person."""
    page, context = guest.page, guest.page.context
    submission = guest.submission
    if signal:
        guest.sends()
    else:
        context.set_offline(True)
        sends_into_the_queue(guest)
        context.set_offline(False)
    page.get_by_role("button", name=re.compile("Another person")).click()
    assert_empty(guest, submission)
    page.reload()
    assert_empty(guest, submission)
    page.goto(f"{guest.site.url}/privacy")
    page.go_back()
    assert_empty(guest, submission)
    tab = Guest(context.new_page(), guest.site).opens(language="es")
    assert_empty(tab, submission)


@pytest.mark.parametrize("leave", ["back", "reload"])
def test_the_thank_you_cannot_be_walked_back_from(guest, leave):
    submission = guest.sends()
    guest.page.go_back() if leave == "back" else guest.page.reload()
    assert_empty(guest, submission)
    guest.page.go_forward()
    assert_empty(guest, submission)


def test_the_receipt_is_gone_once_the_page_was_left(guest):
    """A browser may keep a page that was left as it was, for "back"."""
    guest.sends()
    expect(guest.page.locator("#told dt")).not_to_have_count(0)
    guest.page.evaluate("() => { dispatchEvent(new Event('pagehide')) }")
    expect(guest.page.locator("#told dt")).to_have_count(0)
    expect(guest.page.locator("#beside dt")).to_have_count(0)


def assert_empty(guest, before):
    guest.sees("start")
    assert guest.given() == {}
    assert guest.submission != before
    expect(guest.page.locator("#done")).to_be_hidden()
    texts = guest.page.locator("#told, #beside, textarea").evaluate_all(
        "all => all.map(one => one.value || one.textContent).join('')"
    )
    assert texts == ""
