"""One community beside its county, its state and places of its size; and among all, in a funnel.

What is expected is worked out here from the stored rows alone.
"""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import numpy as np
import pytest
from flask import Flask

from survey.storage import db
from survey.storage.models import Figure
from tests.read.test_results import text_of

Rows = list[dict[str, Any]]
LEAST = 8  # places in a funnel


@pytest.fixture(scope="module")
def told(country: Flask) -> Rows:
    """The newest rows of trust in the police, of communities with a number of their own."""
    with country.app_context():
        found = [
            figure.row
            for figure in db.session().query(Figure).filter_by(
                kind="figure", measure="trust", agency="police", cut="total", season=2026
            )
        ]  # fmt: skip
    return [r for r in found if r["value"] is not None and r["community"] not in ("", "other")]


def page_of(app: Flask, address: str) -> str:
    reply = app.test_client().get(address)
    assert reply.status_code == 200
    return unescape(reply.text)


def line_of(page: str, name: str) -> str:
    """Return the line of a name in the table of those beside each other."""
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", page, re.DOTALL)
    return next(text_of(row) for row in rows if text_of(row).startswith(name))


def mean_of(rows: Rows) -> str:
    n = np.array([row["n_low"] for row in rows], dtype=float)
    value = np.array([row["value"] for row in rows], dtype=float)
    return f"{round((n * value).sum() / n.sum() * 100)}%"


def of_size(row: dict[str, Any], rows: Rows) -> Rows:
    low, high = int(row["n_low"] / 2), row["n_low"] * 2
    return [r for r in rows if low <= r["n_low"] <= high and r["community"] != row["community"]]


def test_places_of_its_size_are_half_to_twice_as_many_answers(country: Flask, told: Rows):
    row = max(told, key=lambda one: (one["n_low"], one["community"]))
    alike = of_size(row, told)
    assert 2 <= len(alike) < len(told) - 1
    page = page_of(country, f"/results/compare?c={row['community']}")
    line = line_of(page, f"Other places of its size ({len(alike)})")
    assert mean_of(alike) in line
    assert f"{sum(r['n_low'] for r in alike):,}" in line
    which = page.partition("Which places are of its size?")[2].partition("</ul>")[0]
    slugs = re.findall(r"/results/([a-z0-9-]+)", which)
    by_area = sorted(alike, key=lambda r: (r["state"], r["county"], r["community"]))
    assert slugs == [r["community"] for r in by_area]
    assert f"with {int(row['n_low'] / 2):,} to {row['n_low'] * 2:,} answers in 2026" in which


def test_a_county_is_its_places_together_and_never_an_order(country: Flask, told: Rows):
    counties: dict[tuple[str, str], Rows] = {}
    for row in told:
        counties.setdefault((row["state"], row["county"]), []).append(row)
    inside = next(rows for rows in counties.values() if len(rows) > 1)
    page = page_of(country, f"/results/compare?c={inside[0]['community']}")
    assert mean_of(inside) in line_of(page, f"{inside[0]['county']} County, all places together")
    names = [text_of(one) for one in re.findall(r"<th scope=\"row\">(.*?)</th>", page, re.DOTALL)]
    kinds = ["County, all", f"{inside[0]['state']}, all", "Other places", "The whole program"]
    assert [kind in name for kind, name in zip(kinds, names[1:5], strict=True)] == [True] * 4
    assert "we do not say which place is higher" in page


def test_a_county_with_one_community_says_so(shown: Flask):
    page = page_of(shown, "/results/compare?c=buffalo")
    assert "Buffalo is the only community here" in line_of(page, "Erie County")
    assert "takes 8 communities with a number of their own" in page


def curve(figure: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [trace for trace in figure["data"] if trace["legendgroup"] == kind]


def test_the_curves_of_a_funnel_are_those_of_the_methods(country: Flask, told: Rows):
    """p0 +- 1.96 and 3.09 sqrt(phi p0 q0 / n*), phi from z**2 with 10 % winsorised at each end."""
    figure = json.loads(country.test_client().get("/results/funnel.chart.json").text)
    p = np.array([row["value"] for row in told], dtype=float)
    n = np.array([row["n_eff"] for row in told], dtype=float)
    p0 = (n * p).sum() / n.sum()
    z = (p - p0) / np.sqrt(p0 * (1 - p0) / n)
    phi = max(1.0, (np.clip(z, *np.quantile(z, [0.1, 0.9])) ** 2).mean())
    (centre,) = curve(figure, "centre")
    assert centre["y"] == pytest.approx([p0 * 100] * 2, abs=0.01)
    for kind, times in (("inner", 1.96), ("outer", 3.0902)):
        low, high = curve(figure, kind)
        worth = np.array(low["x"]) / 1.4
        half = times * np.sqrt(phi * p0 * (1 - p0) / worth)
        assert low["y"] == pytest.approx((np.maximum(p0 - half, 0) * 100).tolist(), abs=0.2)
        assert high["y"] == pytest.approx((np.minimum(p0 + half, 1) * 100).tolist(), abs=0.2)
    outside = {row["community"] for row, far in zip(told, abs(z) / phi**0.5 > 3.0902, strict=True)
               if far}  # fmt: skip
    page = page_of(country, "/results/funnel")
    rows = re.findall(r"<tr><th scope=\"row\"><a href=\"/results/([a-z0-9-]+).*?</tr>", page)
    assert len(rows) == len(told)
    said = re.findall(r"/results/([a-z0-9-]+)\"[^<]*<[^\n]*?outside both: look closer", page)
    assert set(said) == outside


def test_a_funnel_names_who_was_chosen_and_puts_nobody_first(country: Flask, told: Rows):
    chosen = told[5]["community"]
    figure = json.loads(
        country.test_client().get(f"/results/funnel.chart.json?c={chosen}").text
    )  # fmt: skip
    named = [text for trace in figure["data"] for text in trace.get("text", ()) if text]
    with country.app_context():
        from survey.storage.release_store import current

        now = current(db.session())
    assert now is not None
    assert named == [now.places[chosen].name]
    page = page_of(country, f"/results/funnel?c={chosen}")
    assert f"{now.places[chosen].name} lies " in page
    table = page.partition("In the chart</th>")[2].partition("</table>")[0]
    slugs = re.findall(r"<th scope=\"row\"><a href=\"/results/([a-z0-9-]+)", table)
    by_area = sorted(told, key=lambda r: (r["state"], r["county"], r["community"]))
    assert slugs == [row["community"] for row in by_area]
    assert "This is no ranking." in page


def test_a_funnel_has_pictures_and_files_of_its_own(country: Flask, told: Rows):
    client = country.test_client()
    for ending, kind in (("chart.svg", "image/svg+xml"), ("post.png", "image/png"),
                         ("embed", "text/html")):  # fmt: skip
        reply = client.get(f"/results/funnel.{ending}")
        assert (reply.status_code, reply.mimetype) == (200, kind)
    rows = json.loads(client.get("/results/funnel.json").text)["rows"]
    assert {row["season"] for row in rows} == {2026}
    assert {row["community"] for row in rows} >= {row["community"] for row in told}


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("state=Alabama", "takes 8 communities"),
        ("measure=index", "shows shares only"),
        ("measure=nonsense", "no figures for this question about this agency"),
    ],
)
def test_where_there_is_no_funnel_the_page_says_why(country: Flask, query: str, why: str):
    assert why in page_of(country, f"/results/funnel?{query}")
    assert country.test_client().get(f"/results/funnel.post.png?{query}").status_code == 404


def test_a_countys_page_begins_with_the_figure_of_its_places_together(country: Flask, told: Rows):
    """The same as beside one of them; it can be taken along with the county's name."""
    areas = [(row["state"], row["county"]) for row in told]
    state, county = next(area for area in areas if areas.count(area) >= 3)
    inside = [row for row in told if (row["state"], row["county"]) == (state, county)]
    page = page_of(country, f"/results?state={state}&county={county}")
    answer = page.partition('class="answer"')[2].partition("</section>")[0]
    assert f'<div class="big"><b>{mean_of(inside)}</b>' in answer
    said = text_of(
        answer.partition("<blockquote")[2].partition(">")[2].partition("</blockquote>")[0]
    )
    assert said.startswith(f"{mean_of(inside)} of those who answered in")
    assert county in said
    assert f"{sum(row['n_low'] for row in inside):,} answers" in said
    beside = line_of(page_of(country, f"/results/compare?c={inside[0]['community']}"), county)
    assert mean_of(inside) in beside
