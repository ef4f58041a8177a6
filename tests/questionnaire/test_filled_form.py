"""What a form takes, against an oracle that shares no code with it: a form made with WTForms."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Form, RadioField, SelectMultipleField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, Length, Optional

from survey.questionnaire.content_files import read_content
from survey.questionnaire.filled_form import AnswerForm, answer_form
from survey.questionnaire.forms import Agencies, Item
from survey.questionnaire.instrument import WAVES

CONTENT = read_content()
AGENCIES = Agencies("police", ("fire", "ems", "sheriff"))
CASES = [
    (instrument, wave, audience)
    for instrument in CONTENT.instruments.values()
    for wave in WAVES
    for audience in ("", *instrument.audiences_in(wave))
    if instrument.audiences_in(wave)
]
# What browsers send, and what nobody's browser does.
ODD = ["", " ", "0", "1", "2", "5", "-2", "-3", "-9", "adult", "child", "yes", "police", "fire"]
ODD += ["None", "on", "1.0", "\u0661", "x" * 600, "a\u0000b", "  well done\r\n"]


def values_of(item: Item) -> list[str]:
    """Return an item's options, as the questionnaire's file has them."""
    question = item.question
    values = [str(code) for code in question.scale.codes] if question.scale else []
    for option in question.options:
        values += ["police", "fire", "ems", "sheriff"] if option == "@agencies" else [option]
    return values + ["-3"] * question.dont_know + ["-2"] * question.prefer_not


def library_form(form: AnswerForm, only: str = "") -> type[Form]:
    """Return the same form, or one field of it, as the library would have it."""
    fields: dict[str, Any] = {}
    for name, item in form.items.items():
        if only not in ("", name):
            continue
        question, values = item.question, values_of(item)
        choices = [SelectChoice(value, value) for value in values]
        needed = InputRequired() if question.gate else Optional(strip_whitespace=False)
        if question.kind == "text":
            fields[name] = TextAreaField(validators=[Length(max=question.most)])
        elif question.kind == "several":
            most = Length(max=question.most or len(values))
            fields[name] = SelectMultipleField(choices=choices, validators=[needed, most])
        else:
            fields[name] = RadioField(choices=choices, validators=[needed])
    return type("Oracle", (Form,), fields)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0].id}-{case[1]}-{case[2]}")
def test_every_option_of_every_question_is_taken_and_nothing_else(case: Any) -> None:
    instrument, wave, audience = case
    form = answer_form(instrument, AGENCIES, wave, audience)
    for name, item in form.items.items():
        oracle = library_form(form, name)
        for value in {*values_of(item), *ODD}:
            agree(form, oracle, [(name, value)], only=name)


@given(data=st.data())
def test_any_body_is_refused_where_the_library_refuses_it(data: st.DataObject) -> None:
    instrument, wave, audience = data.draw(st.sampled_from(CASES))
    form = answer_form(instrument, AGENCIES, wave, audience)
    names = st.sampled_from([*form.items, "nothing.asked"])
    own = {value for item in form.items.values() for value in values_of(item)}
    sent = data.draw(st.lists(st.tuples(names, st.sampled_from(sorted(own | set(ODD))))))
    agree(form, library_form(form), sent)


def agree(
    form: AnswerForm, oracle: type[Form], sent: list[tuple[str, str]], only: str = ""
) -> None:
    fields = MultiDict(sent)
    filled, library = form.read(fields), oracle(fields)
    library.validate()
    for name in [only] if only else form.items:
        given_values = fields.getlist(name)
        first_is_blank = bool(given_values) and not given_values[0] and any(given_values)
        if form.items[name].question.kind == "text":
            continue  # its length is that of what is kept: test_free_text.py
        expected = bool(library[name].errors) or first_is_blank
        assert (name in filled.refused) == expected, (name, given_values)
        if not expected:
            assert filled.given[name] == (
                library[name].data if given_values else filled.given[name]
            )


def test_a_text_is_measured_as_it_is_kept() -> None:
    forms = [answer_form(case[0], AGENCIES, *case[1:]) for case in CASES]
    form = next(f for f in forms if any(i.question.kind == "text" for i in f.items.values()))
    name = next(n for n, item in form.items.items() if item.question.kind == "text")
    most = form.items[name].question.most
    assert name not in form.read(MultiDict({name: "x" * most + "\r\n  \x00"})).refused
    filled = form.read(MultiDict({name: "x" * (most + 1)}))
    assert name in filled.refused
    assert str(most + 1) in filled.problems(CONTENT.languages["en"])[name].replace(",", "")


def test_one_persons_answers_are_in_no_other_reading() -> None:
    instrument, wave, audience = CASES[0]
    form = answer_form(instrument, AGENCIES, wave, audience)
    name, item = next((n, i) for n, i in form.items.items() if i.question.kind == "several")
    first = form.read(MultiDict([(name, values_of(item)[0])]))
    assert form.read().given[name] == []
    assert first.given[name] == [values_of(item)[0]]
