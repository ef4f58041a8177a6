"""A passkey in a real browser: Chromium's virtual authenticator, under the desk's own policy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.organiser import Organiser
from tests.browser.server import Site, serving
from tests.desk_people import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def town_hall(chromium: Browser, tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path / "keys.sqlite")
    site.flask("migrate")
    with serving(site) as served:
        yield served


def has_finger(page: Page, *, knows: bool = True) -> None:
    """Give the browser a device that looks at fingers, and recognises this one or not."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    device = tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": knows,
                "automaticPresenceSimulation": True,
            }
        },
    )
    page.finger = (tools, device["authenticatorId"])  # type: ignore[attr-defined]


def recognises(page: Page, *, knows: bool) -> None:
    tools, id = page.finger  # type: ignore[attr-defined]
    tools.send("WebAuthn.setUserVerified", {"authenticatorId": id, "isUserVerified": knows})


def test_a_passkey_is_set_up_and_lets_its_owner_in_without_a_word(new_page, town_hall):
    page = new_page(width=360)
    has_finger(page)
    by_name = town_hall.url.replace("127.0.0.1", "localhost")
    link = town_hall.flask("operator link").split()[-1]
    page.goto(by_name + link[link.index("/desk") :])
    ana = Organiser(page, town_hall).joins()
    ana.presses("Ana")
    page.get_by_text("Passkeys", exact=True).click()
    page.locator("#for_passkey").fill(PASSWORD)
    ana.presses("Set up a passkey").button("Go on").click()  # a script goes on, not the link
    expect(page.get_by_text("1 passkey", exact=True)).to_be_visible()
    ana.looks().presses("Sign out")

    recognises(page, knows=False)
    ana.button("Sign in with a passkey").click()
    expect(page.get_by_text("nobody was signed in")).to_be_visible()
    ana.looks()
    recognises(page, knows=True)
    clicks = ana.clicks
    ana.button("Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="What to do next")).to_be_visible()
    assert ana.clicks == clicks
    assert town_hall.rows("SELECT act FROM audit ORDER BY number DESC LIMIT 1") == [
        ("signed_in_passkey",)
    ]
    assert [*dict.fromkeys(ana.found)] == []

    by_number = new_page()  # the same server, at an address for which no browser makes any
    by_number.goto(f"{town_hall.url}/desk/sign-in")
    expect(by_number.get_by_label("Password", exact=True)).to_be_visible()
    expect(by_number.get_by_text("passkey")).to_have_count(0)
