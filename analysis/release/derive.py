"""Ranges, changes and verdicts, derived county by county from what is shown (METHODS 5, 7.5).

Nothing here reads an answer or an exact count. The tables come in their frozen order, a few
counties at a time, so that a country needs no more memory than a state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pandas as pd

from analysis.estimators.multiple_testing import Curve
from analysis.measures import Measure
from analysis.release.changes import change_tests, released_changes
from analysis.release.columns import CHANGES, FIGURES, NOTES, OVERALL
from analysis.release.counties import County, Summary
from analysis.release.county import Task
from analysis.release.executors import in_order
from analysis.release.figures import Known, RhoKey, newest_season, with_ranges
from analysis.release.overall import Parts, overall, parts_by_county
from analysis.release.released import tidy
from analysis.release.verdict import settled_curves
from analysis.tabulation.tables import Note

Shape = Callable[[pd.DataFrame], Any]  # what becomes of a table where the work runs
TOGETHER = 8  # counties whose figures are derived in one task: fewer messages, still even work
PARTS = 200  # counties after which their sums are added up


@dataclass
class Build:
    """A release whose counties are built. Its tables follow in their frozen order, once each."""

    counties: Sequence[County]
    summaries: Sequence[Summary]
    task: Task
    executor: Executor
    known: Mapping[RhoKey, Known]
    curves: Mapping[str, Curve]
    notes: Sequence[Note]
    parts: list[Parts] = field(default_factory=list)

    def figures(self, shape: Shape) -> Iterator[Any]:
        """shape(table) of the figures of some counties, season by season and county by county."""
        for season in sorted({s for one in self.summaries for s in one.seasons}):
            here = [
                county
                for county, one in zip(self.counties, self.summaries, strict=True)
                if season in one.seasons
            ]
            known = {key: one for key, one in self.known.items() if key[0] == season}
            work = partial(_figures, season=season, known=known, shape=shape)
            yield from in_order(self.executor, work, _some(here))

    def changes(self, shape: Shape) -> Iterator[Any]:
        """shape(table) of the changes of some counties, county by county."""
        work = partial(_changes, task=self.task, known=self.known, curves=self.curves, shape=shape)
        for made, parts in in_order(self.executor, work, self._some_with_notes()):
            for one in parts:
                self.parts.append(one)
                if len(self.parts) == PARTS:
                    self.parts = [Parts.together(self.parts)]
            yield made

    def overall(self) -> pd.DataFrame:
        """The programme and its states; after changes(), which adds them up."""
        return tidy(overall(Parts.together(self.parts)), OVERALL)

    def notes_table(self) -> pd.DataFrame:
        """The notes, as columns.NOTES declares them, in their frozen order."""
        return tidy([note._asdict() for note in self.notes], NOTES)

    def _some_with_notes(self) -> Iterator[list[tuple[County, list[Note]]]]:
        each = [
            (county, [note for note in one.part.notes if note.kind == "dropped"])
            for county, one in zip(self.counties, self.summaries, strict=True)
        ]
        return _some(each)


def curves_of_programme(
    counties: Sequence[County],
    measures: Sequence[Measure],
    known: Mapping[RhoKey, Known],
    executor: Executor,
) -> dict[str, Curve]:
    """How the q of each family of tests climb over all counties."""
    tests: dict[str, list[float]] = {}
    work = partial(_tests, measures=measures, known=known)
    for batch in in_order(executor, work, _some(counties)):
        for family, p_values in batch.items():
            tests.setdefault(family, []).extend(p_values)
    return settled_curves(tests.items())


def _tests(
    counties: Sequence[County], measures: Sequence[Measure], known: Mapping[RhoKey, Known]
) -> dict[str, list[float]]:
    return change_tests(_derived(counties, None, known), measures, newest_season(known))


def _figures(
    counties: Sequence[County], season: int, known: Mapping[RhoKey, Known], shape: Shape
) -> Any:
    return shape(tidy(_derived(counties, season, known), FIGURES))


def _changes(
    counties: Sequence[tuple[County, list[Note]]],
    task: Task,
    known: Mapping[RhoKey, Known],
    curves: Mapping[str, Curve],
    shape: Shape,
) -> tuple[Any, list[Parts]]:
    """The changes of some counties, and what each gives to the whole."""
    totals = tidy(_derived([county for county, _ in counties], None, known), FIGURES)
    changes = released_changes(totals, task.measures, newest_season(known), curves)
    changes = tidy(changes, CHANGES)
    dropped = [note._asdict() for _, notes in counties for note in notes]
    names = [county.name for county, _ in counties]
    return shape(changes), parts_by_county(
        names, totals, changes, tidy(dropped, NOTES), task.measures
    )


def _derived(
    counties: Sequence[County], season: int | None, known: Mapping[RhoKey, Known]
) -> pd.DataFrame:
    """The figures of some counties with their ranges: put together, each step is done once.

    A table without rows has no types to take over.
    """
    tables = [county.figures(season) for county in counties]
    return with_ranges(
        pd.concat([one for one in tables if len(one)] or tables[:1], ignore_index=True), known
    )


def _some(units: Sequence[Any]) -> Iterator[list[Any]]:
    for i in range(0, len(units), TOGETHER):
        yield list(units[i : i + TOGETHER])
