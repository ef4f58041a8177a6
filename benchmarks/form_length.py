"""How long the survey is for an adult: screens, their height on a phone, words, taps and time.

    python -m benchmarks.form_length

A scripted reader of 360x740 px who met police, fire and ambulance reads every word of every screen
at 250 words a minute and taps once for each question and once to go on, 1.5 s each. The form may
say "about a minute" only where this takes under 90 s; else it says "less than" so many minutes.
`tests/browser/test_length.py` holds the form to its goals and to what it says.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from math import ceil

from playwright.sync_api import Page, sync_playwright

from benchmarks.running import serve
from benchmarks.stage import database, open_posters, table
from tests.browser.find_browser import find_browser, launch_arguments

PHONE = {"width": 360, "height": 740}  # px
WORDS = 250  # a minute, as adults read prose
TAP = 1.5  # s
MET = ("police", "fire", "ems")
LANGUAGES = ("en", "es")

LOOK = """() => {
    const seen = one => one.offsetParent;
    const screen = [...document.querySelectorAll('section.screen')].find(seen);
    const go = [...screen.querySelectorAll('.steps .go')].find(seen).getBoundingClientRect();
    const title = screen.id === 'start' ? document.querySelector('header').innerText : '';
    const boxes = [...screen.querySelectorAll('input')].filter(seen).map(one => one.name);
    return {
        id: screen.id,
        height: Math.ceil(screen.getBoundingClientRect().bottom + scrollY) + 16,
        next_ends: Math.ceil(go.bottom + scrollY),
        words: `${title} ${screen.innerText}`.trim().split(/\\s+/).length,
        questions: new Set(boxes).size,
    };
}"""  # 16: the page's own margin; a title is read once


@dataclass(frozen=True)
class ScreenSize:
    """One screen as it stands on a phone: px, words, and questions with something to tap."""

    id: str
    height: int
    next_ends: int
    words: int
    questions: int

    @property
    def taps(self) -> int:
        return self.questions + 1

    @property
    def seconds(self) -> float:
        return self.words / WORDS * 60 + self.taps * TAP


def walk(page: Page, address: str) -> list[ScreenSize]:
    """Return the screens of the adult form, from the first to the one that sends."""
    page.goto(address)
    page.locator("[name=who][value=adult]").check()
    for kind in MET:
        page.locator(f"[name=met][value={kind}]").check()
    screens = [ScreenSize(**page.evaluate(LOOK))]
    while not page.locator("button.go[value^=send]").filter(visible=True).count():
        page.locator(".screen > .steps .go").filter(visible=True).click()
        page.wait_for_function(
            "id => !document.getElementById(id).offsetParent", arg=screens[-1].id
        )
        screens.append(ScreenSize(**page.evaluate(LOOK)))
    return screens


def heights(screens: list[ScreenSize]) -> float:
    """Return how many phones high all screens are together."""
    return sum(screen.height for screen in screens) / PHONE["height"]


def minutes(screens: list[ScreenSize]) -> int:
    """Return the minutes that may be said: one under 90 s, else rounded up."""
    seconds = sum(screen.seconds for screen in screens)
    return 1 if seconds < 90 else ceil(seconds / 60)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.parse_args()
    with database("sqlite") as url, sync_playwright() as playwright:
        (code,) = open_posters(url, 1, LANGUAGES)
        path = find_browser()
        browser = playwright.chromium.launch(executable_path=path, args=launch_arguments())
        with serve(url) as server:
            for language in LANGUAGES:
                page = browser.new_page(viewport=PHONE)  # type: ignore[arg-type]
                page.set_viewport_size(PHONE)  # type: ignore[arg-type]
                address = f"http://127.0.0.1:{server.port}/s/{code}?lang={language}"
                report(language, walk(page, address))
        browser.close()


def report(language: str, screens: list[ScreenSize]) -> None:
    rows = [
        [one.id, one.height, one.next_ends, one.words, one.taps, f"{one.seconds:.0f}"]
        for one in screens
    ]
    taps, words = sum(one.taps for one in screens), sum(one.words for one in screens)
    seconds = sum(one.seconds for one in screens)
    print(f"\n{language}\n")
    print(table(["screen", "height, px", "next ends at", "words", "taps", "s"], rows))
    print(
        f"\n{len(screens)} screens, {heights(screens):.1f} heights, {words} words, {taps} taps, "
        f"{seconds:.0f} s: say {minutes(screens)} min"
    )


if __name__ == "__main__":
    main()
