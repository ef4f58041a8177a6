"""Who else answered in a place: children, teenagers, people on their way out and three weeks later.

Their released rows stand beside those of the adults at the event, each sample in its own part of a
table. No figure adds two samples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from survey.read.figure_lines import Line, Lines
from survey.read.results_query import Reading
from survey.read.verdicts import EVENING, PAIRS
from survey.storage.release_store import CHANGE, FIGURE, TOTAL, Place, Row, Subject


@dataclass(frozen=True)
class OtherSamples:
    """The other samples of one place in the newest season.

    by_kind: gives the place's rows by kind, of the newest season at least
    """

    reading: Reading
    place: Place
    by_kind: Callable[[], Mapping[str, Sequence[Row]]]

    @property
    def season(self) -> int:
        return self.reading.now.seasons[-1]

    @cached_property
    def subjects(self) -> list[Subject]:
        """Return what is shown of them here: all that children are asked, and of the others what
        the headline asks, about the same kind of agency."""
        now = self.reading.now
        headline = now.asked(now.headline.measure)
        return [
            subject
            for subject in now.subjects
            if (asked := now.asked(subject.measure)).sample != headline.sample
            and (
                asked.sample.startswith("child")
                or (asked.question, subject.agency) == (headline.question, now.headline.agency)
            )
        ]

    @cached_property
    def rows(self) -> dict[Subject, Row]:
        return {
            Subject(row["measure"], row["agency"]): row
            for row in self.by_kind()[FIGURE]
            if row["season"] == self.season and row["cut"] == TOTAL
        }

    def parts(self) -> Iterator[tuple[str, list[Line]]]:
        """Yield (whose answers, their figures), in the order of the questionnaire."""
        tell, make = self.reading.tell, Lines(self.reading.tell)
        by_sample: dict[str, list[Line]] = {}
        for subject in self.subjects:
            if row := self.rows.get(subject):
                sample = tell.sample(self.reading.now.asked(subject.measure).sample)
                title = tell.about_agency(tell.measure(subject.measure), subject.agency)
                line = make.of(title, row, place=self.place, subject=subject)
                by_sample.setdefault(sample, []).append(line)
        yield from by_sample.items()

    def moved(self) -> list[str]:
        """Return what may be said of those who left, beside those who arrived that evening, and of
        those who answered twice."""
        tell = self.reading.tell
        changes = (
            (Subject(change["measure"], change["agency"]), change)
            for change in self.by_kind()[CHANGE]
            if change["basis"] in (EVENING, PAIRS) and change["season_to"] == self.season
        )
        return [
            f"{tell.sentence(self.place, self.rows[subject])} {tell.changes.sentence(change)}"
            for subject, change in changes
            if subject in self.subjects and subject in self.rows
        ]
