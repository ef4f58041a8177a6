"""What a page may do: nothing from elsewhere, nothing kept, charts drawn by our own file alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.actors import Guest
from tests.browser.watch import CHARTS, PUBLIC, Watch, draws, rows_of, strokes, traces

pytestmark = pytest.mark.browser

MARKS = """one => [...one.querySelectorAll('path.js-line')].reduce(
    (sum, path) => sum + path.getAttribute('d').split('M').length - 1,
    one.querySelectorAll('.barlayer .point path').length)"""


def test_a_whole_survey_asks_nobody_else_and_complains_of_nothing(new_page, demonstration):
    """What it keeps: test_storage.py."""
    page = new_page()
    watch = Watch(page)
    guest = Guest(page, demonstration).opens().says("adult", "police", "fire", "ems")
    guest.reads_in("es").goes_on("trust").answers().sends()
    assert watch.complaints == []
    assert watch.hosts == {demonstration.url.removeprefix("http://")}


@pytest.mark.parametrize("address", [*PUBLIC, *CHARTS])
def test_a_page_keeps_the_policy(new_page, demonstration, address):
    page = new_page(width=1280)
    watch = Watch(page)
    status = page.goto(demonstration.url + address).status
    draws(page)
    assert watch.finds_nothing_kept()
    expected = [] if status == 200 else [f"status of {status}"]  # Chromium says so by itself
    assert len(watch.complaints) == len(expected), watch.complaints
    assert all(said in watch.complaints[0] for said in expected)
    assert watch.hosts == {demonstration.url.removeprefix("http://")}


@pytest.mark.parametrize("address", CHARTS)
def test_a_chart_draws_the_range_of_every_released_row(new_page, demonstration, address):
    page = new_page(width=1280)
    page.goto(demonstration.url + address)
    draws(page)
    rows = rows_of(demonstration, address)
    across = "cut=" in address  # groups lie down, and are those of the newest season
    newest = max(row["season"] for row in rows)
    rows = [row for row in rows if row["season"] == newest or not across]
    told = [row for row in rows if row["range_low"] is not None]  # the others are told in thirds
    scale = 1 if "index" in address else 100
    wanted = {(round(r["range_low"] * scale, 2), round(r["range_high"] * scale, 2)) for r in told}
    ranges = [trace for trace in traces(page) if trace["role"] == "range"]
    drawn = {pair for trace in ranges for pair in strokes(trace, "x" if across else "y")}
    assert drawn == wanted
    assert page.locator(".drawing").evaluate(MARKS) >= len(told) + len(rows)
    assert_no_way_to_plotlys_cloud(page)


def assert_no_way_to_plotlys_cloud(page):
    """Plotly offers a button that uploads to its maker by default."""
    chart = page.locator(".drawing")
    chart.hover()
    context = "one => [one._context.showSendToCloud, one._context.plotlyServerURL]"
    assert chart.evaluate(context) == [False, ""]
    buttons = chart.locator("button, a, [data-title]").evaluate_all(
        "all => all.map(one => one.outerHTML.toLowerCase())"
    )
    assert not [html for html in buttons if "share" in html or "cloud" in html]
    assert "share" not in page.locator("body").inner_text().lower()


def test_a_chart_is_fetched_only_when_it_comes_near(new_page, demonstration):
    """Sentence and table stand before a byte of the chart is asked for."""
    page = new_page(height=120)
    watch = Watch(page)
    page.goto(f"{demonstration.url}/results/buffalo", wait_until="networkidle")
    expect(page.locator("table").first).to_be_attached()
    assert not [address for address in watch.requests if "plotly-basic" in address]
    assert not [address for address in watch.requests if "chart.json" in address]
    draws(page)
    assert len([address for address in watch.requests if "plotly-basic" in address]) == 1


@pytest.mark.parametrize("address", CHARTS)
def test_without_a_script_there_is_a_sentence_and_a_table(new_page, demonstration, address):
    page = new_page(javascript=False)
    watch = Watch(page)
    page.goto(demonstration.url + address)
    expect(page.locator(".verdict").first).to_be_visible()
    expect(page.locator("table").first).to_be_visible()
    expect(page.locator(".chart")).to_be_hidden()
    assert not [address for address in watch.requests if ".js" in address]


def test_a_chart_follows_the_colours_of_the_page(new_page, demonstration):
    page = new_page(color_scheme="light")
    page.goto(f"{demonstration.url}/results/buffalo")
    paper = "one => one.layout.paper_bgcolor"
    light = draws(page).locator(".drawing").evaluate(paper)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "light => document.querySelector('.drawing').layout.paper_bgcolor !== light", arg=light
    )


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_the_years_below_a_chart_can_be_read(new_page, demonstration, width):
    page = new_page(width=width)
    page.goto(f"{demonstration.url}/results/buffalo")
    years = draws(page).locator(".xtick text")
    places = years.evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())")
    drawing = page.locator(".drawing .main-svg").first.bounding_box()
    texts = years.all_text_contents()
    assert texts[-1] == max(texts)
    assert len(places) > 2
    for one, after in zip(places, [*places[1:], None], strict=True):
        assert one["width"] > one["height"]  # upright
        assert one["bottom"] <= drawing["y"] + drawing["height"]
        assert after is None or one["right"] + 2 < after["left"]
