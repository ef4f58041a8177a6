"""What a first visit costs in a park full of phones, and what a reader's first look does."""

from __future__ import annotations

import pytest

from tests.browser.actors import PRACTICE
from tests.browser.watch import CHARTS

pytestmark = pytest.mark.browser

MOST_BYTES = 14_600  # ten packets: what a server may send before it waits for the first reply
MOST_REQUESTS = 2


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_first_visit_fits_into_the_first_ten_packets(new_page, demonstration, language):
    """Everything that is needed to answer, up to the last screen; headers included."""
    page = new_page()
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    loaded: list[float] = []
    network.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    address = f"{demonstration.url}/s/{PRACTICE}?lang={language}"
    page.goto(address, wait_until="networkidle")
    outside = [url for url in asked if not url.startswith("data:")]
    assert len(outside) <= MOST_REQUESTS
    assert 1_000 < sum(loaded) <= MOST_BYTES
    assert outside[0] == address


MOST_FIRST_LOOK = 61_440  # bytes of everything that a first look at results fetches
MOST_BEFORE_PAINT = 24_000  # of these, what the first paint waits for: the page and its styles
WAITED_FOR = """() => performance.getEntriesByType('resource')
    .filter(one => one.renderBlockingStatus === 'blocking')
    .map(one => [new URL(one.name).pathname, one.transferSize])"""


@pytest.mark.parametrize("address", CHARTS)
def test_a_first_look_at_results_is_light_and_its_paint_waits_for_no_script(
    new_page, demonstration, address
):
    """The chart stands in the page: Plotly's 395 KB are fetched by whoever asks for them."""
    page = new_page()
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    loaded: dict[str, float] = {}
    names: dict[str, str] = {}
    network.on(
        "Network.requestWillBeSent",
        lambda event: names.update({event["requestId"]: event["request"]["url"]}),
    )
    network.on(
        "Network.loadingFinished",
        lambda event: loaded.update({event["requestId"]: event["encodedDataLength"]}),
    )
    page.goto(f"{demonstration.url}{address}", wait_until="networkidle")
    document = next(size for id, size in loaded.items() if names[id].endswith(address))
    waited = page.evaluate(WAITED_FOR)
    assert {name.rpartition(".")[2] for name, _ in waited} == {"css"}
    assert 5_000 < document + sum(size for _, size in waited) <= MOST_BEFORE_PAINT
    assert sum(loaded.values()) <= MOST_FIRST_LOOK
    assert page.locator("figure.chart svg .mark").count() > 0
