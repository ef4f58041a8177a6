"""What readers take away from a page of results, in a real browser: copy, embed, print."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.watch import CHARTS, Watch

pytestmark = pytest.mark.browser

LETTER = 720  # px: 8.5 inches less half an inch on each side


def test_a_tap_copies_the_sentence_as_it_stands(new_page, demonstration):
    page = new_page(width=360)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{demonstration.url}/results/buffalo")
    said = page.locator("blockquote.taken").inner_text()
    copy = page.locator(".say .copy")
    copy.click()
    expect(copy).to_have_text("Copied")
    assert page.evaluate("() => navigator.clipboard.readText()") == said
    assert re.search(r"\d+% of those who answered in Buffalo", said)


def test_without_a_script_everything_can_be_taken_but_by_hand(new_page, demonstration):
    page = new_page(javascript=False, width=360)
    page.goto(f"{demonstration.url}/results/buffalo")
    expect(page.locator("blockquote.taken")).to_be_visible()
    expect(page.locator(".copy").first).to_be_hidden()
    page.locator(".use summary").first.click()
    expect(page.locator(".use details .taken").first).to_be_visible()
    links = page.locator(".takes a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert len(links) == 5
    for link in links:
        reply = page.request.get(link)
        assert reply.status == 200
        assert reply.headers["content-type"].split(";")[0] in (
            "image/png",
            "image/svg+xml",
            "application/pdf",
        )


def test_another_site_shows_the_chart_in_a_frame_and_no_other_page(new_page, demonstration):
    page = new_page(width=700)
    page.goto(f"{demonstration.url}/results/buffalo")
    code = page.locator(".use code").text_content()
    page.route("http://city.example/", lambda route: route.fulfill(
        content_type="text/html", body=f"<!doctype html><title>City</title>{code}"
    ))  # fmt: skip
    watch = Watch(page)
    page.goto("http://city.example/")
    frame = page.frame_locator("iframe")
    expect(frame.locator(".still .mark").first).to_be_visible()
    frame.locator(".explore").click()
    expect(frame.locator(".drawing .main-svg").first).to_be_visible()
    assert not [said for said in watch.complaints if "favicon" not in said]
    whole = code.replace(".embed", "")
    page.route("http://town.example/", lambda route: route.fulfill(
        content_type="text/html", body=f"<!doctype html><title>Town</title>{whole}"
    ))  # fmt: skip
    page.goto("http://town.example/")
    page.wait_for_timeout(500)
    assert any("frame-ancestors" in said for said in watch.complaints)


@pytest.mark.parametrize("address", CHARTS)
def test_no_table_is_cut_off_on_paper(new_page, demonstration, address):
    page = new_page(width=LETTER)
    page.goto(demonstration.url + address)
    page.emulate_media(media="print")
    wide = page.evaluate(
        """() => [...document.querySelectorAll('table, .still, main')].map(
            one => [one.className || one.tagName, one.getBoundingClientRect().right])"""
    )
    assert wide
    assert all(right <= LETTER + 1 for _, right in wide), wide
    expect(page.locator(".still").first).to_be_visible()
    for part in (".explore", ".use", ".readout"):
        assert not page.locator(part).first.is_visible(), part
