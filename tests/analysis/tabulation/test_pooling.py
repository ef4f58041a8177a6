import itertools

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from analysis.measures import LEAST
from analysis.tabulation.counts import ASKED, STATS, N
from analysis.tabulation.pooling import (
    Standing,
    communities,
    kept_apart,
    leeway,
    may_join,
    partition,
    smallest_n,
)

cells = st.integers(1, 3).flatmap(
    lambda m: st.lists(
        st.lists(st.tuples(st.integers(0, 40), st.integers(0, 5)), min_size=m, max_size=m),
        min_size=1,
        max_size=8,
    )
)


def counts(rows):
    """Shape (atoms, measures, STATS) from (n, asked beside n)."""
    made = np.zeros((len(rows), len(rows[0]), len(STATS)), dtype=np.int64)
    for i, row in enumerate(rows):
        for j, (n, more) in enumerate(row):
            made[i, j, N], made[i, j, ASKED] = n, n + more
    return made


def sizes(*n):
    return counts([[(one, 0)] for one in n])


def names(table):
    return [chr(97 + i) for i in range(len(table))]


@given(cells)
def test_every_cut_is_a_full_partition_into_parts_of_eleven(rows):
    table = counts(rows)
    parts = partition(names(table), table)
    there = {name for name, c in zip(names(table), table, strict=True) if c[:, ASKED].any()}
    if parts is None:
        return
    assert sorted(atom for part in parts for atom in part) == sorted(there)
    for part in parts:
        total = sum(table[names(table).index(atom)] for atom in part)
        assert smallest_n(total) >= LEAST
    assert sum(len(part) > 1 for part in parts) <= 1  # one pool


@given(cells)
def test_a_part_by_itself_was_big_enough_and_a_small_one_is_pooled(rows):
    table = counts(rows)
    for part in partition(names(table), table) or ():
        for atom in part:
            if smallest_n(table[names(table).index(atom)]) < LEAST:
                assert len(part) > 1


@given(cells, st.randoms())
def test_the_order_of_atoms_does_not_matter(rows, random):
    table = counts(rows)
    shuffled = list(range(len(table)))
    random.shuffle(shuffled)
    again = partition([names(table)[i] for i in shuffled], table[shuffled])
    assert again == partition(names(table), table)


def test_the_pool_pulls_in_the_next_smallest():
    assert partition("abc", sizes(5, 40, 20)) == (("b",), ("a", "c"))
    assert partition("abcd", sizes(5, 40, 20, 7)) == (("b",), ("c",), ("a", "d"))
    assert partition("abcd", sizes(2, 40, 20, 7)) == (("b",), ("a", "c", "d"))


def test_fewer_than_two_parts_is_no_cut():
    assert partition("ab", sizes(5, 40)) is None
    assert partition("ab", sizes(5, 4)) is None
    assert partition("a", sizes(10)) is None
    assert partition("", sizes(1)[:0]) is None


def test_an_only_community_is_its_county():
    assert partition("a", sizes(11)) == (("a",),)
    assert partition("ab", sizes(11, 0)) == (("a",),)  # nobody was asked in b


def test_an_item_that_was_not_asked_there_does_not_pull_a_place_down():
    rows = [[(20, 0), (0, 0)], [(20, 0), (15, 0)], [(20, 0), (15, 0)]]
    assert partition("abc", counts(rows)) == (("a",), ("b",), ("c",))
    rows[0][1] = (0, 3)  # asked, and nobody could say
    assert partition("abc", counts(rows)) == (("c",), ("a", "b"))


def test_what_was_published_together_stays_together():
    before = (("b",), ("a", "c"))
    assert partition("abc", sizes(30, 40, 30), before=before) == before
    assert partition("abcd", sizes(30, 40, 30, 12), before=before) == (("b",), ("d",), ("a", "c"))
    assert partition("abcd", sizes(30, 40, 30, 2), before=before) == (("b",), ("a", "c", "d"))
    assert partition("abc", sizes(30, 10, 30), before=before) is None  # b fell under
    assert partition("ab", sizes(30, 40), before=before) is None  # c is gone
    assert partition("abc", sizes(30, 40, 5), before=(("a",), ("b",))) is None  # c has no pool


def shown(atoms, table, **more):
    """How the communities are shown, where no earlier release forbids it."""
    standing = communities(atoms, table, **more)
    assert standing is not None
    return standing


def test_nobody_pays_for_a_small_neighbour():
    alone = Standing((("b",), ("c",)), False, ("a",))
    assert communities("abc", sizes(5, 40, 20)) == alone  # no total to subtract from
    assert communities("abcd", sizes(5, 40, 20, 7)) == Standing((("b",), ("c",), ("a", "d")), True)
    assert shown("abcd", sizes(2, 40, 20, 7)).few == ("a", "d")  # nine even together
    assert communities("abc", sizes(11, 40, 20)) == Standing((("a",), ("b",), ("c",)), True)
    assert communities("ab", sizes(8, 4)) == Standing((), True)  # together only
    assert communities("ab", sizes(5, 4)) == Standing((), False, ("a", "b"))
    assert communities("a", sizes(11)) == Standing((("a",),), True)
    assert communities("a", sizes(10)) == Standing((), False, ("a",))


def test_of_a_county_wide_agency_the_total_comes_first():
    assert communities("abc", sizes(5, 40, 20), countywide=True) == Standing((), True)
    assert communities("abcd", sizes(5, 40, 20, 7), countywide=True) == Standing((), True)
    every = Standing((("a",), ("b",)), True)
    assert communities("ab", sizes(11, 40), countywide=True) == every
    assert communities("abc", sizes(11, 40, 3), countywide=True, before=every) is None
    assert communities("ab", sizes(11, 40), countywide=True, before=Standing((), True)) == every


def test_what_was_published_of_communities_stays_so():
    alone = Standing((("b",), ("c",)), False)
    grown = communities("abc", sizes(15, 40, 20), before=alone)
    assert grown == Standing((("a",), ("b",), ("c",)), True)
    pool = Standing((("b",), ("a", "c")), True)
    assert communities("abc", sizes(30, 40, 30), before=pool) == pool
    assert shown("abcd", sizes(8, 40, 4, 2), before=pool).parts == (("b",), ("a", "c", "d"))
    assert communities("abc", sizes(30, 10, 30), before=pool) is None  # b fell under
    assert communities("ab", sizes(30, 40), before=pool) is None  # c is gone
    total = Standing((("a",), ("b",)), True)
    assert communities("abc", sizes(30, 40, 5), before=total) is None  # the total minus a and b


@given(st.lists(st.integers(0, 24), min_size=2, max_size=4), st.booleans())
@example([5, 17, 15], False)
@example([4, 6, 15], False)
def test_whatever_communities_do_within_their_leeway_they_are_shown_alike(n, countywide):
    """The few in no part are also known to be too few together: their sum stays under 11."""
    table = counts([[(one, 1)] for one in n])
    standing = shown(names(table), table, countywide=countywide)
    low, high = (ends[:, 0].tolist() for ends in leeway(table, among(table, [])))
    together = [names(table).index(atom) for part in standing.parts for atom in part]
    pool = [names(table).index(atom) for part in standing.parts[-1:] for atom in part]
    few = [names(table).index(atom) for atom in standing.few]
    spans = [
        range(max(least, one - 3), min(most, one + 3) + 1)
        for one, least, most in zip(n, low, high, strict=True)
    ]
    for other in itertools.product(*spans):
        sums = [sum(other[i] for i in some) for some in (pool, few, range(len(n)))]
        printed = (not together or sums[0] >= LEAST) and (not standing.total or sums[2] >= LEAST)
        if printed and (len(few) < 2 or sums[1] < LEAST):
            moved = counts([[(one, 1)] for one in other])
            assert communities(names(moved), moved, countywide=countywide) == standing


@given(st.lists(st.integers(0, 24), min_size=2, max_size=4))
@example([5, 17, 15])  # one falls and the other rises: they would change places
@example([5, 3, 15, 16])
def test_whatever_all_atoms_do_within_their_leeway_the_partition_stays(n):
    table = counts([[(one, 1)] for one in n])
    parts = partition(names(table), table)
    pool = [part for part in parts or () if len(part) > 1]
    pooled = [names(table).index(atom) for atom in (pool[0] if pool else ())]
    if parts is None:  # nothing is shown: all are told together
        pooled = list(range(len(n)))
    low, high = (ends[:, 0].tolist() for ends in leeway(table, among(table, pooled)))
    spans = [
        range(max(least, one - 5), min(most, one + 5) + 1)
        for one, least, most in zip(n, low, high, strict=True)
    ]
    for other in itertools.product(*spans):
        if sum(other[i] for i in pooled) >= LEAST or not pooled:  # else the print is another
            moved = counts([[(one, 1)] for one in other])
            assert partition(names(moved), moved) == parts


@given(
    st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14)), min_size=2, max_size=4),
    st.lists(st.integers(-4, 4), min_size=8, max_size=8),
)
@example([(6, 6), (2, 9), (15, 15)], [9, 9, 3, -9, 0, 0, 0, 0])
def test_while_the_reason_holds_no_cut_is_shown(n, moves):
    """All but one have under 11 together on some measure: whatever else changes, nothing shows."""
    table = counts([[(one, 1), (other, 1)] for one, other in n])
    rest, measure = reason(table)
    if not rest:
        return
    assert partition(names(table), table) is None
    changed = [
        [max(one + up, 0), max(other + down, 0)]
        for (one, other), up, down in zip(n, moves[::2], moves[1::2], strict=False)
    ]
    if sum(changed[i][measure] for i in rest) < LEAST:
        moved = counts([[(one, 1), (other, 1)] for one, other in changed])
        assert partition(names(moved), moved) is None


def test_a_cut_that_is_shown_has_no_reason_not_to_be():
    assert not reason(sizes(5, 40, 20, 7))[0]
    assert not reason(sizes(11, 40))[0]
    assert not reason(sizes(15))[0]
    assert reason(sizes(5, 40)) == ([0], 0)
    assert reason(sizes(5, 4, 1)) == ([1, 2], 0)


def among(table, positions):
    """Which atoms are at these positions."""
    return np.isin(np.arange(len(table)), positions)


def reason(table):
    """Positions of all groups but one, and the measure on which these are too few together."""
    rest, measure = kept_apart(table)
    return np.flatnonzero(rest).tolist(), int(measure)


@given(st.lists(st.lists(st.integers(0, 24), min_size=6, max_size=6), min_size=2, max_size=4))
@example([[5, 5, 17, 3, 15, 30], [0, 0, 12, 12, 40, 8]])
def test_many_places_at_once_are_told_what_each_is_told_alone(places):
    tables = [counts([[(n, 1), (m, 0)] for n, m in itertools.pairwise(p)]) for p in places]
    together = np.stack(tables)
    pooled = np.array([[n < LEAST or i % 2 == 0 for i, n in enumerate(p[:5])] for p in places])
    for told in (leeway, lambda c, p: (may_join(c, p),), lambda c, _: kept_apart(c)):
        every = told(together, pooled)
        for i, (table, pool) in enumerate(zip(tables, pooled, strict=True)):
            for one, alone in zip(every, told(table, pool), strict=True):
                assert np.array_equal(one[i], alone)
