"""A card that works once, on a phone: it stays with its owner's answers and goes to no others."""

from __future__ import annotations

import re

import pytest

from tests.browser.actors import PRACTICE, Guest
from tests.browser.phones import arrives, fills_in, sends_into_the_queue

pytestmark = pytest.mark.browser

BIT = "SELECT verified FROM response WHERE submission = ?"


def test_a_card_waits_with_the_answers_and_is_not_the_next_person_s(new_page, demonstration):
    """Opened by its code, read in two languages, sent without a signal; then a friend answers."""
    said = demonstration.flask(f"poster cards {PRACTICE} --more 2")
    card, *_ = re.findall(r"/s/([A-Z0-9]+-[A-Z0-9]+)", said)
    page = new_page()
    page.add_init_script("delete self.SyncManager")
    guest = Guest(page, demonstration).opens_address(f"{demonstration.url}/s/{card}?lang=en")
    guest.taps("who", "adult").reads_in("es").reads_in("en")
    assert f"/s/{card}?" in page.url  # a reload keeps it, too
    fills_in(guest)
    page.context.set_offline(True)
    mine = sends_into_the_queue(guest)
    page.context.set_offline(False)
    arrives(guest, mine)
    page.locator("#done [data-another]").click()
    theirs = fills_in(guest.sees("start")).sends()
    bits = [demonstration.rows(BIT, one.replace("-", "")) for one in (mine, theirs)]
    assert bits == [[(1,)], [(0,)]]
