"""The API: what its description promises, nothing that was not released, and examples that run."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from werkzeug.serving import make_server

ROOT = Path(__file__).parents[2]
LATEST = "/api/v1/releases/latest"


@pytest.fixture
def description(shown: Flask) -> object:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", shown)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_it_keeps_what_its_description_says(description, mode: GenerationMode):
    """Allowed questions are answered in the shape described, others are refused as described."""
    asked = 0
    for result in description.get_all_operations():
        operation = result.ok()
        if mode.is_negative and not operation.query:
            continue

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
        def ask(case: schemathesis.Case) -> None:
            nonlocal asked
            asked += 1
            case.call_and_validate(headers={"Accept-Encoding": "identity"})

        ask()
    assert asked >= 24


def test_the_description_is_valid_openapi_3_1(description):
    assert description.raw_schema["openapi"] == "3.1.0"
    description.validate()


def pages(shown: Flask, address: str) -> Iterator[list[dict[str, object]]]:
    client = shown.test_client()
    while address:
        body = client.get(address).get_json()
        yield body["rows"]
        parts = urlsplit(body["next"] or "")
        address = f"{parts.path}?{parts.query}" if body["next"] else ""


@pytest.mark.parametrize("table", ["changes", "overall"])
def test_all_pages_together_are_the_file(shown: Flask, table: str):
    text = shown.test_client().get(f"/data/latest/{table}.csv", follow_redirects=True).data
    file = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    rows = [row for page in pages(shown, f"{LATEST}/{table}?limit=700") for row in page]
    assert len(rows) == len(file)
    for row, line in zip(rows, file, strict=True):
        assert list(row) == list(line)
        for name, value in row.items():
            assert ("" if value is None else str(value)) in (line[name], f"{line[name]}.0") or (
                float(str(value)) == pytest.approx(float(line[name]), abs=1e-6)
            )


def test_filters_narrow_and_a_page_that_found_little_goes_on(shown: Flask, monkeypatch):
    from survey.read import api

    address = f"{LATEST}/figures?season=2026&level=community&cut=total&agency=police"
    whole = [row for page in pages(shown, address) for row in page]
    assert whole
    assert {(r["season"], r["level"], r["cut"], r["agency"]) for r in whole} == {
        (2026, "community", "total", "police")
    }
    shown.extensions["bodies"].kept.clear()
    monkeypatch.setattr(api, "SCANNED", 97)
    few = list(pages(shown, address))
    assert any(not page for page in few)
    assert [row for page in few for row in page] == whole


@pytest.mark.parametrize(
    "question",
    [
        "/answers",
        "/notes",
        "/figures?season=1999",
        "/figures?community=nowhere",
        "/figures?group=85+",
        "/figures?cut=gender",
        "/figures?minute=3",
        "/figures?measure=open",
        "/changes?season=2026",
    ],
)
def test_what_was_not_released_is_not_there(shown: Flask, question: str):
    reply = shown.test_client().get(f"{LATEST}{question}")
    nothing = shown.test_client().get("/api/v1/releases/77/figures")
    assert (reply.status_code, reply.data) == (404, nothing.data)
    assert reply.mimetype == "application/problem+json"
    assert reply.get_json()["status"] == 404


@pytest.mark.parametrize(
    "question", ["limit=0", "limit=1001", "limit=x", "cursor=-2", "limit=1&limit=2"]
)
def test_a_wrong_page_is_refused_with_a_sentence(shown: Flask, question: str):
    reply = shown.test_client().get(f"{LATEST}/figures?{question}")
    assert reply.status_code == 400
    assert reply.get_json()["detail"].endswith(".")


def test_an_answer_is_asked_for_once(shown: Flask):
    client = shown.test_client()
    first = client.get(f"{LATEST}/overall?limit=3")
    for tag in (first.headers["ETag"], f"W/{first.headers['ETag']}"):
        again = client.get(f"{LATEST}/overall?limit=3", headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
    other = client.get(
        f"{LATEST}/overall?limit=4", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert other.status_code == 200


def test_pages_of_other_sites_may_read_it(shown: Flask):
    client = shown.test_client()
    for address in (LATEST, f"{LATEST}/nothing", "/api/nowhere", "/api/v1/openapi.json"):
        assert client.get(address).headers["Access-Control-Allow-Origin"] == "*"
    asked = client.options(f"{LATEST}/figures")
    assert asked.status_code == 200
    assert "If-None-Match" in asked.headers["Access-Control-Allow-Headers"]
    refused = client.post(f"{LATEST}/figures")
    assert (refused.status_code, refused.mimetype) == (405, "application/problem+json")
    assert "GET" in refused.headers["Allow"]


def test_the_next_page_is_of_the_same_release(shown: Flask):
    body = shown.test_client().get(f"{LATEST}/figures?limit=1").get_json()
    assert "/api/v1/releases/1/figures" in body["next"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_explains_every_address_and_example(shown: Flask, language: str):
    text = shown.test_client().get(f"/api?lang={language}").text
    for address in ("/api/v1/releases", f"{LATEST}/figures", "/api/v1/openapi.json"):
        assert f'href="{address}"' in text
    for word in ("curl --location", "pd.read_csv", "read.csv", "use figures.dta"):
        assert word in text
    assert "survey.example" not in text


@pytest.fixture(scope="module")
def served(shown: Flask) -> Iterator[str]:
    """The application on a port, for programs of their own."""
    server = make_server("127.0.0.1", 0, shown, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def typed(name: str, address: str, folder: Path) -> Path:
    """An example as its page shows it, in a file."""
    text = (ROOT / "templates" / "api" / name).read_text("utf-8")
    path = folder / name
    path.write_text(text.replace("https://survey.example", address), "utf-8")
    return path


@pytest.mark.parametrize(
    ("program", "words", "name", "says"),
    [
        ("curl", ["sh"], "curl.sh", '"measure": "trust"'),
        ("python", [sys.executable], "python.py", "Buffalo"),
        ("Rscript", ["Rscript"], "r.R", "Buffalo"),
        ("stata", ["stata", "-b", "do"], "stata.do", ""),
    ],
)
def test_the_examples_run_as_they_stand(served, tmp_path, program, words, name, says):
    if program != "python" and not shutil.which(program):
        pytest.skip(f"{program} is not installed here")
    script = typed(name, served, tmp_path)
    done = subprocess.run([*words, str(script)], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert says in done.stdout
    assert "2026" in done.stdout
