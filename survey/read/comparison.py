"""Communities beside each other: each against its own earlier year, never against another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from survey.read.charts_of import LEAST_COMPARED
from survey.read.figure_lines import Line, Lines
from survey.read.results_query import Line as YearLine
from survey.read.results_query import Reading
from survey.storage import released_index
from survey.storage.release_store import Place, Row, Subject


@dataclass(frozen=True)
class Comparison:
    """The lines and sentences of two to six communities, with their states and the programme."""

    reading: Reading

    @property
    def picked(self) -> tuple[Place, ...]:
        return self.reading.places

    @property
    def is_enough(self) -> bool:
        return len(self.picked) >= LEAST_COMPARED

    @cached_property
    def subjects(self) -> set[Subject]:
        """Return the questions that have a figure in at least one of the places."""
        reading = self.reading
        if not self.picked:
            return set(reading.now.subjects)
        return released_index.subjects_of(
            reading.session, reading.now.release, self.picked, reading.now.seasons[-2:]
        )

    @property
    def newest(self) -> int:
        return self.reading.now.seasons[-1]

    def lines(self) -> Iterator[Line]:
        """Yield a line for each place, then for each of their states and the programme."""
        tell, make = self.reading.tell, Lines(self.reading.tell)
        for place in self.picked:
            rows = self.reading.seasons(place)
            changes = self.reading.told_now(place)
            season = changes[0]["season_from"] if changes else 0
            before = next((row for row in rows if row["season"] == season), None)
            row = rows[-1] if rows else None
            note = "" if row else tell.say("view.no_figures")
            yield make.of(place.name, row, place=place, changes=changes, before=before,
                          linked=True, note=note)  # fmt: skip
        for row in self.together():
            name = tell.say("view.compare_programme")
            if row["state"]:
                name = tell.say("view.together", place=row["state"])
            area = Place("", name, "", row["state"])
            yield make.of(name, {**tell.as_figure(row), "community": ""}, place=area,
                          amount=tell.changes.mean_amount(row))  # fmt: skip

    def by_year(self) -> list[YearLine]:
        """Return the places by season."""
        return [self.reading.line(place) for place in self.picked]

    def together(self) -> list[Row]:
        """Return the newest row of each state that a place lies in, and of the whole programme."""
        states = sorted({place.state for place in self.picked})
        by_state = {row["state"]: row for row in self.reading.overall([*states, ""])}
        return [by_state[state] for state in (*states, "") if state in by_state]

    def sentences(self) -> Iterator[str]:
        """Yield what can be said of each place, in one line: its figure, then its change."""
        for place in self.picked:
            if rows := self.reading.seasons(place):
                yield self.reading.said(place, rows[-1])
