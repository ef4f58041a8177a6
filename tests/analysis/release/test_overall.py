"""The whole programme and each state, worked out again from the other released tables."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from analysis.release.build import release
from analysis.release.overall import LEAST_CHANGED, Parts, overall, parts_by_county, parts_of
from tests.analysis.made_up import ALPHA, BETA, GAMMA, MEASURES, people, together

OHIO = [("OH", f"county-{i // 5}", f"town-{i:02}") for i in range(10)]
TINY = ("OH", "county-0", "tiny")  # too few to be shown, and nobody to be shown with
KEY = ["state", "measure", "agency", "season"]


@pytest.fixture(scope="module")
def made():
    frames = []
    for year in (2025, 2026):
        for i, place in enumerate(OHIO):
            said = np.where(np.arange(120) * 37 % 100 < 50 + i + 15 * (year == 2026), 5, 2)
            frames.append(people(place, 120, season=year, events=2, trust=said))
        frames += [people(ALPHA, 90, season=year), people(BETA, 6, season=year),
                   people(GAMMA, 7, season=year), people(TINY, 7, season=year)]  # fmt: skip
    return release(together(*frames, elsewhere=25), MEASURES, ())


def row_of(made, state, season=2026):
    rows = made.overall[(made.overall["measure"] == "trust") & (made.overall["season"] == season)]
    return rows[rows["state"] == state].iloc[0]


def test_the_figure_is_the_mean_of_what_is_shown(made):
    total = made.figures[(made.figures["cut"] == "total") & (made.figures["measure"] == "trust")]
    rows = total[(total["season"] == 2026) & (total["band"] != "thirds") & (total["state"] == "OH")]
    rows = rows[~rows["community"].isin(["", "other"])]
    row = row_of(made, "OH")
    assert row["communities"] == len(rows) == 11
    assert row["n"] == rows["n_low"].sum()
    assert row["value"] == pytest.approx(np.average(rows["value"], weights=rows["n_low"]), abs=1e-4)
    half = 1.96 * (row["value"] * (1 - row["value"]) / (row["n"] / 1.4)) ** 0.5
    assert row["range_high"] - row["value"] == pytest.approx(half + 0.02, abs=0.012)


def test_who_has_no_number_is_left_out_and_named(made):
    assert row_of(made, "OH")["left_out_places"] == "beta|gamma|tiny"
    assert row_of(made, "")["left_out_places"] == "beta|delta|gamma|tiny"
    assert (row_of(made, "")["left_out"], row_of(made, "OH")["left_out"]) == (4, 3)
    assert made.overall[made.overall["state"] == "NY"].empty  # one place is no programme


def test_the_mean_change_is_a_t_test_over_places(made):
    changes = made.changes[
        (made.changes["measure"] == "trust") & (made.changes["basis"] == "before")
    ]
    moved = changes[~changes["community"].isin(["", "other"])]["change"].dropna()
    row = row_of(made, "")
    expected = ttest_1samp(moved, 0)
    assert row["compared"] == len(moved) >= LEAST_CHANGED
    assert row["change"] == pytest.approx(moved.mean(), abs=1e-4)
    assert row["p"] == pytest.approx(expected.pvalue, abs=1e-6)
    ends = expected.confidence_interval(0.95)
    assert (row["low"], row["high"]) == pytest.approx((ends.low, ends.high), abs=1e-4)
    assert row["verdict"] == "higher"
    assert row["season_from"] == 2025


def test_places_are_counted_by_verdict_and_so_is_chance(made):
    changes = made.changes[
        (made.changes["measure"] == "trust") & (made.changes["basis"] == "before")
    ]
    moved = changes[~changes["community"].isin(["", "other"])]
    row = row_of(made, "")
    for verdict in ("rise", "fall", "higher", "lower", "unclear", "few", "wording"):
        assert row[verdict] == (moved["verdict"] == verdict).sum()
    assert row["chance"] == pytest.approx(moved["chance"].sum(), abs=1e-6)
    assert 0 < row["chance"] < 0.05 * len(moved)


def test_the_first_season_has_a_figure_and_no_change(made):
    row = row_of(made, "", season=2025)
    assert row["value"] > 0
    assert (row["season_from"], row["compared"], row["verdict"]) == (0, 0, "few")
    assert np.isnan([row["change"], row["low"], row["p"]]).all()


def test_counties_add_up(made):
    parts = [
        parts_of(
            made.figures[made.figures["county"] == county],
            made.changes[made.changes["county"] == county],
            made.notes[made.notes["county"] == county],
            MEASURES,
        )
        for county in made.figures["county"].unique()
    ]
    again = overall(Parts.together(parts)).sort_values(KEY, ignore_index=True)
    whole = made.overall.sort_values(KEY, ignore_index=True)
    for name in whole.columns:
        if whole[name].dtype == float:
            assert again[name].to_numpy() == pytest.approx(whole[name].to_numpy(), nan_ok=True)
        else:
            assert again[name].tolist() == whole[name].tolist()


def test_a_county_gives_the_same_with_others_as_by_itself(made):
    tables = made.figures, made.changes, made.notes
    places = zip(made.figures["state"], made.figures["county"], strict=True)
    names = sorted({*places, ("OH", "nowhere")})
    for name, part in zip(names, parts_by_county(names, *tables, MEASURES), strict=True):
        figures, changes, notes = (
            table[(table["state"] == name[0]) & (table["county"] == name[1])] for table in tables
        )
        alone = parts_of(figures, changes, notes, MEASURES)
        for table, other in zip(vars(part).values(), vars(alone).values(), strict=True):
            assert table.columns.tolist() == other.columns.tolist()
            assert table.to_numpy().tolist() == other.to_numpy().tolist()
