"""How long one paper form takes to key in: a scripted typist with a pile of sheets.

    python -m benchmarks.keying [--forms 20]

The typist presses a key every 0.28 s (an average typist; Card, Moran and Newell, The
keystroke-level model, 1980), thinks 1.35 s before each side of a sheet and needs 2 s to turn it and
take the next one. Every key is really pressed, in Chromium with a processor four times slower, at
the page that a real server sends; whatever the page takes beyond the typist's own pace is in the
figure. One form in five is taken back and keyed again.
"""

from __future__ import annotations

import argparse
import statistics
import time

from playwright.sync_api import Page, sync_playwright

from benchmarks.running import serve
from benchmarks.stage import database, open_posters, table
from tests.browser.find_browser import find_browser, launch_arguments

KEY, THINK, TURN = 0.28, 1.35, 2.0  # s
GOAL = 20.0  # s a form
# An adult who met police and fire, each answer given; the line break is where the sheet is turned.
SHEET = ("1 1 3 0 4 5 4 3 4 2 3", "1 Enter 3 3 4 0 1 2 Enter")
SLOWER = 4  # times: an old computer of the town


class Typist:
    """Somebody who keys sheets in, one after the other."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys, self.saved = page, 0, 0

    def sheet(self) -> float:
        """Key one sheet in and return how long that took, in seconds."""
        begun = time.monotonic()
        for side in SHEET:
            time.sleep(THINK)
            for key in side.split():
                self.press(key)
        self.saved += 1
        self.waits_for(self.saved)
        time.sleep(TURN)
        return time.monotonic() - begun

    def takes_back(self) -> float:
        begun = time.monotonic()
        self.press("Backspace")
        time.sleep(THINK)
        self.press("Enter")
        self.saved -= 1
        self.waits_for(self.saved)
        return time.monotonic() - begun

    def press(self, key: str) -> None:
        due = time.monotonic() + KEY
        self.page.keyboard.press(key)
        self.keys += 1
        time.sleep(max(0.0, due - time.monotonic()))

    def waits_for(self, number: int) -> None:
        line = f"Saved: {number}" if number else ""
        self.page.wait_for_function(
            "line => document.querySelector('#saved').textContent === line"
            " && document.activeElement.name === 'who'",
            arg=line,
        )


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--forms", type=int, default=20)
    forms = options.parse_args().forms
    with database("sqlite") as url, sync_playwright() as playwright:
        (code,) = open_posters(url, 1, ("en", "es"))
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=launch_arguments()
        )
        with serve(url) as server:
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            slow = page.context.new_cdp_session(page)
            slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            page.goto(f"http://127.0.0.1:{server.port}/s/{code}/paper?lang=en")
            report(*pile(Typist(page), forms))
        browser.close()


def pile(typist: Typist, forms: int) -> tuple[list[float], list[float], float]:
    """Return seconds of each sheet, of each that was taken back, and keys a sheet."""
    typist.waits_for(0)
    sheets, back = [], []
    for number in range(1, forms + 1):
        sheets.append(typist.sheet())
        if number % 5 == 0:
            back.append(typist.takes_back())
            sheets.append(typist.sheet())
    return sheets, back, sum(len(side.split()) for side in SHEET)


def report(sheets: list[float], back: list[float], keys: float) -> None:
    of_typist = keys * KEY + len(SHEET) * THINK + TURN
    rows = [
        ["keys a form", f"{keys:.0f}"],
        ["a form, median", f"{statistics.median(sheets):.1f} s"],
        ["a form, longest", f"{max(sheets):.1f} s (goal {GOAL:.0f})"],
        ["of that the typist's own pace", f"{of_typist:.1f} s"],
    ]
    if back:
        rows.append(["taking one back, median", f"{statistics.median(back):.1f} s"])
    print(table(["what", "figure"], rows))


if __name__ == "__main__":
    main()
