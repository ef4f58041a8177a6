"""A community's page beyond its one figure: agencies beside each other, the index and its
questions, groups this year and last, the evening, what people asked for, who answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from survey.read.figure_lines import Chip, Line, Lines
from survey.read.other_samples import OtherSamples
from survey.read.results_query import Reading
from survey.read.verdicts import FIRST
from survey.read.who_came import WhoCame
from survey.storage import release_store, released_index
from survey.storage.release_store import CHANGE, FIGURE, TOTAL, Place, Row, Subject

LEAST_LINES = 2  # a part with one line says nothing beside the answer
WISHES = "topics."  # measures of what people would like
RECALLED = "pre_trust"
EVENT = ("again", "name", "safe", "learn", "live")


@dataclass(frozen=True)
class Part:
    """One part of the page: its title, a sentence about it, and its lines."""

    id: str
    title: str
    about: str
    lines: list[Line]


@dataclass(frozen=True)
class PlacePage:
    """Everything that stands below the answer. One query reads its rows."""

    reading: Reading
    place: Place

    @cached_property
    def rows(self) -> dict[str, list[Row]]:
        """Return figures and changes of the seasons that are shown, by kind: everybody's of every
        question, and the groups of the one that the page is about. Changes since the first season
        are reported of that question alone, from its own rows."""
        now, subject = self.reading.now, self.reading.subject
        by_kind = release_store.of_places(
            self.reading.session, now.release, (FIGURE, CHANGE), [self.place],
            seasons=list({*self.seasons, *now.seasons[-2:]}), but=f"{FIRST}.%",
            groups_of=f"{subject.measure}|{subject.agency}",
        )  # fmt: skip
        slug = self.place.slug
        return {kind: release_store.by_place(rows).get(slug, []) for kind, rows in by_kind.items()}

    @cached_property
    def others(self) -> OtherSamples:
        return OtherSamples(self.reading, self.place, lambda: self.rows)

    @cached_property
    def who(self) -> WhoCame:
        """Return who answered the question that the page is about."""
        asked = self.reading.subject
        rows = [r for r in self.rows[FIGURE] if (r["measure"], r["agency"]) == asked]
        of = (self.reading.tell, self.place, rows)
        return WhoCame(*of, season=self.newest, before=self.seasons[0])

    @cached_property
    def lines(self) -> Lines:
        return Lines(self.reading.tell)

    @cached_property
    def subjects(self) -> set[Subject]:
        """Return the questions that have a figure here: the place's own of any season, and those
        of the newest two in which it is shown together with others."""
        now, place = self.reading.now, self.place
        own = release_store.lookup(now.release.id, FIGURE, place.state, place.county, place.slug)
        return released_index.subjects_at(self.reading.session, [own]) | {
            Subject(row["measure"], row["agency"])
            for row in self.rows[FIGURE]
            if row["cut"] == TOTAL and row["season"] in now.seasons[-2:]
        }

    @cached_property
    def usual(self) -> list[Subject]:
        """Return those whose answers are of the usual people, in the questionnaire's order."""
        now, shown = self.reading.now, self.subjects
        return [one for one in now.subjects if one in shown and one.measure in now.usual]

    @cached_property
    def newest(self) -> int:
        """Return the newest season of the question that the page is about."""
        rows = self.reading.seasons(self.place)
        return rows[-1]["season"] if rows else self.reading.now.seasons[-1]

    @cached_property
    def figures(self) -> dict[Subject, dict[int, Row]]:
        """Return everybody's rows of the newest two seasons by subject and season."""
        by_subject: dict[Subject, dict[int, Row]] = {}
        for row in self.rows[FIGURE]:
            if row["cut"] == TOTAL:
                subject = Subject(row["measure"], row["agency"])
                by_subject.setdefault(subject, {})[row["season"]] = row
        return by_subject

    @cached_property
    def moves(self) -> dict[Subject, list[Row]]:
        by_subject: dict[Subject, list[Row]] = {}
        for row in self.rows[CHANGE]:
            if row["season_to"] == self.newest:
                by_subject.setdefault(Subject(row["measure"], row["agency"]), []).append(row)
        return by_subject

    @cached_property
    def seasons(self) -> list[int]:
        """Return the newest season and the last before it."""
        return [season for season in self.reading.now.seasons if season <= self.newest][-2:]

    @property
    def chip(self) -> Chip | None:
        return self.lines.chip(self.reading.told_now(self.place))

    def parts(self) -> Iterator[Part]:
        """Yield the parts that have something to say, in order."""
        for part in (self.agencies(), self.index(), self.event(), self.wishes()):
            if len(part.lines) >= LEAST_LINES:
                yield part

    def part(self, id: str, named: Sequence[tuple[Subject, str]]) -> Part:
        say, lines = self.reading.tell.say, [self.line(*one) for one in named]
        shown = [line for line in lines if line is not None]
        return Part(id, say(f"view.{id}"), say(f"view.{id}_about"), shown)

    def line(self, subject: Subject, name: str) -> Line | None:
        rows = self.figures.get(subject, {})
        row = rows.get(self.newest)
        if row is None:
            return None
        is_recalled = subject.measure == RECALLED  # each year's own memory: no change of trust
        before = rows.get(self.seasons[0])
        alike = (
            before is not None
            and before is not row
            and (before["wording"], before["community"], before["members"])
            == (row["wording"], row["community"], row["members"])
        )
        return self.lines.of(
            name, row, place=self.place, changes=() if is_recalled else self.moves.get(subject, ()),
            before=before if alike and not is_recalled else None, subject=subject,
        )  # fmt: skip

    def agencies(self) -> Part:
        """Return what the page asks, about every kind of agency."""
        tell, measure = self.reading.tell, self.reading.subject.measure
        if not self.reading.subject.agency:
            measure = self.reading.now.headline.measure
        named = [(s, tell.agency(s.agency)) for s in self.usual if s.measure == measure]
        return self.part("agencies", named)

    def index(self) -> Part:
        """Return the index about the agency, and the questions it is made of."""
        now, tell = self.reading.now, self.reading.tell
        agency = self.reading.subject.agency or now.headline.agency
        asked = now.questions
        index = next(
            (s for s in self.usual if s.agency == agency and len(asked[s]) > 1), None
        )  # fmt: skip
        parts = [s for s in self.usual if index and s.agency == agency and s != index
                 and s.measure in asked[index]]  # fmt: skip
        named = [(s, tell.measure(s.measure)) for s in ([index] if index else []) + parts]
        return self.part("index", named)

    def event(self) -> Part:
        """Return what people said of the evening; the recalled answer is named as such."""
        tell = self.reading.tell
        recalled = Subject(RECALLED, self.reading.now.headline.agency)
        named = [(recalled, tell.say("view.recalled"))] if recalled in self.usual else []
        named += [(s, tell.measure(s.measure)) for s in self.usual if s.measure in EVENT]
        return self.part("event", named)

    def wishes(self) -> Part:
        tell = self.reading.tell
        named = [(s, tell.option(self.reading.now.asked(s.measure)))
                 for s in self.usual if s.measure.startswith(WISHES)]  # fmt: skip
        return self.part("wishes", named)

    def groups(self) -> Iterator[tuple[str, list[Line]]]:
        """Yield (cut, lines) for every kind of group that is shown in the newest season."""
        rows = [row for row in self.rows[FIGURE] if row["season"] in self.seasons]
        for cut in self.reading.now.cuts:
            mine = [row for row in rows if row["cut"] == cut]
            now = [row for row in mine if row["season"] == self.newest]
            if len(now) >= LEAST_LINES:
                yield cut, [self.group(cut, row, mine) for row in self.tell_in_order(cut, now)]

    def tell_in_order(self, cut: str, rows: list[Row]) -> list[Row]:
        return self.reading.tell.in_order(cut, rows)

    def group(self, cut: str, row: Row, rows: Sequence[Row]) -> Line:
        same = ("community", "members", "group", "groups", "wording")
        before = next(
            (one for one in rows if one["season"] < row["season"]
             and all(one[name] == row[name] for name in same)),
            None,
        )  # fmt: skip
        name = self.reading.tell.group(cut, row["group"])
        return self.lines.of(name, row, place=self.place, before=before)
