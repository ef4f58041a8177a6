import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from analysis.release import canonical
from analysis.release.build import release
from analysis.release.columns import CHANGES, FIGURES, NOTES, OVERALL
from analysis.release.released import NotReleased, Released, View, stored_view
from tests.analysis.made_up import ALPHA, BETA, CUTS, GAMMA, MEASURES, people, together


@pytest.fixture(scope="module")
def made():
    frames = [
        people(place, n, season=season)
        for season in (2025, 2026)
        for place, n in ((ALPHA, 80), (BETA, 9), (GAMMA, 8))
    ]
    return release(together(*frames), MEASURES, CUTS)


def tables_of(made):
    return made.figures, made.changes, made.overall, made.notes


def stored(table):
    """As a database gives rows back: dicts in no order, None for what is missing."""
    rows = table.sample(frac=1, random_state=1).to_dict("records")
    return [{k: None if v != v else v for k, v in row.items()} for row in rows]


def test_columns_are_those_declared(made):
    tables = (made.figures, made.changes, made.overall, made.notes)
    for table, fields in zip(tables, (FIGURES, CHANGES, OVERALL, NOTES), strict=True):
        assert list(table.columns) == [field.name for field in fields]
        assert not table.duplicated([f.name for f in fields if f.key]).any()


@pytest.mark.parametrize("most", [canonical.MOST, 50])  # 50: the keys need several numbers
def test_rows_are_put_in_order_as_pandas_does(monkeypatch, most):
    monkeypatch.setattr(canonical, "MOST", most)
    chance = np.random.default_rng(2)
    places = np.array(["oak", "elm", "É", "", None], dtype=object)
    table = pd.DataFrame(
        {
            "place": pd.Series(chance.choice(places, 300), dtype=object),
            "season": chance.integers(2019, 2026, 300),
            "n": chance.permutation(np.repeat(np.arange(30), 10)),
        }
    )
    order = canonical.frozen_order([table[name].to_numpy() for name in table])
    expected = table.sort_values([*table.columns], kind="stable")
    assert order.tolist() == expected.index.tolist()


def test_a_release_is_stored_and_read_back(made):
    back = Released.load(
        *(stored(table) for table in tables_of(made)),
        sha256=made.sha256,
    )
    assert back.sha256 == made.sha256
    assert back.figures.equals(made.figures)
    assert back.ledger is None


def test_through_json_too(made):
    tables = [json.loads(json.dumps(stored(table))) for table in tables_of(made)]
    assert Released.load(*tables, sha256=made.sha256).figures.equals(made.figures)


@pytest.mark.parametrize("column", ["value", "n_low", "members", "range_high"])
def test_a_release_that_was_tampered_with_is_refused(made, column):
    rows = made.figures.to_dict("records")
    rows[3][column] = 99 if column != "members" else "someone"
    with pytest.raises(ValueError, match="not what was released"):
        Released.load(rows, *tables_of(made)[1:], sha256=made.sha256)
    with pytest.raises(ValueError, match="not what was released"):
        Released.load(made.figures.iloc[1:], *tables_of(made)[1:], sha256=made.sha256)


def test_nobody_else_makes_one(made):
    with pytest.raises(NotReleased, match=r"Only release\(\)"):
        View(figures=made.figures, changes=made.changes, sha256="0" * 64)
    with pytest.raises(NotReleased):
        Released(
            figures=made.figures,
            changes=made.changes,
            overall=made.overall,
            notes=made.notes,
            sha256="",
        )
    with pytest.raises(ValueError, match="they lack"):
        stored_view(people(ALPHA, 30), sha256=made.sha256)
    small = made.figures.assign(n_low=7)
    with pytest.raises(NotReleased, match="under 11"):
        stored_view(small, sha256=made.sha256)


def test_it_is_frozen(made):
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.sha256 = "0" * 64
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.figures = pd.DataFrame()


def test_a_view_is_a_part(made):
    view = made.view(community="alpha", measure="trust", agency="police", cut="total")
    assert view.figures["season"].tolist() == [2025, 2026]
    assert len(view.changes) == 1
    assert view.sha256 == made.sha256
    assert made.view(season=2025).changes.empty
    assert set(made.view(season=[2025, 2026], state="NY").figures["county"]) == {"delta-county"}
    assert made.view(community="nowhere").figures.empty


def test_a_pool_belongs_to_its_members_and_to_nobody_else(made):
    beta = made.view(community="beta", measure="again", cut="total").figures
    assert beta["community"].tolist() == ["other", "other"]
    assert set(beta["members"]) == {"beta|gamma"}
    alpha = made.view(community="alpha").figures
    assert set(alpha["community"]) == {"alpha"}


def test_a_stored_view_is_enough_for_a_page(made):
    part = made.view(community="alpha")
    view = stored_view(stored(part.figures), stored(part.changes), sha256=made.sha256)
    assert view.figures.equals(part.figures)
    assert view.changes.equals(part.changes)
