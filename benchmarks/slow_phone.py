"""How soon the survey answers a finger on a slow phone with a bad signal.

    python -m benchmarks.slow_phone              beside a stock Flask form
    python -m benchmarks.slow_phone --surveyjs   and beside SurveyJS, which npm fetches

Chromium's own emulation of a slow 3G (400 kbit/s, 400 ms) and of a processor four times slower.
"Usable": the first screen's answers are drawn and the main thread is free to answer a tap, by the
page's own clock; on a first visit counted from the first byte (connecting costs the same whatever
is sent), on a second, which the service worker answers, in all. "Script" is when the page's script
has run, from the same start. Beside it a stock page of the same length (benchmarks/stock.py).
The last columns are processor time, which a busy machine changes least: of scripts alone, and of
all that the main thread did until the page was loaded, both at the same slowness.
"""

from __future__ import annotations

import argparse
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks import surveyjs
from benchmarks.flows import create_stock
from benchmarks.running import serve
from benchmarks.stage import database, median, open_posters, table
from survey.web.compression import IN_USE
from tests.browser.find_browser import find_browser, launch_arguments

SLOW_3G = {
    "offline": False,
    "latency": 400,
    "downloadThroughput": 50_000,
    "uploadThroughput": 50_000,
}
SLOWER = 4
PHONE = {"viewport": {"width": 360, "height": 740}, "locale": "en-US", "has_touch": True}
GOAL = 300  # ms

# Tells when the first answer can be tapped: it is drawn and the main thread is free for a finger.
USABLE = """
self.usable = new Promise(done => {
    const look = () => {
        const box = document.querySelector('input[type=radio]');
        if (box && box.offsetParent) setTimeout(() => done(performance.now()));
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
});
"""
TIMES = """async () => {
    const at = await self.usable, visit = performance.getEntriesByType('navigation')[0];
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    return {usable: at, first_byte: visit.responseStart, painted: paint ? paint.startTime : 0,
            parsed: visit.domContentLoadedEventEnd, loaded: visit.loadEventEnd,
            by_worker: visit.workerStart > 0};
}"""
KEPT = "async () => (await caches.keys()).length && !!navigator.serviceWorker.controller"


@dataclass
class Visit:
    """One opening of a page, as the browser's own tools measure it."""

    page: Page
    bytes: list[float] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tools = self.page.context.new_cdp_session(self.page)
        self.tools.send("Network.enable")
        self.tools.send("Performance.enable", {"timeDomain": "threadTicks"})
        self.tools.send("Network.emulateNetworkConditions", SLOW_3G)
        self.tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        self.tools.on(
            "Network.loadingFinished", lambda e: self.bytes.append(e["encodedDataLength"])
        )
        self.tools.on(
            "Network.requestWillBeSent", lambda e: self.requests.append(e["request"]["url"])
        )

    def opens(self, address: str) -> dict[str, Any]:
        self.page.add_init_script(USABLE)
        self.page.goto(address, wait_until="load")
        times: dict[str, Any] = self.page.evaluate(TIMES)
        metrics = self.tools.send("Performance.getMetrics")["metrics"]
        spent = {one["name"]: one["value"] for one in metrics}
        if not times["by_worker"] and times["first_byte"] < SLOW_3G["latency"]:
            times["first_byte"] += SLOW_3G["latency"]  # Chromium stamps it now before, now after
        asked = [url for url in self.requests if not url.startswith("data:")]
        return times | {
            "script": spent["ScriptDuration"] * 1000,
            "main": spent["TaskDuration"] * 1000,
            "bytes": sum(self.bytes),
            "requests": len(asked),
        }


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--runs", type=int, default=7)
    options.add_argument("--surveyjs", action="store_true", help="measure SurveyJS, too")
    asked = options.parse_args()
    runs = asked.runs
    with database("sqlite") as url, sync_playwright() as playwright:
        (code,) = open_posters(url, 1)
        browser = playwright.chromium.launch(
            executable_path=find_browser(), args=launch_arguments()
        )
        rows = []
        with serve(url) as server:
            address = f"http://127.0.0.1:{server.port}/s/{code}"
            warm(address)
            visits = [both_visits(browser, address) for _ in range(runs)]
            rows.append(row("Porchlight, first visit", [first for first, _ in visits]))
            rows.append(row("Porchlight, second visit", [second for _, second in visits]))
        create_stock(url)
        with serve(url, app="benchmarks.stock:create_app()") as server:
            address = f"http://127.0.0.1:{server.port}/s/stock"
            warm(address)
            visits = [both_visits(browser, address, keeps=False) for _ in range(runs)]
            rows.append(row("stock page, first visit", [first for first, _ in visits]))
            rows.append(row("stock page, second visit", [second for _, second in visits]))
        if asked.surveyjs:
            with surveyjs.served() as address:
                visits = [both_visits(browser, address, keeps=False) for _ in range(runs)]
            rows.append(row("SurveyJS, first visit", [first for first, _ in visits]))
            rows.append(row("SurveyJS, second visit", [second for _, second in visits]))
        browser.close()
    print(table(HEAD, rows))
    print(
        f"Medians of {runs} runs (and the best), ms. Goal: usable within {GOAL}, after the first "
        "byte of a first visit and in all of a second."
    )


def warm(address: str) -> None:
    """Let every worker of the server make the page once, as a poster's first phones do."""
    asked = urllib.request.Request(address, headers={"Accept-Encoding": "gzip, br"})
    for _ in range(IN_USE * 8):
        urllib.request.urlopen(asked).close()


def both_visits(
    browser: Browser, address: str, *, keeps: bool = True
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Open a page twice on a new phone."""
    context: BrowserContext = browser.new_context(**PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    first = Visit(page).opens(address)
    if keeps:
        while not page.evaluate(KEPT):
            page.wait_for_timeout(100)
    page.close()
    second = Visit(context.new_page()).opens(address)
    assert second["by_worker"] == keeps
    context.close()
    return first, second


HEAD = ["", "usable after first byte", "script after first byte", "usable in all", "first byte",
        "bytes", "requests", "CPU of scripts", "CPU of main thread"]  # fmt: skip


def row(name: str, visits: list[dict[str, Any]]) -> list[object]:
    def mid(what: str) -> str:
        return f"{median(visit[what] for visit in visits):,.0f}"

    def after(what: str) -> str:
        times = [visit[what] - visit["first_byte"] for visit in visits]
        return f"{median(times):.0f} ({min(times):.0f})"

    told = [after("usable"), after("parsed"), mid("usable"), mid("first_byte"), mid("bytes")]
    return [name, *told, mid("requests"), mid("script"), mid("main")]


if __name__ == "__main__":
    main()
