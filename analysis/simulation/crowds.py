"""Made-up evenings whose truth is known, as counts that the real release prints and judges.

A place has a share; each of its evenings has one of its own around it (intraclass correlation
`icc`); people come in parties of one to four, and two of one party agree by .4. Three truths follow
from that: of the people like those who came, of the place, and of the programme. Many programmes
are made at once: each is a measure, with figures, correlations and verdicts of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.estimators.basic import FloatArray
from analysis.estimators.evenings import evening_sums
from analysis.estimators.intraclass import most_per_event
from analysis.measures import LEAST, WHOLE, IntArray, Measure
from analysis.release.figures import publish, with_ranges
from analysis.release.programme import programme_knows
from analysis.tabulation.figure_print import exact_table
from analysis.tabulation.rounding import band_event, band_n
from analysis.tabulation.tables import Exact

AGREE = 0.4  # correlation of two answers of one party
COPIES = AGREE**0.5  # so often a person says what the party says
# Sizes of parties: the mean person came with one other (sum s^2 / sum s = 2).
SIZES, PARTS = np.array([1, 2, 3, 4]), np.array([0.60, 0.27, 0.09, 0.04])


@dataclass(frozen=True)
class Town:
    """n people who answered, spread evenly over its events; the state is for programmes of many."""

    n: int
    events: int = 1
    state: str = "OH"

    @property
    def sizes(self) -> list[int]:
        return [self.n // self.events + (i < self.n % self.events) for i in range(self.events)]


@dataclass(frozen=True)
class Season:
    """One season of towns, P programmes at once. yes: shape (events, P), counts; crowd: (towns,
    P), the share of people like those who came; place: (towns, P)."""

    year: int
    towns: tuple[Town, ...]
    yes: IntArray
    crowd: FloatArray
    place: FloatArray

    @property
    def town(self) -> IntArray:
        return np.repeat(np.arange(len(self.towns)), [town.events for town in self.towns])

    @property
    def sizes(self) -> IntArray:
        return np.array([size for town in self.towns for size in town.sizes])


def evening_shares(rng: np.random.Generator, place: FloatArray, icc: float) -> FloatArray:
    """Each evening's own share, drawn around its place's; the same for an icc of 0."""
    if icc == 0:
        return place.copy()
    alike = (1 - icc) / icc
    drawn: FloatArray = rng.beta(place * alike, (1 - place) * alike)
    return drawn


def season(
    rng: np.random.Generator,
    towns: Sequence[Town],
    place: FloatArray,
    icc: float,
    *,
    year: int = 2026,
    evening: FloatArray | None = None,
) -> Season:
    """A season of these towns. place: true shares, (towns, P); evening: shares of the events,
    (events, P), where they are known already."""
    made = Season(year, tuple(towns), np.empty(0, dtype=np.int64), place, place)
    shares = evening_shares(rng, place[made.town], icc) if evening is None else evening
    yes = np.stack([answers(rng, p, n) for p, n in zip(shares, made.sizes, strict=True)])
    n = np.bincount(made.town, made.sizes)
    crowd = np.zeros(place.shape)
    np.add.at(crowd, made.town, shares * made.sizes[:, None])
    return Season(year, tuple(towns), yes, crowd / n[:, None], place)


def answers(rng: np.random.Generator, share: FloatArray, n: int) -> IntArray:
    """How many of n people say yes, per programme; share: (P,). Parties answer alike by AGREE."""
    parties = rng.choice(SIZES, size=n, p=PARTS)
    party = np.repeat(np.arange(n), parties)[:n]
    common = rng.random((party[-1] + 1, len(share)), dtype=np.float32) < share
    own = rng.random((n, len(share)), dtype=np.float32) < share
    copies = rng.random((n, len(share)), dtype=np.float32) < COPIES
    yes: IntArray = np.where(copies, common[party], own).sum(axis=0).astype(np.int64)
    return yes


def measures(count: int) -> tuple[Measure, ...]:
    """As many programmes, each a headline measure."""
    return tuple(Measure(f"m{i:04}", favourable=(5,), headline=True) for i in range(count))


def figures_of(seasons: Sequence[Season]) -> pd.DataFrame:
    """The released figures of these seasons, one row per town, season and programme.

    Printed and ranged by the release's own code. Grouping and auditing are left out: each town is
    shown by itself. A test holds this equal to release() on the same answers.
    """
    asked = measures(seasons[0].yes.shape[1])
    evenings = {
        one.year: evening_sums(
            np.broadcast_to(one.sizes[:, None], one.yes.shape), one.yes, one.yes, one.town
        )
        for one in seasons
    }
    rows = [row for one in seasons for row in _rows(one, asked)]
    return with_ranges(publish(exact_table(rows)), programme_knows(evenings, asked))


def _rows(one: Season, asked: Sequence[Measure]) -> list[Exact]:
    yes = np.zeros((len(one.towns), one.yes.shape[1]), dtype=np.int64)
    np.add.at(yes, one.town, one.yes)
    rows = []
    for i, town in enumerate(one.towns):
        least, _ = band_n(np.array([town.n]))
        most = int(np.ceil(most_per_event(least, band_event(np.array(town.sizes)))[0]))
        rows += [
            Exact(
                one.year, town.state, "county", "panel", "total", name_of(i), "", "", "",
                measure.id, "", "share", "1", town.events, most, False, town.n,
                int(count) * WHOLE, -1, 0, int(count), 0, LEAST, "",
            )
            for measure, count in zip(asked, yes[i], strict=True)
        ]  # fmt: skip
    return rows


def name_of(town: int) -> str:
    return f"town-{town:04}"


def wide(rows: pd.DataFrame, name: str) -> FloatArray:
    """A column of one season's rows, shape (towns, programmes)."""
    table = rows.pivot(index="community", columns="measure", values=name)
    return table.sort_index().sort_index(axis=1).to_numpy(dtype=float)
