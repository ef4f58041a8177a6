"""Everybody can use every page: axe finds nothing, nothing is cut off, targets can be hit."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page

from tests.browser.actors import PRACTICE, Guest, closed_code, upcoming_code
from tests.browser.watch import CHARTS, PUBLIC, draws, in_language

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parents[1] / "vendor" / "axe-4.14.1.min.js").read_text("utf-8")
RUN = """async rules => {
    const found = await axe.run({resultTypes: ['violations'], ...(rules && {runOnly: rules})});
    return found.violations.flatMap(fault => fault.nodes.map(
        node => `${fault.id}: ${node.html.slice(0, 160)}`));
}"""
Scheme = Literal["light", "dark"]
LOOKS: list[tuple[Scheme, int, list[str] | None]] = [  # colours are all that darkness changes
    ("light", 360, None),
    ("light", 1280, None),
    ("dark", 1280, ["color-contrast"]),
    ("dark", 360, ["color-contrast"]),
]
LEAST_TARGET = 44  # px
SMALL = """least => [...document.querySelectorAll(
    'a, button:not([aria-hidden]), label.o, textarea, input.code')]
    .filter(one => one.getClientRects().length)
    .map(one => [one.outerHTML.slice(0, 120), one.getBoundingClientRect()])
    .filter(([, box]) => box.width < least - 0.1 || box.height < least - 0.1)
    .map(([html, box]) => `${Math.round(box.width)} x ${Math.round(box.height)}: ${html}`)"""
TOO_WIDE = """() => {
    const wide = document.documentElement.scrollWidth;
    if (wide <= innerWidth) return [];
    const beyond = [...document.querySelectorAll('body *')].filter(
        one => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.scroll'));
    return [`the page is ${wide} px wide`, ...beyond.map(one => one.outerHTML.slice(0, 120))];
}"""
# The element that has the focus, the colour of its ring and what the ring stands on.
RING = """() => {
    const one = document.activeElement;
    if (one === document.body) return null;
    const ring = [one, one.closest('label')].filter(Boolean)
        .map(each => [each, getComputedStyle(each)])
        .find(([, style]) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2);
    if (!ring) return [one.outerHTML.slice(0, 120), '', ''];
    const inside = parseFloat(ring[1].outlineOffset) < 0;
    let under = inside ? ring[0] : ring[0].parentElement;
    while (under && getComputedStyle(under).backgroundColor === 'rgba(0, 0, 0, 0)')
        under = under.parentElement;
    const ground = getComputedStyle(under || document.documentElement).backgroundColor;
    return [one.outerHTML.slice(0, 120), ring[1].outlineColor, ground];
}"""
both_languages = pytest.mark.parametrize("language", ["en", "es"])


def faults(page: Page) -> list[str]:
    """Run axe in light and dark, on a phone and on a desk; return what it finds."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    found = []
    for scheme, width, rules in LOOKS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 740})
        found += [f"{scheme} {width}: {fault}" for fault in page.evaluate(RUN, rules)]
    page.emulate_media(color_scheme="light")
    return found


def too_small(page: Page) -> list[str]:
    """Return what a finger would miss."""
    found: list[str] = page.evaluate(SMALL, LEAST_TARGET)
    return found


def cut_off(page: Page) -> list[str]:
    """Return what is too wide at 320 px, and at 360 px with letters of twice the size."""
    found = []
    for width, letters in ((320, "100%"), (360, "200%")):
        page.set_viewport_size({"width": width, "height": 740})
        page.evaluate("size => { document.documentElement.style.fontSize = size }", letters)
        found += [f"{width} px, {letters}: {html}" for html in page.evaluate(TOO_WIDE)]
    page.evaluate("() => { document.documentElement.style.fontSize = '' }")
    page.set_viewport_size({"width": 360, "height": 740})
    return found


def form_in_each_state(guest: Guest, language: str):
    """Go through the form and yield on each screen, then on an error and on the thank-you."""
    guest.opens(language=language).says("adult", "police", "fire", "ems")
    yield "start"
    for screen in ("trust", "respect", "help", "earlier", "event", "about"):
        guest.goes_on(screen)
        yield screen
    comment = guest.page.locator("[name=open]")
    comment.evaluate(
        "field => { field.removeAttribute('maxlength'); field.value = '!'.repeat(300) }"
    )
    guest.presses_send().page.get_by_role("alert").wait_for()
    yield "error"
    comment.fill("Thank you.")
    guest.sends()
    yield "thanks"


def helping_pages(site):
    """Return the addresses of an event that is closed, of one not open yet, and of none."""
    return [f"/s/{code}" for code in (closed_code(site), upcoming_code(site), "ZZZZZZ")]


@both_languages
@pytest.mark.parametrize("address", [*PUBLIC, *CHARTS])
def test_everybody_can_use_a_public_page(new_page, demonstration, address, language):
    page = new_page(width=320)
    page.goto(in_language(demonstration.url + address, language))
    assert cut_off(draws(page)) + faults(page) == []


@both_languages
def test_everybody_can_use_the_form(new_page, demonstration, language):
    guest = Guest(new_page(), demonstration)
    for state in form_in_each_state(guest, language):
        found = too_small(guest.page) + cut_off(guest.page) + faults(guest.page)
        assert found == [], state


@both_languages
def test_everybody_can_use_the_pages_that_help(new_page, demonstration, language):
    page = new_page()
    for address in helping_pages(demonstration):
        page.goto(in_language(demonstration.url + address, language))
        assert too_small(page) + cut_off(page) + faults(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "address", ["/", "/results/buffalo", f"/poster/{PRACTICE}", f"/s/{PRACTICE}"]
)
def test_the_focus_is_seen_wherever_it_goes(new_page, demonstration, address, scheme):
    page = new_page(color_scheme=scheme, width=1280)
    page.goto(demonstration.url + address)
    rings: list[list[str]] = []
    page.keyboard.press("Tab")
    while (ring := page.evaluate(RING)) and len(rings) < 60:
        rings.append(ring)
        page.keyboard.press("Tab")
    assert len(rings) > 3
    assert [html for html, colour, ground in rings if contrast(colour, ground) < 3] == []


def contrast(colour: str, ground: str) -> float:
    """Return the contrast of two colours as WCAG 2 computes it; 1 where there is no ring."""
    if not colour:
        return 1.0
    dark, light = sorted(luminance(one) for one in (colour, ground))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [float(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
