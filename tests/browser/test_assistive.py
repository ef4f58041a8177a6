"""Other ways to see and tap: a keyboard, a screen reader, one's own colours, right to left."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.access import rings, spoken
from tests.browser.actors import Guest
from tests.browser.states import posts_plainly

pytestmark = pytest.mark.browser

OFF_THE_LIST = "One of these answers is not on the list. Please choose again."
READ_BY = "The police run this survey and read what you write here."
TOO_LONG = "Your comment is 300 characters long. Please make it 280 or shorter."
WHO = "Please tell us who is filling this out."
TOP = "document.activeElement.getBoundingClientRect().top + scrollY"
NAMED = """all => all.map(
    one => [one.querySelector('legend').textContent.trim(), one.elements.length])"""
LAMP = (0xF4, 0xB0, 0x4A)  # the part of the way that is done


@pytest.fixture
def guest(new_page, demonstration):
    return Guest(new_page(), demonstration)


def test_a_keyboard_is_enough_for_a_child(guest):
    """From the first question to the thank-you with Tab, arrows, Space and Enter."""
    guest.opens().tabs_to("[name=who]").presses("Space", "ArrowDown", "ArrowDown", "Enter")
    for screen, field in (("grown_up", "c_ok"), ("child_ok", "c_assent")):
        guest.arrives(screen).tabs_to(f"[name={field}]").presses("Space", "Enter")
    for screen in ("lost_police", "lost_fire", "kind", "learned", "come_back"):
        guest.arrives(screen).tabs_to(f"#{screen} input").presses("Space")
        guest.tabs_to(f"#{screen} .go").presses("Enter")
    guest.arrives("child_age").tabs_to("#child_age button.go")
    submission = guest.submission
    guest.presses("Enter").is_thanked()
    (kept,) = guest.site.stored(submission)
    assert kept["c_police"] == 1


def test_the_focus_goes_down_the_page(guest):
    """Tab follows the order in which the page is read: nothing jumps."""
    guest.opens().says("adult", "police", "fire").goes_on("trust").arrives("trust")
    tops = []
    for _ in range(4):  # two questions, "Back" and "Next": a later screen ends there
        guest.page.keyboard.press("Tab")
        tops.append(guest.page.evaluate(TOP))
    assert tops == sorted(tops)
    expect(guest.screen.locator(".go")).to_be_focused()


def test_a_screen_is_told_by_heading_step_groups_and_answers(guest):
    guest.opens().says("adult").goes_on("trust")
    expect(guest.screen).to_match_aria_snapshot("""
      - heading "Trust Step 2 of 7" [level=2]
      - 'group "How much do you trust the police to do what is right for people here?"':
        - radio "Not at all"
        - text: Not at all
        - radio "A little"
        - text: A little
        - radio "Somewhat"
        - text: Somewhat
        - radio "A lot"
        - text: A lot
        - radio "Completely"
        - text: Completely
        - radio "I don't know / can't rate"
      - link "Back"
      - link "Next"
    """)
    guest.taps("trust.police", "4")
    expect(guest.page.get_by_role("radio", name="A lot", checked=True)).to_have_count(1)


def test_every_question_of_every_audience_is_a_named_group(guest):
    """Each box has a name, each is in a group with a name; none of the groups is named twice."""
    guest.opens()
    groups = guest.page.locator("fieldset").evaluate_all(NAMED)
    assert len(groups) > 30
    assert [name for name, boxes in groups if not name or boxes < 2] == []
    boxes = guest.page.locator("#survey input:not([type=hidden])").evaluate_all(
        "all => all.map(one => [one.labels.length, one.labels[0].textContent.trim()])"
    )
    assert [text for labels, text in boxes if labels != 1 or not text] == []


def test_a_childs_face_is_not_read_out(guest):
    guest.opens().says("child").goes_on("grown_up").taps("c_ok", "yes").goes_on("child_ok")
    guest.taps("c_assent", "yes").goes_on("lost_police")
    names = [one["name"] for one in spoken(guest.page) if one["role"] == "radio"]
    assert names == ["No", "I don't think so", "I think so", "Yes, for sure"]
    assert [one for one in spoken(guest.page) if one["role"] in ("image", "img")] == []


def test_faults_are_told_where_they_are_and_in_a_list(guest):
    page = guest.opens().page
    posts_plainly(page, "send", who="adult", open="!" * 300, trust__police="9")
    expect(page.locator("#errors")).to_be_focused()
    expect(page.get_by_role("alert").first).to_match_aria_snapshot(f"""
      - alert:
        - heading "Please check 2 answers" [level=2]
        - list:
          - listitem:
            - link "{OFF_THE_LIST}"
          - listitem:
            - link "{TOO_LONG}"
    """)
    group = page.get_by_role("group", name="How much do you trust the police")
    expect(group).to_have_accessible_description(OFF_THE_LIST)
    comment = page.get_by_role("textbox")
    expect(comment).to_have_accessible_description(f"{READ_BY} {TOO_LONG}")
    expect(comment).to_have_attribute("aria-invalid", "true")
    page.get_by_role("link", name=TOO_LONG).press("Enter")
    expect(comment).to_be_focused()


def regions(page):
    """Return {id in the tree: (role, how urgent, words)} of what is read out when it changes."""
    return {
        one["id"]: (one["role"], one.get("live", ""), one["says"])
        for one in spoken(page)
        if one["role"] in ("status", "alert")
    }


def test_a_fault_is_said_by_a_region_that_was_there_before(guest):
    """A reader hears what changes inside a region, not a region that comes with its words."""
    before = regions(guest.opens().page)
    guest.screen.locator(".go").click()
    expect(guest.page.locator("#stay")).to_be_focused()
    said = {id: one for id, one in regions(guest.page).items() if one[2]}
    assert list(said.values()) == [("alert", "assertive", WHO)]
    assert said.keys() <= before.keys()
    assert [one[2] for one in before.values() if one[2]] == []


def test_waiting_and_sent_are_said_without_a_look(guest):
    guest.opens().says("adult").goes_on("trust").answers()
    page, before = guest.page, regions(guest.page)
    page.context.set_offline(True)
    guest.presses_send()
    expect(page.locator("#waits")).to_be_visible()
    waiting = {id: one for id, one in regions(page).items() if one[2]}
    assert ("status", "polite", "1 set of answers is waiting for a signal.") in waiting.values()
    assert waiting.keys() & before.keys()
    heading = page.get_by_role("heading", name="Thank you!")
    expect(heading).to_be_focused()
    during = regions(page)

    page.context.set_offline(False)
    guest.is_thanked()
    sent = {id: one for id, one in regions(page).items() if one[2]}
    assert [one[2] for one in sent.values()] == [
        "Your answers are in. They count once, even if your phone sent them twice."
    ]
    assert sent.keys() <= during.keys()
    expect(heading).to_have_accessible_description(next(iter(sent.values()))[2])


def left(locator) -> float:
    at: float = locator.evaluate("one => one.getBoundingClientRect().left")
    return at


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_page_is_mirrored_where_writing_is(new_page, demonstration, language, everybody):
    """The way that is done, the boxes and "back" stand where reading starts."""
    guest = Guest(new_page(), demonstration).opens(everybody.now, language)
    guest.says("adult").goes_on("trust")
    screen, rtl = guest.screen, language == "ar"
    assert (left(screen.locator("a.b:not(.go)")) > left(screen.locator(".go"))) is rtl
    assert (left(screen.locator("input").first) > 180) is rtl  # half of the phone
    assert (left(screen.locator("small")) < 180) is rtl
    bar = Image.open(io.BytesIO(screen.locator("progress").screenshot())).convert("RGB")
    done = [bar.getpixel((x, bar.height // 2)) == LAMP for x in (20, bar.width - 20)]
    assert done == [not rtl, rtl]


def test_colours_of_ones_own_still_tell_everything_apart(guest):
    """Windows' high contrast takes backgrounds and shadows away: borders and rings must stay."""
    guest.page.emulate_media(forced_colors="active")
    guest.opens().says("adult", "fire").goes_on("trust").taps("trust.police", "4")
    border = "one => [getComputedStyle(one)].flatMap(s => [s.borderTopStyle, s.borderTopWidth])"
    for one in (".o", ".go", "a.b:not(.go)"):
        style, width = guest.screen.locator(one).first.evaluate(border)
        assert style == "solid"
        assert float(width.removesuffix("px")) >= 1
    chosen, other = guest.screen.locator("input").nth(3), guest.screen.locator("input").nth(2)
    assert chosen.screenshot() != other.screenshot()
    guest.page.keyboard.press("Shift+Tab")
    assert all(ring[1] for ring in rings(guest.page, most=4))


def test_without_a_script_a_reader_starts_at_the_faults(new_page, demonstration):
    guest = Guest(new_page(javascript=False), demonstration).opens()
    guest.screen.locator(".go").click()
    expect(guest.page.locator("#errors")).to_be_visible()
    assert guest.page.locator("#errors[autofocus]").count() == 1
