"""The proof in small: the same machinery as `flask prove`, and it can fail."""

import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.release.build import release
from analysis.simulation import claims, crowds, missed, run, tables, write
from analysis.simulation.claims import Finding, worst
from analysis.simulation.crowds import Town, figures_of, name_of
from analysis.simulation.goals import CLAIMS, goals_of, of, reaches
from analysis.simulation.judge import judge, with_old_ranges
from analysis.simulation.mix import composition_only
from analysis.simulation.rates import Rate, rate
from analysis.simulation.small_towns import small_towns
from analysis.simulation.towns import Town as OldTown
from analysis.simulation.towns import season as old_season
from analysis.simulation.weights import raking


def draws(seed=1):
    return np.random.default_rng(seed)


@pytest.mark.parametrize(("n", "events"), [(30, 1), (150, 4), (600, 1)])
def test_a_crowds_range_holds_its_crowd_however_evenings_differ(n, events):
    (found,) = claims.crowd(draws(), Town(n, events), 0.05, 0.6, 600)
    assert found.room >= 0
    assert found.rate.part > 0.94


def test_ranges_that_forget_parties_are_found_out(monkeypatch):
    """The control: the same release with twice as many unrelated people fails the same test."""
    monkeypatch.setattr(
        sys.modules["analysis.release.figures"], "crowd_n", lambda n: 2.0 * np.asarray(n)
    )
    (found,) = claims.crowd(draws(), Town(1200, 1), 0.0, 0.55, 1500)
    assert found.room < 0


def test_figures_are_those_that_release_prints():
    """The same answers as a frame: printed, ranged and judged alike."""
    towns = [Town(60, 2), Town(155, 4), Town(410, 9)]
    place = np.full((3, 2), 0.6)
    made = [crowds.season(draws(7), towns, place, 0.02, year=year) for year in (2025, 2026)]
    frames = []
    for one in made:
        for event, (town, size) in enumerate(zip(one.town, one.sizes, strict=True)):
            codes = np.where(np.arange(size)[:, None] < one.yes[event], 5, 1)
            frames.append(pd.DataFrame({
                "key": [f"{one.year}-{event}-{i}" for i in range(size)],
                "season": one.year, "state": "OH", "county": "county", "community": name_of(town),
                "event": f"{one.year}-{event}", "instrument": "x", "audience": "adult",
                "m0000": codes[:, 0], "m0001": codes[:, 1],
            }))  # fmt: skip
    measures = tuple(
        replace(m, panel="panel", wording={"x": "1"}, unfavourable=()) for m in crowds.measures(2)
    )
    released = release(pd.concat(frames, ignore_index=True), measures, ()).figures
    released = released[released["community"] != ""]
    names = ["season", "community", "measure", "n_low", "value", "per_event", "icc",
             "range_low", "range_high", "place_range_low", "place_range_high"]  # fmt: skip
    mine = figures_of(made)[names].sort_values(names[:3], ignore_index=True)
    theirs = released[names].sort_values(names[:3], ignore_index=True)
    assert mine["icc"].notna().all()  # fifteen events less three places: twelve of freedom
    pd.testing.assert_frame_equal(mine, theirs, check_dtype=False)


def test_people_come_in_parties_and_evenings_differ_as_they_say():
    found = crowds.answers(draws(), np.full(4000, 0.5), 200)
    assert found.mean() == pytest.approx(100, abs=0.5)
    assert found.var() == pytest.approx(200 * 0.25 * 1.4, rel=0.1)
    assert (crowds.SIZES**2 * crowds.PARTS).sum() == pytest.approx(
        2 * (crowds.SIZES * crowds.PARTS).sum(), rel=0.01
    )
    shares = crowds.evening_shares(draws(), np.full((1, 20_000), 0.6), 0.05)
    assert shares.var() == pytest.approx(0.05 * 0.24, rel=0.05)


def test_a_first_rung_is_rarely_false_and_never_the_wrong_way():
    found = {one.claim: one for one in claims.false_and_chance(draws(), 0.0, 60)}
    assert found["false"].rate.part < 0.05
    assert found["direction"].rate.part == 0
    assert found["chance"].rate.part < 0.35


def test_one_place_is_told_what_the_old_rules_never_told():
    (found,) = claims.one_place(draws(), "one event", 200, 0.15, 0.6, 400)
    assert found.rate.part > 0.5
    assert found.old is not None
    assert found.old.part < 0.05


def test_clear_changes_are_true_and_found():
    fdr, power = claims.clear(draws(), 24, Town(300, 4), 0.01, 2, 12)
    assert fdr.rate.part < 0.1
    assert power.rate.part > 0.5
    assert power.goal is None or power.goal == 0.70


def test_taking_towns_for_evenings_hides_everything(monkeypatch):
    """The control: .060, what a plain analysis of variance finds in the demonstration."""
    (_, now) = claims.clear(draws(), 24, Town(300, 4), 0.01, 2, 6)
    monkeypatch.setattr(sys.modules["analysis.release.programme"], "settled_icc", lambda sums: 0.06)
    (_, then) = claims.clear(draws(), 24, Town(300, 4), 0.01, 2, 6)
    assert then.rate.part < now.rate.part - 0.2


def test_a_slope_and_a_programme():
    slopes = claims.trend(draws(), 200, 0.0, 60)
    assert [one.claim for one in slopes] == ["slope", "trend"] * 2
    assert slopes[3].rate.part > 0.8  # a 20-point rise is told
    held, told = claims.programme(draws(), 0.05, 0.0, 10)
    assert held.rate.part > 0.6
    assert told.rate.part > 0.6


def test_the_old_rules_are_those_of_the_first_release():
    """300 answers at one event, share .6: rho .12 where one event tells nothing."""
    made = crowds.season(draws(), [Town(300, 1)], np.full((1, 3), 0.6), 0.0)
    figures = with_old_ranges(figures_of([made]), [made])
    row = figures.iloc[0]
    n_star = np.floor(300 / (1 + 299 * 0.12) * 10) / 10
    from analysis.estimators.basic import wilson

    assert row["range_low"] == np.floor(wilson(row["value_low"], n_star)[0] * 1000) / 1000
    places = [np.full((1, 3), p) for p in (0.6, 0.9)]
    seasons = [
        crowds.season(draws(i), [Town(1000, 1)], p, 0.0, year=2025 + i)
        for i, p in enumerate(places)
    ]
    both = judge(seasons)
    assert (both.rung == 1).all()
    assert not both.old.any()  # 60 % to 90 % of 1,000 answers was "unclear"


@pytest.mark.parametrize("returning", [False, True])
def test_other_people_with_the_same_minds_are_no_change(returning):
    found = composition_only(draws(), 20, 30, 0.02, returning, 80)
    assert found.adjusted.part > 0.85
    assert found.raw.part < 0.4


def test_raking_repairs_what_the_margins_explain():
    found = raking(draws(), 20, 30, 0.02, 80)
    assert found.raked.part > 0.85
    assert found.unweighted.part < 0.3
    assert found.width < found.fixed_width


def test_small_towns():
    found = small_towns(draws(), 0.05, 10)
    assert found.least >= 11
    assert 0 < found.words < 1
    assert found.steadied.part < 0.95  # why no range is drawn around a steadied mark


def test_made_up_seasons_have_the_correlation_they_say():
    made = old_season(draws(), [OldTown(20)] * 4000, [0.5], 0.10)
    shares = made.yes[:, 0] / 20
    assert shares.mean() == pytest.approx(0.5, abs=0.02)
    assert shares.var() == pytest.approx(0.25 / 20 * (1 + 19 * 0.10), rel=0.1)
    assert set(made.squares.tolist()) == {400}


def test_rates():
    assert str(rate([1, 1, 0, 1])) == "75.0 ± 25.0"
    assert rate([1.0] * 99).error == pytest.approx(0.01)  # never without an error
    assert rate([1.0, np.nan]).of == 1
    with pytest.raises(ValueError, match="Nothing was simulated"):
        rate([])
    assert reaches(Rate(0.94, 0.005, 9), 0.95)
    assert not reaches(Rate(0.94, 0.004, 9), 0.95)


def test_94_and_a_half_counts_as_missed():
    def found(part, error=0.01, **more):
        return Finding("crowd", "case", Rate(part, error, 100), None, 0.95, **more)

    assert found(0.9461).room >= 0
    assert found(0.945).room < 0
    assert found(0.949, 0.0001).room < 0
    assert Finding("fdr", "case", Rate(0.06, 0.001, 9), None, 0.05, -1).room < 0
    none = Finding("fdr", "case", Rate(0.2, 0.1, 9))
    assert worst([none, found(0.99)]).rate.part == 0.99


@pytest.fixture(scope="module")
def proof():
    """Everything at its smallest, through the same processes."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "SIZES": (30, 60), "EVENTS": (1, 3), "ICCS": (0.0, 0.05), "MOVES": ((100, 0.25),),
        }.items():  # fmt: skip
            patch.setattr(run, name, value)
        told = []
        found = run.prove(0.01, lambda *step: told.append(step), processes=2)
        assert told[-1] == (len(told), len(told))
        again = run.other_tasks(0.01)[-1]
        assert again() == again() == found.small[-1]  # seeded by its name alone
    return found


def test_the_page_is_written_once_and_again(proof, tmp_path):
    page = tmp_path / "proof.md"
    write(page, proof)
    first = page.read_text("utf-8")
    write(page, proof)
    assert page.read_text("utf-8") == first
    assert first.startswith("# Proof by simulation\n")


def test_every_claim_has_its_goal_its_truth_and_its_cases(proof):
    goals = list(goals_of(proof))
    assert [goal.claim for goal in goals[: len(CLAIMS)]] == list(CLAIMS)
    text = tables(proof)
    for goal in goals:
        for part in (goal.claim.what, goal.claim.truth, goal.claim.goal, str(goal.rate)):
            assert part in text
    assert all(of(proof.findings, claim.id) for claim in CLAIMS)
    assert "**no**" in text or not missed(proof)


def test_a_goal_that_is_missed_is_named(proof):
    bad = Finding("fdr", "a case", Rate(0.5, 0.01, 100), None, 0.05, -1)
    broken = replace(proof, findings=[*proof.findings, bad])
    assert any("rung 2: false ones" in sentence for sentence in missed(broken))
    assert "**no**" in tables(broken)
