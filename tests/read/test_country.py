"""A country's results: no page reads more rows than it shows, whatever the number of places."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections import Counter
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, event, select

from survey.read.verdicts import BEFORE
from survey.storage import db, release_store
from survey.storage.models import Figure
from tests.country import stored

KEYS = {
    "sqlite": (r"lookup=\?", r"release_id=\? AND kind=\? AND measure=\? AND agency=\? AND cut=\?"),
    # how far into an index it goes depends on what it knows of the rows, here few
    "postgresql": (r"Cond: .*\blookup\b", r"Cond: .*\brelease_id = "),
}


def some_place(app: Flask) -> release_store.Place:
    with app.app_context():
        now = release_store.current(db.session())
    assert now is not None
    return list(now.places.values())[7]


def addresses(app: Flask) -> list[str]:
    slug = some_place(app).slug
    return [
        "/results",
        "/results?measure=trust&agency=fire",
        f"/results/{slug}",
        f"/results/{slug}?cut=age",
        f"/results/{slug}.json",
        f"/results/compare?c={slug}&c=austintown",
        "/how-to-read",
        "/results.csv",
        f"/api/v1/releases/1/figures?community={slug}&season=2026",
        f"/api/v1/releases/1/changes?community={slug}&measure=trust&limit=2",
    ]


def test_every_look_for_figures_begins_at_an_index(country: Flask):
    """No database may walk through a release: its plans name the place or the whole subject."""
    asked: list[tuple[str, object]] = []
    engine = country.extensions["engine"]

    def note(connection, cursor, statement, parameters, *rest):
        if "FROM figure" in statement:
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        for address in addresses(country):
            assert country.test_client().get(address).status_code == 200, address
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(asked) > 10
    with engine.connect() as connection:
        for statement, parameters in asked:
            if "LIMIT" in statement and "number" in statement.partition("ORDER BY")[2]:
                continue  # the first row alone, by the key
            steps = steps_of(connection, statement, parameters)
            keys = "|".join(KEYS[engine.dialect.name])
            assert all(re.search(keys, step) for step in steps), (statement, steps)


def steps_of(connection: Connection, statement: str, parameters: Any) -> list[str]:
    """Return how a database looks for its rows: by which columns of an index, for each table."""
    if connection.dialect.name == "sqlite":
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return [str(row[3]) for row in plan if "TEMP B-TREE" not in row[3]]
    connection.exec_driver_sql("SET enable_seqscan = off")  # a small table is read whole, rightly
    lines = [
        str(line) for (line,) in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
    ]
    scans = [at for at, line in enumerate(lines) if "Scan" in line and " on figure" in line]
    assert scans, lines
    return ["\n".join(lines[at : at + 2]) for at in scans]


@pytest.mark.postgres
def test_a_country_reads_the_same_from_both_databases(country: Flask, postgres_url: str):
    other = stored(postgres_url)
    for address in addresses(country):
        ours, theirs = (app.test_client().get(address) for app in (country, other))
        assert ours.status_code == theirs.status_code == 200
        assert ours.data == theirs.data, address


@pytest.mark.parametrize("query", ["", "?state=Alaska", "?cut=age", "?measure=trust&agency=fire"])
def test_a_subjects_tables_hold_every_place_of_it(country: Flask, query: str):
    client = country.test_client()
    lines = list(csv.DictReader(io.StringIO(client.get(f"/results.csv{query}").text[1:])))
    rows = client.get(f"/results.json{query}").get_json()["rows"]
    with country.app_context():
        wanted = db.session().query(Figure).filter_by(kind="figure", measure="trust")
        wanted = wanted.filter_by(
            agency="fire" if "fire" in query else "police",
            cut="age" if "cut=age" in query else "total",
            **({"state": "Alaska"} if "Alaska" in query else {}),
        )
        found = [figure.row for figure in wanted]
    assert len(found) > 20
    key = ("season", "state", "county", "community", "group")
    told = sorted(tuple(str(row[name]) for name in key) for row in found)
    assert sorted(tuple(line[name] for name in key) for line in lines) == told
    assert sorted(tuple(str(row[name]) for name in key) for row in rows) == told
    places = [(row["season"], row["state"], row["county"], row["community"]) for row in rows]
    assert places == sorted(places)


def test_a_long_table_is_kept_once_it_was_sent_whole(country: Flask, monkeypatch):
    from survey.read import kept_tables, sent_rows

    monkeypatch.setattr(kept_tables, "WORTH", 1)
    client = country.test_client()
    first = client.get("/results.csv?measure=trust&agency=ems")
    assert first.data  # read to its end
    half = client.get("/results.csv?measure=listen", buffered=False)
    next(iter(half.response))
    half.close()  # the visitor went away
    monkeypatch.setattr(sent_rows, "as_csv", None)  # nothing is written again
    for accepted in ("gzip", "identity"):
        headers = {"Accept-Encoding": accepted}
        again = client.get("/results.csv?measure=trust&agency=ems", headers=headers)
        data = again.data if accepted == "identity" else gzip_of(again.data)
        assert data == first.data
        assert again.headers["ETag"] == first.headers["ETag"]
    folder = country.extensions["settings"].release_files
    names = [path.name for path in folder.rglob("*.gz")]
    assert [name for name in names if name.startswith("listen")] == []
    assert not list(folder.rglob(".making-*"))


def gzip_of(body: bytes) -> bytes:
    import gzip

    return gzip.decompress(body)


def test_the_country_is_the_same_from_the_same_seed(country: Flask, tmp_path):
    again = stored(f"sqlite:///{tmp_path / 'again.sqlite'}")
    for address in ("/results.csv", "/results.json?measure=index"):
        assert again.test_client().get(address).data == country.test_client().get(address).data
    assert json.loads(again.test_client().get("/results.json").text)["rows"]


def test_an_overview_too_large_for_charts_has_one_bar_of_all_its_places(country: Flask):
    page = country.test_client().get("/results").text
    bar = page.partition('<svg class="verdicts"')[2].partition("</svg>")[0]
    parts = re.findall(r'class="v-(\w+)" x="([\d.]+)%" y="1" width="([\d.]+)%"', bar)
    with country.app_context():
        rows = db.session().scalars(
            select(Figure.row).where(
                Figure.kind == "change",
                Figure.measure == "trust",
                Figure.agency == "police",
                Figure.season == 2026,
                Figure.community.not_in(("", "other")),
            )
        )
        counts = Counter(row["verdict"] for row in rows if row["basis"] == BEFORE)
    order = ("fall", "lower", "unclear", "higher", "rise", "few", "wording")
    assert [name for name, _, _ in parts] == [name for name in order if counts[name]]
    for name, _, width in parts:
        assert float(width) == pytest.approx(100 * counts[name] / counts.total(), abs=1), name
    ends = [float(start) + float(width) for _, start, width in parts]
    assert ends[-1] == pytest.approx(100, abs=0.1)
    compared = sum(counts[name] for name in order[:5])
    assert f"<h3>No clear change in {counts['unclear']} of {compared} communities</h3>" in page


def test_a_few_places_have_charts_and_no_bar(shown: Flask):
    page = shown.test_client().get("/results").text
    assert 'class="verdicts"' not in page
    assert 'class="still panels"' in page


def test_more_places_than_a_chart_holds_have_no_chart(country: Flask):
    """The first twelve of a country would be taken for all of it."""
    assert country.test_client().get("/results.chart.json").status_code == 404
    assert country.test_client().get("/results.chart.json?state=Alabama").status_code == 200


def counts_of(country: Flask, state: str = "") -> Counter[str]:
    """Return how many places have each verdict, from the stored rows."""
    with country.app_context():
        now = release_store.current(db.session())
        assert now is not None
        places = [place for place in now.places.values() if state in ("", place.state)]
        rows = release_store.rows(
            db.session(), now.release, release_store.CHANGE, subject=now.headline, places=places,
            seasons=[now.seasons[-1]],
        )  # fmt: skip
        return Counter(row["verdict"] for row in rows if row["basis"] == BEFORE)


@pytest.mark.parametrize("ending", ["post.svg", "chart.svg", "embed"])
def test_more_places_than_a_chart_holds_are_one_bar_to_take_away(country: Flask, ending: str):
    counts = counts_of(country)
    shown = html.unescape(country.test_client().get(f"/results.{ending}").text)
    compared = sum(counts[name] for name in ("fall", "lower", "unclear", "higher", "rise"))
    assert f"No clear change in {counts['unclear']} of {compared} communities" in shown
    for words, number in {
        "lower": counts["fall"] + counts["lower"],
        "no clear change": counts["unclear"],
        "higher": counts["rise"] + counts["higher"],
        "nothing to compare": counts["few"] + counts["wording"],
    }.items():
        assert f">{words}: {number}<" in shown
    assert "All places together: " in shown.replace("\n", " ")
    widths = [float(w) for w in re.findall(r'<rect [^>]*?width="([\d.]+)%?"[^>]*?height="', shown)]
    parts = widths if ending == "embed" else widths[2:]  # after the paper and its edge
    drawn = [n for n in (*(counts[v] for v in ("fall", "lower", "unclear", "higher", "rise")),
                         counts["few"], counts["wording"]) if n]  # fmt: skip
    assert [w / sum(parts) for w in parts] == pytest.approx(
        [n / sum(drawn) for n in drawn], abs=0.01
    )


def test_the_page_of_many_places_offers_its_picture_and_its_preview(country: Flask):
    client = country.test_client()
    page = client.get("/results?lang=es").text
    (image,) = re.findall('<meta property="og:image" content="http://[^/]*(.*?)">', page)
    assert client.get(html.unescape(image)).data.startswith(b"\x89PNG")
    assert "Sin cambio claro en" in client.get("/results.post.svg?lang=es").text
    assert "/results.chart.png?" in page
    assert "/results.embed?" in html.unescape(page)
    listed = client.get("/results?told=unclear").text  # a list of some is no picture of all
    assert "og:image" not in listed
    assert client.get("/results.post.svg?told=unclear").status_code == 404


def test_places_of_one_name_are_told_apart_where_they_stand_side_by_side(country: Flask):
    with country.app_context():
        now = release_store.current(db.session())
    assert now is not None
    by_name: dict[str, list[release_store.Place]] = {}
    for place in now.places.values():
        by_name.setdefault(place.name, []).append(place)
    one, other = next(places for places in by_name.values() if len(places) > 1)[:2]
    third = next(places[0] for places in by_name.values() if len(places) == 1)
    query = "&".join(f"c={place.slug}" for place in (one, other, third))
    page = html.unescape(country.test_client().get(f"/results/compare?{query}").text)
    for place in (one, other):
        assert page.count(f"{place.name} ({place.area_name} County, {place.state})") >= 4
    assert f"{third.name} (" not in page
    assert f'href="/results/{one.slug}"' in page


def test_a_verdict_that_no_place_has_is_said_in_words(country: Flask):
    page = country.test_client().get("/results?told=fall").text
    assert "No community here has this verdict." in page
    assert '<table class="rows towns">' not in page
