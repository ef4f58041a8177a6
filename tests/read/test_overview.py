"""An overview counts all places of its scope, and lists them by state, county and name."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from survey.storage import db
from survey.storage.models import Figure
from tests.read.test_results import text_of

VERDICTS = ("rise", "higher", "unclear", "lower", "fall", "few")
CHIPS = {
    "rise": "A clear rise", "fall": "A clear fall", "unclear": "No clear change",
    "higher": "Higher among the people who came", "lower": "Lower among the people who came",
    "few": "Too few answers to tell",
}  # fmt: skip


def verdicts(app: Flask, state: str = "", county: str = "") -> dict[str, list[str]]:
    """Return {verdict: slugs} of the headline's newest change, from the stored rows alone."""
    with app.app_context():
        rows = [
            figure.row
            for figure in db.session().query(Figure).filter_by(
                kind="change", measure="trust", agency="police"
            )
        ]  # fmt: skip
    found: dict[str, list[str]] = {}
    for row in rows:
        if (row["basis"], row["season_to"]) != ("before", 2026) or row["community"] in (
            "",
            "other",
        ):
            continue
        if state in ("", row["state"]) and county in ("", row["county"]):
            found.setdefault(row["verdict"], []).append(row["community"])
    return found


def tallies(page: str) -> dict[str, int]:
    """Return {words: number} of the list of verdicts."""
    items = re.findall(r"<li><p><b>([\d,]+)</b>.*?</li>", page, re.DOTALL)
    whole = re.findall(r"<li><p><b>[\d,]+</b>.*?</li>", page, re.DOTALL)
    words = [re.findall(r"</svg>\s*<span>(.*?)</span>", one)[0] for one in whole]
    return {word: int(n.replace(",", "")) for word, n in zip(words, items, strict=True)}


def places_of_table(page: str) -> list[str]:
    table = page.partition('<table class="rows towns">')[2].partition("</table>")[0]
    return re.findall(r'<th scope="row"><a href="/results/([a-z0-9-]+)', table)


@pytest.mark.parametrize("state", ["", "Alaska", "Alabama"])
def test_every_place_of_the_scope_is_counted_not_those_of_the_page(country: Flask, state: str):
    wanted = {v: len(slugs) for v, slugs in verdicts(country, state).items()}
    page = country.test_client().get(f"/results?state={state}").text
    told = tallies(page)
    assert {v: told.get(CHIPS[v], 0) for v in VERDICTS} == {v: wanted.get(v, 0) for v in VERDICTS}
    assert sum(wanted.values()) > 1


def test_a_county_counts_its_own(country: Flask):
    with country.app_context():
        figure = db.session().query(Figure).filter_by(
            kind="change", measure="trust", season=2026, told="before.unclear"
        ).first()  # fmt: skip
        assert figure
        state, county = figure.state, figure.county
    page = country.test_client().get(f"/results?state={state}&county={county}").text
    wanted = {v: len(slugs) for v, slugs in verdicts(country, state, county).items()}
    assert tallies(page).get(CHIPS["unclear"]) == wanted["unclear"]


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_count_leads_to_its_places_and_to_no_other(country: Flask, verdict: str):
    wanted = verdicts(country).get(verdict, [])
    listed: list[str] = []
    for number in range(1, 3):
        page = country.test_client().get(f"/results?told={verdict}&page={number}").text
        listed += places_of_table(page)
        if 'rel="next"' not in page:
            break
    assert sorted(listed) == sorted(wanted)


def test_places_are_in_order_of_state_county_and_name(country: Flask):
    from survey.storage.release_store import current

    with country.app_context():
        now = current(db.session())
    assert now
    slugs = places_of_table(country.test_client().get("/results").text)
    assert len(slugs) == 40
    keys = [(p.state, p.county, p.name) for p in (now.places[slug] for slug in slugs)]
    assert keys == sorted(keys)


def test_only_questions_with_a_figure_are_offered(shown: Flask, country: Flask):
    for app, slugs in ((shown, ("buffalo", "new-middletown")), (country, ())):
        client = app.test_client()
        for address in ("/results", *(f"/results/{slug}" for slug in slugs)):
            page = client.get(address).text
            panel = re.search(r'<div class="panel">.*?</details>', page, re.DOTALL)
            assert panel
            links = [unescape(href) for href in re.findall(r'href="([^"]+)"', panel[0])]
            assert len(links) > 10
            for link in links[:: max(1, len(links) // 25)]:
                answer = client.get(link)
                assert answer.status_code == 200
                assert "We have no figures" not in answer.text, link
                assert 'class="big' in answer.text or "Why" in answer.text, link


def test_an_address_beyond_the_last_page_is_the_last(country: Flask):
    client = country.test_client()
    last = client.get("/results?page=2")
    assert client.get("/results?page=99").data == last.data
    assert "Page 2 of 2" in text_of(last.text)
    assert client.get("/results?page=0").data == client.get("/results").data


def test_what_an_overview_does_not_know_is_left_out(shown: Flask):
    client = shown.test_client()
    plain = client.get("/results").data
    for query in ("state=Nowhere", "county=Mahoning", "told=best", "state=&county=&told="):
        assert client.get(f"/results?{query}").data == plain


def test_the_programme_is_told_in_both_languages(shown: Flask):
    english = unescape(text_of(shown.test_client().get("/results").text))
    spanish = unescape(text_of(shown.test_client().get("/results?lang=es").text))
    up = sum(len(verdicts(shown).get(v, ())) for v in ("rise", "higher"))
    of = sum(len(verdicts(shown).get(v, ())) for v in VERDICTS[:-1])
    assert f"Higher in {up} of {of} communities" in english
    assert f"Más alta en {up} de {of} comunidades" in spanish
    assert "not by score" in english
    assert "no por su cifra" in spanish


def test_what_can_be_said_of_a_state_names_it(country: Flask):
    """It is copied out of its page."""
    for query, named in (("state=Alaska", "Alaska, all places together: "),
                         ("state=Alaska&lang=es", "Alaska, todos los lugares juntos: el "),
                         ("", "All places together: ")):  # fmt: skip
        assert said(country, f"/results?{query}").startswith(named)


def test_what_can_be_said_of_several_places_has_a_line_for_each(shown: Flask):
    lines = said(shown, "/results/compare?c=liberty&c=buffalo&c=syracuse").split("\n")
    assert [re.findall(r"answered in (\w+) in", line) for line in lines] == [
        ["Buffalo"], ["Liberty"], ["Syracuse"],
    ]  # fmt: skip


def said(app: Flask, address: str) -> str:
    page = unescape(app.test_client().get(address).text)
    return page.partition('<blockquote id="say">')[2].partition("</blockquote>")[0]
