"""Three rungs, recomputed from the released rows alone, and what chance alone would do."""

import numpy as np
import pytest

from analysis.estimators.basic import wilson
from analysis.estimators.multiple_testing import adjusted_p, curve_of
from analysis.measures import WHOLE
from analysis.release import chance
from analysis.release.build import release
from analysis.release.chance import Seen, reported_by_chance
from analysis.release.changes import change_tests
from analysis.release.verdict import smallest_change, smallest_told
from analysis.tabulation.rounding import BANDS, band_of, band_share
from tests.analysis.made_up import ALPHA, BETA, INDEX, MEASURES, people, together

PLACES = [("OH", "oak-county", f"town-{i}") for i in range(6)]


@pytest.fixture(scope="module")
def made():
    """Six seasons of eight towns; some rise, some stand still, one is small."""
    frames = []
    for year in range(2021, 2027):
        for i, place in enumerate(PLACES):
            yes = min(90, 40 + 6 * i * (year - 2021) // 2)
            said = np.where(np.arange(160 + 20 * i) * 37 % 100 < yes, 5, 2)
            frames.append(people(place, len(said), season=year, events=4, trust=said))
        frames.append(people(ALPHA, 300, season=year, events=3))
        frames.append(people(BETA, 20, season=year))
    frame = together(*frames)
    for item in ("fair", "listen", "approach"):  # an index that holds together
        alike = np.arange(len(frame)) % 3 > 0
        frame.loc[alike, f"{item}.police"] = frame.loc[alike, "trust.police"]
    return release(frame, MEASURES, ())


KEYS = ["state", "county", "community", "measure", "agency"]


def newcombe_by_hand(p1, l1, u1, p2, l2, u2):
    d = p2 - p1
    low = d - ((p2 - l2) ** 2 + (u1 - p1) ** 2) ** 0.5
    return d, low, d + ((u2 - p2) ** 2 + (p1 - l1) ** 2) ** 0.5


def pairs_of(made):
    """Each change between two seasons beside the two figures that it rests on."""
    changes = made.changes[made.changes["basis"] != "trend"]
    total = made.figures[made.figures["cut"] == "total"]
    for end in ("from", "to"):
        rows = total.rename(columns={c: f"{c}_{end}" for c in total.columns if c not in KEYS})
        changes = changes.merge(rows, on=[*KEYS, f"season_{end}"], validate="many_to_one")
    return changes


def test_every_range_can_be_worked_out_from_the_download(made):
    rows = made.figures[made.figures["band"] != "thirds"]
    assert {"share", "score"} == set(rows["unit"])
    assert rows.loc[rows["unit"] == "score", "spread"].notna().all()
    for row in rows.to_dict("records"):
        scale = 100 if row["unit"] == "score" else 1
        m = max(min(row["per_event"], row["n_low"]), 1.4)
        place = row["n_low"] / (row["icc"] * m + (1 - row["icc"]) * 1.4)
        assert row["n_eff"] == np.floor(row["n_low"] / 1.4 * 10) / 10
        assert row["n_eff_place"] == pytest.approx(np.floor(place * 10) / 10, nan_ok=True)
        for name, n in (("range", row["n_eff"]), ("place_range", row["n_eff_place"])):
            if scale == 1:
                low = wilson(row["value_low"], n)[0]
                high = wilson(row["value_high"], n)[1]
            else:
                half = 1.959963984540054 * row["spread"] / n**0.5
                low, high = (row["value_low"] - half) / 100, (row["value_high"] + half) / 100
            assert row[f"{name}_low"] / scale == pytest.approx(low, abs=0.00101, nan_ok=True)
            assert row[f"{name}_high"] / scale == pytest.approx(high, abs=0.00101, nan_ok=True)
            assert not row[f"{name}_low"] / scale > low + 1e-9  # rounded outward


def test_every_verdict_is_what_the_shown_ranges_say(made):
    seen = set()
    for row in pairs_of(made).to_dict("records"):
        if row["verdict"] in ("few", "wording"):
            assert np.isnan([row["change"], row["low"], row["p"], row["q"]]).all()
            continue
        scale = 100 if row["unit_to"] == "score" else 1
        rungs = []
        for name in ("range", "place_range"):
            of = [row[f"{what}_{end}"] / scale for end in ("from", "to")
                  for what in ("value", f"{name}_low", f"{name}_high")]  # fmt: skip
            d, low, high = newcombe_by_hand(*of)
            rungs.append(abs(d) >= 0.05 - 1e-9 and (low > 5e-5 or high < -5e-5))
            shown = ("low", "high") if name == "range" else ("place_low", "place_high")
            ends = [row[column] / scale for column in shown]
            assert ends == pytest.approx([low, high], abs=1e-4, nan_ok=True)
        assert row["change"] / scale == pytest.approx(d, abs=1e-4)
        second = rungs[0] and rungs[1] and row["q"] <= 0.05
        assert row["rung"] == rungs[0] + second
        up = row["change"] > 0
        expected = [("unclear",), ("lower", "higher"), ("fall", "rise")][row["rung"]]
        assert row["verdict"] == expected[min(up, len(expected) - 1)]
        five = 0.05 * scale
        told = row["low"] >= five or row["high"] <= -five
        assert not (row["verdict"] == "unclear" and told)
        assert (row["p_crowd"] < 0.05) == (row["low"] > 0 or row["high"] < 0)
        seen.add(row["verdict"])
    assert {"higher", "rise", "unclear", "few"} <= seen | {"few"}
    assert "few" in set(made.changes["verdict"])


def test_q_is_benjamini_and_hochbergs_within_the_family(made):
    tested = made.changes[made.changes["family"] != ""]
    assert {"2026 headline before", "2026 other before", "2026 headline first"} <= set(
        tested["family"]
    )
    for _, rows in tested.groupby("family"):
        exact = adjusted_p(rows["p"])
        assert (rows["q"] >= exact - 1e-9).all()
        assert (rows["q"] - exact).max() <= 0.001 + 1e-9


def test_a_curve_tells_q_as_the_whole_list_would():
    p = np.random.default_rng(2).beta(0.4, 1.5, 20_000)
    curve = curve_of(p)
    assert len(curve.q) <= 1000
    assert curve.adjusted(p) == pytest.approx(np.ceil((adjusted_p(p) * 1000).round(6)) / 1000)
    assert (curve.adjusted(p) <= 0.05).tolist() == (adjusted_p(p) <= 0.05).tolist()
    assert np.isnan(curve.adjusted([np.nan])).all()
    assert curve_of([]).adjusted([0.2]).tolist() == [1.0]


def test_a_trend_is_told_over_the_years_where_no_single_year_tells(made):
    trends = made.changes[made.changes["basis"] == "trend"]
    row = trends[(trends["community"] == "town-1") & (trends["measure"] == "trust")].iloc[0]
    assert (row["season_from"], row["season_to"], row["seasons"]) == (2021, 2026, 6)
    assert (row["rung"], row["verdict"]) == (3, "rising")
    assert row["low"] > 0
    still = trends[(trends["community"] == "town-0") & (trends["measure"] == "trust")].iloc[0]
    assert (still["rung"], still["verdict"]) == (0, "unclear")
    assert "beta" not in set(trends["community"])  # shown in words


def test_chance_alone_as_a_simulation_has_it():
    """Two samples of the same people, in pairs who agree by .4: how often is a change told?"""
    rng = np.random.default_rng(3)
    for n, share in ((45, 0.6), (100, 0.5), (200, 0.65), (700, 0.45)):
        shown, step = [], BANDS[int(band_of(np.array([n]))[0])].step
        for _ in range(2):
            first = rng.random((n // 2, 40_000), dtype=np.float32) < share
            own = rng.random(first.shape, dtype=np.float32) < share
            same = rng.random(first.shape, dtype=np.float32) < 0.4
            yes = first.sum(axis=0) + np.where(same, first, own).sum(axis=0)
            size = np.full(len(yes), n // 2 * 2)
            value, low, high = band_share(yes * WHOLE, size)
            least = n // 2 * 2 // 5 * 5
            shown.append((value, wilson(low, least / 1.4)[0], wilson(high, least / 1.4)[1]))
        (p1, l1, u1), (p2, l2, u2) = shown
        d, low, high = newcombe_by_hand(p1, l1, u1, p2, l2, u2)
        told = ((low > 0) | (high < 0)) & (abs(d) >= 0.05 - 1e-9)
        one = Seen(n // 2 * 2 // 5 * 5, step, -1.0)
        assert reported_by_chance([one], [one], [share]) == pytest.approx(
            told.mean(), rel=0.12, abs=0.002
        )


def test_pairs_of_seasons_tell_the_same_together_as_alone(monkeypatch):
    """In blocks of two pairs, in any order, some of them twice."""
    rng = np.random.default_rng(4)
    old = [Seen(int(n), 2, -1.0) for n in rng.integers(40, 60, 9) * 5]
    new = [Seen(one.n + 35, 5, 0.2) for one in old]
    share: list[float] = (rng.integers(5, 96, 9) / 100).tolist()
    old, new, share = old + old[:3], new + new[:3], share + share[:3]
    each = zip(old, new, share, strict=True)
    alone = [float(reported_by_chance([a], [b], [p])[0]) for a, b, p in each]
    monkeypatch.setattr(chance, "CELLS", 2 * 50 * 20)
    assert reported_by_chance(old, new, share).tolist() == alone
    assert len({*alone}) > 5


def test_what_is_tested_is_what_is_judged(made):
    """q is worked out of the p-values of all counties before a change is told of one."""
    judged = made.changes[made.changes["family"] != ""]
    families = {name: sorted(rows["p"]) for name, rows in judged.groupby("family")}
    tests = change_tests(made.figures, MEASURES, int(made.figures["season"].max()))
    assert {name: sorted(p) for name, p in tests.items()} == families
    assert len(families) > 4


def test_the_smallest_change_is_near_that_of_exact_numbers():
    nothing = np.array([np.nan])
    for n, step in ((100, 5), (200, 2), (400, 1), (1000, 1)):
        half = np.array([step / 200])
        worth = np.array([n / 1.4])
        found = smallest_told(np.array([0.6]), half, half, worth, worth, nothing, nothing)[0]
        assert float(smallest_change(0.6, n / 1.4, n / 1.4)) < found < 0.27
        assert found <= 1.35 * float(smallest_change(0.6, n / 1.4, n / 1.4))


def test_a_score_is_told_by_its_own_spread_and_sooner_than_as_a_share(made):
    index = made.figures[(made.figures["measure"] == INDEX.id) & (made.figures["band"] != "thirds")]
    assert len(index)
    as_share = wilson(index["value_high"] / 100, index["n_eff"])[1] * 100
    inner = index["value"].between(30, 65)  # at the ends of the scale a share's range closes
    assert inner.sum() > 10
    assert (index["range_high"] < as_share)[inner].all()


def test_a_year_in_between_that_cannot_be_compared_is_passed_over():
    frames = [people(ALPHA, n, season=year, events=4) for year, n in
              ((2023, 300), (2024, 24), (2025, 22), (2026, 300))]  # fmt: skip
    changes = release(together(*frames), MEASURES, ()).changes
    rows = changes[(changes["community"] == "alpha") & (changes["measure"] == "trust")]
    told = {row["season_to"]: row for row in rows.to_dict("records")}
    assert told[2026]["season_from"] == 2023
    assert told[2026]["change"] == told[2026]["change"]  # a number
    for season, before in ((2024, 2023), (2025, 2024)):
        assert (told[season]["season_from"], told[season]["verdict"]) == (before, "few")
