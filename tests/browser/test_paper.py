"""Answers on paper: a sheet that a department prints, and a volunteer who keys sheets in."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.access import cut_off, faults, too_small
from tests.browser.actors import Guest
from tests.browser.server import Site, serving
from tests.browser.watch import in_language
from tests.builders import OPINION

pytestmark = pytest.mark.browser

POINTS = {"letter": (612, 792), "a4": (595, 842)}  # 1/72 inch
LANGUAGES = ("en", "es", "ar", "bn", "fr", "my", "ne", "so", "sw", "uk", "zh")
AGENCIES = ("police", "sheriff", "fire", "ems", "dispatch", "code", "school")
MOST_KEYS = 25  # at a key and a bit a second: a sheet in under 20 seconds
KEPT = "SELECT submission, audience, language, answers, mode, household FROM response"
MET = {"met": ["police", "fire"]}
NUMBERS = {"trust.police": 4, "trust.fire": 5, "fair.police": 4, "listen.police": 3} | {
    "approach.police": 4,
    "pre_trust.police": 3,
    "again": 3,
}
CHILD = {"c_police": 4, "c_fire": 4, "c_nice": -3, "c_learn": 3, "c_again": 2, "c_age": "10-12"}


@pytest.fixture(scope="module")
def busy(chromium, tmp_path_factory):
    """A served event with every kind of agency and every language: the most that is printed."""
    site = Site(tmp_path_factory.mktemp("busy") / "porchlight.sqlite")
    spoken = " ".join(f"--language {code}" for code in LANGUAGES)
    today = datetime.now(UTC).date()
    site.flask(
        "migrate",
        'community add "Maple Falls on the River" --county Alder --state Oregon',
        *(f'community agency maple-falls-on-the-river {kind} "{kind}"' for kind in AGENCIES),
        f"event add maple-falls-on-the-river --day {today} --time-zone UTC"
        f" --starts 00:00 --ends 23:59 {spoken}",
        f"poster add maple-falls-on-the-river-{today.year} --channel entrance",
    )
    with serving(site) as served:
        yield served


@pytest.fixture
def code(busy) -> str:
    ((code,),) = busy.rows("SELECT code FROM poster")
    return str(code)


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("paper", POINTS)
def test_a_sheet_has_two_sides_in_every_language(new_page, busy, code, paper):
    page = new_page(width=1000)
    for language in LANGUAGES:
        for audience in ("adult", "teen", "child"):
            address = f"{busy.url}/poster/{code}/form?paper={paper}&in={language}"
            page.goto(f"{address}&audience={audience}")
            pdf = page.pdf(prefer_css_page_size=True)
            assert pages(pdf) <= 2, (language, audience)
            box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", pdf)
            assert box
            assert [float(side) for side in box.groups()] == pytest.approx(POINTS[paper], abs=1)


def test_two_languages_are_two_sheets(new_page, busy, code):
    page = new_page(width=1000)
    page.goto(f"{busy.url}/poster/{code}/form?in=ar&in=en")
    sheets = page.locator("article.sheet")
    assert sheets.evaluate_all("all => all.map(one => [one.lang, one.dir])") == [
        ["en", "ltr"],
        ["ar", "rtl"],
    ]
    assert pages(page.pdf(prefer_css_page_size=True)) == 4


def on_paper(page: Page) -> list[list[Any]]:
    found: list[list[Any]] = page.locator(".sheet section").evaluate_all(
        """all => all.map(one => [one.querySelector('h3').textContent,
            [...one.querySelectorAll('li span')].map(option => option.textContent)])"""
    )
    return found


def on_the_phone(page: Page) -> list[list[Any]]:
    """Return what an adult who met everybody could be asked, the longer part aside."""
    found: list[list[Any]] = page.locator("fieldset, .screen > div:has(textarea)").evaluate_all(
        """all => all.filter(one => {
            const mine = one.closest('[data-for]');
            return (!mine || /adult/.test(mine.dataset.for)) && !one.closest('[data-longer]');
        }).map(one => [one.querySelector('legend, .ask').textContent,
            [...one.querySelectorAll('.o')].map(option => option.textContent.trim())])"""
    )
    return found


@pytest.mark.parametrize("language", ["en", "es", "ar"])
def test_paper_asks_what_the_phone_asks_in_the_same_words_and_order(new_page, busy, code, language):
    page = new_page(width=1000)
    page.goto(f"{busy.url}/s/{code}?lang={language}")
    gate, *phone = on_the_phone(page)
    page.goto(f"{busy.url}/poster/{code}/form?in={language}")
    assert on_paper(page) == phone
    assert len(phone) > 15
    assert gate[1][0] in page.locator(".id").text_content()  # who it is for is printed already


def test_no_question_is_torn_by_the_end_of_a_side(new_page, busy, code):
    page = new_page(width=1000)
    page.goto(f"{busy.url}/poster/{code}/form?in=en&longer=1")
    page.emulate_media(media="print")
    parts = page.locator(".sheet section, .hand-in")
    kept = parts.evaluate_all("all => all.map(one => getComputedStyle(one).breakInside)")
    assert set(kept) == {"avoid"}
    assert page.locator(".filters, header.top, h1").filter(visible=True).count() == 0


def test_a_sheet_names_its_event_and_poster_and_says_how(new_page, busy, code):
    page = new_page(width=1000)
    page.goto(f"{busy.url}/poster/{code}")
    page.get_by_role("link", name="Paper forms").click()
    sheet = page.locator("article.sheet").first
    for words in (
        code,
        "National Night Out",
        "No names. No phone numbers.",
        "Fill in one circle.",
        "put it in the box",
        "Only if you talked with them.",
    ):
        expect(sheet).to_contain_text(words)
    expect(sheet).to_contain_text("Squares: you may fill in more than one.")
    page.get_by_label("Under 13").check()
    page.get_by_role("button", name="Change").click()
    expect(sheet).not_to_contain_text("Squares")
    assert sheet.locator("svg").count() > 10


class Volunteer:
    """Somebody with a pile of sheets and a keyboard."""

    def __init__(self, page: Page, site: Site, code: str) -> None:
        self.page, self.site, self.pressed = page, site, 0
        self.known = {row[0] for row in site.rows(KEPT)}
        page.goto(f"{site.url}/s/{code}/paper?lang=en")

    def keys(self, line: str) -> Volunteer:
        for key in line.split():
            self.page.keyboard.press(key)
            self.pressed += 1
        return self

    def is_at(self, name: str) -> Volunteer:
        focused = "name => document.activeElement.name === name"
        self.page.wait_for_function(focused, arg=name)
        return self

    def has_saved(self, number: int) -> Volunteer:
        expect(self.page.locator("#saved")).to_have_text(f"Saved: {number}")
        assert self.page.locator("#survey :checked").count() == 0
        return self.is_at("who")

    def kept(self, number: int) -> list[tuple[Any, ...]]:
        """Wait until so many arrived since this volunteer sat down: audience, language, answers."""
        assert self.site.comes_to(len(self.known) + number, "SELECT count(*) FROM response")
        new = [row for row in self.site.rows(KEPT) if row[0] not in self.known]
        assert {(mode, household) for *_, mode, household in new} <= {("paper", 0)}
        return [(audience, language, json.loads(text)) for _, audience, language, text, *_ in new]


@pytest.fixture
def volunteer(new_page, busy, code):
    return Volunteer(new_page(width=1280, height=720), busy, code).is_at("who")


def shown(answers: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answers.items() if value != -4}


def test_a_sheet_is_keyed_in_with_few_keys(volunteer):
    """An adult; met police and fire; then one key for each answer."""
    volunteer.keys("1 1 3 0").is_at("trust.police")
    volunteer.keys("4 5 4 3 4 2 3 1").is_at("open").keys("Enter").is_at("age")
    volunteer.keys("3 3 4 0 1 2 Enter").has_saved(1)
    assert volunteer.pressed <= MOST_KEYS
    ((audience, language, answers),) = volunteer.kept(1)
    assert (audience, language) == ("adult", "en")
    assert shown(answers) == {**OPINION, **NUMBERS, "order": ["police", "fire"], **MET}


def test_on_paper_the_agencies_stand_in_one_order_and_all_who_were_met_are_asked(volunteer):
    volunteer.keys("1 7 5 3 2 0")
    for number, kind in enumerate(("police", "sheriff", "fire", "dispatch", "school"), 1):
        volunteer.is_at(f"trust.{kind}").keys(str(number))
    volunteer.keys("Enter").is_at("go").keys("Enter").has_saved(1)
    ((_, _, answers),) = volunteer.kept(1)
    assert answers["order"] == ["police", "sheriff", "fire", "dispatch", "school"]
    assert [answers[f"trust.{kind}"] for kind in answers["order"]] == [1, 2, 3, 4, 5]


def test_a_pile_of_sheets(volunteer):
    """Blank ones, corrected ones, a comment, a teenager, a child; each starts at the top."""
    others = Counter(volunteer.site.comments())
    volunteer.keys("1 Enter Enter").has_saved(1)
    volunteer.keys("1 0 2 Backspace 5 0 0 0 0 0 0").is_at("open")
    volunteer.page.keyboard.type("More shade, please: 12 trees.")
    volunteer.keys("Enter").is_at("age").keys("Enter Enter").has_saved(2)
    volunteer.keys("2 0 3 0 0 0 0 0 0 Enter").is_at("live").keys("3 1 Enter").has_saved(3)
    volunteer.keys("3").is_at("c_ok").keys("1 1 4 4 5 1 2 3 Enter").has_saved(4)
    kept = sorted(volunteer.kept(4), key=lambda row: (row[0], row[2].get("trust.police", 0)))
    (_, _, blank), (_, _, comment), (_, _, child), (_, _, teen) = kept
    assert {name for name, value in shown(blank).items() if value != -1} == {"order"}
    assert comment["trust.police"] == 5
    assert (teen["trust.police"], teen["live"]) == (3, "no")
    assert child == CHILD
    new = Counter(volunteer.site.comments()) - others
    assert new == {"More shade, please: 12 trees.": 1}


def test_nothing_is_kept_of_a_child_where_the_sheet_says_no(volunteer):
    volunteer.keys("3 1 2")
    expect(volunteer.page.locator("#bye")).to_be_visible()
    volunteer.keys("Enter").is_at("who")
    expect(volunteer.page.locator("#saved")).to_be_empty()
    assert volunteer.kept(0) == []


def test_a_gate_that_was_left_blank_is_asked_for(volunteer):
    volunteer.keys("3").is_at("c_ok").keys("0 1 Enter Enter").is_at("c_ok")
    expect(volunteer.page.locator("#stay")).to_contain_text("Please choose one answer.")
    assert volunteer.kept(0) == []
    volunteer.keys("1 Enter Enter").has_saved(1)


def test_the_longer_part_is_keyed_where_the_sheets_have_it(volunteer):
    button = volunteer.page.get_by_role("button", name="These sheets include the longer part")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    volunteer.is_at("who").keys("1 0 0 0 0 0 0 0 0 Enter 0 0 0 0").is_at("neutral.police")
    volunteer.keys("5 Enter Enter").has_saved(1)
    ((_, _, answers),) = volunteer.kept(1)
    assert (answers["neutral.police"], answers["safe"]) == (5, -1)


def test_sheets_in_another_language_count_on(volunteer):
    volunteer.keys("1 Enter Enter").has_saved(1).keys("1")
    volunteer.page.locator("#start summary").click()
    volunteer.page.locator("#start button[value='lang:uk']").click()
    expect(volunteer.page.locator("#saved")).to_have_text("Збережено: 1")
    volunteer.is_at("who").keys("1 0 3 Enter Enter")
    expect(volunteer.page.locator("#saved")).to_have_text("Збережено: 2")
    assert sorted(language for _, language, _ in volunteer.kept(2)) == ["en", "uk"]


def test_sheets_wait_for_a_signal(volunteer):
    volunteer.page.context.set_offline(True)
    volunteer.keys("1 0 3 Enter Enter")
    expect(volunteer.page.locator("#queue")).to_have_text(
        "1 set of answers is waiting for a signal."
    )
    expect(volunteer.page.locator("#saved")).to_have_text("Saved: 1")
    volunteer.page.context.set_offline(False)
    volunteer.has_saved(1)
    assert len(volunteer.kept(1)) == 1


def test_a_form_is_taken_back_and_keyed_again(volunteer):
    """The last one with two keys; an earlier one, after a reload, from the list of them."""
    page = volunteer.page
    volunteer.keys("1 0 1 Enter Enter").has_saved(1).keys("1 0 2 Enter Enter").has_saved(2)
    volunteer.keys("Backspace Enter").has_saved(1)
    expect(page.locator("#undone")).to_have_text("Form 2 was taken back. Type it in again.")
    volunteer.keys("1 0 3").is_at("fair.police").keys("0 0 0 0 0 0").is_at("open")
    page.keyboard.type("More shade.")
    volunteer.keys("Enter Enter Enter").has_saved(2).keys("1 0 5 Enter Enter").has_saved(3)
    page.reload()
    volunteer.has_saved(3)
    page.get_by_text("Earlier forms").click()
    page.get_by_role("button", name="Take form 2 back").click()
    volunteer.has_saved(2)
    expect(page.locator("#undone")).to_contain_text("Its comment stays")
    assert too_small(page) + cut_off(page) + faults(page) == []
    kept = volunteer.kept(2)
    assert sorted(answers["trust.police"] for *_, answers in kept) == [1, 5]


def test_a_form_that_cannot_be_taken_back_says_so_and_is_still_there(volunteer):
    volunteer.keys("1 0 1 Enter Enter").has_saved(1).kept(1)
    volunteer.page.context.set_offline(True)
    volunteer.keys("Backspace Enter")
    told = volunteer.page.locator("#undone")
    expect(told).to_have_text("Form 1 was not taken back. Please try again.")
    volunteer.has_saved(1).page.context.set_offline(False)
    volunteer.keys("Backspace Enter")
    expect(told).to_contain_text("Form 1 was taken back.")
    assert volunteer.kept(0) == []


def test_without_a_script_it_is_an_ordinary_form(new_page, busy, code):
    volunteer = Volunteer(new_page(javascript=False), busy, code)
    guest = Guest(volunteer.page, busy)
    guest.says("adult", "police", "fire").goes_on("trust").answers().sends()
    guest.page.get_by_role("link", name="Next person").click()
    guest.sees("start")
    assert guest.page.url.endswith("/paper?lang=en")
    assert len(volunteer.kept(1)) == 1


def test_other_visitors_load_nothing_of_it(new_page, busy, code):
    page = new_page()
    for door, files in (("", 0), ("/kiosk", 0), ("/paper", 2)):
        page.goto(f"{busy.url}/s/{code}{door}")
        assert page.locator("[src*=keying], [href*=keying]").count() == files


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("address", ["/s/{code}/paper", "/s/{code}", "/poster/{code}/form?in=ar"])
def test_everybody_can_use_it(new_page, busy, code, address, language):
    """The keying page, the languages unfolded on a phone, and the page that prints."""
    page = new_page()
    page.goto(in_language(busy.url + address.format(code=code), language))
    if page.locator("#start summary").count():
        page.locator("#start summary").click()
        others = page.locator("#start .langs button").filter(visible=True)
        assert others.count() == len(LANGUAGES) - 1
        assert too_small(page) == []
    assert cut_off(page) + faults(page) == []


@pytest.mark.parametrize("javascript", [True, False], ids=["scripted", "plain"])
def test_many_languages_unfold_on_every_screen_and_keep_the_answers(
    new_page, busy, code, javascript
):
    guest = Guest(new_page(javascript=javascript), busy).opens(code)
    guest.says("adult", "police", "fire")
    for screen, language in (("trust", "fr"), ("respect", "ar"), ("help", "en")):
        guest.goes_on(screen).fills_in(OPINION)
        given = guest.given()
        guest.screen.locator("summary").click()
        guest.reads_in(language).sees(screen)
        assert guest.given() == given
