"""A phone that loses its signal and finds it again, and what it keeps meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Error, Page, expect

from tests.browser.actors import PRACTICE, Guest

PATIENCE = 60  # seconds for something to be sent or stored
WAITING = "1 set of answers is waiting for a signal."
STORED = "Your answers are in."

READY = "() => navigator.serviceWorker.controller"
KEEPS = """async address => {
    const pages = await caches.open('pages-1');
    return Boolean(await pages.match(address, {ignoreVary: true}));
}"""
# Everything that a page of this origin can find in the browser. Databases that nothing was ever
# put into do not exist.
KEPT = """async () => {
    const wait = asked => new Promise((done, failed) => {
        asked.onsuccess = () => done(asked.result);
        asked.onerror = () => failed(asked.error);
    });
    const databases = {};
    for (const {name} of await indexedDB.databases()) {
        const base = await wait(indexedDB.open(name)), rows = databases[name] = {};
        for (const store of base.objectStoreNames)
            rows[store] = await wait(base.transaction(store).objectStore(store).getAll());
        base.close();
    }
    const kept = {};
    for (const name of await caches.keys())
        kept[name] = (await (await caches.open(name)).keys()).map(one => one.url);
    const workers = await navigator.serviceWorker.getRegistrations();
    return {
        cookies: document.cookie, local: {...localStorage}, session: {...sessionStorage},
        databases, caches: kept,
        workers: workers.map(one => [one.scope, (one.active || one.installing).scriptURL]),
    };
}"""


def opens_for_good(guest: Guest, code: str = PRACTICE, language: str = "en") -> Guest:
    """Open the survey; wait until it would open again without a signal.

    The page asks for no background sync: "offline" does not reach a worker that the browser wakes.
    """
    guest.page.context.add_init_script("delete self.SyncManager")
    guest.opens(code, language)
    guest.page.wait_for_function(READY)
    keeps(guest.page, f"/s/{code}?lang={language}")
    return guest


def keeps(page: Page, address: str) -> None:
    """Wait until the page of this address would open without a signal."""
    eventually(lambda: page.evaluate(KEEPS, address))  # wait_for_function takes a promise for true


def fills_in(guest: Guest) -> Guest:
    """Answer everything, up to the button that sends."""
    return guest.says("adult", "police").goes_on("trust").answers()


def sends_into_the_queue(guest: Guest) -> str:
    """Press send without a signal; see that the answers wait; return their id."""
    submission = guest.submission
    guest.presses_send()
    expect(guest.page.locator("#done")).to_be_visible()
    expect(guest.page.locator("#waits")).to_be_visible()
    expect(guest.page.locator("#queue")).to_have_text(WAITING)
    return submission


def everything_kept(page: Page) -> dict[str, Any]:
    """Return whatever the browser keeps for this page's origin."""
    found: dict[str, Any] = page.evaluate(KEPT)
    return found


def waiting(page: Page) -> list[dict[str, Any]]:
    """Return the rows of the queue; none where there is no queue yet."""
    stores = everything_kept(page)["databases"].get("porchlight", {})
    rows: list[dict[str, Any]] = stores.get("waiting", [])
    return rows


def eventually(what: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until something holds. A page that loads anew meanwhile is asked again."""
    end = time.monotonic() + seconds
    while not holds(what):
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.1)


def holds(what: Callable[[], object]) -> bool:
    try:
        return bool(what())
    except Error as error:
        if "context was destroyed" not in str(error):
            raise
        return False


def arrives(guest: Guest, submission: str) -> dict[str, Any]:
    """Wait until the answers are stored; return them."""
    end = time.monotonic() + PATIENCE
    while not guest.site.stored(submission):
        assert time.monotonic() < end, guest.page.locator("#queue, #fate").all_inner_texts()
        guest.page.wait_for_timeout(50)  # and lets the browser tell what it does
    (stored,) = guest.site.stored(submission)
    return stored


class Posts:
    """Counts what is posted from any page and from the worker; `answer` may stand in its way."""

    def __init__(self, page: Page) -> None:
        self.times: list[float] = []
        self.context = page.context
        self.context.on("request", self.note)

    def note(self, request: Any) -> None:
        if request.method == "POST" and urlsplit(request.url).path.startswith("/s/"):
            self.times.append(time.monotonic())

    def __len__(self) -> int:
        return len(self.times)
