"""Earlier years on the desk: a file is brought, looked at, explained, imported, taken back; and
nothing of it that identifies anybody is left anywhere."""

from __future__ import annotations

import io
import re
import sys
import time
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from survey.config import ROOT
from survey.imports import apart, uploads
from survey.imports.event_of_file import Evening
from survey.imports.problems import ImportProblem
from survey.imports.reading import read_plan
from survey.storage import db
from survey.storage.import_tables import ImportedFile
from survey.storage.models import Event, Response
from tests.builders import add_event
from tests.desk_people import Colleague, acts, colleague, form_token, operator
from tests.imports.asked import EXPECTED, FILES, KINDS, PLANTED, evening
from tests.imports.test_bad_input import BROKEN

HERE = "/desk/events/maple-falls-2025/imports"
GRID = "02_google_sheets_commas.csv"
STEPS = {"Not at all": 1, "A little": 2, "Somewhat": 3, "A lot": 4, "Completely": 5}


@pytest.fixture
def desk(sqlite_app: Flask) -> Flask:
    """Maple Falls and a neighbour, each with an evening of 2025 that is over."""
    with sqlite_app.app_context():
        for name in ("Maple Falls", "Alder Bend"):
            event = add_event(
                sqlite_app, db.session(), name=name, kinds=KINDS, season=2025, open_now=False
            )
            event.opens_at = datetime.now(UTC) - timedelta(days=99)
            event.closes_at = datetime.now(UTC) - timedelta(days=90)
        db.session().commit()
    return sqlite_app


def brings(who: Colleague, name: str, data: bytes | None = None) -> TestResponse:
    """Choose a file and press the button; follow to the plan."""
    content = (FILES / name).read_bytes() if data is None else data
    fields = {"csrf_token": form_token(who.sees(HERE)), "file": (io.BytesIO(content), name)}
    return who.client.post(HERE, data=fields, follow_redirects=True)


def presses(who: Colleague, plan: TestResponse, **fields: Any) -> TestResponse:
    address = plan.request.path
    sent = {"csrf_token": form_token(plan.text), **fields}
    return who.client.post(address, data=sent, follow_redirects=True)


def main_of(page: str) -> str:
    """What a person reads, without the page's frame."""
    inside = re.search(r"<main.*</main>", page, re.DOTALL)
    assert inside
    text = re.sub(r"<[^>]+>", " ", inside[0])
    return " ".join(text.replace("&#34;", '"').replace("&#39;", "'").replace("&amp;", "&").split())


def answers_of(plan: TestResponse) -> dict[str, Any]:
    """Fill in every question of a plan's form as somebody who knows the scale does."""
    fields: dict[str, Any] = {
        "do": "answer",
        "ask": re.findall(r'name="ask" value="(.*?)"', plan.text),
    }
    for at, number, word in re.findall(r'name="([\w.]+)\.word\.(\d+)" value="(.*?)"', plan.text):
        fields[f"{at}.word.{number}"] = word.replace("&#39;", "'")
        fields[f"{at}.code.{number}"] = STEPS.get(word, -3)
    for at in fields["ask"]:
        fields[f"{at}.question"] = "trust"
    for name, value in re.findall(r'<option value="(\w+)" selected>', plan.text) and re.findall(
        r'<select id="([\w.]+\.agency)".*?<option value="(\w+)" selected>', plan.text
    ):
        fields[name] = value
    return fields


def stored(app: Flask) -> dict[str, int]:
    with app.app_context():
        query = select(Event.slug, func.count(Response.submission)).outerjoin(
            Response, Response.event_id == Event.id
        )
        return dict(db.session().execute(query.group_by(Event.slug)).all())


def left_behind(app: Flask) -> list[Path]:
    return [path for path in app.extensions["settings"].uploads.rglob("*") if path.is_file()]


def test_a_file_is_explained_imported_and_taken_back(desk: Flask):
    ana = colleague(desk, "organiser", "maple-falls", name="Ana")
    plan = brings(ana, GRID)
    text = main_of(plan.text)
    assert "3 questions first" in text
    assert "Read as Google Forms" in text
    assert "Column B" in text.partition("Dropped before anything is stored")[2]
    refused = presses(ana, plan, do="import")
    assert refused.status_code == 422
    assert stored(desk)["maple-falls-2025"] == 0

    plan = presses(ana, plan, **answers_of(plan))
    text = main_of(plan.text)
    assert "questions first" not in text
    assert "shown apart from ours" in text
    assert "“Completely” = Completely" in text
    done = presses(ana, plan, do="import")
    assert "Imported" in main_of(done.text)
    assert "release" not in main_of(done.text).lower()
    with desk.app_context():
        imported = db.session().query(ImportedFile).one()
        assert tomllib.loads(imported.mapping)["columns"]["C"]["question"] == "trust"
        count, sha256 = imported.responses, imported.sha256
    assert stored(desk) == {"maple-falls-2025": count, "alder-bend-2025": 0}
    assert left_behind(desk) == []

    again = brings(ana, GRID)
    again = presses(ana, again, **answers_of(again))
    assert "imported before" in main_of(presses(ana, again, do="import").text)
    assert stored(desk)["maple-falls-2025"] == count

    undone = ana.presses(f"{HERE}/{sha256}/undo", done.text)
    assert undone.status_code == 303
    assert stored(desk)["maple-falls-2025"] == 0
    assert acts(desk)[-2:] == ["imported", "import_undone"]
    diary = main_of(ana.sees("/desk/diary"))
    assert f"imported {count} responses into National Night Out 2025 in Maple Falls" in diary


def test_nothing_that_identifies_is_shown_kept_or_left_behind(desk: Flask, caplog):
    olive = operator(desk)
    pages = []
    for expected in EXPECTED:
        plan = brings(olive, expected["file"])
        pages.append(plan.text)
        if 'name="do" value="import"' in plan.text:
            pages.append(presses(olive, plan, do="import").text)
        elif "/imports/" in plan.request.path:
            pages.append(presses(olive, plan, do="cancel").text)
    assert left_behind(desk) == []
    base = Path(str(desk.extensions["engine"].url.database))
    kept = "".join(
        path.read_bytes().decode("latin-1") for path in base.parent.glob(f"{base.name}*")
    )
    for pattern in PLANTED:
        for where, text in (("a page", "\n".join(pages)), ("the database", kept),
                            ("the log", caplog.text)):  # fmt: skip
            assert not re.search(pattern, text), (pattern, where)


REFUSED = {
    **{one["file"]: None for one in EXPECTED if "error" in one},
    **{name: case[0] for name, case in BROKEN.items() if case[1]},
}


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_file_that_cannot_be_used_is_refused_as_on_the_command_line(desk: Flask, language: str):
    olive = operator(desk)
    olive.presses("/desk/me/language", language=language)
    for name, data in REFUSED.items():
        content = data.encode() if isinstance(data, str) else data
        called = name if data is None else f"{name}.csv"
        reply = brings(olive, called, content)
        assert reply.status_code == 422, name
        folder = desk.extensions["settings"].uploads
        [path] = list(folder.glob("*/file/*"))
        with pytest.raises(ImportProblem) as problem:
            read_plan(path, evening())
        text = main_of(reply.text)
        if language == "en":
            assert " ".join(str(problem.value).split()) in text, name
        else:
            parts = problem.value.parts
            assert not parts["row"] or f"ila {parts['row']}" in text, name
            assert not problem.value.column or f"olumna {problem.value.column}" in text, name
            assert str(parts["sentence"]) not in text, name
        presses(olive, reply, do="cancel")
    assert set(stored(desk).values()) == {0}
    assert left_behind(desk) == []


def test_a_scale_of_its_own_is_told_by_its_sides(desk: Flask):
    """Four steps, of which the form asks which are good; the mapping file has the answer."""
    olive = operator(desk)
    rows = ["Timestamp,I trust the police here."]
    labels = ("Strongly disagree", "Disagree", "Agree", "Strongly agree")
    rows += [f"8/5/2025 18:02:11,{labels[number % 4]}" for number in range(20)]
    plan = brings(olive, "four.csv", "\r\n".join(rows).encode())
    fields = {f"columns.B.word.{i}": word for i, word in enumerate(labels)}
    fields |= {f"columns.B.code.{i}": str(i + 1) for i in range(4)}
    about = {"columns.B.question": "trust", "columns.B.agency": "police"}
    plan = presses(olive, plan, do="answer", ask="columns.B", **fields, **about)
    text = main_of(plan.text)
    assert "Which steps are good" in text
    assert "# Under [columns.B] write:" in plan.text.partition("<textarea")[2]
    sides = {"columns.B.favourable": ["3", "4"], "columns.B.unfavourable": ["1", "2"]}
    plan = presses(olive, plan, do="answer", ask="columns.B", **sides)
    assert "shown apart from ours" in main_of(plan.text)
    presses(olive, plan, do="import")
    with desk.app_context():
        [version] = db.session().query(ImportedFile).one().versions.values()
    assert (version["codes"], version["favourable"]) == ([1, 2, 3, 4], [3, 4])


def test_every_fault_of_a_file_has_words_in_both_languages(desk: Flask):
    codes = set()
    for path in (ROOT / "survey" / "imports").glob("*.py"):
        source = path.read_text("utf-8")
        codes |= set(re.findall(r'ImportProblem\(\s*"(\w+)"', source))
        codes |= set(re.findall(r'\(b"[^"]*", "(\w+)"', source))
    assert len(codes) > 25
    for language in ("en", "es"):
        words = desk.extensions["content"].languages[language]
        lacking = [one for one in codes if not words.has(f"desk.imports.problem.{one}")]
        assert lacking == []


def test_a_file_of_two_gigabytes_is_refused_unread(desk: Flask):
    ana = colleague(desk, "organiser", "maple-falls", name="Ana")
    reply = ana.client.post(
        HERE,
        input_stream=io.BytesIO(b"--x\r\n"),
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": "2000000000"},
    )
    assert reply.status_code == 413
    assert "larger than 10 MB" in main_of(reply.text)
    assert form_token(reply.text)  # it can be tried with another at once
    stranger = Colleague(desk, "Nobody").client.post(
        HERE, data={"file": (io.BytesIO(b"x" * 100_000), "x.csv")}
    )
    assert stranger.status_code == 413
    assert "10 MB" not in stranger.text


def test_the_mapping_file_is_kept_as_it_was_typed(desk: Flask):
    olive = operator(desk)
    plan = brings(olive, GRID)
    wrong = '[columns.C]\nquestion = "trsut"\nagency = "police"'
    text = presses(olive, plan, do="mapping", mapping=wrong).text
    assert "there is no question trsut" in main_of(text)
    assert "trsut" in text.partition("<textarea")[2]
    broken = presses(olive, plan, do="mapping", mapping="[columns.C")
    assert broken.status_code == 422
    assert "no TOML" in main_of(broken.text)
    assert "[columns.C</textarea>" in broken.text


def test_a_file_belongs_to_who_brought_it_and_is_gone_after_half_an_hour(desk: Flask, monkeypatch):
    ana = colleague(desk, "organiser", "maple-falls", name="Ana")
    ben = colleague(desk, "organiser", "maple-falls", name="Ben")
    zoe = colleague(desk, "organiser", "alder-bend", name="Zoe")
    plan = brings(ana, GRID)
    assert ben.opens(plan.request.path).status_code == 410
    assert zoe.opens(plan.request.path).status_code == zoe.opens(HERE).status_code == 404
    assert len(left_behind(desk)) == 1
    mode = left_behind(desk)[0].parent.parent.stat().st_mode & 0o777
    assert mode == 0o700
    later = time.time() + uploads.KEPT + 60
    monkeypatch.setattr(time, "time", lambda: later)
    ben.sees(HERE)
    assert left_behind(desk) == []
    assert "kept for half an hour" in main_of(ana.opens(plan.request.path).text)


def test_a_strange_file_name_reaches_no_other_folder(desk: Flask):
    olive = operator(desk)
    for name in ("../../etc/passwd", "..", "mapping.toml", 'a"b\u202e<c>.csv', "x" * 300):
        plan = brings(olive, name, b"Timestamp\r\n")
        assert plan.status_code == 200, name
        [path] = left_behind(desk)
        assert path.parent.name == uploads.FILE
        assert len(path.name) <= 80
    presses(olive, plan, do="cancel")


def test_an_evening_that_is_not_listed_is_added_once_it_is_over(desk: Flask):
    ana = colleague(desk, "organiser", "maple-falls", name="Ana")
    page = "/desk/places/maple-falls/earlier"
    assert "National Night Out 2025" in ana.sees(page)
    for day, said in (("2031-08-05", "not over"), ("yesterday", "Choose a day")):
        reply = ana.presses(page, other=day, zone="America/Los_Angeles")
        assert reply.status_code == 422
        assert said in main_of(reply.text)
        assert f'value="{day}"' in reply.text
    made = ana.presses(page, other="2024-08-06", zone="America/Los_Angeles")
    assert made.headers["Location"] == "/desk/events/maple-falls-2024/imports"
    assert "Bring a file" in ana.sees(made.headers["Location"])


def test_a_large_file_is_read_in_a_process_of_its_own(desk: Flask, monkeypatch):
    """It answers the same, plan or refusal; what takes too long or dies is one sentence."""
    with desk.app_context():
        event = db.session().query(Event).filter_by(slug="maple-falls-2025").one()
        evening = Evening.of(event, desk.extensions["content"])
    small = apart.plan_apart(FILES / GRID, evening, "")
    monkeypatch.setattr(apart, "SMALL", 0)
    large = apart.plan_apart(FILES / GRID, evening, "")
    assert (large.asks, large.columns, large.counts) == (small.asks, small.columns, small.counts)
    with pytest.raises(ImportProblem, match="Row 4, column B") as problem:
        apart.plan_apart(FILES / "26_nul_bytes.csv", evening, "")
    assert problem.value.code == "nul_byte"
    monkeypatch.setattr(apart, "PATIENCE", 0.01)
    with pytest.raises(ImportProblem, match="Export one event at a time"):
        apart.plan_apart(FILES / GRID, evening, "")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    monkeypatch.setattr(apart, "PATIENCE", 60)
    reply = brings(operator(desk), GRID)
    assert reply.status_code == 422
    assert "this is our fault" in main_of(reply.text)
    assert len(left_behind(desk)) == 1
