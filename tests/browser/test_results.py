"""Pages of results in a browser: the answer on the first screen, search, room, paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.access import AXE, RUN, cut_off, faults, too_small, too_wide

pytestmark = pytest.mark.browser

MOST_BYTES = 60_000  # of an overview's first view, packed
STATES = {
    "overview": "/results",
    "county": "/results?state=Ohio&county=Mahoning",
    "verdict": "/results?told=higher",
    "no figures": "/results?measure=nonsense",
    "community": "/results/buffalo",
    "small community": "/results/new-middletown",
    "score": "/results/austintown?measure=index",
    "comparison": "/results/compare?c=buffalo&c=liberty&c=syracuse",
    "empty comparison": "/results/compare",
    "search": "/places?q=new",
    "search without result": "/places?q=zzz",
}
OPEN_ALL = "() => document.querySelectorAll('details').forEach(one => one.open = true)"
# rows and cards that a page of paper would cut in two
SLICED = """() => [...document.querySelectorAll('.rows tr, .say, .tally li')].filter(
    one => one.getClientRects().length && getComputedStyle(one).breakInside !== 'avoid').length"""


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("javascript", [True, False])
def test_the_answer_is_on_the_first_screen_of_a_phone(
    new_page, demonstration, language, javascript
):
    page = new_page(width=360, height=740, javascript=javascript)
    for address, parts in (
        ("/results/buffalo", (".big", ".answer .chip", ".facts", ".say h2")),
        ("/results", (".big", ".facts")),
    ):
        page.goto(f"{demonstration.url}{address}?lang={language}")
        shown = [page.locator(one).first.bounding_box() for one in parts]
        assert max(box["y"] + box["height"] for box in shown) < 740
        assert page.locator("main select").count() == 0


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_room_and_stands_in_nobodys_way(new_page, demonstration, state):
    """In Spanish, whose words are longer; test_access.py has both languages on its pages."""
    page = new_page()
    address, joined = STATES[state], "&" if "?" in STATES[state] else "?"
    page.goto(f"{demonstration.url}{address}{joined}lang=es")
    assert faults(page) + too_wide(page) == []
    page.evaluate(OPEN_ALL)
    assert page.evaluate(f"async () => {{ {AXE}; return await ({RUN})(null) }}") == []
    assert [html for html in too_small(page) if 'class="skip"' not in html] == []
    assert cut_off(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    assert too_wide(page) == []


def test_a_place_is_found_while_typing_with_keys_alone(new_page, demonstration):
    page = new_page(width=1280)
    page.goto(f"{demonstration.url}/results/compare?c=buffalo&measure=fair")
    field = page.get_by_role("combobox")
    field.press_sequentially("sy")
    option = page.get_by_role("option", name="Syracuse")
    expect(option).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
    assert faults(page) == []
    field.press("Escape")  # which empties a field of this kind, too
    expect(option).to_be_hidden()
    field.press_sequentially("syr")
    expect(option).to_be_visible()
    field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_url("**/results/compare?*c=syracuse*")
    assert "measure=fair" in page.url
    expect(page.locator(".picked a")).to_have_count(2)
    page.get_by_role("link", name="Remove Buffalo").click()
    expect(page.locator(".picked a")).to_have_count(1)


def test_a_place_is_found_without_a_script(new_page, demonstration):
    page = new_page(javascript=False)
    page.goto(f"{demonstration.url}/places")
    page.get_by_label("Town, county or state").fill("new")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="New Middletown").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New Middletown")
    page.get_by_role("link", name="Mahoning County").click()
    expect(page.locator(".towns tbody th a")).to_have_text(["Austintown", "New Middletown"])


def test_the_sentence_is_copied(new_page, demonstration):
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{demonstration.url}/results/buffalo")
    button = page.locator(".copy")
    button.click()
    expect(button).to_have_text("Copied")
    said = page.locator("#say").inner_text().strip()
    assert page.evaluate("() => navigator.clipboard.readText()") == said
    assert said.startswith("68%") or "% of those who answered in Buffalo" in said


def test_paper_has_no_controls_and_cuts_no_row(new_page, demonstration):
    page = new_page(width=816)
    for address in ("/results", "/results/buffalo", "/results/compare?c=buffalo&c=liberty"):
        page.goto(demonstration.url + address)
        page.emulate_media(media="print")
        assert page.evaluate(SLICED) == 0
        assert page.locator(".find:visible, .copy:visible, .explore:visible").count() == 0
        assert too_wide(page) == []


def test_the_first_view_of_an_overview_is_light(new_page, demonstration):
    page = new_page()
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    loaded: list[float] = []
    network.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
    page.goto(f"{demonstration.url}/results", wait_until="networkidle")
    assert 5_000 < sum(loaded) <= MOST_BYTES
