"""A whole survey, online and offline: every request it makes and everything that it keeps."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import expect

from tests.browser.actors import PRACTICE, Guest
from tests.browser.phones import (
    arrives,
    eventually,
    everything_kept,
    fills_in,
    keeps,
    opens_for_good,
    sends_into_the_queue,
    waiting,
)

pytestmark = pytest.mark.browser

FORM = f"/s/{PRACTICE}"
PAGES = [f"{FORM}?lang=en", f"{FORM}?lang=es"]


@pytest.fixture
def guest(new_page, demonstration):
    return Guest(new_page(), demonstration)


@pytest.fixture
def asked(guest):
    """Every request of every page and of the worker, from before the first one."""
    found: Counter[tuple[str, str]] = Counter()
    guest.page.context.on("request", lambda one: found.update([(one.method, one.url)]))
    return found


def second_script(url):
    """Return the language whose second script is at an address; "" for another address."""
    found = re.fullmatch(r".*/s/extra/(\w+)\.js\?v=[0-9a-f]{8}", url)
    return found[1] if found else ""


def only_the_survey(guest, *, waiting, people, scripts):
    """What a phone keeps of a survey: the queue, a count of people, empty forms with their second
    scripts, the worker."""
    url = guest.site.url
    (event,) = guest.site.rows("SELECT event_id FROM poster WHERE code = ?", PRACTICE)
    counted = [({"event", "count", "until"}, str(event[0]), people)]
    eventually(lambda: [(row.keys(), row["event"], row["count"]) for row in seen(guest)] == counted)
    eventually(lambda: everything_kept(guest.page)["session"] == {})
    kept = everything_kept(guest.page)
    assert guest.page.context.cookies() == []
    (pages,) = kept["caches"].values()
    assert sorted(filter(None, map(second_script, pages))) == scripts
    kept["caches"]["pages-1"] = [one for one in pages if not second_script(one)]
    assert kept == {
        "cookies": "",
        "local": {},
        "session": {},
        "databases": {"porchlight": {"waiting": waiting, "seen": seen(guest)}},
        "caches": {"pages-1": [url + page for page in PAGES]},
        "workers": [[f"{url}/s/", f"{url}/s/worker.js"]],
    }


def seen(guest):
    """The phone's count of people, which it writes while the thank-you stands already."""
    return everything_kept(guest.page)["databases"]["porchlight"]["seen"]


def test_a_survey_asks_for_nothing_but_itself_and_keeps_only_empty_forms(guest, asked):
    opens_for_good(guest).says("adult", "police", "fire")
    keeps(guest.page, PAGES[1])
    guest.goes_on("trust").reads_in("es").answers({"trust.police": "1", "open": "Más luz"})
    submission = guest.sends()
    arrives(guest, submission)
    only_the_survey(guest, waiting=[], people=1, scripts=["en", "es"])

    url = guest.site.url
    assert {one for one in asked if not second_script(one[1])} == {
        *(("GET", url + page) for page in PAGES),
        ("GET", f"{url}/s/worker.js"),
        ("POST", url + FORM),
    }
    assert asked["POST", url + FORM] == 1
    for page in PAGES:
        assert_is_empty(guest, page)


def test_what_waits_is_the_answers_and_no_secret(guest, new_page, asked):
    opens_for_good(guest).taps("who", "adult")
    keeps(guest.page, PAGES[1])
    guest.page.context.set_offline(True)
    asked.clear()
    submission = sends_into_the_queue(fills_in(guest))
    (row,) = waiting(guest.page)
    only_the_survey(guest, waiting=[row], people=1, scripts=["en"])
    assert row.keys() == {"id", "to", "body"}
    assert (row["id"], row["to"]) == (submission, FORM)

    said = parse_qsl(row["body"])
    beside = {"ticket", "submission", "lang", "go"}
    names = {name for name, _ in said}
    assert beside < names
    boxes = guest.page.locator("#survey input, #survey textarea")
    questions = set(
        boxes.evaluate_all("all => all.filter(e => e.type !== 'hidden').map(e => e.name)")
    )
    assert names - beside < questions
    stranger = Guest(new_page(), guest.site).opens()
    assert dict(said)["ticket"] == stranger.page.locator("[name=ticket]").input_value()
    url = guest.site.url
    assert set(asked) == {("POST", url + FORM)}  # tried, and lost
    guest.page.context.set_offline(False)
    arrives(guest, submission)
    expect(guest.page.locator("#queue")).to_be_hidden()
    only_the_survey(guest, waiting=[], people=1, scripts=["en"])


def assert_is_empty(guest, address):
    """A kept page is the one that anybody gets who opens the poster in that hour."""
    text = """async address => {
        const page = await (await caches.open('pages-1')).match(address, {ignoreVary: true});
        return page.text();
    }"""
    page = guest.page.evaluate(text, address)
    assert 'id="survey"' in page
    assert " checked" not in page
    assert "luz" not in page
