"""Results: the same released rows as sentence, table, chart, CSV and JSON, and nothing else."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from html import unescape
from math import ceil, floor

import pytest
from flask import Flask

from analysis.tabulation.rounding import TAIL
from survey.read import captions
from survey.storage import db, release_store

PAGES = (
    "/results",
    "/results?measure=trust&agency=fire",
    "/results?measure=again&agency=police&state=Ohio",
    "/results/buffalo",
    "/results/new-middletown",
    "/results/austintown?cut=age",
    "/results/austintown?cut=race&lang=es",
    "/results/syracuse?measure=approach&lang=es",
    "/results/compare?c=liberty&c=buffalo&c=schenectady",
)


def with_ending(address: str, ending: str) -> str:
    path, _, query = address.partition("?")
    return f"{path}.{ending}" + (f"?{query}" if query else "")


def rows_of(app: Flask, address: str) -> list[dict]:
    rows: list[dict] = app.test_client().get(with_ending(address, "json")).get_json()["rows"]
    return rows


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.mark.parametrize("address", PAGES)
def test_the_csv_has_the_rows_of_the_json(shown: Flask, address: str):
    reply = shown.test_client().get(with_ending(address, "csv"))
    assert reply.status_code == 200
    assert reply.data.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(io.StringIO(reply.data.decode("utf-8-sig"))))
    rows = rows_of(shown, address)
    assert len(table) == len(rows) > 0

    def key(row: dict) -> tuple:
        return (str(row["season"]), row["county"], row["community"], row["cut"], row["group"])

    by_key = {key(row): row for row in rows}
    for line in table:
        row = by_key[key(line)]
        assert line["n"] == row["n"]
        assert line["value"] == ("" if row["value"] is None else f"{row['value']:g}")


@pytest.mark.parametrize("address", PAGES)
def test_the_chart_draws_only_the_rows_of_the_page(shown: Flask, address: str):
    reply = shown.test_client().get(with_ending(address, "chart.json"))
    assert reply.status_code == 200
    drawn = reply.get_json()
    assert {trace["type"] for trace in drawn["data"]} <= {"scatter", "bar", "pie"}
    assert len(reply.data) < 60_000
    assert drawn["layout"]["title"]["text"]


def test_the_page_shows_the_released_figure_and_its_range(shown: Flask):
    page = text_of(shown.test_client().get("/results/buffalo").text)
    last = max(rows_of(shown, "/results/buffalo"), key=lambda row: row["season"])
    assert f"{last['value'] * 100:g}% of those who answered in Buffalo in 2026" in page
    low, high = int(last["range_low"] * 100), -int(-last["range_high"] * 100 // 1)
    came = f"{last['head_count']:,} people came"
    assert f"range {low}% to {high}%; {last['n']} answers; {came})." in page
    change = changes_of(shown, "buffalo")["before", 2026]
    points = f"{change['change'] * 100:.0f}"
    assert change["verdict"] == "higher"
    told = f"Among the people who came, that is {points} points higher than in 2025 (range "
    assert told in page


def changes_of(app: Flask, community: str) -> dict[tuple[str, int], dict]:
    """The headline's changes of a place, by basis and later season."""
    with app.app_context():
        now = release_store.current(db.session())
        assert now is not None
        found = release_store.rows(
            db.session(), now.release, release_store.CHANGE, places=[now.places[community]]
        )
    mine = [c for c in found if (c["measure"], c["agency"]) == ("trust", "police")]
    return {(c["basis"], c["season_to"]): dict(c) for c in mine}


def whole(points: float, up: bool) -> str:
    """Points rounded outward, with a sign, as a reader is shown them."""
    ends = ceil(points * 100 - 1e-6) if up else floor(points * 100 + 1e-6)
    return f"{ends:+d}".replace("-", "−")


def test_beside_the_newest_change_stand_the_one_since_the_first_season_and_the_years(shown: Flask):
    client = shown.test_client()
    changes = changes_of(shown, "syracuse")  # a town that only the years together can tell
    last, first, years = (changes[basis, 2026] for basis in ("before", "first", "trend"))
    assert (last["verdict"], first["verdict"], years["verdict"]) == ("unclear", "unclear", "rising")
    page = unescape(text_of(client.get("/results/syracuse").text))
    for change, since in ((last, "No clear change since 2025"), (first, "no clear change")):
        low, high = whole(change["low"], False), whole(change["high"], True)
        assert f"{since} (range {low} to {high})." in page
        smallest = ceil(change["smallest"] * 100)
        assert f"A change of {smallest} points would most likely have shown." in page
    assert f"about {years['change'] * 100:.1f} points a year from 2019 to 2026" in page
    assert "Sube con los años: unos " in text_of(client.get("/results/syracuse?lang=es").text)


def test_a_clear_rise_is_told_with_the_range_of_the_place(shown: Flask):
    with shown.app_context():
        now = release_store.current(db.session())
        assert now is not None
        changes = release_store.rows(db.session(), now.release, release_store.CHANGE)
    rise = next(
        c for c in changes
        if c["verdict"] == "rise" and c["season_to"] == 2026 and c["community"] in now.places
        if c["basis"] == "before" and c["measure"] not in now.release.about["scores"]
    )  # fmt: skip
    address = f"/results/{rise['community']}?measure={rise['measure']}&agency={rise['agency']}"
    points = f"{rise['change'] * 100:.0f}"
    ends = (whole(rise["place_low"], False), whole(rise["place_high"], True))
    page = unescape(text_of(shown.test_client().get(address).text))
    told = f"That is a clear rise of {points} points since {rise['season_from']}"
    assert f"{told} (range {ends[0][1:]} to {ends[1][1:]})." in page
    spanish = text_of(shown.test_client().get(f"{address}&lang=es").text)
    assert f"una subida clara de {points} puntos" in spanish


def test_no_range_without_0_stands_beside_no_clear_change(shown: Flask):
    with shown.app_context():
        now = release_store.current(db.session())
        assert now is not None
        changes = release_store.rows(db.session(), now.release, release_store.CHANGE)
    unclear = [c for c in changes if c["verdict"] == "unclear" and c["basis"] != "trend"]
    scores = now.release.about["scores"]
    assert len(unclear) > 100
    for change in unclear:
        five = 5 if change["measure"] in scores else 0.05
        assert change["low"] < five
        assert change["high"] > -five
    assert {c["verdict"] for c in changes} >= {"higher", "rise", "rising", "unclear", "few"}


def test_chance_alone_and_what_the_words_mean_stand_beside_the_list(shown: Flask):
    page = text_of(shown.test_client().get("/results").text)
    expected = r"chance alone would (still )?put (about \d+|less than one) of (these )?\d+ places"
    assert re.search(expected, page)
    assert "A “clear” rise or fall is about the place" in unescape(page)


def test_a_place_of_two_seasons_has_one_change(shown: Flask):
    """A question that is new is not told twice: its first season is the one before."""
    with shown.app_context():
        now = release_store.current(db.session())
        assert now is not None
        changes = release_store.rows(db.session(), now.release, release_store.CHANGE)
    keys = [
        (c["county"], c["community"], c["members"], c["measure"], c["agency"], c["season_from"],
         c["season_to"], c["basis"] == "trend")
        for c in changes
    ]  # fmt: skip
    assert len(set(keys)) == len(keys)


def test_a_small_place_is_told_in_words_and_never_in_numbers(shown: Flask):
    small = [row for row in rows_of(shown, "/results/new-middletown") if row["n_low"] < 30]
    assert small
    assert all(row["value"] is None and row["range_low"] is None for row in small)
    page = text_of(shown.test_client().get("/results/new-middletown").text)
    assert "over two thirds" in page
    assert "Too few answers to tell" in page


def test_beside_each_figure_stands_who_said_that_they_do_not_know(shown: Flask):
    page = unescape(text_of(shown.test_client().get("/results/buffalo").text))
    rows = rows_of(shown, "/results/buffalo")
    assert "Said “I don't know”" in page
    table = page[page.index("Said “I don't know”") :]
    for row in rows:
        told = f"{row['n']} {dont_know(row)} "
        assert re.search(rf"{row['season']} .*?{re.escape(told)}", table), told


def dont_know(row: dict) -> str:
    step, share = float(row["band"]), row["dont_know"] * 100
    return f"{TAIL * step:g}% or less" if share < TAIL * step else f"{share:g}%"


def test_a_score_has_no_share_of_those_who_do_not_know(shown: Flask):
    with shown.app_context():
        now = release_store.current(db.session())
    assert now
    assert "index" in now.release.about["scores"]
    address = "/results/buffalo?measure=index&agency=police"
    assert rows_of(shown, address)
    assert "I don't know" not in unescape(shown.test_client().get(address).text)


def test_a_tail_is_as_wide_on_the_page_as_in_the_release():
    assert captions.TAIL == TAIL


def test_nobody_pays_for_a_small_neighbour_and_the_small_place_says_why_it_has_no_figure(
    shown: Flask,
):
    address = "/results/{}?measure=trust&agency=fire"
    page = text_of(shown.test_client().get(address.format("new-middletown")).text)
    assert "fewer than 11 people in New Middletown answered one of the questions." in page
    big = shown.test_client().get(address.format("austintown").replace("?", ".json?")).get_json()
    assert len({row["season"] for row in big["rows"] if row["community"] == "austintown"}) == 8


def test_a_changed_question_is_a_wall(shown: Flask):
    page = text_of(shown.test_client().get("/results/buffalo?measure=approach").text)
    assert "question changed since 2021" in page
    chart = shown.test_client().get("/results/buffalo.chart.json?measure=approach").get_json()
    assert len(chart["layout"]["shapes"]) == 1


@pytest.mark.parametrize("address", PAGES)
def test_communities_are_in_order_of_state_county_and_name_never_of_score(
    shown: Flask, address: str
):
    tables = shown.test_client().get(address).text.split("<tbody>")[1:]
    with shown.app_context():
        now = release_store.current(db.session())
    assert now
    places = {place.name: place for place in now.places.values()}
    for table in tables:
        links = re.findall(
            r'<th scope="row"><a [^>]+>([^<]+)</a>', table
        )  # questions are links, too
        found = [places[name] for name in links if name in places]
        area = [("", "") if "compare" in address else (p.state, p.county) for p in found]
        keys = [(*where, place.name) for where, place in zip(area, found, strict=True)]
        assert keys == sorted(keys)


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("ending", ["", "csv", "json", "chart.json"])
def test_an_unchanged_page_is_not_sent_again(shown: Flask, address: str, ending: str):
    client = shown.test_client()
    address = with_ending(address, ending) if ending else address
    first = client.get(address)
    assert "max-age" in first.headers["Cache-Control"]
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    spanish = client.get(
        address, headers={"If-None-Match": first.headers["ETag"], "Accept-Language": "es"}
    )
    assert spanish.status_code == (304 if "lang=" in address else 200)


def test_an_address_that_asks_for_nothing_released_says_so(shown: Flask):
    client = shown.test_client()
    assert "We have no figures" in client.get("/results?measure=fair&agency=fire").text
    assert "We have no figures" in client.get("/results?measure=nonsense&agency=x").text
    assert client.get("/results?page=99").status_code == 200
    assert client.get("/results?page=-1&cut=zz").status_code == 200
    assert client.get("/results/atlantis").status_code == 404
    assert "Add one community" in client.get("/results/compare?c=atlantis").text
    assert "We have no figures" in client.get("/results/compare?c=liberty&measure=nonsense").text
    for ending in ("csv", "json"):
        assert client.get(f"/results.{ending}?measure=nonsense").status_code == 200
    assert client.get("/results.chart.json?measure=nonsense").status_code == 404


def test_before_the_first_release_the_page_says_when_figures_come(sqlite_app: Flask):
    client = sqlite_app.test_client()
    for address in ("/results", "/results/x", "/results/compare", "/data"):
        assert client.get(address).status_code == 200
    assert "No results yet" in client.get("/results").text
    assert "Todavía no hay" in client.get("/results?lang=es").text


def test_no_page_of_figures_reads_an_answer(shown: Flask, monkeypatch: pytest.MonkeyPatch):
    from sqlalchemy import event

    asked: list[str] = []
    engine = shown.extensions["engine"]

    def note(connection, cursor, statement, *rest):
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        for address in PAGES:
            for ending in ("", "csv", "json", "chart.json"):
                target = with_ending(address, ending) if ending else address
                assert shown.test_client().get(target).status_code == 200
        assert shown.test_client().get("/data/1/porchlight.zip").status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    read = {table for text in asked for table in re.findall(r"(?:FROM|JOIN) (\w+)", text)}
    assert read <= {"release", "figure", "community", "reply"}  # what a department says it did
    assert not any("ledger" in text for text in asked)


def test_every_shown_number_is_banded(shown: Flask):
    with shown.app_context():
        now = release_store.current(db.session())
        assert now
        rows = release_store.rows(db.session(), now.release)
    assert len(rows) > 5000
    assert {row["band"] for row in rows} == {"thirds", "10", "5", "2", "1"}
    for row in rows:
        assert row["n_low"] >= 11
        assert row["n_low"] == 11 or row["n_low"] % 5 == 0
    assert "ledger" not in json.dumps(now.release.about)


@pytest.mark.parametrize("ending", ["", "csv", "json", "chart.json"])
def test_a_kept_page_is_the_same_for_every_visitor(shown: Flask, ending: str):
    address = with_ending("/results/liberty?measure=fair", ending) if ending else "/results/liberty"
    visits = [
        shown.test_client().get(address, headers={"Accept-Encoding": encoding})
        for encoding in ("gzip", "identity", "gzip", "identity")
    ]
    bodies = {
        gzip.decompress(visit.data) if "Content-Encoding" in visit.headers else visit.data
        for visit in visits
    }
    assert len(bodies) == 1
    assert len({len(visit.headers) for visit in visits[::2]}) == 1
    assert ["Content-Encoding" in visit.headers for visit in visits[1::2]] == [False, False]
