"""Drawings as a browser lays them out: labels that share no spot, a map that only finds, paper."""

from __future__ import annotations

from contextlib import closing
from itertools import combinations

import pypdfium2
import pytest
from playwright.sync_api import expect

from analysis.output import svg
from analysis.output.drawing import Panel
from tests.browser.access import ADD_STYLE, faults
from tests.browser.server import ROOT

pytestmark = pytest.mark.browser

WALLS = [[2020.5, 2021.5], [2019.5, 2020.5, 2021.5], [2019.5, 2024.5], [2022.5, 2023.5, 2024.5]]
PAPERS = {"Letter": (612, 792), "A4": (595, 842)}  # 1/72 inch
MARGIN = 14 / 25.4 * 72 - 2  # of site.css
ON_PAPER = ("/results", "/results/austintown", "/results/compare?c=buffalo&c=liberty",
            "/results/compare?c=buffalo", "/how-to-read", "/data", "/privacy")  # fmt: skip


def boxes(page, selector):
    return page.locator(selector).evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(b => [b.left, b.right])"
    )


@pytest.mark.parametrize("language", ["question changed", "la pregunta cambió"])
@pytest.mark.parametrize("walls", WALLS, ids=str)
def test_walls_beside_each_other_do_not_write_over_each_other(new_page, walls, language):
    years = {float(year): str(year) for year in range(2019, 2027)}
    meanings = [(spot, language, language) for spot in walls]
    panel = Panel("", False, (2018.5, 2026.5), years, {0: "0", 100: "100%"}, walls=meanings)
    page = new_page()
    page.set_content(f'<svg width="100%" height="288">{svg.standing(panel)}</svg>')
    page.evaluate(ADD_STYLE, (ROOT / "static" / "charts.css").read_text())
    for width in (320, 360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 740})
        found = boxes(page, ".wt")
        assert 1 <= len(found) <= len(walls)
        assert not [pair for pair in combinations(sorted(found), 2) if pair[0][1] > pair[1][0]]
        assert len(boxes(page, ".wall")) == len(walls)


def test_the_map_finds_a_state_and_shows_no_score(new_page, country_site):
    page = new_page(width=1280, javascript=False)
    page.goto(f"{country_site.url}/places")
    tiles = page.locator(".tiles a")
    listed = page.locator(".links a").all_text_contents()
    assert sorted(tiles.evaluate_all("all => all.map(one => one.title)")) == sorted(listed)
    looks = tiles.evaluate_all(
        "all => all.map(one => getComputedStyle(one)).map(s => s.backgroundColor + s.color)"
    )
    assert len(set(looks)) == 1
    spots = page.locator(".tiles > *").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(b => `${b.left} ${b.top}`)"
    )
    assert len(set(spots)) == len(spots) == 51
    name = tiles.nth(3).get_attribute("title")
    tiles.nth(3).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_a_phone_finds_a_state_in_the_list(new_page, country_site):
    page = new_page()
    page.goto(f"{country_site.url}/places")
    expect(page.locator(".tiles")).to_be_hidden()
    assert faults(page) == []
    page.locator(".links a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Alabama")


@pytest.mark.parametrize("paper", PAPERS)
def test_nothing_is_cut_off_on_paper(new_page, demonstration, paper):
    page = new_page(width=1280)
    width, height = PAPERS[paper]
    for address in ON_PAPER:
        page.goto(demonstration.url + address)
        with closing(pypdfium2.PdfDocument(page.pdf(format=paper))) as document:
            words = "".join(printed(sheet, (width, height)) for sheet in document)
        assert page.locator("h1").inner_text().split()[0] in words


def printed(sheet: pypdfium2.PdfPage, size: tuple[float, float]) -> str:
    """Return the words of a sheet of that size; none of them is in its margin."""
    with closing(sheet), closing(sheet.get_textpage()) as text:
        assert sheet.get_size() == pytest.approx(size, abs=1)
        rights = [text.get_rect(i)[2] for i in range(text.count_rects())]
        assert max(rights, default=0) < size[0] - MARGIN
        return str(text.get_text_range())
