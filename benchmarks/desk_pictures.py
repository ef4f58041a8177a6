"""Pictures of the desk's pages and states, to be judged by eye, and what a script finds on them.

    python -m benchmarks.desk_pictures                    everything, into screenshots/
    python -m benchmarks.desk_pictures --only held --look 360

Beside the pictures it prints what axe finds, what is wider than the page and which targets are too
small, and on Spanish pages the lines that stand there in English. `screenshots/` is not part of the
repository.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.desk_stage import LONG, furnish, reads_in
from benchmarks.running import ROOT, serve
from benchmarks.screenshots import HEIGHT, LOOKS, Look
from benchmarks.stage import database
from survey.config import ROOT as SOURCE
from survey.desk.slugs import slug_of
from tests.browser.access import faults, too_small, too_wide
from tests.browser.find_browser import ADVICE, find_browser, launch_arguments

TO_COME, RUNNING, OVER = f"{slug_of(LONG)}-2027", "river-junction-2026", "maple-falls-2026"
FILE = SOURCE / "tests/imports/files/02_google_sheets_commas.csv"
COOKIE = "porchlight_desk"
STAYS = 1_000  # ms for a page that fills itself
PATIENCE = 120_000  # ms for a picture of 200 cards
TALL = "() => document.documentElement.scrollHeight"
OPEN_ALL = "() => document.querySelectorAll('main details').forEach(one => { one.open = true; })"
TEXTS = """() => [...document.querySelectorAll('main, header, footer')].flatMap(part => {
    const walk = document.createTreeWalker(part, NodeFilter.SHOW_TEXT), found = [];
    while (walk.nextNode()) {
        const at = walk.currentNode.parentElement;
        if (!at.closest('[lang]:not(html)') && at.checkVisibility())
            found.push(walk.currentNode.data.trim().replace(/\\s+/g, ' '));
    }
    return found.filter(one => /[a-z]{3}.* /i.test(one));
})"""
NAMED = ("Oregon", "National Night Out", "Chief Bo", "Petersburg", "River Junction", "Third Street")


@dataclass(frozen=True)
class Stop:
    """One page: who looks, where, and what is done there before the picture."""

    address: str
    who: str = "Ana"
    does: Callable[[Page], None] = lambda page: None
    printed: bool = False
    opened: bool = False  # everything that can be folded out


def presses(*names: str) -> Callable[[Page], None]:
    """Press these buttons or links, one after the other, in whichever language."""

    def press(page: Page) -> None:
        for name in names:
            page.locator(name).first.click()
            page.wait_for_load_state()

    return press


def fills(*pairs: tuple[str, str], then: str = "main .go") -> Callable[[Page], None]:
    def fill(page: Page) -> None:
        for name, value in pairs:
            page.locator(f"[name='{name}']").first.fill(value)
        page.locator(then).first.click()
        page.wait_for_load_state()

    return fill


def ticks(name: str, value: str, *more: tuple[str, str]) -> Callable[[Page], None]:
    def tick(page: Page) -> None:
        page.locator(f"[name='{name}'][value='{value}']").check()
        fills(*more)(page)

    return tick


def brings(page: Page) -> None:
    page.locator("input[type=file]").set_input_files(FILE)
    page.locator("main .go").first.click()
    page.wait_for_load_state()


def works_out(page: Page) -> None:
    """Have it worked out what would be published; wait until it is."""
    if page.locator("a[href$='/sure']").count() == 0:
        page.locator("main form button").first.click()
        page.locator("a[href$='/sure']").wait_for(timeout=180_000)


def goes_on(page: Page) -> None:
    works_out(page)
    presses("main .go")(page)


def own(*parts: str) -> str:
    return "/".join(("/desk/events", *parts))


PLACES, EVENT = "/desk/places", "/desk/events"
NEW = "/desk/new?town=Alder+Creek&county=Hollis&state=Ohio"
STOPS = {
    "sign-in": Stop("/desk/sign-in", ""),
    "sign-in-wrong": Stop("/desk/sign-in", "", fills(("name", "Ana"), ("password", "no"))),
    "link-over": Stop("/desk/welcome/long-gone", ""),
    "home": Stop("/desk/"),
    "home-operator": Stop("/desk/", "Olive"),
    "home-department": Stop("/desk/", "Chief Bo Lindqvist"),
    "home-reviewer": Stop("/desk/", "Rui"),
    "place-to-come": Stop(f"{PLACES}/{slug_of(LONG)}"),
    "place-running": Stop(f"{PLACES}/river-junction"),
    "place-over": Stop(f"{PLACES}/maple-falls"),
    "place-department": Stop(f"{PLACES}/maple-falls", "Chief Bo Lindqvist"),
    "place-reviewer": Stop(f"{PLACES}/maple-falls", "Rui"),
    "new-1": Stop("/desk/new"),
    "new-1-wrong": Stop("/desk/new", does=presses("main .go")),
    "new-2": Stop(f"{NEW}&step=day"),
    "new-2-wrong": Stop(f"{NEW}&step=agencies&day=other&other=2020-01-01&starts=17:00&ends=16:00"),
    "new-3": Stop(f"{NEW}&step=day", does=presses("main .go")),
    "new-4": Stop(f"{NEW}&step=day", does=presses("main .go", "main .go")),
    "new-5": Stop(f"{NEW}&step=day", does=presses(*["main .go"] * 3)),
    "new-6": Stop(f"{NEW}&step=day", does=presses(*["main .go"] * 4)),
    "new-again": Stop(f"{PLACES}/maple-falls/again"),
    "plan": Stop(own(TO_COME), opened=True),
    "plan-folded": Stop(own(TO_COME)),
    "plan-locked": Stop(own(RUNNING)),
    "posters": Stop(own(TO_COME, "posters")),
    "posters-open": Stop(own(TO_COME, "posters"), opened=True),
    "posters-replace": Stop(
        own(RUNNING, "posters"), does=presses(".rows summary", ".rows a[href*=replace]")
    ),
    "sheets": Stop(own(TO_COME, "sheets"), printed=True),
    "tents": Stop(own(TO_COME, "sheets?as=tents"), printed=True),
    "hand-outs": Stop(own(TO_COME, "sheets?as=cards"), printed=True),
    "cards": Stop(own(TO_COME, "cards")),
    "cards-none": Stop(own(RUNNING, "cards"), does=fills(("number", "many"))),
    "card-sheets": Stop(own(TO_COME, "cards/sheets"), printed=True),
    "try-out": Stop(own(TO_COME, "try-out"), opened=True),
    "try-out-before": Stop(own("oak-bend-2027", "try-out")),
    "night": Stop(own(RUNNING, "night")),
    "night-before": Stop(own(TO_COME, "night")),
    "paper": Stop(own(RUNNING, "paper")),
    "close": Stop(own(RUNNING, "close")),
    "held": Stop(own(OVER, "held"), opened=True),
    "held-group": Stop(own(OVER, "held/1")),
    "held-wrong": Stop(own(OVER, "held/1"), does=presses("main .go")),
    "held-nothing": Stop(own("elm-grove-2026", "held")),
    "comments": Stop(f"{PLACES}/maple-falls/comments", opened=True),
    "comments-none": Stop(f"{PLACES}/river-junction/comments"),
    "comments-kept": Stop(f"{PLACES}/maple-falls/comments/kept"),
    "replies": Stop(f"{PLACES}/maple-falls/replies", "Chief Bo Lindqvist"),
    "reply": Stop(f"{PLACES}/maple-falls/replies/2026/traffic", "Chief Bo Lindqvist"),
    "reply-look": Stop(
        f"{PLACES}/maple-falls/replies/2026/traffic", "Chief Bo Lindqvist",
        ticks("stands", "done", ("text", "The city put in 14 new lights.")),
    ),
    "records": Stop(f"{PLACES}/maple-falls/records", printed=True),
    "earlier": Stop(f"{PLACES}/birch-hollow/earlier"),
    "imports": Stop(own("birch-hollow-2025", "imports")),
    "import-look": Stop(own("birch-hollow-2025", "imports"), does=brings),
    "event-end": Stop(own(OVER, "delete")),
    "people": Stop("/desk/people"),
    "invite": Stop("/desk/people/invite"),
    "invited": Stop("/desk/people/invite", does=ticks("role", "reviewer")),
    "person": Stop("/desk/people/3", "Olive"),
    "me": Stop("/desk/me"),
    "me-open": Stop("/desk/me", opened=True),
    "diary": Stop("/desk/diary?check=1", "Olive"),
    "keeping": Stop("/desk/keeping", "Olive", opened=True),
    "keeping-organiser": Stop("/desk/keeping"),
    "publish": Stop("/desk/publish", "Olive"),
    "publish-ready": Stop("/desk/publish", "Olive", works_out, opened=True),
    "publish-sure": Stop("/desk/publish", "Olive", goes_on),
    "nowhere": Stop("/desk/places/nowhere"),
}  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--only", default="", help="part of a page's name")
    options.add_argument("--look", default="", help="part of a look's name")
    options.add_argument("--to", type=Path, default=ROOT / "screenshots")
    asked = options.parse_args()
    if not (path := find_browser()):
        raise SystemExit(ADVICE)
    asked.to.mkdir(exist_ok=True)
    with database("sqlite") as url, sync_playwright() as playwright:
        tokens = furnish(url)
        browser = playwright.chromium.launch(executable_path=path, args=launch_arguments())
        with serve(url, workers=2) as server:
            walk = Walk(browser, f"http://127.0.0.1:{server.port}", url, tokens, asked.to)
            for look in LOOKS:
                if asked.look in look.name:
                    walk.all(look, asked.only)
        browser.close()


@dataclass
class Walk:
    """Goes from page to page and looks at each."""

    browser: Browser
    url: str
    database: str
    tokens: dict[str, str]
    to: Path
    english: dict[str, set[str]] = field(default_factory=dict)

    def all(self, look: Look, only: str) -> None:
        if look.language != "en" and not self.english:
            self.all(look._replace(name="en", language="en"), only)
        reads_in(self.database, look.language)
        for name, stop in STOPS.items():
            if only in name and (stop.printed or not look.print):
                try:
                    self.look_at(name, stop, look)
                except Exception as error:  # one page less
                    print(f"{name} {look.name}: {str(error)[:300]}", flush=True)

    def look_at(self, name: str, stop: Stop, look: Look) -> None:
        context = self.browser.new_context(
            viewport={"width": look.width, "height": HEIGHT[look.width]},
            color_scheme="dark" if look.dark else "light",
        )
        with closing(context):
            page = self.opens(context, stop, look)
            if look.print:
                page.emulate_media(media="print")
            page.screenshot(
                path=self.to / f"{name}-{look.name}.png", full_page=True, timeout=PATIENCE
            )
            found = too_small(page) + too_wide(page)
            if look.language != "en":
                same = set(page.evaluate(TEXTS)) & self.english.get(name, set())
                found += sorted(one for one in same if not any(own in one for own in NAMED))
            else:
                found += faults(page)
                self.english[name] = set(page.evaluate(TEXTS))
            for one in dict.fromkeys(found):
                print(f"{name} {look.name}: {one}", flush=True)

    def opens(self, context: BrowserContext, stop: Stop, look: Look) -> Page:
        if stop.who:
            context.add_cookies([{"name": COOKIE, "value": self.tokens[stop.who], "url": self.url}])
        page = context.new_page()
        mark = "" if stop.who else f"?lang={look.language}"
        page.goto(f"{self.url}{stop.address}{mark}")
        stop.does(page)
        if stop.opened:
            page.evaluate(OPEN_ALL)
        if page.locator("iframe").count():  # drawn only where it is in sight
            page.set_viewport_size({"width": look.width, "height": page.evaluate(TALL)})
            page.wait_for_timeout(STAYS)
        return page


if __name__ == "__main__":
    main()
