"""Who is used to double-clicking taps twice: the second tap lands on whatever is there by then."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.actors import Guest
from tests.browser.phones import Posts

pytestmark = pytest.mark.browser

BETWEEN = 150  # ms from the first tap to the second
# Where the button is once somebody has looked at the screen and scrolled to it.
PLACE = """async (button, high) => {
    await Promise.all(document.getAnimations().map(one => one.finished));
    scrollBy(0, button.getBoundingClientRect().top - innerHeight * high);
    const box = button.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
}"""


def taps_twice(guest, button, high=0.5):
    """Tap twice on one spot of the glass; `high`: how far down, where the page is long enough."""
    x, y = button.evaluate(PLACE, high)
    guest.page.mouse.click(x, y)
    guest.page.wait_for_timeout(BETWEEN)
    guest.page.mouse.click(x, y)
    return guest


@pytest.fixture
def some_guest(new_page, demonstration, javascript, motion):
    page = new_page(javascript=javascript, reduced_motion=motion, pane=True)
    return Guest(page, demonstration).opens()


@pytest.mark.parametrize(
    ("javascript", "motion"),
    [(True, "no-preference"), (True, "reduce"), (False, "no-preference")],
    ids=["scripted", "less motion", "plain"],
)
@pytest.mark.parametrize("high", [0.3, 0.8])
def test_two_quick_taps_on_next_tick_nothing_and_stay_on_the_next_screen(some_guest, high):
    guest = some_guest.says("adult", "police", "fire")
    given = guest.given()
    for screen in ("trust", "respect", "help", "earlier", "event", "about"):
        taps_twice(guest, guest.screen.locator(".go"), high).sees(screen)
        assert guest.given() == given


def test_two_quick_taps_on_send_press_nothing_below_it(new_page, demonstration):
    guest = Guest(new_page(pane=True), demonstration).opens()
    guest.says("adult", "police").goes_on("trust").answers({})
    submission, posts = guest.submission, Posts(guest.page)
    pressed = guest.page.evaluate_handle(
        """() => {
            const pressed = [];
            addEventListener('click', event => {
                const one = event.target.closest('a, button, summary, label');
                pressed.push(one && one.textContent);
            }, true);
            return pressed;
        }"""
    )
    for high in (0.3, 0.8):
        taps_twice(guest, guest.screen.locator(".go"), high).is_thanked()
        assert pressed.evaluate("all => all.splice(0)") == ["Send my answers", None]
        assert len(guest.site.stored(submission)) == len(posts) == 1
        guest.page.locator("#done [data-another]").click()
        guest.sees("start").says("adult", "police").goes_on("trust").answers({})
        pressed.evaluate("all => all.splice(0)")
        submission, posts = guest.submission, Posts(guest.page)


def test_two_quick_taps_on_a_gate_that_is_open_tick_nothing(new_page, demonstration):
    """The sentence that says what is missing pushes everything down under the finger."""
    guest = Guest(new_page(pane=True), demonstration).opens()
    for high in (0.3, 0.6, 0.9):
        taps_twice(guest, guest.screen.locator(".go"), high).sees("start")
        expect(guest.page.locator("#stay")).not_to_be_empty()
        assert guest.given() == {}
        guest.opens()


def test_two_quick_taps_on_another_person_answer_nothing_for_them(new_page, demonstration):
    guest = Guest(new_page(pane=True), demonstration).opens()
    guest.says("adult").goes_on("trust").answers({}).sends()
    taps_twice(guest, guest.page.locator("#done [data-another]")).sees("start")
    assert guest.given() == {}
