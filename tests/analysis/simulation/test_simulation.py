"""The proof in small: the same machinery as `flask prove`, and it can fail."""

import sys

import numpy as np
import pytest

from analysis.estimators.basic import settled_rho
from analysis.simulation import changes, run, tables, write
from analysis.simulation.goals import goals_of, reaches
from analysis.simulation.mix import composition_only
from analysis.simulation.ranges import SHARES, Case, coverage
from analysis.simulation.rates import Rate, rate
from analysis.simulation.report import END, START
from analysis.simulation.small_towns import small_towns
from analysis.simulation.towns import Town, season
from analysis.simulation.weights import raking


def draws(seed=1):
    return np.random.default_rng(seed)


CASES = [
    Case(30, 3, 0.05, alone=False),
    Case(100, 1, 0.10, alone=True),
    Case(300, 1, 0.10, alone=False),
    Case(1200, 10, 0.02, alone=False),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_released_ranges_hold_the_truth_and_plain_ones_do_not(case):
    for one in coverage(draws(), case, SHARES, 40):
        assert one.released.part > 0.9
        assert one.width > one.exact_width
    if case.n * case.icc >= 10:
        assert one.unclustered.part < 0.85


def test_ranges_that_ignore_events_are_found_out(monkeypatch):
    """The control: the same release with n for n* fails the same test."""
    derive = sys.modules["analysis.release.figures"]
    monkeypatch.setattr(derive, "effective_n", lambda n, squares, rho: np.asarray(n, dtype=float))
    (one,) = coverage(draws(), Case(300, 1, 0.10, alone=False), (0.5,), 40)
    assert not reaches(one.released, 0.95)
    assert one.released.part < 0.6


def test_a_correlation_taken_for_too_small_is_found_out(monkeypatch):
    """One event tells nothing of the correlation; at .05 its range failed (decision 0008)."""
    case = Case(300, 1, 0.10, alone=True)
    (now,) = coverage(draws(), case, (0.5,), 300)
    release = sys.modules["analysis.release.build"]
    monkeypatch.setattr(release, "settled_rho", lambda raw, **_: max(0.05, np.nan_to_num(raw)))
    (before,) = coverage(draws(), case, (0.5,), 300)
    assert reaches(now.released, 0.95)
    assert not reaches(before.released, 0.95)
    assert settled_rho(float("nan"), events=1, answers=300) == 0.12


def test_words_only_have_no_released_range():
    (one,) = coverage(draws(), Case(11, 3, 0.02, alone=False), (0.8,), 10)
    assert one.words
    assert one.released.part > one.exact.part  # what follows from a third is wider


def test_false_clear_changes_are_rare_and_true_ones_are_found():
    for moved in (0.0, 0.3):
        found = changes.false_changes(draws(), [Town(300, 3)] * 6, 0.02, moved, 20)
        assert found.shown.part <= 0.05
        assert found.among_clear.part <= 0.1
    one = changes.power(draws(2), Town(295, 5), 5, "all", 0.6, 24)
    assert one is not None
    assert 0.6 < one.found.part < 0.95
    assert 0.1 < one.printed < 0.4
    assert changes.power(draws(3), Town(35, 1), 5, "one", 0.5, 8) is None  # no room to move


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
    assert found.ranges.part > 0.95
    assert found.least >= 11
    assert 0 < found.words < 1
    assert found.steadied.part < 0.9  # why no range is drawn around a steadied mark


def test_made_up_seasons_have_the_correlation_they_say():
    made = season(draws(), [Town(20)] * 4000, [0.5], 0.10)
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


@pytest.fixture(scope="module")
def proof():
    """Everything at its smallest, through the same processes."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "SIZES": (11, 60), "EVENTS": (1, 3), "ICCS": (0.02, 0.05), "POWERS": ((95, 5),)
        }.items():  # fmt: skip
            patch.setattr(run, name, value)
        patch.setattr(run, "TOWNS", dict.fromkeys(run.TOWNS, lambda: changes.mixed_towns(6)))
        told = []
        found = run.prove(0.02, lambda *step: told.append(step), processes=2)
        assert told[-1] == (len(told), len(told))
        again = run.first_tasks(0.02)[-1]
        assert again() == again() == found.small[-1]  # seeded by its name alone
    return found


def test_the_tables_are_written_once_and_again(proof, tmp_path):
    page = tmp_path / "methods.md"
    page.write_text(f"before\n{START}\nold\n{END}\nafter\n", "utf-8")
    write(page, proof)
    first = page.read_text("utf-8")
    write(page, proof)
    assert page.read_text("utf-8") == first
    assert first.startswith(f"before\n{START}\n")
    assert first.endswith(f"{END}\nafter\n")
    assert "\nold\n" not in first
    assert first.count("| 60 |") == 2
    page.write_text("no marks", "utf-8")
    with pytest.raises(ValueError, match="needs the lines"):
        write(page, proof)


def test_every_goal_is_told(proof):
    goals = list(goals_of(proof))
    assert len(goals) == 5
    for goal in goals:
        assert goal.what in tables(proof)
        assert "±" in goal.found
