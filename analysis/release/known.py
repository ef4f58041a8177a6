"""What only the whole programme can tell of a measure: how evenings differ, how people differ.

Estimated once for a season, from at least 300 answers, and kept in the notes of the release.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.estimators.basic import FloatArray
from analysis.estimators.evenings import SEASONS_TOGETHER, N, settled_icc, spread_of
from analysis.measures import SCALE, Measure
from analysis.release.figures import Known, RhoKey
from analysis.tabulation.tables import Note

KNOWN = Known._fields  # also the kinds of the notes


def programme_knows(
    evenings: Mapping[int, FloatArray], measures: Sequence[Measure]
) -> dict[RhoKey, Known]:
    """Correlation and spread of every season and measure with answers.

    evenings: season -> sums over the whole programme, shape (M, SUMS). How evenings differ is
    estimated from up to three seasons together, the spread of a score from its own (METHODS 3).
    """
    knowledge = {}
    seasons = sorted(evenings)
    for i, season in enumerate(seasons):
        latest = seasons[max(i + 1 - SEASONS_TOGETHER, 0) : i + 1]
        together = np.sum([evenings[one] for one in latest], axis=0)
        for j, measure in enumerate(measures):
            own = evenings[season][j]
            if own[N]:
                scale = SCALE[measure.unit]
                spread = spread_of(own, scale) if measure.unit == "score" else float("nan")
                knowledge[season, *measure.key] = Known(settled_icc(together[j]), spread)
    return knowledge


def known_before(notes: pd.DataFrame) -> dict[RhoKey, Known]:
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
