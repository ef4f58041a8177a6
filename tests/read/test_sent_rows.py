"""What is sent row by row is whole, whatever the number of rows."""

from __future__ import annotations

import json

import pytest

from survey.read.sent_rows import as_json


@pytest.mark.parametrize("count", [0, 1, 500, 501, 1200])
def test_json_of_many_rows_is_one_document(count: int):
    rows = [json.dumps({"n": n}) for n in range(count)]
    made = json.loads(b"".join(as_json(rows, {"release": 7})))
    assert made == {"release": 7, "rows": [{"n": n} for n in range(count)]}
