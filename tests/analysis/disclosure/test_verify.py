"""Every proof of the searches holds when the changed counts are pooled and printed for real."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.disclosure import limits, printed
from analysis.disclosure.between_releases import Earlier
from analysis.disclosure.moves import EVERY, MOVES, OPPOSITE
from analysis.disclosure.printed import Asked, world_of
from analysis.disclosure.sight import Cells, Sight
from analysis.disclosure.verify import Audited, Move, verify
from analysis.disclosure.witness import goals
from analysis.measures import TOTAL
from analysis.release.figures import publish
from analysis.tabulation.counts import ASKED, tallies
from analysis.tabulation.exact_rows import build_tables
from analysis.tabulation.figure_print import exact_table
from tests.analysis.disclosure.moves_of import next_door
from tests.analysis.made_up import FAIR, INDEX, TRUST, people

CUTS = ("age", "language")
PANEL = (TRUST, FAIR, INDEX)


def audited(*sizes, seed=0, measures=PANEL):
    """One county of towns of these sizes, as it would be printed without an audit."""
    towns = [
        people(("OH", "alpha-county", f"town-{i}"), n, seed=seed, events=2)
        for i, n in enumerate(sizes)
        if n
    ]
    (tally,) = tallies(pd.concat(towns, ignore_index=True), measures, CUTS)
    tables = list(build_tables(tally, measures, CUTS, Earlier(None)))
    return Audited(tally, measures, CUTS, Earlier(None), tables)


def kept(case):
    return case.tables[0].measures


def person(case, cut, place, group, measure, move, stands):
    """One person's move in a group of every cut; None where a cut would print it."""
    witness = []
    for other in case.tally.counts:
        fits = np.flatnonzero(stands[other][place, :, measure, move]).tolist()
        if other == cut:
            fits = [group]
        if not fits:
            return None
        witness.append(moved(case, other, (place, fits[0]), measure, move))
    return witness


def moved(case, cut, cell, measure, move):
    one = case.measures[kept(case)[measure]]
    step = 1_000_000 // 16 if one.unit == "score" else 1
    n, top, bottom = (int(x) for x in EVERY[move])
    return Move(cut, cell[0], cell[1], kept(case)[measure], n, top * step, bottom)


def neighbours(case):
    """Every witness next door: one person's move that no table prints."""
    stands = next_door(world_of(case.tally, case.measures, case.tables))
    score = [case.measures[i].unit == "score" for i in kept(case)]
    for cut, found in stands.items():
        for place, group, measure, move in np.argwhere(found).tolist():
            if score[measure] != (move >= len(MOVES)):
                continue
            if witness := person(case, cut, place, group, measure, move, stands):
                yield witness


@settings(max_examples=4)
@given(st.lists(st.integers(0, 90), min_size=1, max_size=3), st.integers(0, 99))
def test_every_proof_next_door_holds(sizes, seed):
    if max(sizes) < 20:
        return
    case = audited(*sizes, seed=seed)
    if case.tables[0].rows:
        some = list(neighbours(case))
        for witness in some[:: max(1, len(some) // 40)]:
            assert verify(case, witness), witness


def test_what_the_searches_refuse_is_not_what_the_check_refuses_too_often():
    """The check is no stricter than the search: of one town both accept many people's moves."""
    case = audited(80)
    assert sum(verify(case, witness) for witness in itertools.islice(neighbours(case), 30)) == 30


def test_a_proof_of_a_search_that_overlooks_something_is_refused(monkeypatch: pytest.MonkeyPatch):
    """Planted: the search forgets what bands say of a share."""
    case, banded = audited(66, 40), limits.banded

    def blind(counts):
        of = banded(counts)
        return of._replace(rest=np.where(of.coef[..., 1] != 0, 10**12, of.rest))

    monkeypatch.setattr(printed, "banded", blind)
    assert not all(verify(case, witness) for witness in neighbours(case))


def test_what_no_people_could_have_answered_is_no_witness():
    case = audited(60, 45)
    trust = kept(case)[0]
    total, age = (case.tally.counts[cut][0, :, trust] for cut in (TOTAL, "age"))
    assert not verify(case, [Move(TOTAL, 0, 0, trust, 1, 1, 0)])  # in no group of any cut
    few = [Move(cut, 0, 0, trust, 0, -int(age[0, 5]) - 1, 0) for cut in case.tally.counts]
    assert not verify(case, few)  # fewer than nobody favourable
    many = [Move(cut, 0, 0, trust, 40, 0, 0) for cut in case.tally.counts]
    assert not verify(case, many)  # more than the events' public counts allow
    assert verify(case, [])
    assert total.shape[0] == 1


@settings(max_examples=5)
@given(st.lists(st.integers(3, 60), min_size=2, max_size=3), st.integers(0, 99))
def test_every_trade_has_two_people_whom_the_check_accepts(sizes, seed):
    """What the array search settles is found again by trying pairs, each one checked."""
    case = audited(*sizes, seed=seed, measures=(TRUST,))
    if not case.tables[0].rows:
        return
    found, left = doubts_of(case)
    for doubt in [one for one in found if one not in left][:4]:
        assert all(
            any(verify(case, witness) for witness in trades(case, doubt, either))
            for either in goals(True, True, doubt.goal)[-1:]
        ), doubt


def doubts_of(case):
    """The doubts that no world next door settles, and those that no trade does either."""
    printed = world_of(case.tally, case.measures, case.tables)
    found = printed.evidence.doubts(printed.live)
    return printed.evidence.named(found), printed.in_doubt([Asked(case.tables)])[0]


@settings(max_examples=5)
@given(st.integers(11, 29), st.integers(60, 120), st.integers(0, 99))
@example(13, 80, 3)
def test_every_trade_between_the_groups_of_a_small_town_is_accepted(small, large, seed):
    """A town that shows no groups: each of the groups that are said to trade with it does."""
    case = audited(small, large, seed=seed, measures=(TRUST,))
    printed = world_of(case.tally, case.measures, case.tables)
    of = printed.evidence
    for cut in case.tally.counts.keys() - {TOTAL}:
        found = of.doubts(printed.live)
        sizes = [(d.cut, d.goal) == (cut, "size") for d in of.named(found)]
        found = found.those(np.flatnonzero(sizes)[:4])
        partners_of = Cells(Sight(of), found).partners()
        for doubt, partners in zip(of.named(found), partners_of, strict=True):
            for group in np.flatnonzero(partners).tolist():
                pairs = (
                    [
                        moved(case, cut, (doubt.place, doubt.group), doubt.measure, move),
                        moved(case, cut, (doubt.place, group), doubt.measure, OPPOSITE[move]),
                    ]
                    for move in np.flatnonzero(EVERY[:, 0]).tolist()
                )
                assert group == doubt.group or any(verify(case, pair) for pair in pairs)


def trades(case, doubt, either):
    """Two people whose moves may hide each other: in two groups of a place or of two places, or
    two people of two places who trade groups."""
    cut, here, measure = doubt.cut, (doubt.place, doubt.group), doubt.measure
    asked = case.tally.counts[cut][:, :, list(kept(case)), ASKED] > 0
    cells = [tuple(at) for at in np.argwhere(asked.any(axis=-1)).tolist()]
    moves = np.flatnonzero((EVERY @ np.array(either).T >= 1).any(axis=1)).tolist()
    moves = [move for move in moves if move < len(MOVES)]
    for move, cell in itertools.product(moves, cells):
        back = OPPOSITE[move]
        if cell == here:
            continue
        pair = [
            moved(case, cut, here, measure, move),
            moved(case, cut, cell, measure, back),
        ]
        if cell[0] == here[0]:
            yield pair
            continue
        others = [other for other in case.tally.counts if other != cut]
        spans = [range(case.tally.counts[other].shape[1]) for other in others]
        for groups in itertools.product(*(itertools.product(span, span) for span in spans)):
            yield pair + [
                one
                for other, (mine, theirs) in zip(others, groups, strict=True)
                for one in (
                    moved(case, other, (here[0], mine), measure, move),
                    moved(case, other, (cell[0], theirs), measure, back),
                )
            ]
        if cell[1] != here[1]:
            yield [
                *(moved(case, cut, at, measure, move) for at in (here, cell)),
                *(
                    moved(case, cut, at, measure, back)
                    for at in ((here[0], cell[1]), (cell[0], here[1]))
                ),
            ]


TWO_TOWNS = {
    "Alder": {"before": (37, 23), "first": (11, 7)},
    "Birch": {"before": (30, 12), "first": (3, 2)},
}


def two_towns(groups):
    """The county of docs/disclosure.md: {town: {group: (answers, favourable)}}."""
    frames = []
    for town, held in groups.items():
        codes = [c for n, top in held.values() for c in [5] * top + [1] * (n - top)]
        made = people(("OH", "alpha-county", town.lower()), len(codes), trust=codes)
        frames.append(
            made.assign(**{"cut.first": [g for g, (n, _) in held.items() for _ in range(n)]})
        )
    (tally,) = tallies(pd.concat(frames, ignore_index=True), (TRUST,), ("first",))
    tables = list(build_tables(tally, (TRUST,), ("first",), Earlier(None)))
    return Audited(tally, (TRUST,), ("first",), Earlier(None), tables)


def test_the_worked_example_is_true():
    """Every row of both tables in docs/disclosure.md, and its witness."""
    case = two_towns(TWO_TOWNS)
    text = Path("docs/disclosure.md").read_text()
    shown = publish(exact_table([row for table in case.tables for row in table.rows]))
    groups = {"": "", "before": ", here before", "first": ", first time"}
    thirds = ("under a third", "the middle third", "over two thirds")
    rows = []
    for row in shown.to_dict("records"):
        words = thirds[round((row["value_low"] + row["value_high"]) * 1.5 - 0.5)]
        share = words if row["band"] == "thirds" else f"{row['value']:.0%}"
        name = (row["community"].title() or "county") + groups[row["group"]]
        rows.append((name, row["n"], share))
    assert len(rows) == 7
    told = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in text.splitlines()
        if "|" in line
    ]
    first, second = (
        {cells[0]: tuple(cells[2:4]) for cells in told if len(cells) == columns}
        for columns in (5, 4)
    )
    for name, n, share in rows:
        if name in first:
            assert first[name] == (n, share)
    assert {name for name, *_ in rows} <= first.keys()
    for name in ("county", "Birch", "county, first time"):
        assert second[name][0] == first[name][0]
        assert second[name][1].startswith(first[name][1])
    place, group = case.tally.communities.index("birch"), case.tally.groups["first"].index("first")
    more = [Move(TOTAL, place, 0, 0, 1, 0, 1), Move("first", place, group, 0, 1, 0, 1)]
    assert verify(case, more)
    other = {**TWO_TOWNS, "Birch": {"before": (30, 12), "first": (4, 2)}}
    others = [row for table in two_towns(other).tables for row in table.rows]
    assert publish(exact_table(others)).equals(shown)
