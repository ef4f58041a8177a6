"""What is sent row by row is what the analysis' own writer makes of the same rows."""

from __future__ import annotations

import csv
import io
import json

from flask import Flask

from analysis.output.export import FORMATS
from analysis.release.released import FIGURES, stored_view
from survey.read.sent_rows import as_csv, as_json
from survey.storage import db, release_store


def test_a_csv_is_the_one_that_the_analysis_writes(shown: Flask):
    with shown.app_context():
        now = release_store.current(db.session())
        assert now
        rows = release_store.rows(db.session(), now.release)
    view = stored_view(rows, sha256=now.release.sha256)
    theirs = b"".join(FORMATS["long"].write(view, ()))
    names = [field.name for field in FIGURES]
    key = [field.name for field in FIGURES if field.key]
    ordered = sorted(rows, key=lambda row: [row[name] for name in key])
    ours = b"".join(as_csv(map(json.dumps, ordered), names))
    assert len(rows) > 5000
    assert ours == theirs


def test_a_cell_that_a_spreadsheet_would_run_is_defused():
    rows = [{"community": f"{start}SUM(A1)", "n": 0.25} for start in "=+-@\t\r"]
    text = b"".join(as_csv(map(json.dumps, rows), ["community", "n"])).decode("utf-8-sig")
    cells = [row[0] for row in csv.reader(io.StringIO(text, newline=""))][1:]
    assert cells == [f"'{row['community']}" for row in rows]


def test_numbers_have_six_decimals_at_most_and_nothing_is_empty():
    rows = [{"a": 1e-05, "b": 62.0, "c": None, "d": 1 / 3, "e": 7, "f": -0.0}]
    text = b"".join(as_csv(map(json.dumps, rows), list("abcdef"))).decode("utf-8-sig")
    assert text.splitlines()[1] == "0.00001,62,,0.333333,7,0"


def test_json_of_many_rows_is_one_document():
    for count in (0, 1, 500, 501, 1200):
        rows = [json.dumps({"n": n}) for n in range(count)]
        made = json.loads(b"".join(as_json(rows, {"release": 7})))
        assert made == {"release": 7, "rows": [{"n": n} for n in range(count)]}
