"""One community in its county, its state and among all, as somebody looks at it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.access import cut_off, faults, too_wide
from tests.browser.watch import Watch, rows_of

pytestmark = pytest.mark.browser

OPEN_ALL = "() => document.querySelectorAll('details').forEach(one => one.open = true)"


@pytest.fixture
def chosen(country_site) -> str:
    """The slug of the community with the most answers."""
    rows = [row for row in rows_of(country_site, "/results/funnel") if row["value"] is not None]
    return str(max(rows, key=lambda row: (row["n_low"], row["community"]))["community"])


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_community_in_context_stands_in_nobodys_way(new_page, country_site, chosen, language):
    page = new_page()
    watch = Watch(page)
    for address in (f"/results/compare?c={chosen}", f"/results/funnel?c={chosen}"):
        page.goto(f"{country_site.url}{address}&lang={language}")
        page.evaluate(OPEN_ALL)
        assert faults(page) + too_wide(page) + cut_off(page) == []
        page.set_viewport_size({"width": 1440, "height": 900})
        assert too_wide(page) == []
        page.set_viewport_size({"width": 360, "height": 740})
    assert watch.complaints == []


def test_a_funnel_is_read_with_keys_and_as_a_table(new_page, country_site, chosen):
    page = new_page(width=1280)
    page.goto(f"{country_site.url}/results/compare?c={chosen}")
    named = page.locator(".still .vp")
    expect(named).to_have_count(1)
    page.locator(".still").focus()
    page.keyboard.press("End")  # who was chosen lies on top
    expect(page.locator(".readout")).to_contain_text(named.text_content())
    expect(page.locator(".readout")).to_contain_text(re.compile(r"\d+% to \d+%, [\d,]+ answers"))
    page.get_by_role("link", name="This chart on its own page").click()
    page.locator(".numbers summary").click()
    rows = [row for row in rows_of(country_site, "/results/funnel") if row["value"] is not None]
    expect(page.locator(".numbers tbody tr")).to_have_count(len(rows))
    expect(page.get_by_text("This is no ranking.")).to_be_visible()


def test_plotly_draws_the_same_funnel(new_page, country_site, chosen):
    page = new_page(width=1280)
    watch = Watch(page)
    page.goto(f"{country_site.url}/results/funnel?c={chosen}")
    points = page.locator(".still .place, .still .chosen").count()
    page.locator(".explore").click()
    expect(page.locator(".drawing .main-svg").first).to_be_visible()
    drawn = page.locator(".drawing").evaluate(
        "one => one.data.filter(t => t.mode.startsWith('markers')).map(t => t.x.length)"
    )
    assert sum(drawn) == points
    assert watch.complaints == []


def test_without_a_script_a_community_stands_in_its_context(new_page, country_site, chosen):
    page = new_page(javascript=False)
    page.goto(f"{country_site.url}/results/{chosen}")
    page.get_by_role("link", name="Compare with county, state and others").click()
    expect(page.locator(".rows tbody tr")).to_have_count(5)
    expect(page.locator(".still .chosen")).to_be_visible()
    page.get_by_text("Which places are of its size?").click()
    expect(page.get_by_text("It counts answers, not residents.")).to_be_visible()
