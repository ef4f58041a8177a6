"""What a browser notices about a page: complaints, addresses, what is kept, what is drawn."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.browser.server import Site

PUBLIC = (
    "/",
    "/privacy",
    "/how-to-read",
    "/accessibility",
    "/data",
    "/poster/TRYME4",
    "/poster/TRYME4/form",
    "/results/buffalo.embed",
    "/results/austintown.embed?cut=age",
    "/no-such-page",
)
CHARTS = (
    "/results",
    "/results?measure=index&state=Ohio",  # a score
    "/results/buffalo",
    "/results/new-middletown?measure=again&agency=",
    "/results/austintown?cut=age",
    "/results/compare?c=buffalo&c=liberty&c=new-middletown",
)
DRAWN = """() => [...document.querySelectorAll('.drawing')].every(
    one => one.data && one.querySelector('.main-svg'))"""
KEPT = """async () => [
    document.cookie, localStorage.length, sessionStorage.length, (await caches.keys()).length,
    (await indexedDB.databases()).length,
    (await navigator.serviceWorker.getRegistrations()).length]"""


@dataclass
class Watch:
    """Listens to one page from before its first request."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self.hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def hear(self, message: Any) -> None:
        """Take down warnings and errors; a refusal by the policy is one, too."""
        if message.type in ("error", "warning"):
            self.complaints.append(f"{self.page.url}: {message.text}")

    @property
    def hosts(self) -> set[str]:
        """Return every host that was asked for something; inline data has none."""
        return {urlsplit(address).netloc for address in self.requests} - {""}

    def finds_nothing_kept(self) -> bool:
        """Whether a public page has left nothing. What the survey keeps: test_storage.py."""
        return self.page.evaluate(KEPT) == ["", 0, 0, 0, 0, 0] and not self.page.context.cookies()


def in_language(address: str, language: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}lang={language}"


def rows_of(site: Site, address: str) -> list[dict[str, Any]]:
    """Return the released rows behind a page, from the same address with another ending."""
    path, _, query = address.partition("?")
    with urllib.request.urlopen(f"{site.url}{path}.json?{query}") as reply:
        rows: list[dict[str, Any]] = json.load(reply)["rows"]
        return rows


def draws(page: Page) -> Page:
    """Ask for Plotly's chart, if the page has one, and wait until it is drawn."""
    for button in page.locator(".explore").all():
        button.click()
    page.wait_for_function(DRAWN)
    return page


def traces(page: Page) -> list[dict[str, Any]]:
    """Return what the chart was told to draw: role (legendgroup), type, x, y and base of each."""
    found: list[dict[str, Any]] = page.locator(".drawing").evaluate(
        """one => one.data.map(
            t => ({role: t.legendgroup, x: t.x, y: t.y, type: t.type, base: t.base}))"""
    )
    return found


def strokes(trace: dict[str, Any], axis: str = "y") -> list[tuple[float, float]]:
    """Return the (low, high) of a trace's bars, or of its strokes: pairs before a gap."""
    ends = trace[axis]
    if trace["type"] == "bar":
        both = zip(trace["base"], ends, strict=True)
        return [(base, round(base + length, 2)) for base, length in both]
    return list(zip(ends[::3], ends[1::3], strict=True))
