"""Everybody can use every page: axe finds nothing, nothing is cut off, targets can be hit."""

from __future__ import annotations

import pytest

from tests.browser.access import (
    UNSPACED,
    broken,
    contrast,
    cut_off,
    faults,
    rings,
    too_small,
    too_wide,
    unfold,
)
from tests.browser.actors import PRACTICE, Guest
from tests.browser.states import JOURNEYS, LANGUAGES
from tests.browser.watch import CHARTS, PUBLIC, draws, in_language

pytestmark = pytest.mark.browser

# Every state, one by one, from left to right and from right to left; every screen of the other
# languages is looked at below, all at once.
CLOSELY = ("en", "ar")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("address", [*PUBLIC, *CHARTS])
def test_everybody_can_use_a_public_page(new_page, demonstration, address, language):
    page = new_page(width=320)
    page.goto(in_language(demonstration.url + address, language))
    found = faults(page, dark=language == "en") + too_wide(page)
    if language == "en":  # what follows is laid out alike in both
        if page.locator(".explore").count():
            found += faults(draws(page)) + too_wide(page)
        page.set_viewport_size({"width": 1280, "height": 740})
        found += faults(page)
    assert found == []


@pytest.mark.parametrize("language", CLOSELY)
@pytest.mark.parametrize("journey", JOURNEYS)
def test_axe_finds_nothing_in_any_state(new_page, demonstration, everybody, journey, language):
    guest, found = Guest(new_page(), demonstration), {}
    for state in journey(guest, everybody, language):
        found[state] = faults(guest.page, dark=language == "en")
    assert {state: some for state, some in found.items() if some} == {}
    assert found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_has_room_in_every_language(new_page, demonstration, everybody, language):
    """All screens and panels at once: targets, narrow screens, large letters, axe."""
    guest = Guest(new_page(), demonstration).opens(everybody.now, language)
    found = faults(guest.says("adult").goes_on("trust").page, dark=False)
    found += too_small(unfold(guest.page))
    found += broken(guest.page) if language not in UNSPACED else []
    found += cut_off(guest.page)
    assert found == []
    assert guest.page.locator("section:visible").count() > 20


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "address", ["/", "/results/buffalo", f"/poster/{PRACTICE}", f"/s/{PRACTICE}"]
)
def test_the_focus_is_seen_wherever_it_goes(new_page, demonstration, address, scheme):
    page = new_page(color_scheme=scheme, width=1280)
    page.goto(demonstration.url + address)
    found = rings(page)
    assert len(found) > 3
    assert [html for html, colour, ground in found if contrast(colour, ground) < 3] == []
