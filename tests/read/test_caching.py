"""Kept pages: one for each thing that can be asked, whatever else stands in the address."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import event

from survey.config import Settings
from survey.read.caching import Bodies, Body
from survey.setting_values import SettingError
from tests.read.test_results import PAGES, with_ending


def joined(address: str, more: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{more}"


@pytest.mark.parametrize("ending", ["", "csv", "json", "chart.json"])
@pytest.mark.parametrize("address", PAGES)
def test_what_a_page_does_not_understand_makes_no_other_page(shown: Flask, address, ending):
    client = shown.test_client()
    address = with_ending(address, ending) if ending else address
    first = client.get(address)
    kept = len(shown.extensions["bodies"].kept)
    for more in ("zz=1", "zz=2&utm_source=marked", "page=1", "page=x", "cut=nonsense2" * 20):
        if "cut=" in more and "cut=" in address:
            continue
        again = client.get(joined(address, more))
        assert again.data == first.data
        assert again.headers["ETag"] == first.headers["ETag"]
    assert len(shown.extensions["bodies"].kept) == kept


def test_no_visitor_writes_into_the_page_of_another(shown: Flask):
    """What is kept was made for whoever asked first."""
    client = shown.test_client()
    for page in ("/results", "/results/liberty", "/results/compare", "/how-to-read"):
        for mark in ("marked=1", "measure=marked", "agency=marked", "state=marked", "c=marked"):
            assert "marked" not in client.get(f"{page}?{mark}").text, (page, mark)
    once = [len(shown.extensions["bodies"].kept)]
    for n in range(5):
        for mark in ("measure", "agency", "state", "page", "columns", "c", "lang"):
            client.get(f"/results?{mark}=none{n}")
            client.get(f"/results/compare?{mark}=none{n}")
        once.append(len(shown.extensions["bodies"].kept))
    assert once[1] == once[-1]


def test_the_order_of_what_is_asked_makes_no_other_page(shown: Flask):
    client = shown.test_client()
    one = client.get("/results/compare?c=liberty&c=buffalo&measure=fair")
    other = client.get("/results/compare?measure=fair&c=buffalo&c=liberty&c=buffalo")
    assert one.data == other.data


def test_links_keep_what_is_looked_at(shown: Flask):
    page = shown.test_client().get("/results?agency=fire&measure=trust&lang=es&zz=1").text
    assert re.search(r'href="/results/buffalo\?agency=fire&amp;lang=es"', page)
    assert 'href="/results.csv?agency=fire&amp;lang=es"' in page
    assert 'href="/results?agency=fire&amp;lang=en"' in page


@pytest.mark.parametrize(
    "address",
    ["/results", "/results/buffalo.csv", "/how-to-read", "/data/1/codebook.csv", "/s/worker.js",
     "/static/site.css"],
)  # fmt: skip
def test_a_tag_that_a_proxy_made_weak_still_matches(shown: Flask, address: str):
    client = shown.test_client()
    tag = client.get(address).headers["ETag"].removeprefix("W/")
    for sent in (tag, f"W/{tag}", f'"other", W/{tag}', "*"):
        reply = client.get(address, headers={"If-None-Match": sent})
        assert (reply.status_code, reply.data) == (304, b""), sent
    assert client.get(address, headers={"If-None-Match": 'W/"other"'}).status_code == 200


@pytest.mark.parametrize("address", ["/results", "/results/buffalo", "/results/compare?c=buffalo"])
def test_an_unchanged_page_is_known_without_making_it(shown: Flask, address: str, monkeypatch):
    """A packed page has a tag of its own, and a browser sends that one back."""
    client, packed = shown.test_client(), {"Accept-Encoding": "gzip"}
    tag = client.get(address, headers=packed).headers["ETag"]
    monkeypatch.setitem(shown.extensions, "bodies", Bodies())
    monkeypatch.setattr("survey.pages.results.page", None)  # nothing may be made
    reply = client.get(address, headers=packed | {"If-None-Match": tag})
    assert (reply.status_code, reply.data, reply.headers["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize(
    ("address", "most"),
    [("/results", 1), ("/results/buffalo", 2), ("/results/buffalo?measure=safe", 2),
     ("/results/compare?c=buffalo&c=liberty", 1), ("/results/funnel", 1), ("/how-to-read", 1),
     ("/results/buffalo.chart.json", 2), ("/results/buffalo.post.svg", 2)],
)  # fmt: skip
def test_an_unchanged_page_asks_for_the_release_and_what_stands_beside_it(
    shown: Flask, address: str, most: int
):
    client, asked = shown.test_client(), []
    tag = client.get(address).headers["ETag"]

    def note(connection, cursor, statement, *others) -> None:
        asked.append(statement)

    event.listen(shown.extensions["engine"], "before_cursor_execute", note)
    try:
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    finally:
        event.remove(shown.extensions["engine"], "before_cursor_execute", note)
    assert len(asked) == most, asked


def test_kept_bodies_stay_within_their_bytes():
    bodies = Bodies(most=1000)
    for n in range(100):
        bodies.keep(str(n), Body(b"x" * 90, None, None))
        bodies.keep(str(n), Body(b"x" * 90, None, None))
        bodies.get("0")
        assert bodies.size == sum(len(body.data) for body in bodies.kept.values()) <= 1000
    assert len(bodies.kept) == 11
    assert bodies.get("0")
    bodies.keep("huge", Body(b"x" * 2000, None, None))
    assert bodies.size == 0


CHOSEN_BY_LANGUAGE = ("/", "/privacy", "/accessibility", "/data", "/results", "/how-to-read",
                      "/poster/TRYME4", "/nowhere", "/s/TRYME4", "/s/TRYME4/thanks", "/s/AAAAAA",
                      "/s/TRYME4/kiosk")  # fmt: skip


@pytest.mark.parametrize("address", CHOSEN_BY_LANGUAGE)
def test_caches_are_told_what_depends_on_the_language(shown: Flask, address: str):
    client = shown.test_client()
    replies = [client.get(address, headers={"Accept-Language": code}) for code in ("en", "es")]
    assert replies[0].text != replies[1].text
    assert all("Accept-Language" in reply.vary for reply in replies)


@pytest.mark.parametrize(
    "name",
    ["build.py", "%00", "x%00.css", "attend/%00", "../wsgi.py", "..%2fwsgi.py", "%2e%2e/wsgi.py",
     "", "vendor", "attend", "x" * 5000, "vendor/SHA256SUMS.txt/x", "%ff", ".", "nul", "a\\b",
     "attend/../build.py", "__pycache__/build.cpython-311.pyc"],
)  # fmt: skip
def test_only_files_made_for_browsers_are_served(shown: Flask, name: str):
    assert shown.test_client().get(f"/static/{name}").status_code == 404


@pytest.mark.parametrize(
    "secret",
    [
        "short",
        "a" * 40,
        "changeme" * 5,
        "Change-Me-change-me-change-me-change-me",
        "password" * 5,
        "0123456789" * 4,
        "abcdefghijklmnopqrstuvwxyz0123456789",
        "zyxwvutsrqponmlkjihgfedcba9876543210",
        "qwertyuiopasdfghjklzxcvbnm123456",
        "your-secret-key-here-please-change-it",
        "porchlight-porchlight-porchlight-",
        "abab" * 10,
        "deadbeef" * 4,
        "super secret development key for flask do not use",
    ],
)
def test_a_secret_that_can_be_guessed_stops_the_start(secret: str):
    with pytest.raises(SettingError, match="SECRET_KEY"):
        Settings(secret_key=secret)


@pytest.mark.parametrize(
    "secret",
    [
        "a4f0d1e93b7c28560a4fd1e9c37b8256",
        "correct horse battery staple and nine blue kites",
        "Zk3vT8-qWm_1xLrB7yNcE5uGpH2sJd9fAoQi6tXwVbKn0MzR",
    ],
)
def test_a_random_secret_is_taken(secret: str):
    assert Settings(secret_key=secret).secret_key == secret
