"""What readers take away from a page of results, in a real browser: copy, embed, print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect

from tests.browser.watch import CHARTS, Watch

pytestmark = pytest.mark.browser

LETTER = 720  # px: 8.5 inches less half an inch on each side


def test_a_tap_copies_the_citation_as_it_stands(new_page, demonstration):
    page = new_page(width=360)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{demonstration.url}/results/buffalo")
    page.locator(".use summary").first.click()
    said = page.locator(".use .taken").first.inner_text()
    copy = page.locator(".use .take").first
    copy.click()
    expect(copy).to_have_text("Copied")
    assert page.evaluate("() => navigator.clipboard.readText()") == said
    assert re.search(r"SHA-256 [0-9a-f]{64}", said)


def test_without_a_script_everything_can_be_taken_but_by_hand(new_page, demonstration):
    page = new_page(javascript=False, width=360)
    page.goto(f"{demonstration.url}/results/buffalo")
    expect(page.locator(".take").first).to_be_hidden()
    page.locator(".use summary").first.click()
    expect(page.locator(".use details .taken").first).to_be_visible()
    links = page.locator(".takes a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert len(links) == 5
    for link in links:
        reply = page.request.get(demonstration.url + link)
        assert reply.status == 200
        assert reply.headers["content-type"].split(";")[0] in (
            "image/png",
            "image/svg+xml",
            "application/pdf",
        )


@contextmanager
def another_site(body: str) -> Iterator[str]:
    """Serve a page of somebody else's; another port is another origin."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f"<!doctype html><title>City</title>{body}".encode())

        def log_message(self, *said):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_another_site_shows_the_chart_in_a_frame_and_no_other_page(new_page, demonstration):
    page = new_page(width=700)
    page.goto(f"{demonstration.url}/results/buffalo")
    code = page.locator(".use code").text_content()
    with another_site(code) as address:
        watch = Watch(page)
        page.goto(address)
        frame = page.frame_locator("iframe")
        expect(frame.locator(".still .mark").first).to_be_visible()
        frame.locator(".explore").click()
        expect(frame.locator(".drawing .main-svg").first).to_be_visible()
        assert not [said for said in watch.complaints if "404" not in said]  # its favicon
    refused = page.expect_console_message(lambda said: "frame-ancestors" in said.text)
    with another_site(code.replace(".embed", "")) as address, refused:
        page.goto(address)


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
