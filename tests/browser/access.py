"""What would stand in somebody's way: what axe finds, small targets, text cut off, faint rings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE_FILE = Path(__file__).parents[1] / "vendor" / "axe-4.14.1.min.js"
AXE = AXE_FILE.read_text("utf-8")
RUN = """async rules => {
    const found = await axe.run({resultTypes: ['violations'], ...(rules && {runOnly: rules})});
    return found.violations.flatMap(fault => fault.nodes.map(
        node => `${fault.id}: ${node.html.slice(0, 160)}`));
}"""
COLOURS = ["color-contrast"]  # all that darkness changes
LEAST_TARGET = 44  # px
SMALL = """least => [...document.querySelectorAll(
    'a[href], button:not([aria-hidden]), label.o, textarea, input.code, summary')]
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
# Words that stick out of their own box: under the next one, or where nobody can scroll.
STICKS_OUT = """() => [
        ...document.querySelectorAll('.o, .b, button, legend, summary, h1, h2, p, dd')]
    .filter(one => one.clientWidth > 1)
    .filter(one => one.scrollWidth > one.clientWidth + 1
        || one.scrollHeight > one.clientHeight + 4)
    .map(one => `sticks out: ${one.outerHTML.slice(0, 120)}`)"""
# A word of a button, an answer or a heading that goes on in the next line without a hyphen.
BROKEN = """() => [...document.querySelectorAll('.b, button, .o, legend, h1, h2')]
    .filter(one => one.clientWidth > 1)
    .flatMap(one => {
        const walker = document.createTreeWalker(one, NodeFilter.SHOW_TEXT), broken = [];
        while (walker.nextNode())
            for (const word of walker.currentNode.data.matchAll(/[^\\s/-]+/g)) {
                const range = document.createRange();
                range.setStart(walker.currentNode, word.index);
                range.setEnd(walker.currentNode, word.index + word[0].length);
                const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
                if (lines.size > 1) broken.push(`broken: ${word[0]}`);
            }
        return broken;
    })"""
UNSPACED = ("ksw", "my", "zh")  # a line may end between any two syllables
ADD_STYLE = """css => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
# WCAG 1.4.12: what a reader may set for themselves without losing a word.
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important; } p { margin-bottom: 2em !important; }"""
UNFOLDED = ".screen, .panel, [hidden] { display: block !important; }"
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


def faults(page: Page, *, dark: bool = True) -> list[str]:
    """Run every rule of axe in light, those of colour in dark; return what it finds.

    dark=False: the same page is looked at in another language, in the same colours, anyway.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    found = [f"light: {fault}" for fault in page.evaluate(RUN, None)]
    if not dark:
        return found
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {fault}" for fault in page.evaluate(RUN, COLOURS)]
    page.emulate_media(color_scheme="light")
    return found


def too_small(page: Page) -> list[str]:
    """Return what a finger would miss."""
    found: list[str] = page.evaluate(SMALL, LEAST_TARGET)
    return found


def too_wide(page: Page) -> list[str]:
    """Return what makes the page scroll sideways as it stands."""
    found: list[str] = page.evaluate(TOO_WIDE)
    return found


def cut_off(page: Page) -> list[str]:
    """Return what is too wide: at 320 px and a fourfold zoom, with letters of twice the size, and
    with a reader's own spacing, which stays."""
    found = []
    for width, height, letters, style in (
        (320, 256, "100%", ""),
        (360, 740, "200%", ""),
        (320, 740, "100%", SPACED),
    ):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(ADD_STYLE, style)
        page.evaluate("size => { document.documentElement.style.fontSize = size }", letters)
        where = f"{width} px, {letters}{', spaced' if style else ''}"
        found += [
            f"{where}: {html}" for html in page.evaluate(TOO_WIDE) + page.evaluate(STICKS_OUT)
        ]
    page.set_viewport_size({"width": 360, "height": 740})
    return found


def broken(page: Page) -> list[str]:
    """Return the words that are broken in two for want of room."""
    found: list[str] = page.evaluate(BROKEN)
    return found


def unfold(page: Page) -> Page:
    """Show every screen and panel of the survey at once, one below the other."""
    page.evaluate(ADD_STYLE, UNFOLDED)
    page.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = true)")
    return page


def rings(page: Page, most: int = 60) -> list[list[str]]:
    """Press Tab through the page; return element, colour of its ring and of the ground."""
    found: list[list[str]] = []
    page.keyboard.press("Tab")
    while (ring := page.evaluate(RING)) and len(found) < most:
        found.append(ring)
        page.keyboard.press("Tab")
    return found


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


def spoken(page: Page) -> list[dict[str, Any]]:
    """Return what a screen reader is given: {role, name, id, and the properties that it tells}."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [
        {
            "id": node.get("backendDOMNodeId", 0),
            "role": node["role"]["value"],
            "name": node.get("name", {}).get("value", ""),
            "says": words_in(node, {one["nodeId"]: one for one in nodes}),
            **{each["name"]: each["value"].get("value") for each in node.get("properties", ())},
        }
        for node in nodes
        if not node["ignored"]
    ]


def words_in(node: dict[str, Any], nodes: dict[str, Any]) -> str:
    """Return the text inside one node of the accessibility tree."""
    if node["role"]["value"] == "StaticText":
        return str(node["name"]["value"])
    inside = (nodes[id] for id in node.get("childIds", ()) if id in nodes)
    return " ".join(filter(None, (words_in(one, nodes) for one in inside)))
