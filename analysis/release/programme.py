"""What only the whole programme can tell: how evenings and people differ, which indexes hold.

Put together from sums that counties add up to, whatever the number of counties; estimated for a
season once it has 300 answers, and kept in the notes of the release (METHODS 3, 7.5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from analysis.estimators.basic import FloatArray
from analysis.estimators.evenings import SEASONS_TOGETHER, N, settled_icc, spread_of
from analysis.estimators.intraclass import ANSWERS_TO_TRUST
from analysis.estimators.reliability import IndexKey, IndexMoments, Reliability, reliability_of
from analysis.measures import SCALE, Measure
from analysis.release.figures import Known, RhoKey
from analysis.tabulation.tables import Note

KNOWN = Known._fields  # also the kinds of the notes
RELIABILITY = ("index", "alpha", "omega")  # kinds of the notes on whether an index holds


@dataclass
class Sums:
    """What counties add up to: no answer, and no count of a place."""

    evenings: dict[int, FloatArray] = field(default_factory=dict)  # season -> shape (M, SUMS)
    indexes: dict[IndexKey, IndexMoments] = field(default_factory=dict)

    def add(
        self, evenings: Mapping[int, FloatArray], indexes: Mapping[IndexKey, IndexMoments]
    ) -> None:
        """Add one county's. The same counties in the same order give the same sums to the bit."""
        for season, sums in evenings.items():
            self.evenings[season] = self.evenings.get(season, 0.0) + sums
        for key, moments in indexes.items():
            before = self.indexes.get(key)
            self.indexes[key] = moments if before is None else before.plus(moments)

    def reliability(self) -> dict[IndexKey, Reliability | None]:
        """Of each index and season; None where too few people answered all its questions."""
        return {key: reliability_of(moments) for key, moments in self.indexes.items()}


def withheld(reliability: Mapping[IndexKey, Reliability | None]) -> frozenset[RhoKey]:
    """The indexes that may not be shown, by season."""
    return frozenset(key for key, one in reliability.items() if one is None or not one.holds)


def withheld_before(notes: pd.DataFrame) -> frozenset[RhoKey]:
    """The indexes that an earlier release did not show, from its notes."""
    rows = notes[(notes["kind"] == RELIABILITY[0]) & (notes["reason"] != "holds")]
    keys = rows[["season", "measure", "agency"]].itertuples(index=False, name=None)
    return frozenset((int(season), measure, agency) for season, measure, agency in keys)


def programme_knows(
    evenings: Mapping[int, FloatArray], measures: Sequence[Measure]
) -> dict[RhoKey, Known]:
    """What is known of each measure asked in each season, from up to three seasons together.

    evenings: season -> evening_sums() of each measure, shape (M, SUMS). Source: METHODS 3.
    """
    known: dict[RhoKey, Known] = {}
    seasons = sorted(evenings)
    for i, season in enumerate(seasons):
        latest = seasons[max(i + 1 - SEASONS_TOGETHER, 0) : i + 1]
        together = np.sum([evenings[one] for one in latest], axis=0)
        for j, measure in enumerate(measures):
            own = evenings[season][j]
            if own[N]:
                scale = SCALE[measure.unit]
                spread = spread_of(own, scale) if measure.unit == "score" else float("nan")
                known[season, *measure.key] = Known(settled_icc(together[j]), spread)
    return known


def known_before(notes: pd.DataFrame) -> dict[RhoKey, Known]:
    """What an earlier release told, from its notes."""
    values: dict[RhoKey, dict[str, float]] = {}
    for row in notes[notes["kind"].isin(KNOWN)].to_dict("records"):
        key = (int(row["season"]), row["measure"], row["agency"])
        values.setdefault(key, {})[row["kind"]] = float(row["value"])
    return {key: Known(**{kind: one.get(kind, float("nan")) for kind in KNOWN})
            for key, one in values.items()}  # fmt: skip


def known_notes(known: Mapping[RhoKey, Known]) -> Iterator[Note]:
    for (season, measure, agency), one in known.items():
        for kind, value in zip(KNOWN, one, strict=True):
            if kind == KNOWN[0] or not np.isnan(value):
                reason = "unsettled" if np.isnan(value) else "estimated"
                yield Note(kind, reason, season, measure=measure, agency=agency, value=value)


def index_notes(
    indexes: Mapping[IndexKey, Reliability | None], before: pd.DataFrame | None
) -> Iterator[Note]:
    """Whether each index holds together; its alpha and omega where ANSWERS_TO_TRUST allow it.

    before: notes of an earlier release; seasons without answers keep what was said of them.
    """
    if before is not None:
        seasons = {season for season, _, _ in indexes}
        for row in before[before["kind"].isin(RELIABILITY)].to_dict("records"):
            if row["season"] not in seasons:
                yield Note(**{str(name): value for name, value in row.items()})
    for (season, measure, agency), one in sorted(indexes.items()):
        reason = "few" if one is None else "holds" if one.holds else "withheld"
        yield Note(RELIABILITY[0], reason, season, measure=measure, agency=agency)
        if one is not None and one.n >= ANSWERS_TO_TRUST:
            for kind in RELIABILITY[1:]:
                value = round(getattr(one, kind), 2)
                yield Note(kind, reason, season, measure=measure, agency=agency, value=value)
