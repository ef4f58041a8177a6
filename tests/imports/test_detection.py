"""The same answers in another order, encoding, separator or container give the same counts."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey.imports.dates import DAY_FIRST, MONTH_FIRST, Calendar, order_of
from survey.imports.mapping_file import mapping_of
from survey.imports.matching import SURE, labels_of, question_of
from survey.imports.packed_rows import packed_rows
from survey.imports.percentages import percent_of, whole_numbers
from survey.imports.reading import read_plan
from survey.questionnaire.forms import option_label
from tests.imports.asked import content, evening
from tests.imports.test_bad_input import workbook

QUICK = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
QUESTIONS = {
    "trust.police": "¿Cuánto confía en que la policía hará lo correcto para la gente de aquí?",
    "trust.fire": "How much do you trust the fire department to do what is right for people here?",
    "listen.police": "How much do police here listen to what people want?",
}
SPANISH = {1: "Nada", 2: "Un poco", 3: "Más o menos", 4: "Mucho", 5: "Totalmente", -1: ""}
ENGLISH = {1: "Not at all", 2: "A little", 3: "Somewhat", 4: "A lot", 5: "Completely", -1: ""}
WORDS = {"trust.police": SPANISH, "trust.fire": ENGLISH, "listen.police": ENGLISH}
FOUND = (
    ("trust", "fire"),
    ("trust", "ems"),
    ("fair", "police"),
    ("approach", "police"),
    ("age", ""),
)
CODE = st.sampled_from([1, 2, 3, 4, 5, -1])


def in_excel(table: list[list[str]]) -> bytes:
    rows = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>"
        for row in table
    )
    return workbook(rows)


def in_text(table: list[list[str]], separator: str, encoding: str, end: str, quoting: Any) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting).writerows(table)
    return text.getvalue().encode(encoding)


@QUICK
@given(
    answers=st.lists(st.tuples(CODE, CODE, CODE), min_size=1, max_size=30),
    seed=st.integers(0, 999),
    separator=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    container=st.sampled_from(["text", "zip", "xlsx"]),
)
def test_the_counts_are_the_same_however_it_is_written(
    tmp_path_factory, answers, seed, separator, encoding, end, quoting, container
):
    turn = random.Random(seed)
    columns = list(QUESTIONS)
    turn.shuffle(columns)
    at = {item: i for i, item in enumerate(QUESTIONS)}
    table = [["Marca temporal", *(QUESTIONS[item] for item in columns), "Comments, if any"]]
    for row in turn.sample(answers, len(answers)):
        given = [WORDS[item][row[at[item]]] for item in columns]
        table.append(["5/8/2025 18:02:11", *given, "shade; water, and | benches"])
    path: Path = tmp_path_factory.mktemp("one") / "file.bin"
    data = in_text(table, separator, encoding, end, quoting)
    if container == "xlsx":
        data = in_excel(table)
    if container == "zip":
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("answers.csv", data)
        data = made.getvalue()
    path.write_bytes(data)
    plan = read_plan(path, evening())
    assert (plan.tool, plan.asks, plan.responses) == ("google_forms", [], len(answers))
    for item, i in at.items():
        assert sum(plan.counts[item].values()) == len(answers)
        for code, count in plan.counts[item].items():
            assert count == sum(row[i] == code for row in answers)


@QUICK
@given(counts=st.lists(st.integers(0, 60), min_size=3, max_size=7), decimals=st.integers(0, 2))
def test_percentages_give_back_the_counts_they_came_from_or_nothing(counts, decimals):
    n = sum(counts)
    if n == 0:
        return
    shown = [percent_of(f"{100 * count / n:.{decimals}f} %") for count in counts]
    assert None not in shown
    found = whole_numbers([one for one in shown if one], n, adds_up=True)
    assert found in (counts, None)
    if decimals == 2:
        assert found == counts  # a hundredth of a per cent of at most 420 people


def test_every_question_of_ours_is_found_in_every_language():
    known = content()
    for language in known.languages.values():
        for id, kind in FOUND:
            text = language.about(known.current.questions[id].key(), kind)
            match = question_of(known, "Maple Falls", text)
            assert match is not None
            assert match.confidence == 100
            assert (match.ours.question, match.ours.agency) == (id, kind)


def test_one_wrong_letter_is_forgiven_and_one_wrong_word_is_not():
    def near(text: str) -> int:
        match = question_of(content(), "Maple Falls", text)
        assert match is not None
        return match.confidence

    right = "How much do you trust the police to do what is right for people here?"
    assert near(right.upper()) == near(f"  {right.replace(' ', '  ')}") == 100
    assert SURE <= near(right.replace("people", "poeple")) < 100
    for wrong in (
        right.replace("trust", "distrust"),
        right.replace("right", "wrong"),
        right.replace("the police", "the mayor"),
        "How much do you trust the police?",
    ):
        assert near(wrong) < SURE


def test_a_label_is_never_one_of_another_code():
    """What two languages write for different steps is in neither: it is asked about."""
    known = content()
    for question in known.current.questions.values():
        if question.scale and not question.gate:
            labels = labels_of(known, question, ())
            for language in known.languages.values():
                for code in question.scale.codes:
                    label = " ".join(option_label(question, str(code), language).split()).casefold()
                    assert labels.get(label.replace("’", "'"), code) == code


def test_the_day_settles_which_part_of_a_date_is_the_month():
    evening_day = date(2025, 8, 5)
    assert order_of(["05/08/2025 18:02"], evening_day) == DAY_FIRST
    assert order_of(["8/5/2025 18:02"], evening_day) == MONTH_FIRST
    assert order_of(["25/07/2025"], evening_day) == DAY_FIRST
    assert order_of(["03/04/2025", "04/03/2025"], evening_day) == ""
    calendar = Calendar(MONTH_FIRST, "America/Chicago", "UTC")
    assert calendar.day("2025-08-06 01:30:00") == evening_day  # of the evening, in UTC
    assert Calendar(MONTH_FIRST, "America/Chicago").day("45874.75") == evening_day
    assert Calendar(DAY_FIRST, "America/Chicago").day("5 de agosto de 2025") == evening_day
    assert Calendar(MONTH_FIRST, "America/Chicago").day("Average") is None


def test_a_date_that_can_be_two_days_is_asked_about(tmp_path: Path):
    path = tmp_path / "unclear.csv"
    rows = "".join(f"0{n}/0{n + 1}/2025,Mucho\n" for n in range(1, 7))
    path.write_text(f"Fecha,{QUESTIONS['trust.police']}\n{rows}", "utf-8")
    [ask] = read_plan(path, evening()).asks
    assert ask.write == ('date_order = "month first"',)
    told = read_plan(path, evening(), mapping_of('date_order = "day first"'))
    assert (told.asks, told.responses) == ([], 6)


def test_rows_that_are_kept_are_the_same_and_a_half_reading_keeps_nothing():
    table = [(number, [f"cell {number}", "", "é"]) for number in range(1, 4502)]
    readings = []

    def rows():
        readings.append(1)
        yield from table

    kept = packed_rows(rows)
    assert list(islice(kept(), 70)) == table[:70]  # as the head is looked at
    assert list(kept()) == table
    assert len(readings) == 2
    assert list(kept()) == list(kept()) == table
    assert len(readings) == 2
