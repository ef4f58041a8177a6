"""The people of the browser tests: somebody at the event, with a phone, who reads and taps."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import APIRequestContext, Locator, Page, expect

from tests.browser.access import RING
from tests.browser.server import Site
from tests.builders import OPINION, hidden

STORED = re.compile("Your answers are in|respuestas ya llegaron")
PRACTICE = "TRYME4"  # the demonstration's event that is always open
Answers = Mapping[str, str | Sequence[str]]


@dataclass
class Guest:
    """Somebody who fills in the form on a phone of their own."""

    page: Page
    site: Site

    def opens(self, code: str = PRACTICE, language: str = "en") -> Guest:
        return self.opens_address(f"{self.site.url}/s/{code}?lang={language}")

    def opens_address(self, address: str) -> Guest:
        self.page.goto(address)
        expect(self.screen).to_have_id("start")
        return self

    @property
    def screen(self) -> Locator:
        """The one screen of the form that is in sight."""
        return self.page.locator("section.screen").filter(visible=True)

    @property
    def submission(self) -> str:
        self.page.wait_for_load_state("domcontentloaded")  # the script gives a page its id then
        return self.page.locator("[name=submission]").input_value()

    def says(self, audience: str, *met: str) -> Guest:
        """Fill in the first screen: who this is, and whom they met."""
        return self.taps("who", audience).taps("met", *met)

    def taps(self, name: str, *values: str) -> Guest:
        for value in values:
            self.option(name, value).check()
        return self

    def option(self, name: str, value: str) -> Locator:
        return self.page.locator(f'input[name="{name}"][value="{value}"]')

    def writes(self, comment: str) -> Guest:
        self.page.locator("[name=open]").fill(comment)
        return self

    def goes_on(self, to: str) -> Guest:
        self.screen.locator(".go").click()
        return self.sees(to)

    def goes_back(self, to: str) -> Guest:
        self.screen.locator("a.b:not(.go)").click()
        return self.sees(to)

    def sees(self, screen: str) -> Guest:
        expect(self.screen).to_have_id(screen)
        return self

    def arrives(self, screen: str) -> Guest:
        """Wait for a screen and for the focus on its heading, which the script sets a moment after
        the screen is seen: a key that is pressed between the two goes to the screen before."""
        expect(self.sees(screen).screen.locator("h2")).to_be_focused()
        return self

    def presses(self, *keys: str) -> Guest:
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def tabs_to(self, field: str, most: int = 40) -> Guest:
        """Press Tab until this has the focus; every stop on the way shows that it has it."""
        has_focus = "all => all.includes(document.activeElement)"
        for _ in range(most):
            if self.page.locator(field).evaluate_all(has_focus):
                return self
            self.presses("Tab")
            stop = self.page.evaluate(RING)
            assert stop is None or stop[1], f"no ring around {stop[0]}"
        raise AssertionError(f"Tab never reached {field}")

    def reads_in(self, language: str) -> Guest:
        """Press the button of another language; wait for the page in it."""
        self.screen.locator(f'button[value="lang:{language}"]').click()
        expect(self.page.locator("html")).to_have_attribute("lang", language)
        return self

    def answers(self, answers: Answers = OPINION) -> Guest:
        """Fill in every later screen, up to the one that sends; what is not asked is passed."""
        while self.fills_in(answers).screen.locator("button.go[value^=send]").count() == 0:
            at = self.screen.get_attribute("id")
            self.screen.locator(".go").click()
            expect(self.screen).not_to_have_id(str(at))
        return self

    def fills_in(self, answers: Answers) -> Guest:
        """Tap what this screen asks."""
        boxes = "all => [...new Set(all.filter(one => one.offsetParent).map(one => one.name))]"
        for name in self.screen.locator("input").evaluate_all(boxes):
            given = answers.get(name, ())
            self.taps(name, *([given] if isinstance(given, str) else given))
        if "open" in answers and self.screen.locator("textarea").count():
            self.writes(str(answers["open"]))
        return self

    def presses_send(self) -> Guest:
        self.screen.locator("button[value^=send]").click()
        return self

    def sends(self) -> str:
        """Send; wait for the thank-you; return the id under which the answers are kept."""
        submission = self.submission
        self.presses_send().is_thanked()
        return submission

    def is_thanked(self) -> Guest:
        expect(self.page.get_by_text(STORED)).to_be_visible()
        return self

    def given(self) -> dict[str, list[str]]:
        """Return every box that is ticked, in sight or not."""
        self.page.wait_for_load_state("domcontentloaded")  # those of a later screen come last
        pairs = self.page.locator("input:checked").evaluate_all(
            "all => all.map(one => [one.name, one.value])"
        )
        ticked: dict[str, list[str]] = {}
        for name, value in pairs:
            ticked.setdefault(name, []).append(value)
        return ticked


def posts(request: APIRequestContext, address: str, answers: Mapping[str, Any]) -> str:
    """Answer without a browser, with the fields of the page's own form; return the id."""
    page = request.get(address).text()
    fields = {name: hidden(page, name) for name in ("ticket", "submission", "lang")}
    body = urlencode({**fields, **answers, "go": "send"}, doseq=True)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = request.post(address.split("?")[0], data=body, headers=headers)
    assert reply.ok, reply.text()
    assert "/thanks?" in reply.url
    return fields["submission"]


def closed_code(site: Site) -> str:
    """Return the code of a poster whose event of the demonstration is over: one of its two."""
    event = "SELECT id FROM event WHERE slug = 'buffalo-2026'"
    at = f"event_id = ({event}) AND channel = 'entrance'"
    ((code,),) = site.rows(f"SELECT code FROM poster WHERE {at}")
    return str(code)


def upcoming_code(site: Site) -> str:
    """Return the code of the poster whose event is not open yet; see conftest.loaded_once."""
    ((code,),) = site.rows("SELECT code FROM poster WHERE channel = 'gate'")
    return str(code)
