"""A comment is kept as it was written, in every language; only what is dangerous is removed."""

from __future__ import annotations

import unicodedata

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from survey.questionnaire.content_files import FOLDER
from survey.questionnaire.free_text import as_written
from tests.builders import Resident, add_event, add_poster, kept_comments

# What people write, with the characters without a shape that their scripts need.
WRITTEN = {
    "en": "I don\u2019t know \u2014 maybe \u201cnext year\u201d? naïve co\u00adoperation",
    "es": "\u00bfMás luz, por favor? \u00a1Sí! Señor Ñandú, 5.º distrito",
    "fr": "C\u2019est bien\u202f! L\u2019été à 20 h, ça va\u00a0: œuvre",
    "ar": "شكرا\u064b لكم\u061f \u200fرقم 3\u200e (حي السلام)",
    "bn": "ধন্যবাদ, র\u200d্যালি ভালো ছিল, ক\u09cd\u200cষ",
    "ne": "धन्यवाद, गर\u094d\u200dयो, श्री\u200cमान",
    "my": "ရဲ\u200bများ\u200bကို ကျေးဇူး\u200bတင်\u200bပါ\u200bသည်။",
    "ksw": "တၢ်ဘျုး\u200bဒိၣ်\u200bမး ပၢၤကီၢ်",
    "so": "Mahadsanid, waan faraxsanahay!",
    "sw": "Asante sana, ng\u2019ombe na watoto",
    "uk": "Дякую! П\u02bcять об\u2019єктів \u2014 «добре» №5",
    "zh": "谢谢警察叔叔\uff0c\u300a平安夜\u300b很好\u2026\u2026𠮷野家",
    "fa, beside the twelve": "می\u200cخواهم نیم\u200cفاصله بماند",
    "family emoji": "👨\u200d👩\u200d👧\u200d👦 ❤\ufe0f\u200d🔥",
    "skin, flags": "👍🏽 🏴\U000e0067\U000e0062\U000e007f 🇺🇸 1\ufe0f\u20e3",
    "emoji newer than the tables": "\U0001fae9 \U0001fadf \U0001faea\U0001fac8",
    "two lines": "one\n\ntwo",
    "closed isolate": "see \u2067שלום\u2069 there",
}
SPACED = {"fr": "C\u2019est bien ! L\u2019été à 20 h, ça va : œuvre"}  # spaces are one kind


def test_every_language_of_the_form_is_tried():
    assert {path.stem for path in (FOLDER / "languages").glob("*.toml")} <= WRITTEN.keys()


@pytest.mark.parametrize("language", WRITTEN)
def test_what_people_write_is_kept(language: str):
    assert as_written(WRITTEN[language]) == SPACED.get(language, WRITTEN[language])


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("C'est\u00a0bien", "C'est bien"),
        ("a\tb\u3000c\u2003d\u202fe", "a b c d e"),
        ("a\r\nb\rc\u2028d\u2029e\x85f\x0bg\x0ch", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("a\x00b\x07c\x1bd\x7fe\x9ff", "abcdef"),
        ("half \ud83d a face", "half \ufffd a face"),
        ("abc\u202egnp.exe", "abcgnp.exe"),  # an override shows other letters than were typed
        ("a\u2067b", "ab"),
        ("a\u2069b\u202c", "ab"),
        ("a\u2067b\nc\u2069d", "ab\ncd"),  # closed in another paragraph
        ("\u202bשלום\u202c!", "\u202bשלום\u202c!"),
        ("\u2067a\u202ab\u2069", "ab"),  # crossed
        ("\u200f\u2067\u2066\u2069a\u2069", "\u200f\u2067\u2066\u2069a\u2069"),
        ("  Thanks.  \n", "Thanks."),
        ("\u200b\u200d\u2060 \u00a0\ufeff", ""),  # nothing to be seen is no comment
        (None, ""),
    ],
)
def test_spaces_are_one_kind_and_what_is_dangerous_goes(typed: str | None, kept: str):
    assert as_written(typed) == kept


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_whatever_is_typed_comes_out_safe_and_stays_so(typed: str):
    kept = as_written(typed)
    assert as_written(kept) == kept
    kept.encode("utf-8")
    assert not [c for c in kept if unicodedata.category(c) == "Cc" and c != "\n"]
    for line in kept.split("\n"):
        assert sum(map(line.count, "\u2066\u2067\u2068")) == line.count("\u2069")
        assert sum(map(line.count, "\u202a\u202b")) == line.count("\u202c")
    assert shapes(kept) == shapes(typed)


def shapes(text: str) -> list[str]:
    """Return the letters, digits, marks of punctuation and symbols of a text."""
    return [c for c in text if unicodedata.category(c)[0] in "LNPS" and c != "\ufffd"]


def test_a_comment_comes_back_from_the_database_as_it_was_written(app: Flask, session: Session):
    poster = add_poster(session, add_event(app, session))
    event_id = poster.event_id
    for text in WRITTEN.values():
        Resident(app.test_client(), poster.code).scans().answers(open=text).sends()
    kept = {comment.text for comment in kept_comments(app, event_id)}
    assert kept == {SPACED.get(name, text) for name, text in WRITTEN.items()}
