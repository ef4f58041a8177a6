"""Every page is checked for the same things, in every language."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask

from survey.config import ROOT
from survey.desk.qr_codes import address, qr_svg
from survey.questionnaire.content_files import read_content
from survey.storage import db
from survey.web.assets import source
from tests.builders import add_event, add_poster
from tests.conftest import make_app

LANGUAGES = ("en", "es")
ADDRESSES = {
    "home": ("/", 200),
    "results": ("/results", 200),
    "a community": ("/results/buffalo?cut=age", 200),
    "words only": ("/results/new-middletown?measure=trust&agency=fire", 200),
    "compare": ("/results/compare?c=buffalo&c=liberty", 200),
    "nothing picked": ("/results/compare", 200),
    "privacy": ("/privacy", 200),
    "accessibility": ("/accessibility", 200),
    "data": ("/data", 200),
    "how to read": ("/how-to-read", 200),
    "poster": ("/poster/TRYME4", 200),
    "paper forms": ("/poster/TRYME4/form?in=en&in=es", 200),
    "a child's form": ("/poster/TRYME4/form?audience=child&paper=a4", 200),
    "languages": ("/languages", 200),
    "a language to review": ("/languages/ar", 200),
    "no such language": ("/languages/xx", 404),
    "survey": ("/s/TRYME4", 200),
    "keying in": ("/s/TRYME4/paper", 200),
    "shared tablet": ("/s/TRYME4/kiosk", 200),
    "thanks": ("/s/TRYME4/thanks", 200),
    "unknown code": ("/s/AAAAAA", 404),
    "no page": ("/nowhere", 404),
    "no poster": ("/poster/AAAAAA", 404),
}
# METHODS, section 1: what these numbers can never say.
FORBIDDEN = (
    "margin of error",
    "residents think",
    "representative",
    "statistically proven",
    "caused",
    "impact",
    "legitimacy",
)


class Page(HTMLParser):
    """What a page holds: its tags, and the text of title and h1."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {"title": "", "h1": ""}
        self.inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside in self.text:
            self.text[self.inside] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(params=[(name, code) for name in ADDRESSES for code in LANGUAGES], ids=str)
def visit(request: pytest.FixtureRequest, shown: Flask):
    name, language = request.param
    address, status = ADDRESSES[name]
    address += ("&" if "?" in address else "?") + f"lang={language}"
    found = shown.test_client().get(address)
    assert found.status_code == status
    return found, language


def test_a_page_is_well_made(visit):
    reply, language = visit
    page = Page(reply.text)
    (html,) = page.all("html")
    assert (html["lang"], html["dir"]) == (language, "ltr")
    assert len(page.all("h1")) == 1
    assert page.text["h1"].strip()
    assert page.text["title"].startswith(page.text["h1"].strip())
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    labelled = {attrs.get("for") for attrs in page.all("label")}
    for attrs in [*page.all("select"), *page.all("textarea")]:
        assert attrs["id"] in labelled


def test_a_page_asks_no_other_site_and_runs_nothing_inline(visit):
    reply, _ = visit
    page = Page(reply.text)
    for _, attrs in page.tags:
        for name in ("src", "href", "action", "formaction", "data-chart", "data-script"):
            address = attrs.get(name) or "/"
            assert address.startswith(("/", "#", "data:,")) or address == "", address
        assert "style" not in attrs
        assert not any(name.startswith("on") for name in attrs)
    policy = reply.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    for tag in ("style", "script"):
        for text in re.findall(rf"<{tag}>(.*?)</{tag}>", reply.text, re.S):
            assert source(text) in policy
    assert "Set-Cookie" not in reply.headers
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Referrer-Policy"] == "same-origin"


def test_a_demonstration_says_so_on_every_page(visit):
    reply, _ = visit
    if reply.status_code == 200 or "/s/" not in reply.request.path:  # an unknown code has no event
        assert re.search("made-up|made up|inventadas", reply.text)


def test_no_word_promises_more_than_the_numbers_hold():
    text = "".join(
        path.read_text("utf-8").lower()
        for folder in ("templates", "survey/content", "analysis", "static")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".html", ".toml", ".py", ".css", ".js") and "vendor" not in path.parts
    )
    for word in FORBIDDEN:
        assert not re.search(rf"\b{word}\b", text), word


NIGHT = """
import sys
from survey.storage import db
from tests.builders import Resident, add_event, add_poster
from tests.conftest import make_app
app = make_app("sqlite:///" + sys.argv[1])
with app.app_context():
    poster = add_poster(db.session(), add_event(app, db.session()))
resident = Resident(app.test_client(), poster.code).scans().answers()
assert resident.sends(follow_redirects=True).status_code == 200
assert app.test_client().get("/results").status_code == 200
print(sorted({"pandas", "numpy", "scipy", "plotly"} & set(sys.modules)))
"""


def test_a_worker_that_collects_loads_no_pandas(tmp_path: Path):
    ran = subprocess.run(
        [sys.executable, "-c", NIGHT, str(tmp_path / "night.sqlite")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.strip() == "[]", ran.stderr


@pytest.mark.parametrize("base", ["https://survey.example", "http://127.0.0.1:8000/"])
def test_a_qr_code_is_an_svg_of_its_own_without_anything_inline(base: str):
    svg = qr_svg(address(base, "AAAAAA"))
    assert svg.startswith("<svg")
    assert "viewBox" in svg
    assert "style=" not in svg
    assert "width=" not in svg.split(">")[0].replace("stroke-width", "")


def test_the_poster_honours_the_public_address(tmp_path: Path):
    app = make_app(f"sqlite:///{tmp_path / 'p.sqlite'}", public_url="https://survey.example")
    with app.app_context():
        poster = add_poster(db.session(), add_event(app, db.session()))
    page = app.test_client().get(f"/poster/{poster.code}?paper=a4&in=es").text
    assert f"survey.example/s/{poster.code}" in page
    assert '<body class="a4">' in page
    assert page.count('class="headline"') == 1


def test_every_language_of_the_tests_is_there():
    assert {language.code for language in read_content().reading_languages} == set(LANGUAGES)
