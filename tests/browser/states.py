"""Every state of the survey that somebody can meet, one after the other, on one phone.

Each function yields the name of a state while its page shows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from playwright.sync_api import Page, expect

from survey.questionnaire.content_files import read_content
from tests.browser.actors import Guest, closed_code, upcoming_code

# Posts the form as a phone without a script would; the page that answers is the server's own.
POST = """([pairs, go]) => {
    const form = document.getElementById('survey');
    for (const [name, value] of [...pairs, ['go', go]]) {
        const written = form.querySelector(`textarea[name="${name}"]`);
        const one = written || form.appendChild(document.createElement('input'));
        if (!written) Object.assign(one, {type: 'hidden', name});
        one.value = value;
    }
    form.submit();
}"""
# How many people this phone has counted, over its events.
COUNTED = """() => new Promise((resolve, reject) => {
    const asked = indexedDB.open('porchlight', 1);
    asked.onerror = reject;
    asked.onsuccess = () => {
        const rows = asked.result.transaction('seen').objectStore('seen').getAll();
        rows.onsuccess = () => {
            asked.result.close();
            resolve(rows.result.reduce((sum, row) => sum + row.count, 0));
        };
    };
})"""
CONTENT = read_content()
LANGUAGES = sorted(one.code for one in CONTENT.offered(CONTENT.languages))
CODE = "#code=00000000-0000-4000-8000-000000000000"  # of a first visit, as a bookmark keeps it


class Codes(NamedTuple):
    """Posters at two events that offer every language."""

    now: str
    weeks_ago: str  # answers once more


def posts_plainly(page: Page, go: str, **given: Any) -> Page:
    """Send the form without its script; wait for the page that the server answers with."""
    with page.expect_navigation():
        pairs = [[key.replace("__", "."), value] for key, value in given.items()]
        page.evaluate(POST, [pairs, go])
    return page


def counts_to(page: Page, people: int) -> None:
    """Wait until the phone has noted that many people: whoever reopens the form sooner is not
    asked whether they answered before."""
    for _ in range(200):
        if page.evaluate(COUNTED) >= people:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"The phone counted fewer than {people} people.")


def adult(guest: Guest, codes: Codes, language: str) -> Iterator[str]:
    """Start, error of the gate, every screen with the longer module, thank-you, receipt, again."""
    page = guest.opens(codes.now, language).page
    yield "start"
    guest.screen.locator(".go").click()
    expect(page.locator("#stay")).not_to_be_empty()
    yield "nobody is chosen"
    guest.says("adult", "police", "fire")
    yield from chain(guest, page.locator("#survey .screen:not([data-for=child])"))
    page.context.set_offline(True)
    guest.presses_send()
    expect(page.locator("#waits")).to_be_visible()
    page.locator("#receipt summary").click()
    yield "waiting for a signal, receipt open"
    page.context.set_offline(False)
    expect(page.locator("#fate")).not_to_be_empty()
    yield "thank-you"
    another = page.locator("[data-another]:visible")
    another.click()
    guest.says("adult")
    guest.screen.locator(".go").click()
    guest.answers({})
    guest.presses_send()
    expect(page.locator("#done")).to_be_visible()
    counts_to(page, 2)
    guest.opens(codes.now, language).says("adult")
    expect(page.locator("#seen")).to_be_visible()
    yield "answered on this phone before"
    guest.screen.locator(".go").click()
    expect(page.locator("#again")).to_be_visible()
    yield "did you answer already?"
    page.locator("#again-no").click()
    expect(page.locator("#bye")).to_be_visible()
    yield "goodbye"


def teen(guest: Guest, codes: Codes, language: str) -> Iterator[str]:
    guest.opens(codes.now, language).says("teen", "fire")
    yield from chain(guest, guest.page.locator("#survey [data-for~=teen].screen"))


def child(guest: Guest, codes: Codes, language: str) -> Iterator[str]:
    guest.opens(codes.now, language).says("child")
    for screen in ("grown_up", "child_ok"):
        guest.goes_on(screen)
        yield screen
        guest.screen.locator("input").first.check()
    yield from chain(guest, guest.page.locator("#survey [data-for=child].screen"))
    guest.page.evaluate("() => { location.hash = 'grown_up' }")
    guest.sees("grown_up").taps("c_ok", "no").screen.locator(".go").click()
    expect(guest.page.locator("#bye")).to_be_visible()
    yield "stopped"


def later(guest: Guest, codes: Codes, language: str) -> Iterator[str]:
    """Three weeks on, by the address that a phone kept; and by one that lost its code."""
    address = f"{guest.site.url}/s/{codes.weeks_ago}/later?lang={language}"
    guest.opens_address(address + CODE).says("adult")
    yield "start"
    yield from chain(guest, guest.page.locator("#survey .screen"))
    guest.page.goto("about:blank")
    guest.page.goto(address)
    expect(guest.page.locator("#bye")).to_be_visible()
    yield "no code"


def chain(guest: Guest, screens: Any) -> Iterator[str]:
    """Go to each of these screens by its address, as a step back or a bookmark does."""
    for screen in screens.evaluate_all("all => all.map(one => one.id)"):
        if screen != "start":
            guest.page.evaluate("id => { location.hash = id }", screen)
            yield guest.sees(screen).screen.get_attribute("id") or ""


def kiosk(guest: Guest, codes: Codes, language: str) -> Iterator[str]:
    guest.page.clock.install()
    guest.opens_address(f"{guest.site.url}/s/{codes.now}/kiosk?lang={language}").says("adult")
    guest.page.clock.run_for(46_000)
    expect(guest.page.locator("#idle")).to_be_visible()
    yield "left alone"
    guest.page.locator("#idle button").click()
    guest.goes_on("trust").answers({}).presses_send()
    guest.page.clock.run_for(2_000)
    expect(guest.page.locator("#done .ticking")).to_be_visible()
    yield "ready for the next person"


def paper(guest: Guest, codes: Codes, language: str) -> Iterator[str]:
    guest.opens_address(f"{guest.site.url}/s/{codes.now}/paper?lang={language}").says("adult")
    expect(guest.page.locator("#about")).to_be_visible()
    yield "all on one page"


def plain(guest: Guest, codes: Codes, language: str) -> Iterator[str]:
    """The pages that the server answers with."""
    page = guest.opens(codes.now, language).page
    posts_plainly(page, "next:start")
    expect(page.locator("#errors")).to_be_visible()
    yield "who?"
    posts_plainly(guest.opens(codes.now, language).page, "review", who="adult", trust__police="2")
    yield "review"
    wrong = {"who": "adult", "open": "!" * 300, "trust__police": "9"}
    posts_plainly(guest.opens(codes.now, language).page, "send", **wrong)
    expect(page.locator(".error").first).to_be_visible()
    yield "errors"
    submission = guest.opens(codes.now, language).submission
    posts_plainly(page, "send", who="adult", trust__police="2")
    yield "stored"
    guest.opens(codes.now, language)
    page.locator("[name=submission]").evaluate("(one, id) => { one.value = id }", submission)
    posts_plainly(page, "send", who="adult", trust__police="3")
    yield "conflict"
    posts_plainly(guest.opens(codes.now, language).page, "next:grown_up", who="child", c_ok="no")
    yield "stopped"
    guest.opens_address(f"{guest.site.url}/s/{codes.weeks_ago}/later?lang={language}{CODE}")
    posts_plainly(page, "next:start", who="child")
    yield "other audience"
    for code in (closed_code(guest.site), upcoming_code(guest.site), "ZZZZZZ"):
        page.goto(f"{guest.site.url}/s/{code}?lang={language}")
        yield code


JOURNEYS = (adult, teen, child, later, kiosk, paper, plain)
