"""The offline story once more in WebKit, the engine of every browser on an iPhone.

No signal is a server that is stopped: the driver cannot pull the plug. WebKit has no Background
Sync, so this is also the story of a phone whose page alone can send.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from tests.browser.phones import KEEPS, KEPT, STORED, WAITING, eventually
from tests.browser.server import Site, serving
from tests.browser.webkit import ADVICE, driving, find_webkit

pytestmark = pytest.mark.browser

TODAY = datetime.now(UTC).date()
LAST = """() => [...document.querySelectorAll('button.go[value=send]')].some(
    one => one.offsetParent)"""
SAYS = "text => document.getElementById('queue').innerText.trim() === text"
BOXES = "() => document.querySelectorAll('#survey :checked').length"


@pytest.fixture
def webkit(tmp_path):
    binary = find_webkit()
    if binary is None:
        pytest.skip(ADVICE)
    with driving(binary, tmp_path / "webkit.log") as window:
        yield window


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path / "webkit.sqlite")


def test_answers_wait_in_webkit_and_arrive_once(webkit, site):
    printed = site.flask(
        "migrate",
        "community add 'Maple Falls' --county Alder --state Oregon",
        "community agency maple-falls police 'Maple Falls Police'",
        f"event add maple-falls --day {TODAY} --starts 00:00 --ends 23:59 --time-zone UTC",
        f"poster add maple-falls-{TODAY.year} --channel entrance",
    )
    (code,) = re.findall(r"^(\w{6}): http", printed, re.MULTILINE)
    with serving(site) as served:
        webkit.opens(f"{served.url}/s/{code}?lang=en")
        webkit.waits_for(KEEPS, f"/s/{code}?lang=en")
        webkit.waits_for("() => Boolean(navigator.serviceWorker.controller)")

    webkit.reloads()
    submission = answers_and_sends(webkit)
    webkit.waits_for(SAYS, WAITING)
    webkit.reloads()
    webkit.waits_for(SAYS, WAITING)
    assert webkit.runs(BOXES) == 0  # nobody else's answers
    second = answers_and_sends(webkit)
    webkit.waits_for("() => /^2 sets of answers/.test(document.getElementById('queue').innerText)")

    with serving(site, int(served.url.rpartition(":")[2])):
        eventually(lambda: site.stored(submission) and site.stored(second))
        webkit.waits_for("text => document.getElementById('fate').innerText.includes(text)", STORED)
    assert site.rows("SELECT count(*) FROM response") == [(2,)]
    kept = webkit.runs(KEPT)
    assert kept["databases"]["porchlight"]["waiting"] == []
    assert (kept["cookies"], kept["local"], kept["session"]) == ("", {}, {})


def answers_and_sends(webkit):
    webkit.taps('[name=who][value="adult"]')
    webkit.taps('[name=met][value="police"]')
    webkit.taps("#start .go")
    webkit.taps('[name="trust.police"][value="4"]')
    while not webkit.runs(LAST):
        webkit.taps("a.go")
    submission = webkit.runs("() => document.querySelector('[name=submission]').value")
    webkit.taps("button.go[value=send]")
    webkit.waits_for("() => !document.getElementById('done').hidden")
    return submission
