from typing import Any

import pandas as pd
import pytest

from analysis.disclosure.between_releases import Earlier
from analysis.release.build import NothingToRelease, release
from analysis.release.released import Released
from tests.analysis.made_up import ALPHA, BETA, CUTS, GAMMA, MEASURES, TRUST, people, together

BASE = (people(ALPHA, 80), people(BETA, 50))


def first():
    return release(together(*BASE), MEASURES, CUTS)


def total(made, community="alpha"):
    return made.view(measure="trust", agency="police", cut="total", community=community).figures


def test_nothing_new_is_no_release():
    with pytest.raises(NothingToRelease, match="Nothing has changed"):
        release(together(*BASE), MEASURES, CUTS, previous=first())


def test_a_few_late_answers_wait():
    late = people(ALPHA, 6, seed=7)
    with pytest.raises(NothingToRelease, match="too few people") as refusal:
        release(together(*BASE, late), MEASURES, CUTS, previous=first())
    assert refusal.value.reasons[0].startswith("alpha-county 2026")


def test_many_late_answers_are_published_in_total_while_small_groups_wait():
    before = first()
    late = people(ALPHA, 30, seed=7)
    made = release(together(*BASE, late), MEASURES, CUTS, previous=before)
    assert int(total(made)["n_low"].iloc[0]) > int(total(before)["n_low"].iloc[0])
    assert total(made, "beta").equals(total(before, "beta"))
    age: dict[str, Any] = {"cut": "age", "county": "alpha-county"}
    assert made.view(**age).figures["value"].equals(before.view(**age).figures["value"])
    waits = made.notes[made.notes["kind"] == "waits"]
    assert set(waits["reason"]) == {"changed_by_few"}
    assert set(waits["cut"]) <= set(CUTS)


def test_an_answer_that_was_corrected_waits():
    changed = BASE[0].copy()
    changed.loc[0, "trust.police"] = 1 if changed.loc[0, "trust.police"] >= 4 else 5
    with pytest.raises(NothingToRelease, match="too few people"):
        release(together(changed, BASE[1]), MEASURES, CUTS, previous=first())


def test_a_deletion_waits_until_it_has_company():
    with pytest.raises(NothingToRelease, match="too few people"):
        release(together(BASE[0].iloc[3:], BASE[1]), MEASURES, CUTS, previous=first())
    made = release(together(BASE[0].iloc[25:], BASE[1]), MEASURES, (), previous=first())
    assert total(made)["n_low"].iloc[0] < 60


def test_a_new_season_is_added_and_the_old_one_stays_to_the_digit():
    before = first()
    new = people(ALPHA, 70, season=2027), people(BETA, 40, season=2027)
    made = release(together(*BASE, *new), MEASURES, CUTS, previous=before)
    old = made.figures[made.figures["season"] == 2026].reset_index(drop=True)
    assert old.equals(before.figures)
    assert set(made.figures["season"]) == {2026, 2027}
    assert set(made.changes["season_to"]) == {2027}


def test_what_the_frame_no_longer_holds_stays_published():
    before = first()
    new = together(people(ALPHA, 70, season=2027), people(BETA, 40, season=2027))
    made = release(new, MEASURES, CUTS, previous=before)
    old = made.figures[made.figures["season"] == 2026].reset_index(drop=True)
    assert old.equals(before.figures)
    assert before.notes.merge(made.notes, how="left", indicator=True)["_merge"].eq("both").all()


def test_a_pool_is_not_taken_apart_later():
    """Else old pool minus new neighbour would show the few who were pooled."""
    small = people(GAMMA, 8), people(BETA, 8)
    before = release(together(BASE[0], *small), (TRUST,), ())
    assert total(before, "gamma")["members"].tolist() == ["beta|gamma"]
    late = people(GAMMA, 30, seed=5)
    made = release(together(BASE[0], *small, late), (TRUST,), (), previous=before)
    assert total(made, "gamma")["members"].tolist() == ["beta|gamma"]
    assert total(made, "gamma")["n_low"].iloc[0] > total(before, "gamma")["n_low"].iloc[0]


def test_a_newcomer_stands_alone_or_joins_the_pool_or_waits():
    before = first()
    made = release(together(*BASE, people(GAMMA, 40)), MEASURES, (), previous=before)
    assert total(made, "gamma")["community"].tolist() == ["gamma"]
    with pytest.raises(NothingToRelease):
        release(together(*BASE, people(GAMMA, 6)), MEASURES, (), previous=before)


def test_the_rule_of_eleven_on_every_figure_that_changed():
    before = first()
    for many in (5, 11, 13, 20, 40, 200):
        late = people(ALPHA, many, seed=many)
        try:
            made = release(together(*BASE, late), MEASURES, CUTS, previous=before)
        except NothingToRelease:
            continue
        keys = ["season", "county", "community", "cut", "group", "measure", "agency"]
        both = before.ledger.merge(made.ledger, on=keys, suffixes=("_old", "_new"))
        changed = both[both["mark_old"] != both["mark_new"]]
        assert len(changed)
        assert ((changed["n_new"] - changed["n_old"]).abs() >= 11).all()
        assert len(both) == len(before.ledger)


def test_chains_of_releases_keep_the_ledger_in_step():
    made = first()
    frames = [*BASE]
    for year in (2027, 2028):
        frames.append(people(ALPHA, 70, season=year))
        made = release(together(*frames), MEASURES, CUTS, previous=made)
        assert made.ledger is not None
        assert len(made.ledger) == len(made.figures)
    assert sorted(set(made.ledger["made"])) == [1, 2, 3]
    assert Earlier(made.ledger).made == 3


def test_without_its_ledger_a_release_cannot_be_followed():
    made = first()
    bare = Released.load(made.figures, made.changes, made.overall, made.notes, sha256=made.sha256)
    with pytest.raises(ValueError, match="ledger"):
        release(together(*BASE), MEASURES, CUTS, previous=bare)


def test_the_ledger_is_no_part_of_what_is_published():
    made = first()
    assert "mark" not in made.canonical()
    assert set(made.ledger["mark"]).isdisjoint(made.canonical().replace("\n", "\t").split("\t"))
    assert not {"mark", "made"} & {*made.figures, *made.changes, *made.notes}
    assert isinstance(made.ledger, pd.DataFrame)
