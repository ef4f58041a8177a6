"""What was not answered, and why (METHODS 2): a rise of "don't know" is itself a finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.measures import (
    DONT_KNOW,
    EVENT,
    MISSING,
    NEVER_REACHED,
    NOT_SHOWN,
    PREFER_NOT,
    SKIPPED,
    Measure,
    in_sample,
)

NAMES = {
    SKIPPED: "skipped",
    PREFER_NOT: "prefer_not",
    DONT_KNOW: "dont_know",
    NOT_SHOWN: "not_shown",
    NEVER_REACHED: "never_reached",
}
MUCH_SKIPPED = 0.05  # of those who were shown the question: something is wrong with it
MUCH_DONT_KNOW = 0.25


@dataclass(frozen=True)
class Nonresponse:
    """Shares (0..1) of one item column; skipped to dont_know of those who were shown it."""

    column: str
    audience: str  # adult, teen or child: they are never added up
    n: int  # rows
    shown: int  # rows that are neither "not shown" nor "never reached"
    shares: dict[str, float]  # by NAMES; not_shown and never_reached are of all rows
    wave: str = EVENT

    @property
    def flags(self) -> tuple[str, ...]:
        """ "skipped" over 5 %, "dont_know" over 25 %."""
        limits = {"skipped": MUCH_SKIPPED, "dont_know": MUCH_DONT_KNOW}
        return tuple(name for name, limit in limits.items() if self.shares[name] > limit)


def nonresponse(frame: pd.DataFrame, measures: Sequence[Measure]) -> list[Nonresponse]:
    """Who was asked and gave no answer, item by item.

    Whole-programme numbers: for anything smaller, the released don't-know shares are there.

    Parameters
    ----------
    frame
        One row per response.
    measures
        Those whose items are counted.

    Returns
    -------
    One entry per item column and sample (audience, wave) that the measures read, in their order;
    shares are 0..1. Columns that the frame lacks, and samples that nobody is of, have no entry.

    Raises
    ------
    ValueError
        For a frame without rows.

    Source
    ------
    METHODS 2.
    """
    if not len(frame):
        raise ValueError("There is no response: nonresponse of nobody is not a number.")
    asked = {(name, one.sample): one for one in measures for name in one.columns}
    return [
        _of(frame.loc[here, name], measure.audience, measure.wave)
        for (name, _), measure in asked.items()
        if name in frame.columns and (here := in_sample(frame, measure)).any()
    ]


def _of(column: pd.Series, audience: str, wave: str) -> Nonresponse:
    codes = column.to_numpy(dtype=np.int64)
    counts = {code: int((codes == code).sum()) for code in MISSING}
    shown = len(codes) - counts[NOT_SHOWN] - counts[NEVER_REACHED]
    among = {code: len(codes) if code in (NOT_SHOWN, NEVER_REACHED) else shown for code in MISSING}
    shares = {NAMES[code]: counts[code] / among[code] if among[code] else 0.0 for code in MISSING}
    return Nonresponse(str(column.name), audience, len(codes), shown, shares, wave)
