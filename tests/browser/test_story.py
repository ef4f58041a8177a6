"""The story that Porchlight is for: from a poster in a park to the last row of a file.

Maple Falls asks; Elmgrove, its neighbour in the county, was released before; Oak Bend, in another
county, is still asking. Neither may be touched.
"""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from tests.browser.actors import Guest, posts
from tests.browser.server import Site
from tests.browser.watch import draws, strokes, traces
from tests.builders import ADULT, OPINION

pytestmark = pytest.mark.browser

TODAY = datetime.now(UTC).date()
SEASON = TODAY.year
COMMENT = "Please bring the fire truck again."
POSTED = [5] * 9 + [4] * 17 + [3] * 6 + [2] * 4 + [1] * 2  # trust of those who answer by post


def opens(community: str, county: str) -> list[str]:
    """Return the commands that make a community with an event that is open now."""
    slug = community.lower().replace(" ", "-")
    return [
        f"community add '{community}' --county {county} --state Oregon",
        f"community agency {slug} police '{community} Police'",
        f"community agency {slug} fire '{community} Fire'",
        f"event add {slug} --day {TODAY} --starts 00:00 --ends 23:59 --time-zone UTC",
        f"poster add {slug}-{SEASON} --channel entrance",
    ]


def codes_in(printed: str) -> list[str]:
    """Return the codes of the posters that were added, in order."""
    return re.findall(r"^(\w{6}): http", printed, re.MULTILINE)


def crowd(request, address: str, trust: list[int]) -> list[str]:
    """Let as many people answer as there are levels of trust in the police; return their ids."""
    return [posts(request, address, ADULT | OPINION | {"trust.police": t}) for t in trust]


def rows_of(site: Site, slug: str) -> list[dict]:
    """Return what the newest release says of a community, its changes left out."""
    found = site.rows(
        "SELECT row FROM figure WHERE community = ? AND kind = 'figure'"
        " AND release_id = (SELECT max(id) FROM release) ORDER BY number",
        slug,
    )
    return [json.loads(row) for (row,) in found]


def answers_at(site: Site, slug: str) -> dict[str, dict]:
    """Return what is kept of a community's event: submission -> language and answers."""
    found = site.rows(
        "SELECT submission, language, answers FROM response JOIN event ON event.id = event_id"
        " WHERE event.slug = ?",
        f"{slug}-{SEASON}",
    )
    return {id: {"language": language, **json.loads(given)} for id, language, given in found}


@pytest.fixture
def neighbours(empty_site, new_page):
    """Elmgrove is closed and released, 7 of 35 trusting its police; at Oak Bend 12 answered."""
    site = empty_site
    printed = site.flask(*opens("Elmgrove", "Alder"), *opens("Oak Bend", "Birch"))
    request = new_page().context.request
    for code, trust in zip(codes_in(printed), ([4] * 7 + [2] * 28, [5] * 12), strict=True):
        crowd(request, f"{site.url}/s/{code}", trust)
    site.flask(f"event close elmgrove-{SEASON}", "release")
    return {
        slug: (answers_at(site, slug), rows_of(site, slug)) for slug in ("elmgrove", "oak-bend")
    }


def test_from_a_poster_to_the_last_row(empty_site, neighbours, new_page):
    site = empty_site

    # An organiser makes an event and hangs up its poster.
    *making, hanging = opens("Maple Falls", "Alder")
    site.flask(*making)
    (code,) = codes_in(site.flask(hanging))
    desk = new_page(width=1280, height=1600)
    desk.goto(f"{site.url}/poster/{code}")
    (seen,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(desk.screenshot())))
    assert seen.text == f"{site.url}/s/{code}"

    # People scan it and answer: on phones in two languages, with scripts and without, and a crowd.
    ids = []
    for javascript, language, trust in (
        (True, "en", "5"),
        (True, "es", "4"),
        (False, "es", "4"),
        (False, "en", "2"),
    ):
        locale = {"en": "en-US", "es": "es-US"}[language]  # the phone's own language decides
        guest = Guest(new_page(javascript=javascript, locale=locale), site)
        guest.opens_address(seen.text).says("adult", "police", "fire").goes_on("trust")
        expect(guest.page.locator("html")).to_have_attribute("lang", language)
        ids.append(guest.answers(OPINION | {"trust.police": trust}).sends())

    bilingual = Guest(new_page(), site).opens_address(seen.text)
    bilingual.says("adult", "police", "fire").goes_on("trust").taps("trust.police", "5")
    bilingual.goes_on("respect").reads_in("es").sees("respect").goes_back("trust")
    rest = {name: value for name, value in OPINION.items() if name != "trust.police"}
    ids.append(bilingual.answers({**rest, "open": COMMENT}).sends())

    unsure = Guest(new_page(), site).opens_address(seen.text)
    unsure.says("adult", "police", "fire").goes_on("trust")
    ids.append(unsure.answers(OPINION | {"trust.police": "-3"}).sends())
    ids += crowd(desk.context.request, seen.text, POSTED)

    # Each answer is kept once, as it was given, and no comment is joined to one.
    kept = answers_at(site, "maple-falls")
    assert sorted(kept) == sorted(id.replace("-", "") for id in ids)
    given = [kept[id.replace("-", "")] for id in ids]
    assert [one["trust.police"] for one in given] == [5, 4, 4, 2, 5, -3, *POSTED]
    assert [one["language"] for one in given[:6]] == ["en", "es", "es", "en", "es", "en"]
    for one in given:
        assert one["order"] == ["police", "fire"]
        assert (one["trust.fire"], one["again"], one["age"]) == (5, 3, "35-44")
        assert one["race"] == ["black", "hispanic"]
    assert site.comments() == [COMMENT]
    assert site.comes_to(len(ids), "SELECT sum(count) FROM scan WHERE poster = ?", code)

    # The event is closed and released.
    assert "is closed" in site.flask(f"event close maple-falls-{SEASON}")
    assert "Release 2 is made" in site.flask("release")
    assert site.rows("SELECT text FROM comment") == [(COMMENT,)]
    assert site.rows("SELECT count(*) FROM sealed_comment") == [(0,)]

    # By hand: 30 of the 43 who could say trust the police a lot or completely, which is 69.8 %.
    # Among 30 to 59 people that is shown as 70 % and stands for 65 to 75, and the 43 as 40. A crowd
    # of 40 is worth 40 / 1.4 = 28.5 answers, for which Wilson's range is rounded outward from .4668
    # at .65 and up to .8725 at .75.
    sure = [one["trust.police"] for one in given if one["trust.police"] > 0]
    assert (sum(code >= 4 for code in sure), len(sure)) == (30, 43)

    # The results page says it, its table and its chart show it.
    desk.goto(site.url)
    desk.get_by_role("link", name="See results").click()
    desk.locator(".towns").get_by_role("link", name="Maple Falls").click()
    told = (
        f"70% of those who answered in Maple Falls in {SEASON} trust the police a lot or "
        "completely (range 46% to 88%; 40 answers)"
    )
    expect(desk.locator("#say")).to_contain_text(told)
    desk.get_by_text("Numbers and files").click()
    row = desk.locator(".numbers").get_by_role("row", name=str(SEASON))
    expect(row).to_contain_text("70%")
    expect(row).to_contain_text("40")
    by_role = {trace["role"]: trace for trace in traces(draws(desk))}
    assert (by_role["lit"]["x"], by_role["lit"]["y"]) == ([SEASON], [70])
    assert strokes(by_role["few"]) == [(46.6, 87.3)]

    # The file of the same page has the same figure, in its first and last row.
    with desk.expect_download() as download:
        desk.locator(".numbers").get_by_role("link", name="CSV").click()
    (line,) = csv.DictReader(download.value.path().read_text("utf-8-sig").splitlines())
    assert (line["community"], line["season"]) == ("maple-falls", str(SEASON))
    assert (line["measure"], line["agency"], line["cut"]) == ("trust", "police", "total")
    assert (float(line["value"]), line["n"]) == (0.7, "40")
    assert (float(line["range_low"]), float(line["range_high"])) == (0.466, 0.873)

    # The neighbours' answers and figures are as they were.
    for slug, (answers, figures) in neighbours.items():
        assert answers_at(site, slug) == answers
        assert rows_of(site, slug) == figures
    assert rows_of(site, "oak-bend") == []
    (headline,) = [
        (row["value"], row["n"]) for row in rows_of(site, "elmgrove")
        if (row["measure"], row["agency"], row["cut"]) == ("trust", "police", "total")
    ]  # fmt: skip
    assert headline == (0.2, "35")
