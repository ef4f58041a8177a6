"""A release, county by county: close, pool, band, audit, derive, freeze (METHODS 7).

There is one path, whatever the size. A county is built where its answers are (county.py), on any
executor; what the programme alone can tell is put together from sums (programme.py); then ranges,
changes and verdicts are derived from what is shown, and the tables follow in their frozen order.

    release(frame, measures, cuts)         counties held in memory -> Released
    build(counties, task, executor)        counties that load their own rows where the work runs
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial

import pandas as pd

from analysis.disclosure.between_releases import AUDIT, GONE
from analysis.estimators.reliability import (
    IndexKey,
    IndexMoments,
    checked_indexes,
    index_moments,
    is_beyond_doubt,
)
from analysis.frame import check_frame
from analysis.measures import CARD, Measure
from analysis.release.counties import County, InMemory, Summary, by_county
from analysis.release.county import ReleaseRefused, Task, part_of
from analysis.release.derive import Build, curves_of_programme
from analysis.release.executors import Here, in_order
from analysis.release.figures import RAW, RhoKey
from analysis.release.held import HeldCount, HeldIn, held_notes
from analysis.release.programme import (
    Sums,
    index_notes,
    known_before,
    known_notes,
    programme_knows,
    withheld,
)
from analysis.release.released import Released, sealed
from analysis.tabulation.tables import Note

__all__ = [
    "Build",
    "County",
    "NothingToRelease",
    "ReleaseRefused",
    "build",
    "not_holding",
    "release",
]

Progress = Callable[[int, int, str], None]  # counties done, counties in all, the county's id
LOOKED_AT = 32  # counties, at least: 1 % of a country


class NothingToRelease(Exception):
    """There is nothing new that may be published; `reasons` says why, a sentence each."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(" ".join(self.reasons))


def release(
    frame: pd.DataFrame,
    measures: Sequence[Measure],
    cuts: Sequence[str],
    *,
    previous: Released | None = None,
    held: Mapping[HeldIn, HeldCount] | None = None,
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
    held
        How many answers the frame lacks because they wait, or were left out, by place.
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
    before = by_county(previous)
    rows = dict(iter(frame.groupby(["state", "county"], sort=True, observed=True)))
    names = sorted({*rows, *before})
    counties = [InMemory(name, rows.get(name, frame.iloc[:0]), before.get(name)) for name in names]
    made = 1 if previous is None or previous.ledger is None else previous.ledger["made"].max() + 1
    task = Task(measures, cuts, withheld(checked_indexes(frame, measures)), made)
    said = None if previous is None else previous.notes
    built = build(counties, task, Here(), before=said, held=held, progress=progress)
    figures, changes = pd.concat(built.figures(_as_it_is)), pd.concat(built.changes(_as_it_is))
    ledger = pd.concat([one.part.ledger for one in counties if one.part is not None])
    notes = built.notes_table()
    return sealed(figures, changes, built.overall(), notes, ledger.reset_index(drop=True))


def build(
    counties: Sequence[County],
    task: Task,
    executor: Executor,
    *,
    before: pd.DataFrame | None = None,
    held: Mapping[HeldIn, HeldCount] | None = None,
    progress: Progress | None = None,
) -> Build:
    """Build every county, then settle what the programme alone can tell.

    task.withheld: the indexes that are expected not to hold together. Where the answers of the
    whole programme say otherwise, the counties that this concerns are built once more.
    before: notes of the release before; None: there is none
    held: how many answers the counties lack because they wait, or were left out, by place
    Raises NothingToRelease, ReleaseRefused or FrameError.
    """
    counties = sorted(counties, key=lambda county: county.name)
    sums, summaries = _built(counties, task, executor, progress)
    reliability = sums.reliability()
    needed = withheld(reliability)
    if needed != task.withheld & reliability.keys():
        task = replace(task, withheld=needed)
        sums, summaries = _built(counties, task, executor, None)
    _refuse_nothing(summaries, is_first=before is None)
    known = {} if before is None else known_before(before)
    now, fresh = programme_knows(sums.evenings, task.measures), _fresh(summaries)
    known |= {key: one for key, one in now.items() if key[0] in fresh}
    notes = [note for one in summaries for note in one.part.notes]
    notes += [*known_notes(known), *index_notes(reliability, before)]
    notes += _held_notes(counties, summaries, task, held or {})
    curves = curves_of_programme(counties, task.measures, known, executor)
    return Build(counties, summaries, task, executor, known, curves, notes)


def not_holding(
    counties: Sequence[County],
    measures: Sequence[Measure],
    executor: Executor,
    without: frozenset[int] = frozenset(),
) -> frozenset[RhoKey]:
    """The indexes that are expected not to hold together, so that nothing is built twice.

    without: seasons of which that is known
    A look at an answer costs a fifth of building it. In a large programme some counties, spread
    over all, are looked at first, and the others only where these leave an index open. What is
    expected decides nothing: build() compares it with what all answers say.
    """
    look = partial(_indexes, measures=measures, without=without)
    sums, some = Sums(), max(len(counties) // LOOKED_AT, 1)
    rest = [one for i, one in enumerate(counties) if i % some]
    for every in (counties[::some], rest):
        for indexes in in_order(executor, look, every):
            sums.add({}, indexes)
        if not rest or all(map(is_beyond_doubt, sums.indexes.values())):
            break
    return withheld(sums.reliability())


def _indexes(
    county: County, measures: Sequence[Measure], without: frozenset[int]
) -> dict[IndexKey, IndexMoments]:
    rows = county.load(without)
    return index_moments(rows, measures) if len(rows) else {}


def _built(
    counties: Sequence[County], task: Task, executor: Executor, progress: Progress | None
) -> tuple[Sums, list[Summary]]:
    sums, summaries = Sums(), []
    for county, one in zip(
        counties, in_order(executor, partial(_one, task=task), counties), strict=True
    ):
        sums.add(one.part.evenings, one.part.indexes)
        summaries.append(one._replace(part=replace(one.part, evenings={}, indexes={})))
        if progress is not None:
            progress(len(summaries), len(counties), county.name[1])
    return sums, summaries


def _one(county: County, task: Task) -> Summary:
    """Build one county, unless its part is there."""
    part = county.kept(task)
    if part is None:
        unchanged = county.unchanged(task)
        rows = county.load(unchanged)
        if len(rows):
            check_frame(rows, task.measures, task.cuts)
        part = part_of(rows, county.before(), task, unchanged)
        county.keep(part, task)
    figures = part.figures
    members = {m for joined in figures["members"].unique() for m in joined.split("|")}
    members |= {m for note in part.notes for m in note.members.split("|")}
    pairs = figures[["measure", "agency"]].drop_duplicates()
    return Summary(
        replace(part, figures=figures.iloc[:0], ledger=part.ledger.iloc[:0]),
        frozenset(figures["season"].unique().tolist()),
        frozenset(pairs.itertuples(index=False, name=None)),
        frozenset({*figures["community"].unique(), *members}),
    )


def _held_notes(
    counties: Sequence[County],
    summaries: Sequence[Summary],
    task: Task,
    held: Mapping[HeldIn, HeldCount],
) -> Iterator[Note]:
    """What held answers, and answers with a card, could do to the totals of their counties; where
    no card was used, those of other counties are not read."""
    here: dict[tuple[str, str], dict[HeldIn, HeldCount]] = {}
    for at, count in held.items():
        here.setdefault((at.state, at.county), {})[at] = count
    nothing = pd.DataFrame(columns=list(RAW))
    for county, one in zip(counties, summaries, strict=True):
        mine = here.pop(county.name, {})
        if mine or (CARD in task.cuts and one.seasons):
            yield from held_notes(county.views(), task.measures, mine)
    for _, mine in sorted(here.items()):  # all that was answered there waits
        yield from held_notes(nothing, task.measures, mine)


def _fresh(summaries: Sequence[Summary]) -> set[int]:
    return {season for one in summaries for season in one.part.fresh}


def _refuse_nothing(summaries: Sequence[Summary], *, is_first: bool) -> None:
    if any(one.part.new for one in summaries):
        return
    notes = [note for one in summaries for note in one.part.notes]
    if is_first:
        unsafe = "what few people answered could be worked out."
        reasons = {
            f"{note.county} {note.season}: "
            + (unsafe if note.reason == AUDIT else "too few answers to show anything.")
            for note in notes
        }
        raise NothingToRelease(sorted(reasons) or ["There is not one answer to release."])
    waiting = {
        f"{note.county} {note.season}: what changed since the last release waits, because it "
        "concerns too few people to be told apart safely."
        for note in notes
        if note.kind == "waits" and note.reason != GONE
    }
    raise NothingToRelease(sorted(waiting) or ["Nothing has changed since the last release."])


def _as_it_is(table: pd.DataFrame) -> pd.DataFrame:
    return table
