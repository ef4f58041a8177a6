"""What each published number is: its questions, its unit and which answers count for it.

A Measure is data. The web app builds the tuple of measures from its content files, so that a new
question needs no code here. Everything that turns answer codes into a person's value is in this
file and is pure: arrays in, arrays out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

LEAST = 11  # smallest number of people a published figure may rest on (METHODS 7.3)
ADULT, TEEN, CHILD = "adult", "teen", "child"  # audiences: never added to one another
LEAST_OF = {ADULT: LEAST, TEEN: LEAST, CHILD: 30}  # children: nothing under 30 (METHODS 7.4)
EVENT, LEAVING, FOLLOW_UP = WAVES = ("event", "leaving", "follow-up")  # when people answer
LEAST_PAIRS = 30  # people who answered twice: pairs are few, and all of them are compared

# Why an answer is missing. They stay apart: a rise of "don't know" is itself a finding.
SKIPPED = -1
PREFER_NOT = -2
DONT_KNOW = -3
NOT_SHOWN = -4
NEVER_REACHED = -5
MISSING = (SKIPPED, PREFER_NOT, DONT_KNOW, NOT_SHOWN, NEVER_REACHED)

TOTAL = "total"  # the cut that is always there: everybody together
OTHER = "other"  # the id of a pool, of communities or of groups
CARD = "card"  # the cut by whether an answer came with a card that works once
WITH_CARD, WITHOUT = "with_card", "without"
UNSAID = "unsaid"  # blank or "prefer not to say": an ordinary group

# A person's value is kept in whole millionths (0 = nothing, WHOLE = the most), because whole
# numbers add up to the same sum in any order and on any machine; a checksum depends on it.
WHOLE = 1_000_000

Unit = Literal["share", "score"]
SCALE: Mapping[str, float] = {"share": 1.0, "score": 100.0}  # what a WHOLE is called in print


@dataclass(frozen=True)
class Measure:
    """One published number.

    id            "trust"; the same word in code, address, CSV and on the page
    agency        the agency kind it is about, "" when it is about the event
    questions     question ids; several make an index (the mean of those answered)
    unit          "share": 0..1, part of the valid answers that are favourable;
                  "score": 0..100, per person the mean of 100 (code-min)/(max-min)
    valid         codes that count as an answer, e.g. (1, 2, 3, 4, 5)
    favourable    codes counted by a share, and the "top" of its split
    unfavourable  codes of the "bottom" of its split; empty: no split is published
    least         how many of the questions a person must have answered
    panel         measures of one panel share one partition into communities and groups
    wording       instrument id -> major versions of its questions; a change is a wall
    headline      reported in a sentence on the community's page and tested for a clear change
    universal     asked of everyone, so that communities may be compared on it
    audience      whose answers count: adult, teen or child
    wave          when they were given: event, leaving or follow-up; a panel has one sample,
                  that is one audience in one wave
    grouped       reported by groups of people too; one measure of a panel that is makes them all
    countywide    about an agency that serves the whole county: its total is shown first
    without       instruments whose answers it does not count: on another scale, or counts alone
    """

    id: str
    agency: str = ""
    questions: tuple[str, ...] = ()
    unit: Unit = "share"
    valid: tuple[int, ...] = (1, 2, 3, 4, 5)
    favourable: tuple[int, ...] = ()
    unfavourable: tuple[int, ...] = ()
    least: int = 1
    panel: str = ""
    wording: Mapping[str, str] = field(default_factory=dict)
    headline: bool = False
    universal: bool = False
    audience: str = ADULT
    wave: str = EVENT
    grouped: bool = True
    countywide: bool = False
    without: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "questions", self.questions or (self.id,))
        object.__setattr__(self, "panel", self.panel or self.name)
        self._refuse_nonsense()

    @property
    def key(self) -> tuple[str, str]:
        """(id, agency): what makes a measure one of a kind."""
        return (self.id, self.agency)

    @property
    def name(self) -> str:
        """ "trust.police", or "again": its name in wide tables."""
        return ".".join(filter(None, self.key))

    @property
    def columns(self) -> tuple[str, ...]:
        """The frame's columns that hold its answers: "again", or "trust.police"."""
        return tuple(f"{q}.{self.agency}" if self.agency else q for q in self.questions)

    @property
    def sample(self) -> tuple[str, str]:
        """(audience, wave): whose answers count, and when they gave them."""
        return (self.audience, self.wave)

    @property
    def fewest(self) -> int:
        """The smallest number of people that a figure of it may rest on."""
        pairs = LEAST_PAIRS if self.wave == FOLLOW_UP else LEAST
        return max(LEAST_OF[self.audience], pairs)

    @property
    def splits(self) -> bool:
        """Whether a bottom / middle / top split of its answers makes sense."""
        return self.unit == "share" and len(self.questions) == 1 and bool(self.unfavourable)

    def _refuse_nonsense(self) -> None:
        if self.unit not in SCALE:
            raise ValueError(
                f"Measure {self.name}: the unit is {self.unit!r}; it must be share or score."
            )
        if self.audience not in LEAST_OF:
            raise ValueError(
                f"Measure {self.name}: the audience is {self.audience!r}; it must be one of "
                f"{', '.join(LEAST_OF)}."
            )
        if self.wave not in WAVES:
            raise ValueError(
                f"Measure {self.name}: the wave is {self.wave!r}; it must be one of "
                f"{', '.join(WAVES)}."
            )
        if len(set(self.valid)) < 2 or any(code in MISSING for code in self.valid):
            raise ValueError(
                f"Measure {self.name}: it needs two valid codes or more, none of them -1..-5."
            )
        if self.unit == "share" and (not self.favourable or len(self.questions) != 1):
            raise ValueError(
                f"Measure {self.name}: a share needs one question and its favourable codes."
            )
        if not set(self.favourable) | set(self.unfavourable) <= set(self.valid):
            raise ValueError(
                f"Measure {self.name}: a favourable or unfavourable code is not a valid one."
            )
        if set(self.favourable) & set(self.unfavourable):
            raise ValueError(f"Measure {self.name}: a code is both favourable and unfavourable.")
        if not 1 <= self.least <= len(self.questions):
            raise ValueError(
                f"Measure {self.name}: least must be from 1 to the number of its questions."
            )


@dataclass(frozen=True)
class Answers:
    """One measure, person by person; every array has one entry per row of the frame."""

    asked: BoolArray  # the question was shown and reached, answered or not
    valid: BoolArray  # counts for the measure
    value: IntArray  # 0..WHOLE millionths; 0 where not valid
    dont_know: BoolArray
    bottom: BoolArray
    top: BoolArray


def in_sample(frame: pd.DataFrame, measure: Measure) -> BoolArray:
    """Which rows of the frame a measure counts: those of its audience, in its wave.

    A frame without the column wave holds answers at the event alone.
    """
    mine: BoolArray = (frame["audience"] == measure.audience).to_numpy(dtype=bool)
    waves = frame["wave"] if "wave" in frame.columns else pd.Series(EVENT, index=frame.index)
    return mine & (waves == measure.wave).to_numpy(dtype=bool)


def answers(frame: pd.DataFrame, measure: Measure) -> Answers:
    """What each row of the frame says about a measure.

    Columns that the frame lacks count as "not shown". A row is valid when at least
    `measure.least` of its questions hold a valid code.
    """
    codes = _codes(frame, measure)
    good = np.isin(codes, measure.valid)
    valid = good.sum(axis=1) >= measure.least
    asked = ((codes != NOT_SHOWN) & (codes != NEVER_REACHED)).any(axis=1)
    top = valid & np.isin(codes, measure.favourable).all(axis=1)
    bottom = valid & np.isin(codes, measure.unfavourable).all(axis=1)
    value = top * WHOLE if measure.unit == "share" else _scores(codes, good, measure)
    return Answers(
        asked=asked,
        valid=valid,
        value=np.where(valid, value, 0).astype(np.int64),
        dont_know=(codes == DONT_KNOW).all(axis=1),
        bottom=bottom,
        top=top,
    )


def score(frame: pd.DataFrame, measure: Measure) -> NDArray[np.float64]:
    """Each person's 0-100 score; NaN where too few of the questions were answered."""
    codes = _codes(frame, measure)
    good = np.isin(codes, measure.valid)
    points = _scores(codes, good, measure) * (100.0 / WHOLE)
    return np.where(good.sum(axis=1) >= measure.least, points, np.nan)


def score_span(
    frame: pd.DataFrame, measure: Measure, measures: Sequence[Measure]
) -> tuple[IntArray, IntArray, BoolArray]:
    """Per row: the least and the greatest score that the questions' own figures allow, 0..WHOLE,
    and whether the score hangs on every answer given.

    Of a question that is a measure itself the kind of answer stays (favourable, unfavourable or in
    between), its code does not: 4 and 5 print alike. 0 for rows without a score.
    """
    codes = _codes(frame, measure)
    good = np.isin(codes, measure.valid)
    valid = good.sum(axis=1) >= measure.least
    low, high = codes.copy(), codes.copy()
    for i, question in enumerate(measure.questions):
        own = next(
            (m for m in measures if is_part(m, measure) and m.questions == (question,)), None
        )
        for kind in _kinds_of(measure, own):
            here = np.isin(codes[:, i], kind)
            low[here, i], high[here, i] = min(kind), max(kind)
    spans = (_scores(ends, good, measure) for ends in (low, high))
    least, most = (np.where(valid, span, 0).astype(np.int64) for span in spans)
    return least, most, good.sum(axis=1) == measure.least


def is_part(measure: Measure, index: Measure) -> bool:
    """Whether a measure is the figure of one question of an index, about the same people."""
    same = (measure.agency, measure.sample) == (index.agency, index.sample)
    return same and measure is not index and set(measure.questions) < set(index.questions)


def _kinds_of(measure: Measure, own: Measure | None) -> list[tuple[int, ...]]:
    """The codes that print alike, kind by kind."""
    if own is None:
        return [measure.valid]
    between = tuple(set(own.valid) - set(own.favourable) - set(own.unfavourable))
    return [kind for kind in (own.favourable, own.unfavourable, between) if kind]


def named(measures: Sequence[Measure], key: tuple[str, str]) -> Measure:
    """The measure with this (id, agency); KeyError with a sentence if there is none."""
    for measure in measures:
        if measure.key == key:
            return measure
    raise KeyError(f"There is no measure {key[0]!r} about {key[1] or 'the event'!r}.")


def panels(measures: Sequence[Measure]) -> dict[str, tuple[int, ...]]:
    """Panel -> positions of its measures, in the order in which panels first appear."""
    by_panel: dict[str, list[int]] = {}
    for position, measure in enumerate(measures):
        by_panel.setdefault(measure.panel, []).append(position)
    return {name: tuple(positions) for name, positions in by_panel.items()}


def samples(measures: Sequence[Measure]) -> dict[tuple[str, str], tuple[int, ...]]:
    """(audience, wave) -> positions of its measures, in the order in which samples first appear."""
    by_sample: dict[tuple[str, str], list[int]] = {}
    for position, measure in enumerate(measures):
        by_sample.setdefault(measure.sample, []).append(position)
    return {sample: tuple(positions) for sample, positions in by_sample.items()}


def _codes(frame: pd.DataFrame, measure: Measure) -> IntArray:
    """Shape (rows, questions); a column that is not in the frame was shown to nobody."""
    absent = np.full(len(frame), NOT_SHOWN, dtype=np.int64)
    columns = [
        frame[name].to_numpy(dtype=np.int64) if name in frame.columns else absent
        for name in measure.columns
    ]
    codes = np.column_stack(columns)
    if measure.without:
        codes[frame["instrument"].isin(measure.without).to_numpy()] = NOT_SHOWN
    return codes


def _scores(codes: IntArray, good: BoolArray, measure: Measure) -> IntArray:
    """Mean of the good codes, rescaled so that the least code is 0 and the greatest is WHOLE."""
    least, most = min(measure.valid), max(measure.valid)
    above = np.where(good, codes - least, 0).sum(axis=1)
    spread = np.maximum(good.sum(axis=1), 1) * (most - least)
    # whole-number rounding, half up: no float comes near the sums that are checksummed
    rounded: IntArray = (2 * WHOLE * above + spread) // (2 * spread)
    return rounded
