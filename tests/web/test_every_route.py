"""Every route, whatever is sent to it: a clear answer, every header, and never a failure of ours.

A new route is met here without being named.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.conftest import let_go, made, make_app
from tests.demonstration import copy_of, share_files

FORM = "application/x-www-form-urlencoded"
REAL = {
    "code": ["TRYME4", "en", "es", "AAAAAA"],
    "slug": ["buffalo", "buffalo-2026", "nowhere"],
    "name": ["figures.csv", "porchlight.zip", "site.css", "nothing.exe"],
    "ending": ["csv", "json", "chart.json"],
    "door": ["kiosk", "paper", "later", "twice/paper"],
    "release_id": ["1", "2147483647"],
    "id": ["1", "00000000-0000-4000-8000-000000000000"],
    "token": ["x" * 43],
}
QUERIES = ["lang", "measure", "agency", "cut", "season", "community", "state", "area", "q", "page",
           "at", "topic", "sort", "size", "paper", "languages", "v", "code"]  # fmt: skip
HEADERS = ["Accept-Language", "Accept-Encoding", "Accept", "If-None-Match", "If-Modified-Since",
           "Range", "Cookie", "Referer", "Origin", "User-Agent", "Sec-Purpose", "X-Forwarded-Proto",
           "X-Forwarded-Host", "X-HTTP-Method-Override", "Content-Language"]  # fmt: skip
LEAKS = re.compile(
    r"Traceback|sqlalchemy|sqlite3\.|File \"/|werkzeug|jinja2|psycopg", re.IGNORECASE
)


@pytest.fixture(scope="module")
def site(shown: Flask, tmp_path_factory: pytest.TempPathFactory):
    """The demonstration in a file of its own: what is sent here may change it."""
    copy: Path = tmp_path_factory.mktemp("fuzzed") / "demo.sqlite"
    share_files(tmp_path_factory, copy.parent)
    app = make_app(copy_of(shown, copy))
    made.remove(app)
    yield app
    let_go(app)


text = st.text(max_size=40) | st.sampled_from(
    ["", "../../etc/passwd", "' OR 1=1 --", "<script>alert(1)</script>", "%00", "\x00", "{{7*7}}",
     "-1", "9" * 30, "é🕯️", "=cmd|'/C calc'!A0", "a" * 3000, "\ud7ff", "\u202e"]
)  # fmt: skip
plain = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60)


@st.composite
def requests(draw: st.DrawFn, rules: list[Rule]) -> dict[str, Any]:
    """Return what the client sends: a route with real or odd values, odd fields, odd headers."""
    rule = draw(st.sampled_from(rules))
    path = re.sub(r"<(?:[^:>]+:)?(\w+)>", lambda found: f"{{{found[1]}}}", rule.rule)
    values = {name: draw(st.sampled_from(REAL.get(name, ["1"])) | text) for name in rule.arguments}
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", quote(value, safe="/."))
    methods = sorted((rule.methods or set()) | {"POST", "HEAD", "OPTIONS", "PUT"})
    query = draw(st.dictionaries(st.sampled_from(QUERIES) | text, text, max_size=4))
    fields = st.dictionaries(
        st.sampled_from(["ticket", "submission", "who", "go", "lang"]) | text, text
    )
    body: Any = draw(st.binary(max_size=200) | fields)
    sent: dict[str, Any] = {
        "path": "/" + path.lstrip("/"),
        "method": draw(st.sampled_from(methods)),
        "query_string": query,
        "headers": draw(st.dictionaries(st.sampled_from(HEADERS), plain, max_size=4)),
        "data": body,
    }
    if isinstance(body, bytes):
        kinds = [FORM, "application/json", "multipart/form-data; boundary=x", "text/plain", ""]
        sent["content_type"] = draw(st.sampled_from(kinds))
    return sent


def first_part(rule: Rule) -> str:
    return rule.rule.split("/")[1]


def test_nothing_that_is_sent_makes_a_route_fail(site: Flask):
    client, met = site.test_client(), set()

    rules = list(site.url_map.iter_rules())
    rooms = sorted({first_part(rule) for rule in rules})
    for room in rooms:  # drawn from all at once, some would never be met
        mine = [rule for rule in rules if first_part(rule) == room]

        @settings(
            max_examples=max(4, 250 * len(mine) // len(rules)),
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            database=None,
        )
        @given(requests(mine))
        def check(sent: dict[str, Any]) -> None:
            reply = client.open(**sent, base_url="https://survey.example")
            met.add(sent["path"].split("/")[1])
            assert_clean(reply, sent)

        check()
    assert {"s", "results", "data", "desk", "poster", "languages"} <= met


def assert_clean(reply: TestResponse, sent: object) -> None:
    assert reply.status_code < 500, (reply.status_code, sent)
    if str(reply.mimetype).startswith("text/") and reply.status_code >= 400:
        assert not LEAKS.search(reply.text), sent
    assert_headers(reply, sent)


def assert_headers(reply: TestResponse, about: object) -> None:
    """The rules of MDN's HTTP Observatory, with the highest mark in each."""
    headers = reply.headers
    policy = dict(
        rule.strip().partition(" ")[::2] for rule in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'", about
    assert policy["base-uri"] == "'none'", about
    assert policy["form-action"] in ("'self'", "'none'"), about
    for rule in ("script-src", "style-src"):
        assert not re.search(r"unsafe|http:|https:|\*|data:", policy.get(rule, "")), about
    assert policy["frame-ancestors"] == "'none'" or "embed" in str(about), about
    assert headers["X-Content-Type-Options"] == "nosniff", about
    assert headers["Referrer-Policy"] in ("same-origin", "no-referrer", "strict-origin"), about
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin" or "embed" in str(about), about
    assert int(re.findall(r"max-age=(\d+)", headers["Strict-Transport-Security"])[0]) >= 15_768_000
    assert "Access-Control-Allow-Origin" not in headers or re.search("/(api|data)", str(about))
    for cookie in headers.getlist("Set-Cookie"):
        assert {"Secure", "HttpOnly"} <= set(cookie.split("; ")), about
        assert re.search(r"SameSite=(Lax|Strict)", cookie), about


def test_every_page_and_every_refusal_carries_the_headers(site: Flask):
    client, statuses = site.test_client(), set()
    for rule in site.url_map.iter_rules():
        for turn in range(3):
            path = rule.rule
            for name in rule.arguments:
                value = (REAL.get(name, ["1"]) * 3)[turn]
                path = re.sub(rf"<(?:[^>]*:)?{name}>", value, path)
            for method in ("GET", "POST", "DELETE"):
                reply = client.open(path, method=method, base_url="https://survey.example")
                assert reply.status_code < 500, (method, path)
                assert_headers(reply, path)
                statuses.add(reply.status_code)
    odd = {
        404: client.get("/nowhere", base_url="https://survey.example"),
        413: client.post("/s/TRYME4", data=b"a=" + b"x" * 70_000, content_type=FORM,
                         base_url="https://survey.example"),
        400: client.post("/s/TRYME4", data=b"open=%ff", content_type=FORM,
                         base_url="https://survey.example"),
    }  # fmt: skip
    for status, reply in odd.items():
        assert reply.status_code == status
        assert_headers(reply, status)
        statuses.add(reply.status_code)
    assert {200, 302, 400, 404, 405, 413, 415} <= statuses
