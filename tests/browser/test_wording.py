"""Words on a phone: a reader in a hurry, room for every string, and a reviewer's remarks."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from survey.questionnaire.content_files import read_content
from tests.browser.access import ADD_STYLE, STICKS_OUT, TOO_WIDE
from tests.browser.actors import Guest
from tests.browser.states import LANGUAGES

pytestmark = pytest.mark.browser

CONTENT = read_content()
# Puts each text where the page would: on a button, beside a box, or into a line of its own.
SHOW = """texts => {
    const main = document.querySelector('main');
    document.querySelectorAll('main > *').forEach(one => one.remove());
    for (const [kind, text] of texts) {
        const one = document.createElement(kind === 'answer' ? 'label' : kind);
        if (kind === 'answer') {
            one.className = 'o';
            one.append(document.createElement('input'), text);
            one.firstChild.type = 'radio';
        } else one.textContent = text;
        if (kind === 'button') one.className = 'b';
        main.append(one);
    }
    return main.children.length;
}"""
KINDS = {
    "button": ("attend.next", "attend.back", "attend.send", "attend.send_now", "attend.more",
               "attend.review", "again.yes", "again.no", "thanks.another", "kiosk.stay",
               "kiosk.next_person", "follow_up.calendar", "help.home"),
    "answer": ("option.", "scale.", "answer.", "agency.police.label"),
    "h1": ("attend.title", "help.unknown.title", "help.closed.title", "page_error.title"),
    "h2": ("screen.", "error.summary", "again.title", "follow_up.title", "thanks.title"),
    "legend": ("question.",),
}  # fmt: skip
PAPER_AND_POSTER = ("poster.", "paper.", "format.", "weekday.", "month.", "language.")


def shown(code: str) -> list[tuple[str, str]]:
    """Return (element, text) for every string that an attendee can meet on a phone."""
    language = CONTENT.languages[code]
    found = []
    for key, text in language.words.items():
        if key.startswith(PAPER_AND_POSTER) or not CONTENT.languages["uk"].has(key):
            continue  # Ukrainian has the words of attendees alone
        kinds = (kind for kind, starts in KINDS.items() if key.startswith(starts))
        filled = text.replace("{agency}", language.words["agency.sheriff.name"])
        filled = filled.replace("{crews}", language.words["agency.sheriff.crews"])
        found.append((next(kinds, "p"), filled.replace("{community}", "Saint Petersburg Township")))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_string_has_room_at_320_px(new_page, demonstration, everybody, language):
    page = new_page(width=320)
    Guest(page, demonstration).opens(everybody.now, language)
    strings = shown(language)
    assert len(strings) > 250
    assert page.evaluate(SHOW, strings) == len(strings)
    assert page.evaluate(TOO_WIDE) + page.evaluate(STICKS_OUT) == []


def test_the_measure_finds_a_string_that_has_no_room(new_page, demonstration, everybody):
    page = new_page(width=320)
    Guest(page, demonstration).opens(everybody.now, "en")
    page.evaluate(ADD_STYLE, ".b { white-space: nowrap }")
    page.evaluate(SHOW, [("button", "A button that is far too long for a phone of this size")])
    assert page.evaluate(TOO_WIDE) + page.evaluate(STICKS_OUT) != []


@dataclass(frozen=True)
class HurriedReader:
    """Reads a title, answers it in their head, and taps what begins like their answer.

    A title that asks is answered by yes or no; else a reader looks for the word that is true of
    them. This is how "Did you answer already?" with "Yes, I am another person" counted people
    twice: whoever had answered thought yes.
    """

    has_answered: bool
    yes: str
    no: str
    own_word: str

    def taps(self, title: str, buttons: list[str]) -> int:
        thought = self.yes if self.has_answered else self.no
        for number, words in enumerate(buttons):
            begins = re.split(r"[\s,]", words.lower())[0]
            if title.rstrip().endswith("?") and begins == thought:
                return number
        return next(n for n, words in enumerate(buttons) if self.own_word in words.lower())


READERS = {
    "en": [
        HurriedReader(True, "yes", "no", "already"),
        HurriedReader(False, "yes", "no", "another"),
    ],
    "es": [HurriedReader(True, "sí", "no", "ya"), HurriedReader(False, "sí", "no", "otra")],
}


@pytest.mark.parametrize("language", list(READERS))
def test_a_hurried_reader_is_counted_as_who_they_are(new_page, demonstration, language):
    """On a phone that sent twice before: the same person sends nothing more, another is counted."""
    same, other = READERS[language]
    guest = Guest(new_page(), demonstration)
    for _ in range(2):
        guest.opens(language=language).says("adult", "police").goes_on("trust")
        guest.answers({"trust.police": "5"}).sends()
    for reader in (same, other):
        guest.opens(language=language).says("adult", "police").screen.locator(".go").click()
        panel = guest.page.locator("#again")
        expect(panel).to_be_visible()
        buttons = panel.get_by_role("button")
        number = reader.taps(panel.locator("h2").inner_text(), buttons.all_inner_texts())
        buttons.nth(number).click()
        if reader.has_answered:
            expect(guest.page.locator("#bye")).to_be_visible()
        else:
            third = guest.sees("trust").answers({"trust.police": "1"}).sends()
            assert guest.site.household(third) is True


def test_a_reviewer_fills_the_page_in_and_the_remarks_come_back(new_page, demonstration, tmp_path):
    page = new_page()
    page.goto(f"{demonstration.url}/languages/es?lang=es")
    line = page.locator("[id='question.trust.ask']")
    line.get_by_label("Mejores palabras").fill('Diga: "¿Cuánto\nconfía?"')
    page.locator("[id='attend.next']").get_by_label("Qué está mal").fill("=1+1 suena raro")
    page.reload()
    expect(line.get_by_label("Mejores palabras")).to_have_value('Diga: "¿Cuánto\nconfía?"')
    with page.expect_download() as download:
        page.get_by_role("button", name="Guardar en un archivo").click()
    sheet = tmp_path / download.value.suggested_filename
    download.value.save_as(sheet)
    assert sheet.name == "review-es.csv"
    text = sheet.read_text("utf-8-sig")
    assert "'=1+1 suena raro" in text  # no spreadsheet works it out

    from survey.questionnaire.language_review import read_sheet

    reading = read_sheet(CONTENT, CONTENT.languages["es"], text)
    assert reading.is_whole
    assert {one.key: (one.better, one.remark) for one in reading.remarks} == {
        "question.trust.ask": ('Diga: "¿Cuánto confía?"', ""),
        "attend.next": ("", "=1+1 suena raro"),
    }
    page.get_by_role("button", name="Borrar lo que escribí").click()
    page.reload()
    expect(line.get_by_label("Mejores palabras")).to_have_value("")
