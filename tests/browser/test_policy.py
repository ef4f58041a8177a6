"""What a page may do: nothing from elsewhere, nothing kept, charts drawn by our own file alone."""

from __future__ import annotations

import re
from math import ceil, floor

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
def test_both_charts_draw_the_range_of_every_released_row(new_page, demonstration, address):
    """The server's drawing, before any script, and Plotly's that takes its place."""
    page = new_page(width=1280)
    page.goto(demonstration.url + address)
    still = page.locator(".still .mark title").all_text_contents()
    draws(page)
    rows = rows_of(demonstration, address)
    across = "cut=" in address  # groups lie down, and are those of the newest season
    newest = max(row["season"] for row in rows)
    rows = [row for row in rows if row["season"] == newest or not across]
    rows = [row for row in rows if row["community"] or row["members"]]  # no county as such
    told = [row for row in rows if row["range_low"] is not None]  # the others are told in thirds
    scale = 1 if "index" in address else 100
    wanted = {(round(r["range_low"] * scale, 2), round(r["range_high"] * scale, 2)) for r in told}
    ranges = [trace for trace in traces(page) if trace["role"] in ("range", "few", "pool")]
    drawn = {pair for trace in ranges for pair in strokes(trace, "x" if across else "y")}
    assert drawn == wanted
    sign = "" if "index" in address else "%"
    for low, high in wanted:
        said = f"{floor(low + 1e-6)}{sign} to {ceil(high - 1e-6)}{sign}"  # outward, as the table
        assert [text for text in still if said in text], said
    assert page.locator(".drawing").evaluate(MARKS) >= len(rows)
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
    assert "share" not in chart.inner_text().lower()


def test_plotly_is_fetched_only_when_it_is_asked_for(new_page, demonstration):
    """Sentence, drawing and table stand before a byte of it is asked for."""
    page = new_page()
    watch = Watch(page)
    page.goto(f"{demonstration.url}/results/buffalo", wait_until="networkidle")
    expect(page.locator(".still")).to_be_visible()
    page.locator(".still").hover()
    for part in ("plotly", "chart.json"):
        assert not [address for address in watch.requests if part in address]
    draws(page)
    expect(page.locator(".still")).to_be_hidden()
    assert len([address for address in watch.requests if "plotly-basic" in address]) == 1
    page.locator(".explore").click()  # and back
    expect(page.locator(".still")).to_be_visible()
    expect(page.locator(".drawing")).to_be_hidden()


def test_where_plotly_cannot_be_fetched_the_drawing_stays(new_page, demonstration):
    page = new_page()
    page.route("**/*plotly-basic*", lambda route: route.abort())
    page.goto(f"{demonstration.url}/results/buffalo")
    page.locator(".explore").click()
    expect(page.locator(".readout")).to_contain_text("could not be loaded")
    expect(page.locator(".still")).to_be_visible()


@pytest.mark.parametrize("address", CHARTS)
def test_without_a_script_there_is_a_sentence_a_chart_and_a_table(new_page, demonstration, address):
    page = new_page(javascript=False)
    watch = Watch(page)
    page.goto(demonstration.url + address)
    expect(page.locator(".say").first).to_be_visible()
    expect(page.locator("table:visible").first).to_be_visible()
    still = page.locator(".still")
    expect(still).to_be_visible()
    assert len(still.get_attribute("aria-label")) > 60
    rows = rows_of(demonstration, address)
    newest = max(rows, key=lambda row: row["season"])
    bars = still.locator(".mark rect:not(.hit)")
    assert bars.count() >= len([row for row in rows if row["season"] == newest["season"]])
    assert all(bar["width"] > 1 and bar["height"] > 1 for bar in boxes(bars))
    expect(page.locator(".explore")).to_be_hidden()
    assert not [address for address in watch.requests if ".js" in address]


def boxes(found):
    return found.evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())")


def test_the_arrow_keys_read_a_chart_out(new_page, demonstration):
    page = new_page()
    page.goto(f"{demonstration.url}/results/buffalo")
    rows = {row["season"]: row for row in rows_of(demonstration, "/results/buffalo")}
    page.locator(".still").focus()
    first, last = rows[min(rows)], rows[max(rows)]
    for key, row in (("ArrowRight", first), ("End", last), ("Home", first)):
        page.keyboard.press(key)
        said = page.locator(".readout")
        expect(said).to_contain_text(f"{row['season']}, {row['value'] * 100:.0f}%")
        expect(said).to_contain_text(f"{row['n']} answers")
    page.keyboard.press("Tab")
    expect(page.locator(".readout")).to_contain_text("use the arrow keys")


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_and_words_stand_out_on_a_light_and_a_dark_page(new_page, demonstration, scheme):
    page = new_page(color_scheme=scheme)
    page.goto(f"{demonstration.url}/results/buffalo")
    paper = page.locator(".chart").evaluate("one => getComputedStyle(one).backgroundColor")
    least = {"rect.range": 3, ".dot": 3, ".lit": 3, ".vn": 7, ".vq": 4.5, ".ax": 4.5}
    for part, contrast in least.items():
        fill = page.locator(f".still {part}").first.evaluate("one => getComputedStyle(one).fill")
        low, high = sorted((luminance(fill), luminance(paper)))
        assert (high + 0.05) / (low + 0.05) >= contrast, (part, fill, paper)


def test_plotlys_chart_follows_the_colours_of_the_page(new_page, demonstration):
    page = new_page(color_scheme="light")
    page.goto(f"{demonstration.url}/results/buffalo")
    paper = "one => one.layout.paper_bgcolor"
    light = draws(page).locator(".drawing").evaluate(paper)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "light => document.querySelector('.drawing').layout.paper_bgcolor !== light", arg=light
    )


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("drawn", [".still", ".drawing"])
def test_the_years_below_a_chart_can_be_read(new_page, demonstration, width, drawn):
    page = new_page(width=width)
    page.goto(f"{demonstration.url}/results/buffalo")
    if drawn == ".drawing":
        years, whole = draws(page).locator(".xtick text"), page.locator(".drawing .main-svg").first
    else:
        years, whole = page.locator(".still .ax.mid:visible"), page.locator(".still")
    places, drawing = boxes(years), whole.bounding_box()
    texts = years.all_text_contents()
    assert texts[-1] == max(texts)
    assert len(places) > 2
    for one, after in zip(places, [*places[1:], None], strict=True):
        assert drawn == ".still" or one["width"] > one["height"]  # upright
        assert one["bottom"] <= drawing["y"] + drawing["height"]
        assert after is None or one["right"] + 2 < after["left"]


def test_where_there_is_little_room_a_name_stands_above_its_bar(new_page, demonstration):
    for width, address in ((360, "austintown"), (1280, "austintown.embed")):
        page = new_page(width=width)
        page.goto(f"{demonstration.url}/results/{address}?cut=age")
        name, bar = page.locator(".bar .name").first, page.locator(".bar .track").first
        above = name.bounding_box()["y"] + name.bounding_box()["height"] <= bar.bounding_box()["y"]
        assert above == (width == 360)
        assert bar.bounding_box()["width"] > 280
