"""What is kept of a county's tables comes back as it was."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from survey.release.coded_columns import Coded, stored, table_of

TABLE = pd.DataFrame(
    {
        "place": ["elm", "oak", "elm", "é|\t"],
        "n": [11, 2**40, 11, -1],
        "value": [0.0, -0.0, np.nan, 0.1 + 0.2],
        "coarse": [True, False, True, True],
    }
)
NAMES = list(TABLE.columns)


def kept(*tables: Any) -> Any:
    return json.loads(json.dumps(tables))


def same(read: pd.DataFrame, table: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(read, table.astype({"place": object}), check_exact=True)
    assert np.signbit(read["value"]).tolist() == np.signbit(table["value"]).tolist()


def test_numbers_come_back_to_the_last_bit_and_words_letter_by_letter():
    same(table_of(kept(stored(TABLE)), NAMES), TABLE)
    assert table_of(kept(stored(TABLE)), ["n", "place"]).columns.tolist() == ["n", "place"]


def test_some_rows_hold_no_value_of_the_others():
    rows = TABLE["place"].to_numpy() == "oak"
    (of_oak,) = kept(Coded(TABLE).stored(rows))
    assert "elm" not in json.dumps(of_oak)
    same(table_of([of_oak], NAMES), TABLE[rows].reset_index(drop=True))


def test_tables_follow_each_other_and_one_without_rows_changes_no_type():
    tables = kept(stored(TABLE.iloc[:2]), stored(TABLE.iloc[:0]), {}, stored(TABLE.iloc[2:]))
    same(table_of(tables, NAMES), TABLE)
    empty = table_of(kept(stored(TABLE.iloc[:0])), NAMES)
    assert len(empty) == 0
    assert set(map(str, empty.dtypes)) == {"object"}


def test_lists_of_an_earlier_version_are_read():
    lists = {name: column.tolist() for name, column in TABLE.items()}
    same(table_of(kept(lists), NAMES), TABLE)


@pytest.mark.parametrize("different", [256, 257, 65_537])
def test_columns_of_many_different_values_are_kept_too(different: int):
    table = pd.DataFrame({"n": np.arange(different)[::-1]})
    assert table_of(kept(stored(table)), ["n"])["n"].tolist() == table["n"].tolist()
