"""Exact counts of one county, season by season: private, the step between answers and a release.

One pass over the rows; whole numbers only, so that the order of the rows cannot matter. Every
part of every partition is a sum of the cells that are counted here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from analysis.estimators.basic import FloatArray
from analysis.estimators.evenings import evening_sums
from analysis.frame import HEAD_COUNT, cut_column
from analysis.measures import TOTAL, IntArray, Measure, answers, in_sample, score_span

STATS = ("asked", "n", "total", "dont_know", "bottom", "top")
ASKED, N, SUM, DONT_KNOW, BOTTOM, TOP = range(len(STATS))
HANGS, LOW, HIGH = DONT_KNOW, BOTTOM, TOP  # of a score, see measures.score_span
MARKS = 2  # two 64-bit marks tell one set of answers from another
Marks = NDArray[np.uint64]

_GOLDEN = 0x9E3779B97F4A7C15  # splitmix64's constants: Steele, Lea, Flood 2014
_MIX = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))


@dataclass(frozen=True)
class Tally:
    """Counts of one county in one season; C communities, G groups of a cut, M measures."""

    season: int
    state: str
    county: str
    communities: tuple[str, ...]  # sorted
    events: tuple[tuple[int, ...], ...]  # per community, answers per event
    head_counts: tuple[int, ...]  # per community, people at its events; 0: not all were counted
    groups: Mapping[str, tuple[str, ...]]  # cut -> sorted group ids; ("",) for total
    counts: Mapping[str, IntArray]  # cut -> shape (C, G, M, len(STATS))
    marks: Mapping[str, Marks]  # cut -> shape (C, G, M, MARKS)
    wordings: tuple[tuple[frozenset[str], ...], ...]  # [community][measure]
    evenings: FloatArray  # shape (M, SUMS): how evenings differ, see evenings.evening_sums


def tallies(
    county: pd.DataFrame, measures: Sequence[Measure], cuts: Sequence[str]
) -> Iterator[Tally]:
    """One Tally per season of one county's rows, in order of season."""
    state, name = str(county["state"].iloc[0]), str(county["county"].iloc[0])
    stats, marks = _per_row(county, measures)
    season, seasons = _codes(county["season"])
    place, places = _codes(county["community"])
    counted: dict[str, tuple[list[Any], IntArray, Marks]] = {}
    for cut in (TOTAL, *cuts):
        group, groups = _codes(county[cut_column(cut)]) if cut != TOTAL else (place * 0, [""])
        shape = (len(seasons), len(places), len(groups))
        cell = np.ravel_multi_index((season, place, group), shape)
        counted[cut] = (groups, _summed(stats, cell, shape), _summed(marks, cell, shape))
    wordings = _wordings(county, stats[:, :, ASKED] > 0, measures)
    events = _events(county)
    evenings = _evenings(county, stats)
    came = _head_counts(county)
    for i, year in enumerate(seasons):
        here = [c for c in range(len(places)) if (season[place == c] == i).any()]
        yield Tally(
            season=int(year),
            state=state,
            county=name,
            communities=tuple(places[c] for c in here),
            events=tuple(tuple(sorted(events[year, places[c]])) for c in here),
            head_counts=tuple(came.get((year, places[c]), 0) for c in here),
            groups={cut: tuple(counted[cut][0]) for cut in counted},
            counts={cut: counted[cut][1][i][here] for cut in counted},
            marks={cut: counted[cut][2][i][here] for cut in counted},
            wordings=tuple(wordings[int(year), places[c]] for c in here),
            evenings=evenings[int(year)],
        )


def _events(county: pd.DataFrame) -> dict[Any, list[int]]:
    """(season, community) -> how many answered at each of its events."""
    sizes = county.groupby(["season", "community", "event"], observed=True).size()
    events: dict[Any, list[int]] = {}
    for (season, community, _), size in zip(sizes.index.tolist(), sizes.tolist(), strict=True):
        events.setdefault((season, community), []).append(size)
    return events


def _evenings(county: pd.DataFrame, stats: IntArray) -> dict[int, FloatArray]:
    """What the correlation within places is made of, per season: shape (M, SUMS)."""
    n = stats[:, :, N]
    value = stats[:, :, SUM] // 1000  # thousandths: squares of a million people still add up
    event, names = _codes(county["event"])
    summed = _summed(np.stack((n, value, value * value), axis=2), event, (len(names),))
    where = county[["event", "season", "community"]].drop_duplicates("event").set_index("event")
    years = where["season"].loc[names].to_numpy()
    place, _ = _codes(where["community"].loc[names])
    by_year = {}
    for year in np.unique(years).tolist():
        here = summed[years == year].astype(float)
        columns = here[:, :, 0], here[:, :, 1] / 1e3, here[:, :, 2] / 1e6
        by_year[int(year)] = evening_sums(*columns, place[years == year])
    return by_year


def _head_counts(county: pd.DataFrame) -> dict[Any, int]:
    """(season, community) -> people at all of its events; not there unless each was counted."""
    if HEAD_COUNT not in county.columns:
        return {}
    events = county[["season", "community", "event", HEAD_COUNT]].drop_duplicates("event")
    came = events.groupby(["season", "community"])[HEAD_COUNT].agg(["min", "sum"])
    return came.loc[came["min"] > 0, "sum"].astype(int).to_dict()


def _codes(column: pd.Series) -> tuple[IntArray, list[Any]]:
    """Each row's position in the sorted list of distinct values, and that list."""
    values = sorted(column.unique().tolist())
    plain = column.to_numpy(dtype=object)
    return pd.Index(values, dtype=object).get_indexer(plain).astype(np.int64), values


def _per_row(frame: pd.DataFrame, measures: Sequence[Measure]) -> tuple[IntArray, Marks]:
    """Shapes (rows, M, len(STATS)) and (rows, M, MARKS)."""
    stats = np.zeros((len(frame), len(measures), len(STATS)), dtype=np.int64)
    marks = np.zeros((len(frame), len(measures), MARKS), dtype=np.uint64)
    keys = _digests(frame["key"])
    others = {m.sample: ~in_sample(frame, m) for m in {m.sample: m for m in measures}.values()}
    for i, measure in enumerate(measures):
        a = answers(frame, measure)
        more: Sequence[NDArray[Any]] = (a.dont_know, a.bottom, a.top)
        if measure.unit == "score":  # these are no counts of a score: its span stands there
            low, high, hangs = score_span(frame, measure, measures)
            more = (hangs, low, high)
        stats[:, i] = np.column_stack((a.asked, a.valid, a.value, *more))
        said = (a.value + (a.valid * 2 + a.dont_know * 4 + a.bottom * 8) * 10**9).astype(np.uint64)
        counts = (a.valid | a.dont_know)[:, None]  # whoever changes nothing in print has no mark
        marks[:, i] = np.where(counts, _mixed(keys ^ _mixed(said)[:, None]), 0)
        if (here := others[measure.sample]).any():  # answers count for one sample only
            stats[here, i], marks[here, i] = 0, 0
    return stats, marks


def _digests(keys: pd.Series) -> Marks:
    """Two 64-bit words per key, the same on every machine and in every version."""
    packed = b"".join(
        hashlib.blake2b(key.encode(), digest_size=8 * MARKS).digest() for key in keys.tolist()
    )
    return np.frombuffer(packed, dtype="<u8").astype(np.uint64).reshape(-1, MARKS)


def _mixed(words: Marks) -> Marks:
    """splitmix64: spreads every bit, so that sums of marks differ when one answer differs."""
    mixed = words + np.uint64(_GOLDEN)
    for shift, factor in _MIX:
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))


def _summed(values: NDArray[Any], cell: IntArray, shape: tuple[int, ...]) -> NDArray[Any]:
    """Sums of the rows of each cell, 0 where there are none; shape (*shape, *values.shape[1:])."""
    rows = len(cell)
    among = (np.ones(rows, dtype=values.dtype), (cell, np.arange(rows)))
    members = csr_array(among, shape=(int(np.prod(shape)), rows))
    summed: NDArray[Any] = members @ values.reshape(rows, -1)
    return summed.reshape(*shape, *values.shape[1:])


def _wordings(
    frame: pd.DataFrame, asked: NDArray[np.bool_], measures: Sequence[Measure]
) -> dict[tuple[int, str], tuple[frozenset[str], ...]]:
    """Which wordings of each measure were put to people, per season and community.

    An instrument that a measure does not map is a wording of its own.
    """
    keys = ["season", "community", "instrument"]
    seen = pd.DataFrame(asked).groupby([frame[k].to_numpy() for k in keys]).any()
    by_place: dict[tuple[int, str], list[set[str]]] = {}
    for row, mask in zip(seen.index.tolist(), seen.to_numpy(), strict=True):
        sets = by_place.setdefault((row[0], row[1]), [set() for _ in measures])
        for i in np.flatnonzero(mask).tolist():
            sets[i].add(measures[i].wording.get(row[2], row[2]))
    return {place: tuple(map(frozenset, sets)) for place, sets in by_place.items()}
