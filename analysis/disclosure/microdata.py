"""Record-level data that may leave the operator's hands: a research file (METHODS 8).

Who a person could be recognised by (season, county, age, race, language) is coarsened until at
least LEAST people share every combination; whoever still stands apart is left out. Within a
combination nobody's answer may follow from being in it: the first item must be answered in
DISTINCT ways with none over MOST_ALIKE of its answers, or the combination is coarsened too; of any
other item that is not, the answers are withheld there. What was done is reported in numbers of 11
or more. Events, communities, agencies, order and the person's key are not in the file.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from analysis.measures import LEAST

ANY = "any"  # a trait that was coarsened away
WITHHELD = -6  # an answer that would follow from its combination; see measures.MISSING
DISTINCT, MOST_ALIKE = 3, 0.9  # answers within a combination: how many, and the largest share
TRAITS = ("season", "state", "county", "age", "race", "language")
COARSER = ("race", "language", "age", "county")  # in this order, each for good


@dataclass
class Report:
    """How many people were kept, coarsened or left out; shown only from LEAST upwards."""

    people: int = 0
    kept: int = 0
    dropped: int = 0
    coarsened: dict[str, int] = field(default_factory=dict)  # by what was coarsened last
    withheld: dict[str, int] = field(default_factory=dict)  # by item: answers

    def lines(self) -> list[str]:
        """Sentences for the report beside the file."""
        # out of how many people stays unsaid: it would give away those who are left out
        lines = [f"{self.kept} people are in the file."]
        lines.append(f"{_shown(self.dropped)} left out: fewer than {LEAST} shared their traits.")
        for trait, count in self.coarsened.items():
            lines.append(f"{_shown(count)} have {trait} or more coarsened to {ANY!r}.")
        for item, count in self.withheld.items():
            lines.append(f"{_shown(count)} answers to {item} are withheld ({WITHHELD}).")
        return lines


def _shown(count: int) -> str:
    return "no" if count == 0 else str(count) if count >= LEAST else f"fewer than {LEAST}"


def research_file(
    people: pd.DataFrame, items: Sequence[str], chance: random.Random
) -> tuple[pd.DataFrame, Report]:
    """The rows that may be given out, in random order under new numbers, and what was done.

    people: one row per person with TRAITS (text; season a number) and items (whole codes, missing
            ones below 0); other columns are left out. Raises KeyError where one is missing.
    items:  columns of answers; the first decides whether a combination is coarsened
    chance: shuffles the rows, e.g. random.SystemRandom()
    """
    rows = people[[*TRAITS, *items]].reset_index(drop=True)
    report = Report(people=len(rows))
    waiting, done = rows, []
    for trait in (None, *COARSER):
        if trait is not None:
            waiting = waiting.assign(**{trait: ANY})
        fits = _fits(waiting, items[0])
        if trait is not None and fits.any():
            report.coarsened[trait] = int(fits.sum())
        done.append(waiting[fits])
        waiting = waiting[~fits]
    kept = pd.concat(done, ignore_index=True)
    report.kept, report.dropped = len(kept), len(waiting)
    kept = _withhold(kept, items[1:], report)
    order = list(range(len(kept)))
    chance.shuffle(order)
    kept = kept.iloc[order].reset_index(drop=True)
    kept.insert(0, "person", range(1, len(kept) + 1))
    return kept, report


def problems(rows: pd.DataFrame, items: Sequence[str]) -> list[str]:
    """What of the rule a finished file breaks, a sentence each; not how it is made."""
    sentences = []
    for traits, group in rows.groupby(list(TRAITS), sort=True):
        if len(group) < LEAST:
            sentences.append(f"{traits}: under {LEAST} people.")
        for item in items:
            answered = group.loc[group[item] > 0, item]
            if len(answered) and not _is_diverse(answered):
                sentences.append(f"{traits}: the answers to {item} are too much alike.")
    return sentences


def _fits(rows: pd.DataFrame, item: str) -> pd.Series:
    """Which rows are in a combination that may be shown."""
    if rows.empty:
        return pd.Series([], dtype=bool, index=rows.index)
    groups = rows.groupby(list(TRAITS))[item]
    large = groups.transform("size") >= LEAST
    return large & groups.transform(lambda codes: _is_diverse(codes[codes > 0])).astype(bool)


def _is_diverse(codes: pd.Series) -> bool:
    """Whether answers to an item differ enough that none follows from the combination."""
    if codes.empty:
        return False
    shares = codes.value_counts(normalize=True)
    return len(shares) >= DISTINCT and float(shares.max()) <= MOST_ALIKE


def _withhold(rows: pd.DataFrame, items: Sequence[str], report: Report) -> pd.DataFrame:
    """Blank an item's answers in each combination in which they are too much alike."""
    rows = rows.copy()
    for item in items:
        answers = rows[item].where(rows[item] > 0)
        alike = answers.groupby([rows[trait] for trait in TRAITS]).transform(
            lambda codes: not codes.dropna().empty and not _is_diverse(codes.dropna())
        )
        hidden = alike.astype(bool) & (rows[item] > 0)
        if hidden.any():
            rows.loc[hidden, item] = WITHHELD
            report.withheld[item] = int(hidden.sum())
    return rows
