"""Planted leaks must be refused, and what passes must hold against trying every table there is."""

import functools
import itertools
from dataclasses import dataclass
from fractions import Fraction
from math import floor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.disclosure.limits import Limits, banded, exact, standing
from analysis.disclosure.moves import EVERY, OPPOSITE, sets_of
from analysis.disclosure.parts import Part as Shared
from analysis.disclosure.parts import Parts
from analysis.disclosure.trades import Trades
from analysis.disclosure.witness import Evidence, World, goals, possible
from analysis.tabulation.figure_print import Counts


class County:
    """A world of one yes-or-no measure from {cut: [[(n, favourable), ...groups], ...places]}."""

    few = 11

    def __init__(self, cuts):
        self.counts = {
            cut: np.array([[[(n, top, 0)] for n, top in place] for place in places])
            for cut, places in cuts.items()
        }

    def world(self):
        tables = len(self.counts)
        places, groups, *_ = np.max([c.shape for c in self.counts.values()], axis=0)
        counts = np.zeros((tables, places, groups, 3), dtype=np.int64)
        asked = np.zeros((tables, places, groups), dtype=bool)
        for t, c in enumerate(self.counts.values()):
            counts[t, :, : c.shape[1]], asked[t, :, : c.shape[1]] = c[:, :, 0], True
        everywhere = np.ones((tables, places), dtype=bool)
        return World(
            cuts=list(self.counts),
            panel=np.zeros(tables, dtype=np.int64),
            first=np.arange(tables),
            table=np.arange(tables),
            subject=np.zeros(tables, dtype=np.int64),
            counts=counts,
            ends=np.zeros((*asked.shape, 2), dtype=np.int64),
            hangs=np.zeros(asked.shape, dtype=np.int64),
            asked=asked,
            kinds=np.array([[True, True, False]] * tables),
            score=np.zeros(tables, dtype=bool),
            touched=np.zeros(tables, dtype=bool),
            few=np.full(tables, self.few),
            room=np.full(places, 100),
            joins=asked,
            leaves=counts[..., 0] > 0,
            place_joins=everywhere,
            place_leaves=everywhere,
        )

    @functools.cached_property
    def may(self):
        """Per cut the moves for which there is somebody; shape (R, G, moves)."""
        can = sets_of(possible(self.world())) > 0
        sizes = [c.shape[1] for c in self.counts.values()]
        return {
            cut: can[t, :, :n] for t, (cut, n) in enumerate(zip(self.counts, sizes, strict=True))
        }


def world(**cuts):
    return County(cuts)


def evidence(of, shown):
    """What the audit makes of a county and of what is shown of it."""
    made, cuts = of.world(), list(of.counts)
    shown = sorted(shown, key=lambda part: cuts.index(part.cut))
    parts = [Shared(cuts.index(part.cut), part.places, part.groups) for part in shown]
    ones = np.ones(len(cuts), dtype=np.int64)
    found = Evidence(made, Parts(parts, made.first, ones, made.asked.shape[1:]))
    for figure, part in enumerate(shown):
        found.stands[figure] = standing(part.limits, ~YES, np.array([1]))[0]
    return found, np.ones(len(cuts), dtype=bool)


YES = np.array([True])


@dataclass(frozen=True)
class Part:
    """A part that also knows how it is printed, for an oracle that has no inequalities."""

    cut: str
    places: tuple[int, ...]
    groups: tuple[int, ...]
    limits: Limits
    banded: bool = False

    def prints(self, n, top):
        """What is printed of these counts, as one number each; -1: it may not be printed."""
        return (printed_banded() if self.banded else printed_exactly())[n, top]


MOST = 160  # people in any county of these tests


@functools.cache
def printed_exactly():
    n, top = np.indices((MOST, MOST))
    return np.where(top <= n, n * MOST + top, -1)


@functools.cache
def printed_banded():
    """METHODS 7.4 in fractions: the class of n, and the third or the step of the share."""
    found = np.full((MOST, MOST), -1)
    names: dict[tuple[object, ...], int] = {}
    for n in range(11, MOST):
        step = 0 if n < 30 else 10 if n < 60 else 5 if n < 150 else 2
        for top in range(n + 1):
            share, tail = Fraction(100 * top, n), Fraction(3 * step, 2)
            if not step:
                told = str(0 if 3 * top < n else 2 if 3 * top > 2 * n else 1)
            elif share <= tail or share >= 100 - tail:
                told = "low" if share <= tail else "high"
            else:
                told = str(floor(share / step + Fraction(1, 2)) * step)
            shown_n = "11-29" if n < 30 else n - n % 5
            found[n, top] = names.setdefault((shown_n, step, told), len(names))
    return found


def show(of, cut, places, groups, limits=exact):
    n, top, _ = of.counts[cut][np.ix_(places, groups)].sum(axis=(0, 1)).T
    counts = Counts(n, top, 0 * n, 0 * n - 1, ~YES, ~YES, 0 * n)
    return Part(cut, tuple(places), tuple(groups), limits(counts), banded=limits is banded)


def refused(of, *shown):
    """The doubts that neither one person nor two settle."""
    made, live = evidence(of, shown)
    found = made.doubts(live)
    return made.named(found.those(~Trades(made, live).settled(found)))


TOWNS = [(60, 40)], [(5, 4)]  # a township of sixty and one of five


def test_county_minus_township():
    of = world(total=TOWNS)
    leak = [show(of, "total", [0, 1], [0]), show(of, "total", [0], [0])]
    assert {(d.place, d.goal) for d in refused(of, *leak)} == {(1, "size")}
    told = [show(of, "total", [0, 1], [0], banded), show(of, "total", [0], [0], banded)]
    assert refused(of, *told) == []


def test_a_threshold_alone():
    """Cells under 11 are blank, the others and the margins exact: one blank a line is no blank."""
    places = [(40, 30), (5, 5), (20, 9)], [(30, 11), (25, 20), (20, 2)]
    total = [[tuple(np.sum(groups, axis=0))] for groups in places]
    of = world(total=total, age=places)
    shown = [show(of, "total", [p], [0]) for p in (0, 1)]
    cells = [(0, 0), (0, 2), (1, 0), (1, 1), (1, 2)]
    shown += [show(of, "age", [p], [g]) for p, g in cells]
    assert {(d.cut, d.place, d.group) for d in refused(of, *shown)} == {("age", 0, 1)}


def test_exact_margins():
    """Nothing of the small place is shown by age, but the county's ages and its neighbour's are."""
    places = [(40, 30), (35, 20)], [(4, 4), (9, 2)]
    total = [[tuple(np.sum(groups, axis=0))] for groups in places]
    of = world(total=total, age=places)
    shown = [show(of, "total", [0, 1], [0])]
    shown += [show(of, "age", [0, 1], [g]) for g in (0, 1)]
    shown += [show(of, "age", [0], [g]) for g in (0, 1)]
    assert {d.group for d in refused(of, *shown)} == {0, 1}


def test_nested_cuts():
    """18-29 beside 18-34 gives the few from 30 to 34."""
    of = world(age=[[(50, 20), (6, 6), (60, 31)]], total=[[(116, 57)]])
    leak = [show(of, "age", [0], groups) for groups in ([0], [0, 1], [2])]
    assert {d.group for d in refused(of, *leak)} == {1}


def test_adults_minus_everybody():
    """Rows are audiences here: the few teenagers are all minus adults."""
    of = world(total=[[(80, 50)], [(6, 0)]])
    leak = [show(of, "total", [0], [0]), show(of, "total", [0, 1], [0])]
    assert {d.place for d in refused(of, *leak)} == {1}


def test_an_answer_that_is_certain_is_found_in_a_large_group_too():
    of = world(total=[[(40, 40)]])
    assert {d.goal for d in refused(of, show(of, "total", [0], [0]))} == {"other"}
    assert refused(of, show(of, "total", [0], [0], banded)) == []


def test_bands_that_meet_at_an_edge_can_make_an_answer_certain():
    """Three parts at the upper edges of their bands and a whole at its lower edge."""
    groups = [(13, 13), (11, 7), (43, 32)]
    of = world(age=[groups], total=[[tuple(np.sum(groups, axis=0))]])
    shown = [show(of, "total", [0], [0], banded)]
    shown += [show(of, "age", [0], [g], banded) for g in range(3)]
    assert [(d.group, d.goal) for d in refused(of, *shown)] == [(0, "other")]


@functools.cache
def all_tables():
    """Every table of three groups with up to 14 people each; shape (T, 3, 2)."""
    cells = np.array([(n, top) for n in range(15) for top in range(n + 1)], dtype=np.int16)
    picked = np.indices([len(cells)] * 3).reshape(3, -1).T
    return cells[picked]


def every_table(of, shown):
    """Every table that prints the same."""
    tables, true = all_tables(), of.counts["age"][0, :, 0, :2]
    for part in shown:
        groups = list(part.groups) if part.cut == "age" else [0, 1, 2]
        n, top = tables[:, groups].sum(axis=1, dtype=np.int64).T
        tables = tables[part.prints(n, top) == part.prints(*true[groups].sum(axis=0))]
    return tables


def worked_out(tables, true):
    """Whether some union of groups is pinned, or its answer certain, over these tables."""
    for size in (1, 2, 3):
        for union in itertools.combinations(range(3), size):
            n, top = tables[:, list(union)].sum(axis=1, dtype=np.int64).T
            few = 1 <= true[list(union), 0].sum() <= 10
            if few and len(np.unique(n * 100 + top)) == 1:
                return True
            there = n > 0
            if there.any() and ((top[there] == 0).all() or (top[there] == n[there]).all()):
                return True
    return False


@st.composite
def tiny(draw):
    groups = []
    for _ in range(3):
        n = draw(st.integers(0, 5))
        groups.append((n, draw(st.integers(0, n))))
    of = world(age=[groups], total=[[tuple(int(x) for x in np.sum(groups, axis=0))]])
    whole = int(of.counts["total"][0, 0, 0, 0])
    shown = [show(of, "total", [0], [0], banded if whole >= 11 and draw(st.booleans()) else exact)]
    for union in draw(st.sets(st.sampled_from([(0,), (1,), (2,), (0, 1), (1, 2), (0, 2)]))):
        size = of.counts["age"][0, list(union), 0, 0].sum()
        as_band = size >= 11 and draw(st.booleans())
        shown.append(show(of, "age", [0], union, banded if as_band else exact))
    return of, shown


@settings(max_examples=25)
@given(tiny())
def test_what_passes_holds_against_every_table_there_is(case):
    of, shown = case
    true = of.counts["age"][0, :, 0, :2]
    if any(part.cut == "age" for part in shown) and worked_out(every_table(of, shown), true):
        assert refused(of, *shown)


@pytest.mark.parametrize("groups", [[(6, 3), (7, 2)], [(3, 1), (4, 2), (8, 8)]])
def test_people_of_a_pool_may_stand_in_each_others_groups(groups):
    of = world(age=[groups], total=[[tuple(np.sum(groups, axis=0))]])
    pool = tuple(range(len(groups)))
    assert refused(of, show(of, "total", [0], [0]), show(of, "age", [0], pool)) == []


@st.composite
def small_county(draw):
    """Three places, their ages and two other groups; some parts of it are shown."""
    people, ages, others = st.integers(0, 13), [], []
    for _ in range(3):
        place = [(n := draw(people), draw(st.integers(0, n))) for _ in range(3)]
        n, top = (int(x) for x in np.sum(place, axis=0))
        k = draw(st.integers(0, n))
        low, high = max(0, top - (n - k)), min(k, top)
        liked = draw(st.integers(low, high))
        ages.append(place)
        others.append([(k, liked), (n - k, top - liked)])
    of = world(total=[[tuple(np.sum(place, axis=0))] for place in ages], age=ages, other=others)
    shown = [
        show(of, "total", [p], [0], draw_limits(draw, of, "total", [p], [0])) for p in range(3)
    ]
    for cut, groups in (("age", 3), ("other", 2)):
        for places in ([0], [1], [2], [0, 1, 2]):
            for group in range(groups):
                if draw(st.booleans()):
                    limits = draw_limits(draw, of, cut, places, [group])
                    shown.append(show(of, cut, places, [group], limits))
    return of, shown


def draw_limits(draw, of, cut, places, groups):
    enough = of.counts[cut][np.ix_(places, groups)][..., 0].sum() >= 11
    return banded if enough and draw(st.integers(0, 4)) else exact


def prints_alike(of, shown, cut, moved):
    """Whether nothing that is shown of a cut changes when people move so: {cell: move}."""
    for part in shown:
        if part.cut == cut:
            cells = of.counts[cut][np.ix_(part.places, part.groups)][:, :, 0, :2]
            before = cells.sum(axis=(0, 1))
            after = before + sum(
                move[:2]
                for (place, group), move in moved.items()
                if place in part.places and group in part.groups
            )
            if (after < 0).any() or part.prints(*before) != part.prints(*after):
                return False
    return True


def alike(of, shown, cut, one, other, move):
    """Whether nobody sees this move in one cell and its opposite in another."""
    moved = {one: EVERY[move], other: EVERY[OPPOSITE[move]]}
    return one != other and prints_alike(of, shown, cut, moved)


def shares(of, shown, doubt):
    """Whether it can trade a person with so many people of its place that no small union holds
    them all, by trying each group."""
    may = of.may[doubt.cut][doubt.place]
    people = of.counts[doubt.cut][doubt.place, :, 0, 0]
    here = doubt.place, doubt.group
    partners = [
        group
        for group in range(len(people))
        if any(
            may[doubt.group, move]
            and may[group, OPPOSITE[move]]
            and alike(of, shown, doubt.cut, here, (doubt.place, group), move)
            for move in np.flatnonzero(EVERY[:, 0])
        )
    ]
    return doubt.goal == "size" and people[[doubt.group, *partners]].sum() >= of.few


def hides(of, shown, doubt, move):
    """Whether somebody else can hide the move, by trying every cell and pair of cells."""
    here, free = (doubt.place, doubt.group), of.counts[doubt.cut][..., 0, 0] >= of.few

    def can(cut, cell, move):
        return of.may[cut][(*cell, move)]

    def may(cell, move):
        return (doubt.goal != "size" or free[cell]) and can(doubt.cut, cell, move)

    back = OPPOSITE[move]
    if not can(doubt.cut, here, move):
        return False
    for cell in np.ndindex(free.shape):
        if may(cell, back) and alike(of, shown, doubt.cut, here, cell, move):
            places = here[0], cell[0]
            if places[0] == places[1] or all(
                any(
                    can(cut, one, move)
                    and can(cut, other, back)
                    and alike(of, shown, cut, one, other, move)
                    for one in np.ndindex(of.counts[cut].shape[:2])
                    for other in np.ndindex(of.counts[cut].shape[:2])
                    if (one[0], other[0]) == places
                )
                for cut in of.counts
                if cut != doubt.cut
            ):
                return True
        if cell[0] != here[0] and cell[1] != here[1]:
            side, below = (here[0], cell[1]), (cell[0], here[1])
            moved = {here: EVERY[move], cell: EVERY[move], side: EVERY[back], below: EVERY[back]}
            free_all = may(cell, move) and may(side, back) and may(below, back)
            if free_all and prints_alike(of, shown, doubt.cut, moved):
                return True
    return False


@settings(max_examples=40)
@given(small_county())
def test_trades_are_found_exactly_where_trying_all_of_them_finds_one(case):
    of, shown = case
    made, live = evidence(of, shown)
    trades, found = Trades(made, live), made.doubts(live)
    for i, doubt in enumerate(made.named(found)[:12]):
        every = all(
            any(
                hides(of, shown, doubt, k)
                for k in np.flatnonzero((EVERY @ np.array(either).T >= 1).any(axis=1))
            )
            for either in goals(True, False, doubt.goal)
        )
        assert bool(trades.hidden(found.those([i]))[0]) == (every or shares(of, shown, doubt))
