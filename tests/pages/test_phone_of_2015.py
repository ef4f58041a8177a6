"""The survey page on a phone of 2015 (Chromium 40): what it does not know must not be needed.

Such a browser drops a declaration with var() and a rule with a selector that it does not know. It
has flexbox, rem and ES5; it has no custom properties, :has(), gap in flexbox, logical properties,
accent-color or :focus-visible. So every var() stands behind a plain value of the same kind, or
is named here with what is lost without it.
"""

from __future__ import annotations

import re

import pytest

from survey.config import ROOT
from survey.web.assets import squeeze

STYLE = squeeze((ROOT / "static" / "attend.css").read_text("utf-8"))
SCRIPT = squeeze((ROOT / "static" / "attend.min.js").read_text("utf-8"))
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")

# (property, part of the selector): lost, and what is seen in its place
SPARED = {
    ("color", "a{"): "the browser's own colour of links",
    ("color", "summary"): "the colour of the text; it is underlined",
    ("color", "small"): "the colour of the text, where it is only quieter",
    ("background", ".o{"): "the paper, within the border",
    ("background", "textarea"): "the paper, within the border",
    ("background", ".errors,.stay"): "the paper, within the border",
    ("background", ".made-up"): "the paper: the words are what matters",
    ("background", "progress"): "the rest of the way; the steps are shown in words",
    ("border-top", "footer"): "a line",
    ("accent-color", ".o input"): "the browser's own tick",
    ("outline", ":focus"): "the browser's own ring",
    (None, ":has("): "the look of what is chosen; the browser's own tick is there",
}
# New since 2015, each used where its absence costs looks alone: gap has margins beside it.
NEWER = {
    "gap": ".langs",
    "accent-color": ".o input",
    "clip-path": ".sr",
    "overflow-wrap:anywhere": "body",
    "animation": ":before",
}
STRING = re.compile(r"""(["'])(?:\\.|(?!\1).)*\1""")
ES6 = re.compile(r"=>|`|\b(?:let|const|class|async|await|yield)\s|\.\.\.|\?\?|\?\.")


def rules() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return (selector, [(property, value)]) of every rule."""
    return [
        (
            selector.strip(),
            [
                (name.strip(), value.strip())
                for name, _, value in (part.partition(":") for part in body.split(";") if part)
            ],
        )
        for selector, body in RULE.findall(STYLE)
    ]


def spared(selector: str, name: str) -> bool:
    return any(part in f"{selector}{{" and kind in (None, name) for kind, part in SPARED)


def test_what_must_be_seen_has_a_plain_value_before_the_new_one():
    naked = []
    for selector, declarations in rules():
        plain = set()
        for name, value in declarations:
            if "var(" not in value:
                plain.add(name)
                plain |= {f"{name}-color"} if name == "border" else set()
            elif name not in plain and not spared(selector, name):
                naked.append(f"{selector} {{{name}: {value}}}")
    assert naked == []
    assert len(rules()) > 40


def test_nothing_is_spared_in_vain():
    found = [(selector, name) for selector, all in rules() for name, value in all]
    for kind, part in SPARED:
        assert [one for one in found if part in f"{one[0]}{{" and kind in (None, one[1])], part


def test_a_rule_that_an_old_browser_drops_holds_nothing_it_needs():
    """One unknown selector drops a whole rule: it may stand with others only for a look."""
    unknown = (":has(", ":focus-visible", ":focus-within", ":is(", ":where(")
    looks = {"outline", "outline-offset", "background", "border-color", "box-shadow"}
    smaller = "body:has(.questions) header"  # without it the title takes a few lines more
    for selector, declarations in rules():
        if selector.startswith(smaller):
            assert {name for name, _ in declarations} <= {"display", "padding"}
        elif any(part in selector for part in unknown):
            assert {name for name, _ in declarations} <= looks, selector


@pytest.mark.parametrize(("feature", "where"), NEWER.items())
def test_a_newer_feature_stands_only_where_it_may_be_missing(feature: str, where: str):
    name, _, value = feature.partition(":")
    users = [
        selector
        for selector, all in rules()
        for each, given in all
        if each == name and (not value or given == value)
    ]
    assert users, f"{feature} is not used any more"
    assert [one for one in users if where not in one] == []


def test_nothing_else_is_newer():
    newer = re.compile(
        r"\b(?:margin|padding|border|inset)-(?:inline|block)|\binset:|\bgrid|\bclamp\(|\bmin\(|"
        r"\bmax\(|aspect-ratio|@layer|@container|@supports|:is\(|:where\(|color-mix"
    )
    assert newer.findall(STYLE) == []


def test_nothing_moves():
    """Who asks for less motion gets none, and so does everybody else: the pane has no look."""
    pane = re.compile(r"animation:pane [.\d]+s|@keyframes pane{from,to{visibility:visible}}")
    for sheet in ("attend.css", "site.css"):
        style = pane.sub("", (ROOT / "static" / sheet).read_text("utf-8"))
        assert re.findall(r"transition|animation|@keyframes|scroll-behavior", style) == []


def test_the_script_is_old_javascript():
    code = STRING.sub("", SCRIPT)
    assert ES6.findall(code) == []
    assert len(code) > len(SCRIPT) / 2
