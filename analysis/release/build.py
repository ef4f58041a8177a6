"""Answers in, a release out: close, pool, band, derive, audit, freeze (METHODS 7).

`release()` is the only code that reads answers in bulk and the only maker of a Released. It works
county by county; what is private (exact counts, the ledger) does not enter the published tables.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
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
from analysis.disclosure.rules import Audit, Finding, simple_audit
from analysis.estimators.basic import FloatArray
from analysis.estimators.intraclass import ANSWERS_TO_TRUST
from analysis.estimators.reliability import Reliability, checked_indexes
from analysis.frame import check_frame
from analysis.measures import TOTAL, Measure, in_sample, samples
from analysis.release.changes import released_changes
from analysis.release.figures import Known, RhoKey, newest_season, publish, with_ranges
from analysis.release.held import HeldCount, HeldIn, held_notes
from analysis.release.known import known_before, known_notes, programme_knows
from analysis.release.overall import overall, parts_of
from analysis.release.released import Released, _sealed
from analysis.tabulation.counts import tallies
from analysis.tabulation.tables import Exact, Note, Table, TableKey

Progress = Callable[[int, int, str], None]  # counties done, counties in all, the county's id

KEY = list(TableKey._fields)
RELIABILITY = ("index", "alpha", "omega")  # kinds of the notes on whether an index holds


class NothingToRelease(Exception):
    """There is nothing new that may be published; `reasons` says why, a sentence each."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(" ".join(self.reasons))


class ReleaseRefused(Exception):
    """The audit found a total that may not be published; `findings` says which and why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(" ".join(f"{f.sentence} {tuple(f.table)}" for f in findings))

    def __reduce__(self) -> tuple[type[ReleaseRefused], tuple[Sequence[Finding]]]:
        return type(self), (self.findings,)  # a worker's refusal reaches whoever asked


@dataclass
class Built:
    """What one county, or several, gave: new rows, what becomes of each table, and notes."""

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


def release(
    frame: pd.DataFrame,
    measures: Sequence[Measure],
    cuts: Sequence[str],
    *,
    previous: Released | None = None,
    known: Mapping[RhoKey, Known] | None = None,
    held: Mapping[HeldIn, HeldCount] | None = None,
    audit: Audit = simple_audit,
    progress: Progress | None = None,
) -> Released:
    """The released tables of closed events.

    Parameters
    ----------
    frame
        One row per response, as analysis/frame.py declares it; any row order.
    measures
        What is published.
    cuts
        The columns that group it.
    previous
        The last release with its ledger; its tables stand unless the rule of 11 lets them be
        rebuilt, and those of counties or seasons that the frame lacks always stand.
    known
        (season, measure id, agency) -> what the whole programme tells of a measure, when the
        frame holds only a part of it; else estimated here.
    held
        How many answers the frame lacks because they wait, or were left out, by place.
    audit
        The rules that the finished tables must keep.
    progress
        Called with counties done, counties in all and the county's id.

    Returns
    -------
    A Released: frozen tables under a checksum, and the ledger for the next release.

    Raises
    ------
    FrameError
        For a frame that is not as declared.
    NothingToRelease
        With reasons.
    ReleaseRefused
        With findings of the audit.

    Source
    ------
    METHODS 7.
    """
    check_frame(frame, measures, cuts)
    earlier = _earlier(previous)
    indexes = checked_indexes(frame, measures)
    withheld = {key for key, told in indexes.items() if told is None or not told.holds}
    built = Built()
    counties = frame.groupby(["state", "county"], sort=True)
    for done, ((_, county), rows) in enumerate(counties, start=1):
        built.add(build_county(rows, measures, cuts, earlier, withheld))
        if progress is not None:
            progress(done, counties.ngroups, str(county))
    _refuse_nothing(built, previous)
    figures, ledger = publish(built.rows), new_ledger(built.rows, earlier.made + 1)
    if previous is not None and previous.ledger is not None:
        figures = pd.concat([_standing(previous.figures, built.fresh), figures])
        ledger = pd.concat([_standing(previous.ledger, built.fresh), ledger])
    figures, ledger, audit_notes = _audited(figures, ledger, audit)
    told = _known(built, measures, previous, known or {})
    figures = with_ranges(figures, told)
    before = None if previous is None else previous.notes
    notes = [*built.notes, *standing_notes(built, earlier, before), *audit_notes]
    notes += [*known_notes(told), *_index_notes(indexes, previous)]
    notes += held_notes(figures, measures, held or {})
    changes = released_changes(figures, measures, newest_season(told))
    said = pd.DataFrame(notes, columns=list(Note._fields))
    whole = overall(parts_of(figures, changes, said, measures))
    return _sealed(figures, changes, whole, said, ledger)


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


def _waits(table: Table, reason: str) -> Note:
    return Note("waits", reason, *table.key)


def _earlier(previous: Released | None) -> Earlier:
    if previous is None:
        return Earlier(None)
    if previous.ledger is None:
        raise ValueError("The previous release came without its ledger: the rule of 11 needs it.")
    return Earlier(previous.ledger, previous.notes)


def _refuse_nothing(built: Built, previous: Released | None) -> None:
    if built.rows:
        return
    if previous is None:
        unsafe = "what few people answered could be worked out."
        reasons = {
            f"{note.county} {note.season}: "
            + (unsafe if note.reason == AUDIT else "too few answers to show anything.")
            for note in built.notes
        }
        raise NothingToRelease(sorted(reasons) or ["There is not one answer to release."])
    waiting = {
        f"{note.county} {note.season}: what changed since the last release waits, because it "
        "concerns too few people to be told apart safely."
        for note in built.notes
        if note.kind == "waits"
    }
    raise NothingToRelease(sorted(waiting) or ["Nothing has changed since the last release."])


def _standing(table: pd.DataFrame, fresh: set[TableKey]) -> pd.DataFrame:
    """The earlier release's rows whose table was not built anew."""
    return table[[key not in fresh for key in table[KEY].itertuples(index=False, name=None)]]


def standing_notes(built: Built, earlier: Earlier, before: pd.DataFrame | None) -> list[Note]:
    """Earlier notes on tables that stand, and a note on tables whose answers are gone.

    Not on those that the audit left out again: what it says of them now is said once.
    """
    if before is None:
        return []
    notes = before[before["kind"].isin(["pooled", "dropped", "coarsened"])]
    left_out = {key for key, fate in built.fates.items() if fate == AUDIT} - set(earlier.tables)
    kept = [
        Note(**{str(name): value for name, value in row.items()})
        for row in _standing(notes, built.fresh | left_out).to_dict("records")
    ]
    here = {key[:3] for key in built.fates}
    gone = [key for key in earlier.tables if key[:3] in here and key not in built.fates]
    return [*kept, *(Note("waits", GONE, *key) for key in gone)]


def _audited(
    figures: pd.DataFrame, ledger: pd.DataFrame, audit: Audit
) -> tuple[pd.DataFrame, pd.DataFrame, list[Note]]:
    """Drop each cut that the audit objects to and audit again; a total that fails is refused."""
    notes: list[Note] = []
    while findings := audit(figures, ledger):
        refused = [finding for finding in findings if finding.table.cut == TOTAL]
        dropped = {finding.table for finding in findings}
        kept = _standing(ledger, dropped)
        if refused or len(kept) == len(ledger):
            raise ReleaseRefused(refused or findings)
        figures, ledger = _standing(figures, dropped), kept
        notes += [Note("dropped", "audit", *key) for key in sorted(dropped)]
    return figures, ledger, notes


def _known(
    built: Built,
    measures: Sequence[Measure],
    previous: Released | None,
    given: Mapping[RhoKey, Known],
) -> dict[RhoKey, Known]:
    """What is known per season and measure. A season without a new table keeps what it had."""
    found = {} if previous is None else known_before(previous.notes)
    fresh = {key.season for key in built.fresh}
    now = programme_knows(built.evenings, measures)
    return found | {key: given.get(key, now[key]) for key in now if key[0] in fresh}


def _index_notes(
    indexes: Mapping[RhoKey, Reliability | None], previous: Released | None
) -> Iterator[Note]:
    """Whether each index holds together; its alpha and omega where ANSWERS_TO_TRUST allow it.

    Seasons that the frame lacks keep what was said of them.
    """
    if previous is not None:
        seasons = {season for season, _, _ in indexes}
        for row in previous.notes[previous.notes["kind"].isin(RELIABILITY)].to_dict("records"):
            if row["season"] not in seasons:
                yield Note(**{str(name): value for name, value in row.items()})
    for (season, measure, agency), told in sorted(indexes.items()):
        reason = "few" if told is None else "holds" if told.holds else "withheld"
        yield Note(RELIABILITY[0], reason, season, measure=measure, agency=agency)
        if told is not None and told.n >= ANSWERS_TO_TRUST:
            for kind in RELIABILITY[1:]:
                value = round(getattr(told, kind), 2)
                yield Note(kind, reason, season, measure=measure, agency=agency, value=value)
