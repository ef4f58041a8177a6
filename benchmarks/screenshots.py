"""Pictures of every page and state, to be judged by eye: widths, light and dark, print, Spanish.

    python -m benchmarks.screenshots                      everything, into screenshots/
    python -m benchmarks.screenshots --only community     what has this in its name
    python -m benchmarks.screenshots --url sqlite:////tmp/country.sqlite     of another database

Serves the demonstration from a temporary database. `screenshots/` is not part of the repository.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.results import flask
from benchmarks.running import ROOT, serve
from benchmarks.stage import database
from tests.browser.find_browser import ADVICE, find_browser, launch_arguments
from tests.browser.server import Site

PAGES = {
    "home": "/",
    "overview": "/results",
    "overview-state": "/results?state=Ohio",
    "overview-county": "/results?state=Ohio&county=Mahoning",
    "overview-verdict": "/results?told=higher",
    "overview-score": "/results?measure=index",
    "overview-no-figures": "/results?measure=nonsense",
    "community": "/results/buffalo",
    "community-small": "/results/new-middletown",
    "community-question-changed": "/results/buffalo?measure=approach",
    "community-score": "/results/austintown?measure=index",
    "community-groups": "/results/austintown?cut=age",
    "compare": "/results/compare?c=buffalo&c=liberty&c=syracuse",
    "context": "/results/compare?c=buffalo",
    "funnel": "/results/funnel",
    "find": "/places?q=new",
    "find-nothing": "/places?q=zzz",
    "how-to-read": "/how-to-read",
    "data": "/data",
    "privacy": "/privacy",
    "accessibility": "/accessibility",
    "poster": "/poster/TRYME4",
    "paper": "/poster/TRYME4/form",
    "survey": "/s/TRYME4",
    "not-found": "/nowhere",
}
ATTENDEES = ("survey", "paper")  # these are taken in Arabic, too, of an event that offers it


PRACTICE = "TRYME4"


class Look(NamedTuple):
    """How a page is looked at."""

    name: str
    width: int
    dark: bool = False
    print: bool = False
    language: str = "en"


LOOKS = (
    Look("360", 360),
    Look("768", 768),
    Look("1440", 1440),
    Look("360-dark", 360, dark=True),
    Look("1440-dark", 1440, dark=True),
    Look("print", 816, print=True),
    Look("360-es", 360, language="es"),
    Look("1440-es", 1440, language="es"),
)
ARABIC = Look("360-ar", 360, language="ar")
HEIGHT = {360: 740, 768: 1024, 1440: 900, 816: 1056}


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--only", default="", help="part of a page's name")
    options.add_argument("--look", default="", help="part of a look's name")
    options.add_argument("--url", help="of a database that is there already")
    options.add_argument("--to", type=Path, default=ROOT / "screenshots")
    asked = options.parse_args()
    if not (path := find_browser()):
        raise SystemExit(ADVICE)
    asked.to.mkdir(exist_ok=True)
    with demonstration(asked.url) as url, serve(url, workers=1) as server, sync_playwright() as one:
        browser = one.chromium.launch(executable_path=path, args=launch_arguments())
        arabic = offering(url, "ar") if not asked.url else PRACTICE
        for name, look in wanted(asked):
            address = PAGES[name].replace(PRACTICE, arabic) if look is ARABIC else PAGES[name]
            take(browser, f"http://127.0.0.1:{server.port}{address}", name, look, asked.to)
        browser.close()


@contextmanager
def demonstration(url: str | None) -> Iterator[str]:
    """Give the address of a database with the demonstration in it."""
    if url:
        yield url
        return
    with database("sqlite") as new:
        flask(new, "migrate")
        flask(new, "demo")
        yield new


def offering(url: str, language: str) -> str:
    """Add an event of today that offers a language; return its poster's code."""
    site, day = Site(Path(url.removeprefix("sqlite:///"))), f"{datetime.now(UTC):%Y-%m-%d}"
    said = site.flask(
        f"event add liberty --day {day} --starts 00:00 --time-zone UTC --language {language}"
    )
    event = next(line.split(":")[0] for line in said.splitlines() if "opens" in line)
    said = site.flask(f"poster add {event} --channel all")
    return next(line.split(":")[0] for line in said.splitlines() if "/s/" in line)


def wanted(asked: argparse.Namespace) -> Iterator[tuple[str, Look]]:
    for name in PAGES:
        looks = (*LOOKS, ARABIC) if name in ATTENDEES else LOOKS
        for look in looks:
            if asked.only in name and asked.look in look.name:
                yield name, look


def take(browser: Browser, address: str, name: str, look: Look, folder: Path) -> None:
    """Save one page as it is looked at."""
    page = browser.new_page(
        viewport={"width": look.width, "height": HEIGHT[look.width]},
        color_scheme="dark" if look.dark else "light",
    )
    joined = "&" if "?" in address else "?"
    page.goto(f"{address}{joined}lang={look.language}", wait_until="networkidle")
    if look.print:
        page.emulate_media(media="print")
    see_all(page)
    page.screenshot(path=folder / f"{name}-{look.name}.png", full_page=True)
    page.close()


def see_all(page: Page) -> None:
    """Scroll through the page, so that what is drawn only when it comes near is there."""
    page.evaluate("""async () => {
        for (let y = 0; y < document.body.scrollHeight; y += innerHeight) {
            scrollTo(0, y);
            await new Promise(done => setTimeout(done, 60));
        }
        scrollTo(0, 0);
    }""")
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    main()
