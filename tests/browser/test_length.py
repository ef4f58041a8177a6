"""The adult's form is short on a phone, and says honestly how long it takes."""

from __future__ import annotations

import pytest

from benchmarks.form_length import heights, minutes, walk
from tests.browser.actors import PRACTICE

pytestmark = pytest.mark.browser

QUESTIONS = 15  # with something to tap, for whoever met three agencies; and a comment
MOST_HEIGHTS = {"en": 8.0, "es": 8.3}  # of 740 px
NEXT_ENDS = 690  # px: above a browser's own bar
ABOUT_ENDS = 1200  # px, the longest screen
SAYS = {
    "en": {1: "about a minute", 2: "less than two minutes", 3: "less than three minutes"},
    "es": {1: "más o menos un minuto", 2: "menos de dos minutos", 3: "menos de tres minutos"},
}


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_form_is_short_and_says_how_long_it_takes(new_page, demonstration, language):
    page = new_page()
    screens = walk(page, f"{demonstration.url}/s/{PRACTICE}?lang={language}")
    assert [one.id for one in screens] == [
        "start", "trust", "respect", "help", "earlier", "event", "about",
    ]  # fmt: skip
    assert sum(one.questions for one in screens) == QUESTIONS
    banner = page.locator(".made-up").bounding_box()["height"] + 8  # the demonstration's own
    assert heights(screens) - len(screens) * banner / 740 <= MOST_HEIGHTS[language]
    assert screens[0].next_ends - banner <= NEXT_ENDS
    assert screens[-1].next_ends - banner <= ABOUT_ENDS
    assert SAYS[language][minutes(screens)] in page.locator("#start").text_content()
    page.goto(f"{demonstration.url}/poster/{PRACTICE}?lang={language}")
    poster = page.locator("body").text_content().lower().replace("under", "less than")
    assert SAYS[language][minutes(screens)] in poster
