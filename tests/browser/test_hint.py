"""A comment that could tell who somebody is gets a gentle word, on the phone alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.actors import Guest
from tests.browser.phones import Posts

pytestmark = pytest.mark.browser

PHONE, MAIL, BADGE = "a phone number", "an e-mail address", "a badge or plate number"
TELLING = [
    ("Call me at 330-555-0142", PHONE, "330-555-0142"),
    ("(330) 555-0142 is my number", PHONE, "(330) 555-0142"),
    ("+1 330 555 0142", PHONE, "+1 330 555 0142"),
    ("5550142", PHONE, "5550142"),
    ("330.555.0142", PHONE, "330.555.0142"),
    ("اتصلوا على ٣٣٠٥٥٥٠١٤٢", PHONE, "٣٣٠٥٥٥٠١٤٢"),
    ("फोन ९८४१२३४५६७", PHONE, "९८४१२३४५६७"),
    ("ফোন ০১৭১২৩৪৫৬৭৮", PHONE, "০১৭১২৩৪৫৬৭৮"),
    ("Write to pat.doe+nno@example.org, please", MAIL, "pat.doe+nno@example.org"),
    ("The officer with badge 4471 was kind", BADGE, "badge 4471"),
    ("Badge number 12", BADGE, "Badge number 12"),
    ("officer #4471", BADGE, "#4471"),
    ("a black van, plate no. 8TRK942", BADGE, "8TRK942"),
    ("a black van ABC 1234 speeds here", BADGE, "ABC 1234"),
    ("7ABC123 parks on the lawn", BADGE, "7ABC123"),
]
FINE = [
    "More street lights, please. Thank you for coming!",
    "We waited 45 minutes in 2026 and 30 in 2025.",
    "From 2019-2026 it got better; 2019 2026.",
    "On 08-04-2026 and 2026-08-04 nobody came.",
    "Call 911? 911 EMS came at 10:30 p.m., 12345 steps away.",
    "NNO 2026 was great, 100 % + 1 @ the park",
    "Más luz en la calle 5, por favor.",
    "我们希望有更多的灯",
]


@pytest.fixture(scope="module")
def telling(chromium, demonstration):
    """The page's own judgement of a text: (kind, part) or None, without a tap for each."""
    context = chromium.new_context(locale="en-US")
    guest = Guest(context.new_page(), demonstration).opens()
    guest.says("adult", "police").goes_on("trust").answers({})
    comes_back(guest)
    yield lambda text: judged(guest, text)
    context.close()


def judged(guest, text):
    guest.writes(text).screen.locator(".go").click()
    hint = guest.page.locator("#hint")
    if hint.is_visible():
        said = hint.locator("b").inner_text(), hint.locator("mark").inner_text()
        guest.page.locator("#hint-out").click()
        return said
    guest.sees("about")
    comes_back(guest)
    return None


def comes_back(guest):
    guest.screen.get_by_role("link", name="Back").click()
    guest.sees("event")


def test_it_finds_what_could_tell_who_somebody_is(telling):
    wrong = []
    for text, kind, part in TELLING:
        said = telling(text)
        if not said or kind not in said[0] or part not in said[1]:
            wrong.append((text, said))
    assert wrong == []


def test_it_leaves_everything_else_alone(telling):
    assert [(text, said) for text in FINE if (said := telling(text))] == []


def at_the_comment(guest):
    hint = guest.page.locator("#hint")
    expect(hint).to_be_focused()
    return hint


@pytest.fixture
def writer(new_page, demonstration):
    """Somebody who has written a phone number and is about to go on."""
    guest = Guest(new_page(), demonstration).opens().says("adult", "police").goes_on("trust")
    for screen in ("respect", "help", "earlier", "event"):
        guest.goes_on(screen)
    return guest.writes("Fix the light on Oak. Call 330-555-0142 or a@example.org, thanks")


def test_taking_it_out_leaves_the_rest(writer):
    posts = Posts(writer.page)
    writer.screen.locator(".go").click()
    hint = at_the_comment(writer)
    expect(hint).to_contain_text("This looks like a phone number")
    expect(hint).to_contain_text("Only this phone looked. Nothing has been sent yet.")
    assert len(posts) == 0
    writer.page.get_by_role("button", name="Take it out").click()
    field = writer.page.locator("[name=open]")
    expect(field).to_be_focused()
    expect(field).to_have_value("Fix the light on Oak. Call or , thanks")
    writer.goes_on("about").sends()


def test_leaving_it_in_goes_on_and_is_not_asked_twice(writer):
    writer.screen.locator(".go").click()
    at_the_comment(writer)
    writer.page.get_by_role("button", name="Leave it in").click()
    writer.sees("about").sends()


def test_whoever_came_round_it_is_asked_before_sending(writer):
    """By the browser's own steps, past the button."""
    posts = Posts(writer.page)
    writer.page.evaluate("() => { location.hash = 'about' }")
    writer.sees("about").presses_send()
    at_the_comment(writer)
    writer.sees("event")
    assert len(posts) == 0
    writer.page.get_by_role("button", name="Take it out").click()
    writer.goes_on("about").sends()


def test_on_paper_nobody_is_asked(new_page, demonstration):
    page = new_page(width=1280)
    page.goto(f"{demonstration.url}/s/TRYME4/paper?lang=en")
    assert page.locator("#hint").count() == 0
