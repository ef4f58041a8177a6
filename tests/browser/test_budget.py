"""What a first visit costs: one bar of signal in a park full of phones."""

from __future__ import annotations

import pytest

from tests.browser.actors import PRACTICE

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
