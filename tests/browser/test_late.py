"""Answers that find their signal late: when the event is over, or the survey is another one."""

from __future__ import annotations

import hashlib
import re
import shutil
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.actors import Guest
from tests.browser.phones import (
    STORED,
    arrives,
    eventually,
    fills_in,
    opens_for_good,
    sends_into_the_queue,
    waiting,
)
from tests.browser.server import Site, free_port, serving
from tests.builders import OPINION

pytestmark = pytest.mark.browser

TODAY = datetime.now(UTC).date()
OTHER_SECRET = "another secret, as after a disk was lost, long enough"
KEPT_A_MOMENT = 2500  # ms: config.PLACE_KEPT and a little


@pytest.fixture(scope="module")
def template(chromium, tmp_path_factory):
    """One community's event that is open now, with a poster; and the poster's code."""
    site = Site(tmp_path_factory.mktemp("late") / "template.sqlite")
    printed = site.flask(
        "migrate",
        "community add 'Maple Falls' --county Alder --state Oregon",
        "community agency maple-falls police 'Maple Falls Police'",
        "community agency maple-falls fire 'Maple Falls Fire'",
        f"event add maple-falls --day {TODAY} --starts 00:00 --ends 23:59 --time-zone UTC",
        f"poster add maple-falls-{TODAY.year} --channel entrance",
    )
    (code,) = re.findall(r"^(\w{6}): http", printed, re.MULTILINE)
    return site, code


@pytest.fixture
def site(template, tmp_path):
    own = Site(tmp_path / "own.sqlite")
    shutil.copy(template[0].database, own.database)
    return own


@pytest.fixture
def code(template):
    return template[1]


@pytest.fixture
def page(new_page):
    return new_page()


def closes(site, when):
    """Let the event end at a moment, long after it opened."""
    site.change("UPDATE event SET opens_at = '2020-01-01 00:00:00', closes_at = ?", f"{when:%F %T}")


def row_of(site, submission):
    columns = "instrument, late, hour, event_id, answers"
    query = f"SELECT {columns} FROM response WHERE submission = ?"
    (row,) = site.rows(query, submission.replace("-", ""))
    return row


def test_a_late_arrival_is_filed_under_its_event_and_marked(page, site, code):
    with serving(site) as served:
        guest = opens_for_good(Guest(page, served), code)
        page.context.set_offline(True)
        submission = sends_into_the_queue(fills_in(guest))
        closed = datetime.now(UTC)
        closes(site, closed)
        page.wait_for_timeout(KEPT_A_MOMENT)
        page.context.set_offline(False)
        arrives(guest, submission)
        expect(page.locator("#fate")).to_contain_text(STORED)
    _, late, hour, event_id, _ = row_of(site, submission)
    assert late == 1
    assert hour == f"{closed:%Y-%m-%dT%H}"  # the event's last, not when the phone woke up
    assert site.rows("SELECT id FROM event") == [(event_id,)]


@pytest.mark.parametrize("tab", ["open", "closed"])
def test_more_than_14_days_after_the_event_the_person_is_told(page, site, code, tab):
    with serving(site) as served:
        guest = opens_for_good(Guest(page, served), code)
        page.context.set_offline(True)
        submission = sends_into_the_queue(fills_in(guest))
        if tab == "closed":
            page.close()
            page = page.context.new_page()
        closes(site, datetime.now(UTC) - timedelta(days=14, minutes=1))
        page.wait_for_timeout(KEPT_A_MOMENT)
        page.context.set_offline(False)
        if tab == "open":
            expect(page.locator("#fate")).to_have_text("This survey is closed")
        else:  # on the kept form, which gives way to what the server says of this poster now
            page.goto(f"{served.url}/s/{code}?lang=en")
            expect(page.get_by_text("This survey is closed").first).to_be_visible()
        assert served.stored(submission) == []


def test_a_server_with_another_secret_hands_out_a_new_ticket(page, site, code):
    with serving(site) as served:
        guest = opens_for_good(Guest(page, served), code)
        page.context.set_offline(True)
        submission = sends_into_the_queue(fills_in(guest))
        old = waiting(page)[0]["body"]
    port = int(served.url.rpartition(":")[2])
    with serving(replace(site, settings={"SECRET_KEY": OTHER_SECRET}), port):
        page.context.set_offline(False)
        stored = arrives(guest, submission)
        expect(page.locator("#fate")).to_contain_text(STORED)
    assert "ticket=" in old
    assert stored["fair.police"] == 4


def test_a_restarted_server_gets_what_waited(page, site, code):
    """No signal and no server look alike to a phone; nobody fires `online` for the latter."""
    with serving(site) as served:
        guest = fills_in(opens_for_good(Guest(page, served), code))
        submission = guest.submission
    guest.presses_send()
    expect(page.locator("#waits")).to_be_visible()
    with serving(site, int(served.url.rpartition(":")[2])):
        arrives(guest, submission)  # by the timer alone


def test_an_old_app_s_answers_are_read_against_the_form_they_were_given_on(page, site, code):
    """The app, the event's questionnaire and its agencies change while answers wait."""
    port = free_port()
    with serving(site, port) as served:
        page.context.route("**/s/**", as_an_older_version)
        guest = opens_old(Guest(page, served), code)
        page.context.set_offline(True)
        guest.says("adult", "police", "fire").goes_on("trust").answers(OPINION)
        submission = sends_into_the_queue(guest)
        page.context.unroute_all()
    site.change("UPDATE event SET instrument = '2022'")
    site.change("DELETE FROM agency WHERE kind = 'fire'")
    with serving(site, port):
        page.context.set_offline(False)
        page.goto(f"{served.url}/s/{code}?lang=en")
        guest.sees("start")  # the old form, kept by the old worker
        stored = arrives(guest, submission)
        eventually(lambda: page.evaluate("() => caches.keys()") == [])  # the new worker came
        page.reload()
        expect(guest.option("met", "police")).to_be_attached()
        expect(guest.option("met", "fire")).to_have_count(0)
    assert row_of(site, submission)[0] == "2026"
    assert (stored["trust.fire"], stored["fair.police"]) == (5, 4)


def opens_old(guest, code):
    guest.opens(code)
    guest.page.wait_for_function("() => navigator.serviceWorker.controller")
    kept = "async () => (await (await caches.open('pages-0')).keys()).length"
    eventually(lambda: guest.page.evaluate(kept))
    return guest


def as_an_older_version(route):
    """Serve page and worker as an app did that kept its pages elsewhere."""
    if route.request.method != "GET":
        return route.continue_()
    reply = route.fetch()
    old = reply.text().replace("pages-1", "pages-0")
    headers = {name: value for name, value in reply.headers.items() if name != "etag"}
    policy = headers["content-security-policy"]
    for now, before in zip(scripts(reply.text()), scripts(old), strict=True):
        policy = policy.replace(digest(now), digest(before))
    route.fulfill(
        status=reply.status, headers=headers | {"content-security-policy": policy}, body=old
    )


def scripts(page):
    return re.findall("<script>(.*?)</script>", page, re.DOTALL)


def digest(script):
    return b64encode(hashlib.sha256(script.encode()).digest()).decode()
