from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures import LEAST, answers
from analysis.release.build import NothingToRelease, release
from analysis.tabulation.rounding import BANDS
from tests.analysis.made_up import (
    AGES,
    ALPHA,
    BETA,
    CUTS,
    GAMMA,
    MEASURES,
    TRUST,
    people,
    together,
)


@pytest.fixture(scope="module")
def frame():
    return together(
        people(ALPHA, 320, events=3),
        people(BETA, 13),
        people(GAMMA, 5),
        people(ALPHA, 90, season=2025, instrument="2025a"),
        people(BETA, 45, season=2025, instrument="2025a"),
    )


@pytest.fixture(scope="module")
def made(frame):
    return release(frame, MEASURES, CUTS)


def trust(made, **chosen):
    return made.view(measure="trust", agency="police", **chosen).figures


def test_nobody_pays_for_a_small_neighbour(made):
    """The county's total is given up, so that nothing can be subtracted from it."""
    rows = trust(made, season=2026, county="alpha-county")
    assert set(rows["community"]) == {"alpha", "beta"}
    few = made.notes[(made.notes["reason"] == "few_answers") & (made.notes["panel"] == "police")]
    assert few[["season", "county", "members"]].to_numpy().tolist() == [
        [2026, "alpha-county", "gamma"]
    ]


def test_small_places_are_pooled_and_named():
    made = release(together(people(ALPHA, 60), people(BETA, 9), people(GAMMA, 8)), (TRUST,), CUTS)
    rows = trust(made, county="alpha-county", cut="total").set_index("community")
    assert rows.index.tolist() == ["", "alpha", "other"]
    assert rows.loc["other", "members"] == "beta|gamma"
    assert rows.loc["other", "n"] == "11–29"
    pooled = made.notes[made.notes["kind"] == "pooled"]
    assert set(pooled["members"]) == {"beta|gamma"}


def test_of_a_county_wide_agency_the_county_is_shown_first():
    sheriff = replace(TRUST, agency="sheriff", panel="sheriff", countywide=True)
    frame = together(people(ALPHA, 60), people(BETA, 6))
    frame["trust.sheriff"] = frame["trust.police"]
    made = release(frame, (TRUST, sheriff), ())
    rows = made.view(county="alpha-county").figures.set_index("agency")
    assert rows.loc[["sheriff"], ["community", "members"]].to_numpy().tolist() == [
        ["", "alpha|beta"]
    ]
    assert rows.loc["police", "community"] == "alpha"
    full = together(people(ALPHA, 60), people(BETA, 40))
    full["trust.sheriff"] = full["trust.police"]
    rows = release(full, (sheriff,), ()).view(county="alpha-county").figures
    assert rows["community"].tolist() == ["", "alpha", "beta"]


def test_a_county_with_one_community_shows_it(made):
    rows = trust(made, county="delta-county", season=2026, cut="total")
    assert rows["community"].tolist() == ["", "delta"]
    assert rows["n_low"].nunique() == 1


def test_the_figures_are_those_of_the_answers(frame, made):
    """The band of every shown part of ages holds the exact share."""
    checked = 0
    for row in trust(made, cut="age").to_dict("records"):
        places = row["members"].split("|") if row["members"] else [row["community"]]
        group = row["groups"].split("|") if row["groups"] else [row["group"]]
        part = frame[(frame["season"] == row["season"]) & (frame["county"] == row["county"])]
        part = part[part["cut.age"].isin(group)]
        part = part[part["community"].isin(places)] if row["community"] else part
        a = answers(part, TRUST)
        n = int(a.valid.sum())
        assert n >= LEAST
        assert row["n_low"] <= n
        assert row["value_low"] <= a.top.sum() / n <= row["value_high"]
        assert not row["range_low"] > a.top.sum() / n
        assert not row["range_high"] < a.top.sum() / n
        checked += 1
    assert checked > 8


def test_no_exact_count_can_be_read_from_a_release(made):
    """Every n is a class, every share on its grid, every range the same for the whole class."""
    step = {band.name: band.step for band in BANDS}
    for row in made.figures.to_dict("records"):
        size = 100 if row["unit"] == "score" else 1
        if row["band"] == "thirds":
            few = (row["n"], row["n_low"]) == ("11–29", 11)
            assert few or row["n_low"] in (30, 40, 50)  # coarser, because the audit wanted it
            assert np.isnan([row[name] for name in ("value", "range_low", "bottom", "top")]).all()
            continue
        assert row["n"] == str(row["n_low"])
        assert row["n_low"] % 5 == 0
        half = step[row["band"]] / 200 * size
        for end in (row["value_low"], row["value_high"]):
            assert (end / half) == pytest.approx(round(end / half), abs=1e-6)
    columns = {"n", "n_low", "events", "per_event", "season", "head_count"}
    whole = made.figures.select_dtypes("number").columns
    assert set(whole) - columns == {
        "value", "value_low", "value_high", "range_low", "range_high", "bottom", "middle", "top",
        "dont_know", "place_range_low", "place_range_high", "n_eff", "n_eff_place", "icc", "spread",
        "participation",
    }  # fmt: skip
    assert not set(made.notes.columns) & {"n", "mark"}


def test_people_who_are_told_apart_by_nothing_shown_make_the_same_release(frame, made):
    """One answer more inside a class of n, and off every band's edge, changes no figure."""
    rows = trust(made, season=2026, cut="total", community="alpha")
    other = frame.drop(frame[(frame["community"] == "alpha") & (frame["season"] == 2026)].index[:1])
    again = trust(release(other, MEASURES, CUTS), season=2026, cut="total", community="alpha")
    names = ["n", "band", "n_low", "per_event"]
    assert rows[names].equals(again[names])


def test_rows_in_any_order_make_the_same_release(frame, made):
    for seed in (1, 2):
        shuffled = frame.sample(frac=1, random_state=seed)[frame.columns[::-1]]
        assert release(shuffled, MEASURES, CUTS).sha256 == made.sha256


def counted_town(n):
    """Answers by counting, no random numbers: the same frame in every version of every library."""
    who = np.arange(n)
    return pd.DataFrame(
        {
            "key": [f"key-{i}" for i in who],
            "season": 2025 + who % 2,
            "state": "OH",
            "county": "alpha-county",
            "community": np.where(who % 7 < 4, "alpha", "beta"),
            "event": [f"event-{i % 7 < 4}-{i % 2}-{i % 3}" for i in who],
            "instrument": "2026a",
            "audience": "adult",
            "cut.age": np.array(AGES)[who % 5],
            "trust.police": np.array([5, 4, 4, 3, 2, 1, -3, 5])[who % 8],
        }
    )


def test_the_checksum_is_the_same_on_every_machine():
    """If this changes, so does what is already published: raise released.FORMAT and say why."""
    made = release(counted_town(800), (TRUST,), ("age",))
    lines = made.canonical().splitlines()
    assert lines[:2] == ["porchlight release 2", "[figures]"]
    assert lines[3].split("\t")[:8] == ["2025", "OH", "alpha-county", "", "", "age", "18-34", ""]
    assert made.sha256 == "500a8804f6fa07de450d32645244722fa36db9b0ecfcaef4ed7a7110ab0ebf2e"


def test_parts_that_split_need_eleven_in_each_category():
    rare = [5] * 50 + [3] * 45 + [1] * 5
    full = [5] * 50 + [3] * 30 + [1] * 20
    rows = trust(release(together(people(ALPHA, 100, trust=rare)), MEASURES, ()), community="alpha")
    assert rows[["bottom", "middle", "top"]].isna().all(axis=None)
    rows = trust(release(together(people(ALPHA, 100, trust=full)), MEASURES, ()), community="alpha")
    assert rows[["bottom", "middle", "top"]].iloc[0].tolist() == [0.2, 0.3, 0.5]


def test_nobody_and_everybody():
    for code, ends in ((1, (0, 0.015)), (5, (0.985, 1))):
        made = release(together(people(ALPHA, 400, trust=[code])), MEASURES, ())
        row = trust(made, community="alpha").iloc[0]
        assert (row["value_low"], row["value_high"]) == ends
        assert 0 <= row["range_low"] <= row["value_low"]
        assert row["value_high"] <= row["range_high"] <= 1
        assert (
            row["range_high"] - row["range_low"] > 0.025
        )  # who happened to answer: never certainty


def test_more_events_tell_more_of_the_place_and_no_more_of_the_people_who_came():
    widths, crowds = [], []
    others = [people(BETA, 400, season=year, events=10) for year in (2025, 2026)]
    for events in (1, 5, 30):
        made = release(together(people(ALPHA, 300, events=events), *others), MEASURES, ())
        row = trust(made, community="alpha", season=2026).iloc[0]
        assert row["events"] == events
        widths.append(row["place_range_high"] - row["place_range_low"])
        crowds.append(row["range_high"] - row["range_low"])
        assert widths[-1] > crowds[-1]
    assert widths == sorted(widths, reverse=True)
    assert max(crowds) - min(crowds) < 0.01


def test_too_few_people_are_not_released():
    with pytest.raises(NothingToRelease, match="too few answers"):
        release(people(ALPHA, 9), MEASURES, CUTS)
    with pytest.raises(NothingToRelease, match="not one answer"):
        release(people(ALPHA, 9).iloc[:0], MEASURES, CUTS)


def test_a_measure_with_too_few_answers_is_dropped_and_does_not_drag_others_down():
    few = people(ALPHA, 60)
    few.loc[8:, "fair.police"] = -4
    made = release(together(few), MEASURES, ())
    assert set(made.view(community="alpha").figures["measure"]) == {"trust", "again"}
    dropped = made.notes[(made.notes["kind"] == "dropped") & (made.notes["measure"] == "fair")]
    assert dropped["reason"].tolist() == ["under_least"]


def test_a_county_whose_places_are_too_small_is_shown_as_one():
    made = release(together(people(ALPHA, 9), people(BETA, 8)), (TRUST,), CUTS)
    rows = trust(made, county="alpha-county", cut="total")
    assert rows[["community", "members"]].to_numpy().tolist() == [["", "alpha|beta"]]
    assert len(trust(made, community="beta", cut="total")) == 1


def test_what_the_programme_tells_is_kept_per_season_and_measure():
    frames = [people(ALPHA, 400, season=year, events=8) for year in (2025, 2026)]
    made = release(together(*frames, people(BETA, 12, season=2024)), MEASURES, ())
    notes = made.notes[made.notes["kind"] == "icc"]
    assert set(notes["season"]) == {2024, 2025, 2026}
    by_season = {season: rows["value"] for season, rows in notes.groupby("season")}
    assert by_season[2024].isna().all()  # one event a place says nothing of evenings
    assert by_season[2025].isna().all()  # seven degrees of freedom are too few
    assert by_season[2026].between(0.005, 0.20).all()
    assert (by_season[2026] * 1000 % 1).round(6).isin([0, 1]).all()


def test_progress_is_told_county_by_county(frame):
    told = []
    release(frame, MEASURES, CUTS, progress=lambda *step: told.append(step))
    assert told == [(1, 2, "delta-county"), (2, 2, "alpha-county")]


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=5),
    st.integers(0, 9),
    st.sampled_from([(), ("age",), CUTS]),
)
def test_every_release_keeps_its_promises(sizes, seed, cuts):
    """Whatever the towns: parts of eleven, complete partitions, grids, ranges around values."""
    frames = [
        people(("OH", "alpha-county", f"town-{i}"), n, seed=seed, events=2)
        for i, n in enumerate(sizes)
        if n
    ]
    made = release(together(people(GAMMA, 12), *frames), MEASURES, cuts)
    exact = made.ledger
    assert exact is not None
    assert exact["n"].min() >= LEAST
    whole = exact[(exact["cut"] == "total") & (exact["community"] != "")]
    keys = ["county", "measure", "agency"]
    county = exact[(exact["cut"] == "total") & (exact["community"] == "")].set_index(keys)["n"]
    parts = whole.groupby(keys)["n"].sum()
    shown_with_total = parts[parts.index.isin(county.index)]
    assert (shown_with_total == county.loc[shown_with_total.index]).all()
    shown = made.figures[made.figures["band"] != "thirds"]
    assert (shown["range_low"] <= shown["value_low"]).all()
    assert (shown["value_high"] <= shown["range_high"]).all()
    groups = made.figures.loc[made.figures["cut"] == "age", "group"]
    assert set(groups) <= {*AGES, "other"}


def test_other_types_of_the_same_columns_make_the_same_release(frame, made):
    """A loader may hand over nullable codes and categories."""
    items = [name for name in frame.columns if name.endswith(".police") or name == "again"]
    texts = ["state", "county", "community", "event", "instrument", "cut.age", "cut.language"]
    types = dict.fromkeys(items, "Int8") | dict.fromkeys(texts, "category")
    assert release(frame.astype(types), MEASURES, CUTS).sha256 == made.sha256


def test_an_index_is_shown_only_where_it_holds_together():
    frame = together(people(ALPHA, 500), people(BETA, 90))
    made = release(frame, MEASURES, ())
    assert "index" not in set(made.figures["measure"])  # four unrelated questions
    assert made.notes.loc[made.notes["kind"] == "index", "reason"].tolist() == ["withheld"]

    for item in ("fair", "listen", "approach"):
        alike = np.arange(len(frame)) % 3 > 0
        frame.loc[alike, f"{item}.police"] = frame.loc[alike, "trust.police"]
    made = release(frame, MEASURES, ())
    assert "index" in set(made.figures["measure"])
    told = made.notes.set_index("kind")["value"]
    assert 0.7 <= told["alpha"] <= 1
    assert 0.7 <= told["omega"] <= 1
