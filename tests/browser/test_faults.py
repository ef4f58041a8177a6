"""Many answers through the queue's own code over a signal that fails at random points.

Rows equal answers, on SQLite and on PostgreSQL: none lost, none twice, none changed. The phones are
real Chromium pages, two tabs each, that put real form bodies into the page's own queue and send
them by the page's own requests. FAULTS_SEED=7 repeats a run; a failure prints its seed.

    FAULTS_ANSWERS=1000 .venv/bin/python -m pytest tests/browser/test_faults.py -s
"""

from __future__ import annotations

import os
import random
from collections import Counter
from urllib.parse import urlencode
from uuid import UUID

import pytest
from sqlalchemy import select

from survey.storage.models import Comment, Event, Response
from survey.storage.sealed_comments import Seal, move
from tests.browser.actors import Guest
from tests.browser.faults import bad_signal
from tests.browser.server import SECRET, Site, serving
from tests.builders import ADULT, OPINION, add_event, add_poster

pytestmark = pytest.mark.browser

ANSWERS = int(os.environ.get("FAULTS_ANSWERS", "300"))
PHONES, TABS = 3, 2
MINUTES = 5  # then something hangs; on two quiet cores it takes less than one
CODES = {"trust.police": 5, "fair.police": 5, "listen.police": 5, "pre_trust.police": 5}

DRIVE = """given => {
    const promise = (call, ...rest) => new Promise(done => call(...rest, done));
    const drive = async () => {
        const post = await new Promise(take => {  // the one that the page itself sends with
            const own = queue.flush;
            queue.flush = (post, done) => { queue.flush = own; take(post); own(post, done); };
            dispatchEvent(new Event('online'));
        });
        const fates = {};
        const flush = async () => Object.assign(fates, await promise(queue.flush, post));
        for (const {id, body} of given) {
            await promise(queue.put, {id, to: location.pathname, body});
            await flush();
        }
        // an entry that has an outcome stays until a page has told it
        while ((await promise(queue.waiting)).some(one => !one.outcome)) await flush();
        return fates;
    };
    window.driven = drive().then(fates => { window.fates = fates; });
}"""


def test_answers_over_a_bad_signal_arrive_once(app, session, database_url, new_page, tmp_path):
    seed = int(os.environ.get("FAULTS_SEED", random.randrange(10**6)))
    poster = add_poster(session, add_event(app, session))
    site = Site(tmp_path / "site", settings={"DATABASE_URL": database_url})
    with (
        serving(site) as served,
        bad_signal(int(served.url.rpartition(":")[2]), seed) as faults,
    ):
        pages = open_tabs(new_page, Site(tmp_path, f"http://127.0.0.1:{faults.port}"), poster.code)
        people = answers(random.Random(seed), pages[0].locator("[name=ticket]").input_value())
        faults.spoil = True
        for number, page in enumerate(pages):
            page.evaluate(DRIVE, people[number :: len(pages)])
        for page in pages:
            page.wait_for_function("() => window.fates", timeout=MINUTES * 60_000)
        fates = [page.evaluate("() => window.fates") for page in pages]
    print(faults)
    told = {id: fate for one in fates for id, fate in one.items()}
    assert set(told.values()) <= {"stored", "repeated", "waiting"}, (
        f"{Counter(told.values())}; {faults}"
    )
    assert_rows_equal(people, session, str(faults))


def open_tabs(new_page, site, code):
    """Open the survey on every phone, twice, while the signal is still good."""
    guests = [Guest(new_page(), site).opens(code) for _ in range(PHONES)]
    guests += [
        Guest(guest.page.context.new_page(), site).opens(code)
        for guest in guests
        for _ in range(TABS - 1)
    ]
    return [guest.page for guest in guests]


def answers(chance, ticket):
    """Return what so many people say, each something of their own, as their forms encode it."""
    people = []
    for number in range(ANSWERS):
        id = str(UUID(int=chance.getrandbits(128), version=4))
        codes = {name: chance.randint(1, most) for name, most in CODES.items()}
        comment = {"open": f"Comment {number}: más luz, please"} if chance.random() < 0.5 else {}
        fields = {**ADULT, **OPINION, **codes, **comment, "ticket": ticket, "submission": id}
        body = urlencode({**fields, "lang": "en", "go": "send"}, doseq=True)
        people.append({"id": id, "body": body, "codes": codes, **comment})
    return people


def assert_rows_equal(people, session, told):
    session.expire_all()
    rows = {str(row.submission): row.answers for row in session.query(Response)}
    lost = [one["id"] for one in people if one["id"] not in rows]
    assert not lost, f"{len(lost)} lost; {told}"
    assert session.query(Response).count() == len(people), told
    for one in people:
        kept = {name: rows[one["id"]][name] for name in CODES}
        assert kept == one["codes"], f"{one['id']}; {told}"
    rest = {str({k: v for k, v in row.items() if k not in CODES}) for row in rows.values()}
    assert len(rest) == 1, f"{rest}; {told}"  # all else was said alike
    with session.get_bind().begin() as connection:
        for event_id in session.scalars(select(Event.id)):
            move(connection, Seal(SECRET), event_id, least=1)
    comments = sorted(text for (text,) in session.query(Comment.text))
    assert comments == sorted(one["open"] for one in people if "open" in one), told
