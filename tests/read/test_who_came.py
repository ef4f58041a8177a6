"""Who came and answered: released counts beside the released count of everybody."""

from __future__ import annotations

import html
import re
from typing import Any

from flask import Flask
from sqlalchemy import select

from survey.storage import db
from survey.storage.models import Figure

SECTION = re.compile(r'<section class="band" aria-labelledby="who">(.*?)\n</section>\n', re.S)
ROW = re.compile(r'<th scope="row">(.*?)</th><td class="num"><b>(.*?)</b>')


def told(app: Flask, address: str) -> str:
    found = SECTION.search(app.test_client().get(address).text)
    return html.unescape(found[1]) if found else ""


def trust_in_the_police(app: Flask) -> list[dict[str, Any]]:
    with app.app_context():
        query = select(Figure.row).where(
            Figure.measure == "trust", Figure.agency == "police", Figure.kind == "figure"
        )
        return list(db.session().scalars(query))


def released(app: Flask, slug: str, season: int) -> dict[tuple[str, str], dict[str, Any]]:
    """Return a place's rows of a season, by cut and group."""
    return {
        (row["cut"], row["group"]): row
        for row in trust_in_the_police(app)
        if (row["community"], row["season"]) == (slug, season)
    }


def test_shares_are_of_the_released_counts(shown: Flask):
    rows = released(shown, "buffalo", 2026)
    everybody = rows["total", ""]
    part = told(shown, "/results/buffalo")
    came, answered = everybody["head_count"], everybody["n_low"]
    share = round(everybody["participation"] * 100)
    assert f"{answered} of about {came:,} people who came answered this question: {share}%." in part
    named = {"Yes": "yes", "No": "no", "Not sure": "unsure"}
    groups = dict(ROW.findall(part))
    for name, group in named.items():
        n = rows["first", group]["n_low"]
        assert groups[name] == f"{round(100 * n / answered)}%", name
    assert groups["Spanish"] == f"{round(100 * rows['language', 'es']['n_low'] / answered)}%"


def test_a_group_that_is_told_as_a_class_is_told_from_and_to(shown: Flask):
    rows = released(shown, "buffalo", 2026)
    small = rows["first", "unsaid"]
    assert small["n"] == "11–29"
    answered = rows["total", ""]["n_low"]
    ends = round(1100 / answered), round(2900 / answered)
    part = told(shown, "/results/buffalo")
    assert dict(ROW.findall(part))["Did not say"] == f"{ends[0]}% to {ends[1]}%"
    assert f'x="{ends[0]}%" y="6" width="{ends[1] - ends[0]}%"' in part


def test_it_stands_on_a_spanish_page(shown: Flask):
    part = told(shown, "/results/buffalo?lang=es")
    assert "Quién vino y contestó" in part
    assert re.search(r"De unas 1,229 personas que vinieron, 345 contestaron", part)


def test_it_is_about_the_question_of_the_page(shown: Flask):
    """Not everybody answers every question, and an index is asked of other people."""
    one, other = (told(shown, f"/results/buffalo?measure={m}&agency={a}")
                  for m, a in (("trust", "police"), ("trust", "fire")))  # fmt: skip
    assert one
    assert other
    assert one != other


def test_a_place_without_a_number_of_its_own_has_no_shares(country: Flask):
    rows = trust_in_the_police(country)
    newest = max(row["season"] for row in rows)
    totals = [row for row in rows if row["cut"] == "total" and row["season"] == newest]
    shared = {slug for row in totals for slug in row["members"].split("|")} - {""}
    worded = {row["community"] for row in totals if row["value"] is None} - {"", "other"}
    assert shared | worded
    for slug in shared | worded:
        assert told(country, f"/results/{slug}") == "", slug
