"""Walked as a new user: from the one-time link to a published figure, with what the pages say."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.actors import Guest, posts
from tests.browser.organiser import ADDRESS, Organiser
from tests.browser.phones import eventually
from tests.browser.server import Site, serving
from tests.builders import ADULT, OPINION

pytestmark = pytest.mark.browser

PRINTED = "() => { window.printed = 0; window.print = () => { window.printed += 1; }; }"


@pytest.fixture
def town_hall(chromium: Browser, tmp_path: Path) -> Iterator[Site]:
    """A new installation with a public address; nobody has an account."""
    site = Site(tmp_path / "desk.sqlite", settings={"PUBLIC_URL": ADDRESS})
    site.flask("migrate")
    with serving(site) as served:
        yield served


@pytest.mark.parametrize("width", [360, 1280])
def test_from_the_link_to_a_figure_and_on_to_the_next_year(new_page, town_hall, width):
    page = new_page(width=width)
    page.add_init_script(f"({PRINTED})()")
    ana = Organiser(page, town_hall).opens_the_link().joins()
    ana.presses("Plan your event")
    ana.types("Name of the town or place", "Alder Creek").types("County", "Hollis")
    ana.chooses("State", "Ohio").presses("Next")
    expect(page.get_by_text("The usual night in Ohio")).to_be_visible()
    ana.presses("Next")  # the day is chosen
    expect(page.get_by_label("Police: its name")).to_have_value("Alder Creek Police")
    ana.presses("Next").presses("Next").presses("Next")  # agencies, languages, posters
    expect(page.get_by_text("Alder Creek Police, Alder Creek Fire Department")).to_be_visible()
    ana.presses("Make the posters").presses("Open the sheets to print")
    assert page.locator("article.sheet").count() == 2
    ana.prints("Print all sheets")
    assert page.evaluate("() => window.printed") == 1
    assert ana.clicks <= 22
    assert ana.letters <= 60
    assert [*dict.fromkeys(ana.found)] == []
    read = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot(full_page=True))))
    codes = town_hall.rows("SELECT code FROM poster")
    assert {one.text for one in read} == {f"{ADDRESS}/s/{code}" for (code,) in codes}

    ana.presses("Home").presses("Alder Creek, Ohio")
    expect(page.get_by_text("Print the posters")).to_be_visible()
    the_evening_comes(town_hall)
    ((code,),) = town_hall.rows("SELECT code FROM poster WHERE wave = 'event'")
    people = answer(new_page(), town_hall, code)
    ana.presses("Home").presses("Alder Creek, Ohio").presses("See how it goes")
    expect(page.get_by_text("about 30").first).to_be_visible()
    publishes(ana)
    assert town_hall.rows("SELECT count(*) FROM response") == [(people,)]

    ana.presses("Home")
    before = ana.clicks
    ana.presses("Alder Creek, Ohio").presses("Plan the next one, as last time")
    ana.presses("Make the posters").presses("Open the sheets to print").prints("Print all sheets")
    assert ana.clicks - before <= 5
    seasons = [season for (season,) in town_hall.rows("SELECT season FROM event ORDER BY season")]
    assert seasons[1] == seasons[0] + 1
    assert len(town_hall.rows("SELECT code FROM poster")) == 4
    assert [*dict.fromkeys(ana.found)] == []


def publishes(ana: Organiser) -> None:
    """Close the event and publish it, by what the pages say; the figure is there for everybody."""
    page, clicks, letters = ana.page, ana.clicks, ana.letters
    ana.presses("Close the event").presses("Close it now").presses("See what will be shown")
    ana.presses("Work out what will be shown").waits_for("Go on to publish")
    expect(page.get_by_text("Figures of 1 place would be published.")).to_be_visible()
    expect(page.locator("main")).to_contain_text(re.compile("On its own: [^.]*The evening"))
    expect(page.locator("main")).not_to_contain_text("%")  # nobody picks figures by what they say
    ana.presses("Go on to publish").presses("Publish for good")
    expect(page.get_by_text("Tick the box first. Nothing was published.").first).to_be_visible()
    ana.ticks("I have read what is shown and what is left out.").presses("Publish for good")
    ana.waits_for("See the results")
    expect(page.get_by_text("Publication number 1 is out.")).to_be_visible()
    ana.presses("See the results")
    expect(page.locator("main")).to_contain_text(SHOWN)
    ana.presses("Alder Creek")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Alder Creek")
    expect(page.locator("main")).to_contain_text(SHOWN)
    assert ana.clicks - clicks <= 10  # one of them without the tick
    assert ana.letters == letters
    page.goto(f"{ana.site.url}/desk/")
    ana.looks()


TRUST = [5] * 12 + [4] * 12 + [2] * 10  # 24 of 34 trust the police a lot or completely
SHOWN = "70%"  # among 30 to 59 people, in steps of ten


def the_evening_comes(site: Site) -> None:
    """Move the event to now: what a browser test cannot wait for."""
    now = datetime.now(UTC)
    hours = {"starts_at": -1, "opens_at": -1, "ends_at": 1, "closes_at": 49}
    for column, by in hours.items():
        moment = f"{now + timedelta(hours=by):%Y-%m-%d %H:%M:%S.%f}"
        site.change(f"UPDATE event SET {column} = ?", moment)
    site.change("UPDATE event SET season = ?", now.year)


def answer(phone: Page, site: Site, code: str) -> int:
    """Let one guest answer on a phone and the others by post; return how many they were."""
    first, *others = TRUST
    guest = Guest(phone, site).opens(code)
    guest.says("adult", "police").goes_on("trust")
    guest.answers({**OPINION, "trust.police": str(first)}).sends()
    for trust in others:
        given = ADULT | OPINION | {"trust.police": trust}
        posts(phone.context.request, f"{site.url}/s/{code}", given)
    return len(TRUST)


def test_a_try_out_is_answered_on_a_phone_seen_at_the_desk_and_wiped(new_page, town_hall):
    ana = Organiser(new_page(width=1280), town_hall).opens_the_link().joins()
    town_hall.flask(
        "community add Elm --county Alder --state Oregon",
        "community agency elm police Elm-Police",
        "event add elm --day 2028-08-01",
        "poster add elm-2028 --channel gate",
    )
    ((code,),) = town_hall.rows("SELECT code FROM poster")
    ana.page.goto(f"{town_hall.url}/desk/events/elm-2028/try-out")
    ana.presses("Start the try-out")
    phone = Guest(new_page(), town_hall).opens(code)
    expect(phone.page.get_by_text("This is a try-out")).to_be_visible()
    phone.says("adult", "police").goes_on("trust")
    phone.answers({**OPINION, "open": "A lovely evening"}).sends()
    ana.page.reload()
    ana.page.get_by_text("gate", exact=True).last.click()
    expect(ana.page.get_by_text("A lovely evening")).to_be_visible()
    assert town_hall.rows("SELECT count(*) FROM rehearsal_answer") == [(1,)]
    ana.presses("It works. Wipe the try-out")
    for table in ("response", "sealed_comment", "comment", "scan", "rehearsal_answer"):
        assert town_hall.rows(f"SELECT count(*) FROM {table}") == [(0,)], table

    # asked past the page that the phone keeps; a worker goes by what it read for a moment
    address = f"{town_hall.url}/s/{code}"
    eventually(lambda: phone.page.request.get(address).status == 403)

    the_evening_comes(
        town_hall
    )  # the phone opens no form of the try-out, which would count nowhere
    eventually(lambda: phone.page.request.get(address).status == 200)
    phone = phone.opens(code)
    expect(phone.page.get_by_text("This is a try-out")).to_have_count(0)
    phone.says("adult", "police").goes_on("trust")
    phone.answers(OPINION).sends()
    assert town_hall.rows("SELECT count(*) FROM response") == [(1,)]
    assert [*dict.fromkeys(ana.found)] == []


def test_every_page_of_the_desk_has_room_and_reads_in_spanish(new_page, town_hall):
    page = new_page(width=320)
    ana = Organiser(page, town_hall).opens_the_link().joins()
    town_hall.flask(
        'community add "Saint Petersburg Township" --county Alder --state Oregon',
        'community agency saint-petersburg-township police "Saint Petersburg Township Police"',
        "event add saint-petersburg-township --day 2027-08-03",
        'poster add saint-petersburg-township-2027 --channel "Behind the firehouse, on the left"',
    )
    event = "saint-petersburg-township-2027"
    for address in (
        "/desk/", "/desk/me", "/desk/people", "/desk/people/invite", "/desk/diary?check=1",
        "/desk/places/saint-petersburg-township", f"/desk/events/{event}",
        f"/desk/events/{event}/posters", f"/desk/events/{event}/sheets", "/desk/new",
        f"/desk/events/{event}/try-out", f"/desk/events/{event}/night",
        f"/desk/events/{event}/close", "/desk/places/saint-petersburg-township/comments",
        "/desk/places/saint-petersburg-township/comments/kept", "/desk/publish", "/desk/keeping",
        "/desk/places/saint-petersburg-township/replies",
        "/desk/places/saint-petersburg-township/records", f"/desk/events/{event}/delete",
    ):  # fmt: skip
        for language in ("en", "es"):
            mark = "&" if "?" in address else "?"
            page.goto(f"{town_hall.url}{address}{mark}lang={language}")
            page.evaluate("() => document.querySelectorAll('details').forEach(o => o.open = true)")
            ana.looks()
    assert [*dict.fromkeys(ana.found)] == []

    for address, is_titled in (  # sheets to hang up have titles of their own
        ("/desk/places/saint-petersburg-township/records", True),
        (f"/desk/events/{event}/sheets", False),
    ):
        page.goto(f"{town_hall.url}{address}")
        page.emulate_media(media="print")
        expect(page.locator("main > h1")).to_be_visible(visible=is_titled)
