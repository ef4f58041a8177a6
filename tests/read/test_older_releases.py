"""An older release stays readable: `release=N` reads it, its page says so, its links keep it."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import let_go, make_app

RISEN = 0.31  # what the newer release says of Buffalo's police in the newest season


@pytest.fixture(scope="module")
def two(shown: Flask, tmp_path_factory: pytest.TempPathFactory):
    """The demonstration with a second release, in which one figure of Buffalo's is another."""
    if shown.extensions["engine"].dialect.name != "sqlite":
        pytest.skip(
            "the second release is written in SQLite's words; nothing here is of a database"
        )
    made_of = Path(shown.extensions["settings"].database_url.removeprefix("sqlite:///"))
    path = tmp_path_factory.mktemp("two") / "two.sqlite"
    with closing(sqlite3.connect(made_of)) as source:
        source.execute("VACUUM INTO ?", (str(path),))
    with closing(sqlite3.connect(path)) as database, database:
        for table, key in (("release", "id"), ("figure", "release_id")):
            names = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            told = {key: "2", "lookup": "'2' || substr(lookup, 2)"}  # a lookup begins with it
            kept = ", ".join(told.get(name, name) for name in names)
            database.execute(f"INSERT INTO {table} SELECT {kept} FROM {table} WHERE {key} = 1")
        database.execute("UPDATE release SET sha256 = ? WHERE id = 2", ("b" * 64,))
        where = "release_id = 2 AND kind = 'figure' AND community = 'buffalo' AND cut = 'total'"
        found = database.execute(
            f"SELECT number, row FROM figure WHERE {where} AND measure = 'trust' AND agency = ?",
            ("police",),
        ).fetchall()
        for number, text in found:
            row = json.loads(text)
            if row["season"] == 2026:
                row |= {"value": RISEN, "value_low": 0.305, "value_high": 0.315}
                new = (json.dumps(row), number)
                database.execute(f"UPDATE figure SET row = ? WHERE {where} AND number = ?", new)
    app = make_app(f"sqlite:///{path}")
    yield app
    let_go(app)
    shutil.rmtree(path.parent)


def text_of(app: Flask, address: str) -> str:
    reply = app.test_client().get(address)
    assert reply.status_code == 200, address
    return unescape(reply.text)


@pytest.mark.parametrize("ending", ["", ".json", ".chart.json", ".post.svg", ".embed"])
def test_an_address_without_a_release_reads_the_newest(two: Flask, ending: str):
    said = "0.31" if ending == ".json" else "31%"
    address = f"/results/buffalo{ending}"
    assert said in text_of(two, address)
    assert said in text_of(two, f"{address}?release=2")
    assert said not in text_of(two, f"{address}?release=1")


def test_the_page_of_an_older_release_says_so_and_its_links_stay_within_it(two: Flask):
    old = text_of(two, "/results/buffalo?release=1")
    assert "You are reading release 1. There is a newer one." in old
    assert "reading release" not in text_of(two, "/results/buffalo")
    assert "reading release" not in text_of(two, "/results/buffalo?release=2")
    inner = [link for link in re.findall('href="(/[^"]*)"', old) if link.startswith("/results")]
    leaving = [link for link in inner if "release=1" not in link]
    assert [link.partition("?")[0] for link in leaving] == ["/results"]  # "the newest figures"
    for link in set(inner) - set(leaving):
        assert two.test_client().get(link).status_code == 200, link


def test_a_form_on_an_older_page_stays_within_it(two: Flask):
    old = text_of(two, "/results/compare?c=buffalo&release=1")
    forms = re.findall("<form.*?</form>", old, re.DOTALL)
    assert forms
    assert all('name="release" value="1"' in form for form in forms)


def test_a_page_kept_for_one_release_is_not_shown_for_another(two: Flask):
    client = two.test_client()
    tags = {client.get(f"/results?release={id}").headers["ETag"] for id in (1, 2)}
    assert len(tags) == 2
    newest = client.get("/results").headers["ETag"]
    assert newest in tags  # naming the newest makes no page of its own


@pytest.mark.parametrize("named", ["9", "0", "-1", "x", "1e3", "²", "99999999999999999999", "1 "])
def test_a_release_that_is_none_is_not_found(two: Flask, named: str):
    assert (
        two.test_client().get("/results/buffalo", query_string={"release": named}).status_code
        == 404
    )


def test_citation_and_code_name_the_release_that_is_read(two: Flask):
    for id, other in ((1, 2), (2, 1)):
        taken = " ".join(re.findall(
            '<p class="taken">(.*?)</p>', text_of(two, f"/results/buffalo?release={id}"), re.DOTALL
        ))  # fmt: skip
        assert f"release={id}" in taken
        assert f"Release {id} of" in taken
        assert f"release={other}" not in taken
