"""What a release is built of: counties that load their own answers, wherever these are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import pandas as pd

from analysis.measures import TOTAL
from analysis.release.county import Part, Task
from analysis.release.held import is_carded
from analysis.release.released import Released
from analysis.tabulation.tables import Note


class County(Protocol):
    """One county, wherever its answers are. It is sent to where the work runs; its rows are not."""

    @property
    def name(self) -> tuple[str, str]:
        """(state, county id)."""

    def kept(self, task: Task) -> Part | None:
        """Its part, where it was built from the very same answers for the very same task."""

    def unchanged(self, task: Task) -> frozenset[int]:
        """Seasons that its part of the release before was made of by the same answers and task."""

    def load(self, without: frozenset[int] = frozenset()) -> pd.DataFrame:
        """Its answers, as analysis/frame.py declares them; without: seasons that nobody needs."""

    def before(self) -> Part | None:
        """Its part of the release before."""

    def keep(self, part: Part, task: Task) -> None:
        """Keep its part until the release is frozen."""

    def figures(self, season: int | None = None) -> pd.DataFrame:
        """The figures of its part: of one season, or the totals of all seasons."""

    def views(self) -> pd.DataFrame:
        """The totals of all seasons, and beside them those of people who came with a card."""


@dataclass
class InMemory:
    """A county in memory."""

    name: tuple[str, str]
    rows: pd.DataFrame
    earlier: Part | None
    part: Part | None = None

    def kept(self, task: Task) -> Part | None:
        return None

    def unchanged(self, task: Task) -> frozenset[int]:
        return frozenset()

    def load(self, without: frozenset[int] = frozenset()) -> pd.DataFrame:
        return self.rows

    def before(self) -> Part | None:
        return self.earlier

    def keep(self, part: Part, task: Task) -> None:
        self.part = part

    def figures(self, season: int | None = None) -> pd.DataFrame:
        assert self.part is not None
        table = self.part.figures
        return table[table["cut"] == TOTAL if season is None else table["season"] == season]

    def views(self) -> pd.DataFrame:
        assert self.part is not None
        table = self.part.figures
        return table[(table["cut"] == TOTAL) | is_carded(table)]


class Summary(NamedTuple):
    """What of a county's part the release as a whole needs."""

    part: Part  # without its tables
    seasons: frozenset[int]  # with figures
    subjects: frozenset[tuple[str, str]]  # (measure id, agency) with figures
    communities: frozenset[str]  # that are shown, by themselves or together


def by_county(previous: Released | None) -> dict[Any, Part]:
    """An earlier release's part of each county. Raises ValueError without its ledger."""
    if previous is None:
        return {}
    if previous.ledger is None:
        raise ValueError("The previous release came without its ledger: the rule of 11 needs it.")
    by = ["state", "county"]
    ledgers = dict(iter(previous.ledger.groupby(by)))
    notes = dict(iter(previous.notes.groupby(by)))
    said = {
        name: [Note(*row) for row in rows[list(Note._fields)].itertuples(index=False, name=None)]
        for name, rows in notes.items()
    }
    empty = previous.figures.iloc[:0]
    figures = dict(iter(previous.figures.groupby(by)))
    return {
        name: Part(figures.get(name, empty), ledgers.get(name, previous.ledger.iloc[:0]),
                   said.get(name, []))
        for name in {*figures, *ledgers, *notes} - {("", "")}
    }  # fmt: skip
