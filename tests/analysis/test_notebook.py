"""`from analysis import ...` gives what a notebook needs, and a web worker pays for little."""

import subprocess
import sys
from pathlib import Path

import pytest

import analysis
from tests.analysis.made_up import ALPHA, CUTS, INDEX, MEASURES, TRUST, people, together


def test_every_name_is_there():
    for name in analysis.__all__:
        thing = getattr(analysis, name)
        assert getattr(thing, "__name__", name) == name
    assert set(analysis._LATER) <= set(analysis.__all__)
    assert dir(analysis) == sorted(analysis.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = analysis.nothing


def test_what_a_web_worker_imports_leaves_the_distributions_out():
    code = "import analysis, sys; sys.exit('scipy.stats' in sys.modules)"
    root = Path(analysis.__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_a_notebook_from_answers_to_a_verdict():
    """What docs/methods.md tells an analyst to try, on made-up towns."""
    from analysis import (
        adjusted_change,
        changes_since_first,
        check_frame,
        design,
        difference_of,
        jackknife,
        margin,
        paired,
        person_items,
        person_values,
        pooled_rho,
        release,
        share_range,
        share_second_view,
        t_range,
    )

    seasons = [
        people(ALPHA, 400, season=year, events=10, trust=said)
        for year, said in ((2025, [2, 5]), (2026, [2, 4, 5]))
    ]
    frame = together(*seasons)
    check_frame(frame, MEASURES, CUTS)
    alpha = frame[frame["community"] == "alpha"]
    trusts = person_values(alpha, TRUST)
    later = (alpha["season"] == 2026).to_numpy()

    of = design(alpha["event"])
    rho = pooled_rho(person_values(frame, TRUST), design(frame["event"]))
    told = share_range(trusts, of, rho=rho, domain=alpha["season"] == 2026)
    assert told.way == "korn_graubard"
    assert told.low < trusts[later].mean() < told.high
    alike = jackknife(lambda w: float((w * trusts).sum() / w.sum()), of)
    assert alike.value == trusts.mean()

    by_season = design(alpha["event"], strata=alpha["season"])
    risen = difference_of(trusts, by_season, later, ~later)
    assert t_range(risen)[0] < risen.value < t_range(risen)[1]
    assert risen.df == 18

    ages = margin("age", alpha["cut.age"], alpha["cut.age"].value_counts())
    view = share_second_view(trusts, [ages], of, rho=rho)
    assert abs(view.difference) < 1e-9  # they came as they live there
    assert not view.matters
    items = person_items(alpha, INDEX)
    assert paired(items[:, 0], items[:, 1], favourable=(4, 5)).pairs > 600

    moved = adjusted_change(
        trusts, later, alpha["cut.language"], alpha["event"], wording=("1", "1"), rho=0.05
    )
    assert moved.split.total == pytest.approx(trusts[later].mean() - trusts[~later].mean())
    figures = release(frame, MEASURES, CUTS).figures
    assert changes_since_first(figures, MEASURES).empty  # two seasons: season_changes has it
