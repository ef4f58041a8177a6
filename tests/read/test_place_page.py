"""A community's page: the answer first, then what stands beside and behind it."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from survey.storage import db
from survey.storage.models import Figure
from tests.read.test_results import rows_of, text_of


def page_of(app: Flask, address: str) -> str:
    return unescape(app.test_client().get(address).text)


def lines_of(page: str, part: str) -> dict[str, tuple[str, str]]:
    """Return {name: (figure, verdict)} of one part's table."""
    section = page.partition(f'aria-labelledby="{part}"')[2].partition("</section>")[0]
    found = {}
    for row in re.findall(r"<tr><th scope=\"row\">.*?</tr>", section, re.DOTALL):
        name = text_of(row.partition("</th>")[0])
        value = text_of(row.partition('class="num"><b')[2].partition("</b>")[0].partition(">")[2])
        chip = re.search(r'class="chip[^>]*>.*?<span>(.*?)</span>', row, re.DOTALL)
        found[name] = (value, chip[1] if chip else "")
    return found


def test_the_answer_stands_before_everything_else(shown: Flask):
    page = page_of(shown, "/results/buffalo")
    newest = max(rows_of(shown, "/results/buffalo"), key=lambda row: row["season"])
    main = text_of(page.partition("<h1>")[2])
    answer = main.index(f"{newest['value'] * 100:g}%")
    for later in ("Higher among the people who came", "What you can say", "Numbers and files",
                  "Agencies beside each other", "Who else answered"):  # fmt: skip
        assert answer < main.index(later)
    assert "<select" not in page.partition("<main")[2]


def test_each_agency_has_the_figure_of_its_own_page(shown: Flask):
    lines = lines_of(page_of(shown, "/results/buffalo"), "agencies")
    assert set(lines) == {"Police", "Fire department", "911 center"}
    for agency, name in (("police", "Police"), ("fire", "Fire department")):
        row = max(
            rows_of(shown, f"/results/buffalo?measure=trust&agency={agency}"),
            key=lambda row: row["season"],
        )
        assert lines[name][0] == f"{row['value'] * 100:g}%"


def test_the_index_stands_with_the_questions_it_is_made_of(shown: Flask):
    lines = lines_of(page_of(shown, "/results/buffalo"), "index")
    assert len(lines) == 5
    assert not next(iter(lines.values()))[0].endswith("%")
    assert all(value.endswith("%") for value, _ in list(lines.values())[1:])


def test_groups_stand_beside_their_own_last_year(shown: Flask):
    page = page_of(shown, "/results/buffalo")
    with shown.app_context():
        rows = [
            figure.row
            for figure in db.session().query(Figure).filter_by(
                kind="figure", measure="trust", agency="police", community="buffalo", cut="age"
            )
        ]  # fmt: skip
    lines = lines_of(page, "cut-age")
    newest = [row for row in rows if row["season"] == 2026]
    assert len(lines) == len(newest) > 2
    named = [row for row in newest if row["value"] is not None]
    assert {f"{row['value'] * 100:g}%" for row in named} <= {value for value, _ in lines.values()}
    assert re.search(r"2025: \d+%", text_of(page))


def test_what_people_recall_is_called_so(shown: Flask):
    for language, name, label in (
        ("en", "Trust before the event, as people remember it", "a change people reported"),
        (
            "es",
            "La confianza de antes, según la recuerda la gente",
            "un cambio que cuenta la gente",
        ),
    ):
        page = page_of(shown, f"/results/buffalo?lang={language}")
        assert label in page
        assert lines_of(page, "event")[name][1] == ""  # no verdict of what is remembered


def test_what_can_be_said_is_the_sentence_and_its_change(shown: Flask):
    page = page_of(shown, "/results/buffalo")
    said = re.search(r'<blockquote id="say">(.*?)</blockquote>', page, re.DOTALL)
    assert said
    assert re.fullmatch(
        r"\d+% of those who answered in Buffalo in 2026 trust the police a lot or completely "
        r"\(range \d+% to \d+%; \d+ answers; [\d,]+ people came\)\. Among the people who came, "
        r"that is \d+ points higher than in 2025 \(range \d+ to \d+\)\.",
        said[1].strip(),
    )


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_small_place_is_told_in_words_in_large_letters(shown: Flask, language: str):
    words = {"en": "over two thirds", "es": "más de dos tercios"}[language]
    page = page_of(shown, f"/results/new-middletown?lang={language}")
    small = [row for row in rows_of(shown, "/results/new-middletown") if row["value"] is None]
    assert small
    assert words in text_of(page).lower()
    assert "(None" not in text_of(page)


def test_a_comparison_stands_beside_its_states_and_is_never_ordered_by_figure(shown: Flask):
    page = page_of(shown, "/results/compare?c=syracuse&c=liberty&c=buffalo")
    lines = list(lines_of(page, "both"))
    assert lines == ["Buffalo", "Liberty", "Syracuse", "New York, all places together",
                     "Ohio, all places together", "The whole program"]  # fmt: skip
    assert "we do not say which place is higher" in text_of(page)
    said = text_of(page.partition('<blockquote id="say">')[2].partition("</blockquote>")[0])
    assert said.index("Buffalo") < said.index("Liberty") < said.index("Syracuse")
    assert said.count("(range") == 6  # each figure and each change with its range
