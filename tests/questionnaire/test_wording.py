"""What a program can check of words: register, separators, scripts, room, and crossed answers."""

from __future__ import annotations

import re

import pytest

from survey.questionnaire.content_files import read_content
from survey.questionnaire.instrument import CHILD
from survey.questionnaire.question_words import answer_words
from survey.questionnaire.words import FSI, PDI, Language

CONTENT = read_content()
LANGUAGES = sorted(CONTENT.languages)

# How a language speaks to an adult politely; children are met with the familiar form.
POLITE = {
    "es": r"\b(usted(es)?|su|sus|toque|elija|escriba|espere|revise|presione|pruebe)\b",
    "fr": r"\b(vous|votre|vos|\w{3,}ez)\b",
    "uk": r"\b(ви|вас|вам|ваш\w*|(?!навіть)\w+іть|\w+йте)\b",
    "zh": r"您",
    "ne": r"तपाईं|नुहोस्",
    "bn": r"আপনি|আপনার|আপনাকে|(?<![\u0980-\u09ff])চাপুন|বেছে নিন",
}
# What a child meets beside the questions; promise and intro stand on the first screen, where
# nobody has said yet who is answering.
SHARED = (
    "attend.promise", "attend.offline", "attend.busy", "attend.sending", "attend.waiting_note",
    "attend.no_signal",
    "attend.next", "attend.back", "attend.send", "thanks.title", "thanks.stored", "thanks.results",
    "thanks.receipt_note", "thanks.receipt_other", "thanks.receipt_blank", "help.stopped.title",
    "help.stopped.text", "help.other_audience.title", "help.other_audience.text", "error.choose",
    "error.choice", "error.ticket", "again.title", "again.text", "again.yes", "again.no",
    "paper.child", "paper.one", "paper.many", "paper.if_met", "paper.hand_in",
)  # fmt: skip
SEPARATOR = {"ar": "، ", "zh": "、", "my": "၊ "}
QUESTION_MARK = {"ar": "؟", "zh": "？", "my": "။"}  # others write ?
BUTTONS = ("attend.next", "attend.back", "attend.send", "attend.send_now", "attend.more",
           "again.yes", "again.no", "thanks.another", "kiosk.stay", "kiosk.next_person",
           "follow_up.calendar")  # fmt: skip
LONGEST_BUTTON, LONGEST_ANSWER = 40, 90  # signs: a line of a phone, and three of its lines
YES = ("yes", "sí", "oui", "نعم", "হ্যাঁ", "ဟုတ်ကဲ့", "हो", "haa", "ndiyo", "так", "是", "မ့ၢ်")
NO = ("no", "non", "لا", "না", "မဟုတ်ပါ", "होइन", "maya", "hapana", "ні", "不是", "တမ့ၢ်ဘၣ်")


def childrens(language: Language) -> dict[str, str]:
    """Return every text of a language that a child meets."""
    keys = list(SHARED)
    texts = {}
    for question in CONTENT.current.questions.values():
        if question.audiences != (CHILD,):
            continue
        keys += [f"screen.{question.screen}", question.key(), question.key("dont_know")]
        keys += [f"option.{question.id}.{option}" for option in question.own_options]
        for code in question.scale.codes if question.scale else ():
            texts[f"{question.id} {code}"] = answer_words(question, code, language)
    return texts | {key: language.words[key] for key in keys if language.has(key)}


@pytest.mark.parametrize("code", sorted(POLITE))
def test_children_are_not_spoken_to_as_adults(code: str):
    polite = re.compile(POLITE[code], re.IGNORECASE)
    texts = childrens(CONTENT.languages[code])
    assert len(texts) > 60
    assert {key: text for key, text in texts.items() if polite.search(text)} == {}
    adult = CONTENT.languages[code].words
    asked = [text for key, text in adult.items() if re.fullmatch(r"question\.[a-z]\w+\.ask", key)]
    assert any(polite.search(text) for text in asked)  # the pattern finds what it looks for


@pytest.mark.parametrize("code", LANGUAGES)
def test_lists_are_joined_as_the_language_writes_them(code: str):
    language = CONTENT.languages[code]
    mark = SEPARATOR.get(code, ", ")
    assert language.listed(["A", "B", "C"]) == f"A{mark}B{mark}C"
    assert language.listed(["A"]) == "A"
    assert language.listed([]) == ""
    crews = language.words["agency.sheriff.crews"]
    if code != "ar":  # which repeats its word for "or"
        assert mark.strip() in crews


@pytest.mark.parametrize("code", LANGUAGES)
def test_questions_end_in_the_mark_of_their_script(code: str):
    own = QUESTION_MARK.get(code, "?")
    others = {"?", "؟", "？", ";", "\u037e"} - {own, ";" * (own == "?")}
    for key, text in CONTENT.languages[code].words.items():
        if key.startswith(("question.", "again.", "follow_up.", "attend.", "help.", "poster.")):
            assert not others & set(text), key
    english = CONTENT.languages["en"].words
    for key in (f"question.{id}.ask" for id in CONTENT.current.questions):
        if english[key].endswith("?") and code != "uk":
            assert own in CONTENT.languages[code].words[key], key
    if code == "es":
        for key, text in CONTENT.languages[code].words.items():
            assert text.count("?") == text.count("¿"), key
            assert text.count("!") == text.count("¡"), key


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_button_fits_a_phone(code: str):
    words = CONTENT.languages[code].words
    assert {key: words[key] for key in BUTTONS if len(words[key]) > LONGEST_BUTTON} == {}
    answers = {key: text for key, text in words.items() if key.startswith(("option.", "scale."))}
    assert {key: text for key, text in answers.items() if len(text) > LONGEST_ANSWER} == {}


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_button_answers_another_question_than_its_title_asks(code: str):
    """Somebody who taps by the first word must not be counted as another person."""
    words = CONTENT.languages[code].words
    assert not re.search(r"[?؟？]", words["again.title"])
    for key in ("again.yes", "again.no"):
        first = re.split(r"[\s,،，၊]", words[key].lower())[0]
        assert first not in (*YES, *NO), key


@pytest.mark.parametrize("code", LANGUAGES)
def test_steps_of_a_scale_differ_at_a_glance(code: str):
    """None is equal to another, and the lowest is not the next but for one small word."""
    language = CONTENT.languages[code]
    for question in CONTENT.current.questions.values():
        if question.scale and code != "ksw":  # withheld: its steps are one of the reasons
            steps = [answer_words(question, one, language) for one in question.scale.codes]
            assert len(set(steps)) == len(steps), question.id
            lowest, second = steps[0].lower().split(), steps[1].lower().split()
            if lowest[-len(second) :] == second:
                assert len(lowest) - len(second) > 1, question.id


def test_a_name_in_arabic_keeps_its_own_direction():
    arabic, english = CONTENT.languages["ar"], CONTENT.languages["en"]
    told = arabic.say("help.closed.text", community="Liberty (Ohio)", code="TRYME4")
    assert f"{FSI}Liberty (Ohio){PDI}" in told
    assert f"{FSI}TRYME4{PDI}" in told
    assert FSI not in arabic.about("question.trust.ask", "police")  # an Arabic name needs none
    assert FSI not in english.say("help.closed.text", community="Liberty (Ohio)", code="TRYME4")


def test_the_same_callings_are_named_in_every_language():
    """One stimulus: who answers about crews is told the same crews, the sheriff's where local."""
    for language in CONTENT.languages.values():
        police, sheriff = (language.words[f"agency.{kind}.crews"] for kind in ("police", "sheriff"))
        assert police != sheriff
        assert len(sheriff) > len(police)
        assert "first responder" not in police.lower()
    for id in ("name", "f_talk", "learn", "open"):
        for language in CONTENT.languages.values():
            assert "{crews}" in language.words[f"question.{id}.ask"], (language.code, id)


def test_here_is_in_every_spanish_question_about_what_police_do():
    spanish = CONTENT.languages["es"].words
    for id in ("fair", "listen", "neutral", "explain", "care", "values", "effective"):
        for key in (f"question.{id}.ask", f"question.{id}.ask_sheriff"):
            assert "{agency} de aquí" in spanish[key], key
    trust, approach = spanish["question.trust.ask"], spanish["question.approach.ask"]
    assert "confía" in trust
    assert "confia" not in approach  # another word: or the index asks for trust twice
