"""Somebody new at the desk, who reads what the pages say; clicks and letters are counted."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page

from tests.browser.access import faults, too_small, too_wide
from tests.browser.server import Site
from tests.desk_people import PASSWORD

ADDRESS = "https://survey.example"  # what posters print
BY_ITSELF = 180_000  # ms: a release is worked out, on a machine that is busy with everything else


@dataclass
class Organiser:
    """One browser; what stood in the way on any page is collected."""

    page: Page
    site: Site
    clicks: int = 0
    letters: int = 0
    found: list[str] = field(default_factory=list)

    def opens_the_link(self) -> Organiser:
        link = self.site.flask("operator link").split()[-1]
        self.page.goto(self.site.url + link.removeprefix(ADDRESS))
        return self.looks()

    def looks(self) -> Organiser:
        """Run axe, and look for small targets and pages that scroll sideways."""
        where = self.page.title()
        all_of_it = faults(self.page) + too_small(self.page) + too_wide(self.page)
        self.found += [f"{where}: {one}" for one in all_of_it]
        return self

    def types(self, label: str, text: str) -> Organiser:
        """Type into a field; one that has the focus already needs no click."""
        box = self.page.get_by_label(label, exact=True)
        if not box.evaluate("one => one === document.activeElement"):
            self.clicks += 1
            box.click()
        self.letters += len(text)
        box.press_sequentially(text)
        return self

    def chooses(self, label: str, option: str) -> Organiser:
        self.clicks += 2  # opens the list, takes one
        self.page.get_by_label(label, exact=True).select_option(option)
        return self

    def presses(self, name: str) -> Organiser:
        """Press the button or link of that name, and look at where it leads: at the page after,
        which is not there yet when the click is done."""
        self.clicks += 1
        with self.page.expect_navigation():
            self.button(name).click()
        return self.looks()

    def prints(self, name: str) -> Organiser:
        """Press what leads nowhere: the browser's own window opens."""
        self.clicks += 1
        self.button(name).click()
        return self.looks()

    def ticks(self, label: str) -> Organiser:
        self.clicks += 1
        self.page.get_by_label(label).check()
        return self

    def waits_for(self, name: str) -> Organiser:
        """Wait, without a click, until a page that goes on by itself offers something."""
        self.button(name).wait_for(timeout=BY_ITSELF)
        return self.looks()

    def button(self, name: str) -> Locator:
        button = self.page.get_by_role("button", name=name, exact=True)
        return button.or_(self.page.get_by_role("link", name=name, exact=True)).first

    def joins(self) -> Organiser:
        self.types("Your name", "Ana").types("A password", PASSWORD)
        return self.presses("Open the desk")
