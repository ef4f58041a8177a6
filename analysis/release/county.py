"""One county's part of a release: every season audited, and what an earlier release keeps standing.

Counties share no figure. What only the programme as a whole can tell (programme.py) is put
together from sums that come with each part, so no process needs another county's answers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from analysis.disclosure.between_releases import (
    AUDIT,
    GONE,
    NEW,
    REBUILT,
    WAITS,
    Earlier,
    new_ledger,
)
from analysis.disclosure.protect import guarded
from analysis.disclosure.rules import Finding, simple_audit
from analysis.estimators.basic import FloatArray
from analysis.estimators.reliability import IndexKey, IndexMoments, index_moments
from analysis.measures import Measure, in_sample, samples
from analysis.release.columns import NOTES
from analysis.release.figures import RAW, RhoKey, publish
from analysis.release.released import tidy
from analysis.tabulation.counts import tallies
from analysis.tabulation.figure_print import exact_table
from analysis.tabulation.tables import Exact, Note, Table, TableKey

KEY = list(TableKey._fields)
STANDING = ("pooled", "dropped", "coarsened")  # kinds of notes that stand with their tables


class ReleaseRefused(Exception):
    """The audit found what may not be published; `findings` says which tables and why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(" ".join(f"{f.sentence} {tuple(f.table)}" for f in findings))

    def __reduce__(self) -> tuple[type[ReleaseRefused], tuple[Sequence[Finding]]]:
        return type(self), (self.findings,)  # a worker's refusal reaches whoever asked


@dataclass(frozen=True)
class Task:
    """What is the same for every county of a release."""

    measures: Sequence[Measure]
    cuts: Sequence[str]
    withheld: frozenset[RhoKey] = frozenset()  # indexes that do not hold together, by season
    made: int = 1  # number of the release, as the ledger notes it


@dataclass
class Part:
    """What one county gives to a release. The ledger is private; so are the sums."""

    figures: pd.DataFrame  # banded, without ranges; columns figures.RAW
    ledger: pd.DataFrame  # the exact counts behind them, row by row
    notes: list[Note]
    evenings: dict[int, FloatArray] = field(default_factory=dict)  # season -> shape (M, SUMS)
    indexes: dict[IndexKey, IndexMoments] = field(default_factory=dict)
    fresh: frozenset[int] = frozenset()  # seasons with a table that is new or rebuilt
    empty: frozenset[int] = frozenset()  # seasons where such a table has no rows
    new: int = 0  # rows of such tables
    unread: dict[tuple[str, str], int] = field(default_factory=dict)  # rows set aside, by reason

    @classmethod
    def of(cls, part: Part | None, seasons: frozenset[int]) -> Part:
        """What a part says of some seasons beside its tables."""
        none = pd.DataFrame()
        if part is None:
            return cls(none, none, [])
        return cls(
            none,
            none,
            [note for note in part.notes if note.season in seasons],
            {season: sums for season, sums in part.evenings.items() if season in seasons},
            {key: moments for key, moments in part.indexes.items() if key[0] in seasons},
            empty=part.empty & seasons,
        )

    def again(self) -> Part:
        """What the same answers give to the next release: everything that is published stands."""
        return replace(self, fresh=self.empty, new=0)


@dataclass
class Built:
    """What the answers of one county gave: new rows, what becomes of each table, and notes."""

    rows: list[Exact] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    fates: dict[TableKey, str] = field(default_factory=dict)
    evenings: dict[int, FloatArray] = field(default_factory=dict)  # per season, see evenings.py

    def add(self, other: Built) -> None:
        self.rows += other.rows
        self.notes += other.notes
        self.fates |= other.fates
        for season, sums in other.evenings.items():
            self.evenings[season] = self.evenings.get(season, 0.0) + sums

    def among(self, count: int, positions: Sequence[int]) -> Built:
        """The same, with its measures at their positions among `count` in all."""
        evenings = {}
        for season, sums in self.evenings.items():
            evenings[season] = np.zeros((count, sums.shape[1]))
            evenings[season][list(positions)] = sums
        return replace(self, evenings=evenings)

    @property
    def fresh(self) -> set[TableKey]:
        return {key for key, fate in self.fates.items() if fate in (NEW, REBUILT)}


def part_of(
    rows: pd.DataFrame,
    before: Part | None,
    task: Task,
    unchanged: frozenset[int] = frozenset(),
) -> Part:
    """One county's part of a release.

    rows:      its answers, as analysis/frame.py declares them; none where it has none any more
    before:    its part of the release before; its tables stand unless the rule of 11 lets them be
               rebuilt, and those of seasons without answers always stand
    unchanged: seasons that `before` was made of by the same answers and rules. They are taken over
               as they are, and `rows` need not hold them
    Raises ReleaseRefused where a finished table breaks the rules of analysis/disclosure/rules.py.
    """
    kept = Part.of(before, unchanged)
    rows = rows[~rows["season"].isin(unchanged)] if unchanged and len(rows) else rows
    published, said = _published(before, unchanged)
    earlier = Earlier(published, said)
    built = Built()
    if len(rows):
        built = build_county(rows, task.measures, task.cuts, earlier, task.withheld)
    exact = exact_table(built.rows)
    figures, ledger = publish(exact), new_ledger(exact, task.made)
    if before is not None:
        figures = _together(_standing(before.figures, built.fresh)[list(RAW)], figures)
        ledger = _together(_standing(before.ledger, built.fresh), ledger)
    if findings := simple_audit(figures, ledger):
        raise ReleaseRefused(findings)
    return Part(
        figures,
        ledger,
        [*built.notes, *standing_notes(built, earlier, said), *kept.notes],
        built.evenings | kept.evenings,
        (index_moments(rows, task.measures) if len(rows) else {}) | kept.indexes,
        frozenset(key.season for key in built.fresh) | kept.empty,
        frozenset(key.season for key in built.fresh - {row[: len(KEY)] for row in built.rows})
        | kept.empty,
        len(built.rows),
    )


def _published(
    part: Part | None, unchanged: frozenset[int]
) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """The ledger and the notes of the seasons that are built, as the release before has them."""
    if part is None:
        return None, None
    notes = [note._asdict() for note in part.notes if note.season not in unchanged]
    return part.ledger[~part.ledger["season"].isin(unchanged)], tidy(notes, NOTES)


def build_county(
    county: pd.DataFrame,
    measures: Sequence[Measure],
    cuts: Sequence[str],
    earlier: Earlier,
    withheld: Collection[RhoKey] = (),
) -> Built:
    """Every season of one county, audited. The same rows in any order give the same tables.

    Every sample (an audience in a wave) has its own events, communities and tables.
    """
    built = Built()
    for positions in samples(measures).values():
        mine = [measures[i] for i in positions]
        rows = county[in_sample(county, mine[0])]
        if len(rows):
            of_sample = _build_sample(rows, mine, cuts, earlier, withheld)
            built.add(of_sample.among(len(measures), positions))
    return built


def _build_sample(
    rows: pd.DataFrame,
    measures: Sequence[Measure],
    cuts: Sequence[str],
    earlier: Earlier,
    withheld: Collection[RhoKey],
) -> Built:
    built = Built()
    for tally in tallies(rows, measures, cuts):
        built.evenings[tally.season] = tally.evenings
        passed = guarded(tally, measures, cuts, earlier, withheld)
        built.fates |= passed.fates
        built.notes += passed.notes
        for table in passed.tables:
            fate = passed.fates[table.key]
            if fate in (NEW, REBUILT):
                built.rows += table.rows
                built.notes += table.notes
            elif fate in WAITS:
                built.notes.append(_waits(table, fate))
    return built


def standing_notes(built: Built, earlier: Earlier, before: pd.DataFrame | None) -> Iterator[Note]:
    """Earlier notes on tables that stand, and a note on tables whose answers are gone.

    Not on those that the audit left out again: what it says of them now is said once.
    """
    if before is None:
        return
    notes = before[before["kind"].isin(STANDING)]
    left_out = {key for key, fate in built.fates.items() if fate == AUDIT} - set(earlier.tables)
    for row in _standing(notes, built.fresh | left_out).to_dict("records"):
        yield Note(**{str(name): value for name, value in row.items()})
    here = {key[:3] for key in built.fates}
    gone = [key for key in earlier.tables if key[:3] in here and key not in built.fates]
    yield from (Note("waits", GONE, *key) for key in gone)


def _waits(table: Table, reason: str) -> Note:
    return Note("waits", reason, *table.key)


def _standing(table: pd.DataFrame, fresh: set[TableKey]) -> pd.DataFrame:
    """The earlier release's rows whose table was not built anew."""
    return table[[key not in fresh for key in table[KEY].itertuples(index=False, name=None)]]


def _together(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Old and new rows; a table without rows has no types to take over."""
    tables = [table for table in (old, new) if len(table)]
    return pd.concat(tables, ignore_index=True) if tables else new
