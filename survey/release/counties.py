"""The counties of a release, as analysis/release/build.py takes them: each reads its own answers,
keeps its part in the database, and knows it again."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from analysis.release.county import Part, Task
from survey.questionnaire.areas import area_id
from survey.questionnaire.instrument import Content
from survey.release import part_store
from survey.release.answer_rows import Area, SetAside, by_instrument, readable, stored
from survey.release.answer_sheet import Row, Sheet
from survey.release.frame_loader import frame_of
from survey.release.imported_answers import counted_answers
from survey.release.part_store import Name
from survey.release.sources import Source
from survey.storage.models import Community

VERSION = 4  # of what a part is made by: another one builds every county anew
by_key = itemgetter(*map(Row._fields.index, ("key", "event")))  # no two stored rows have the same


class Scope(NamedTuple):
    """What a release reads: the same for all its counties."""

    moment: datetime  # events that are closed by then
    kinds: tuple[str, ...]  # of agency
    made_up: bool
    release_id: int
    before: int  # the release before; 0: it is the first
    seasons: tuple[int, ...]  # with answers that count
    events: int  # that have some


class Answers(NamedTuple):
    """A county's answers as they are stored."""

    rows: list[Row]
    counted: list[Row]  # what stands for counts without single answers


class Facts(NamedTuple):
    """What the digest of a season is made of; kept longer than the answers themselves."""

    digest: str  # of its answers, the same for the same rows in any order
    instruments: frozenset[str]


@dataclass
class StoredCounty:
    """A county whose answers are stored. It is sent to where it is built; its rows are not."""

    name: Name
    areas: tuple[Area, ...]  # none: it has no community any more
    scope: Scope
    source: Source
    _read: Answers | None = field(default=None, repr=False)  # until they are loaded
    _facts: dict[int, Facts] | None = field(default=None, repr=False)  # by season, of what was read
    _unread: SetAside = field(default_factory=SetAside, repr=False)

    def kept(self, task: Task) -> Part | None:
        """Its part, where a build that was stopped or the release before made it of the same."""
        scope = self.scope
        with self.source.transaction() as session:
            digest = whole(self._digests(session, task))
            mine = part_store.made_from(session, scope.release_id, self.name)
            if mine != (digest, scope.before):
                before = part_store.made_from(session, scope.before, self.name)
                if before is None or before[0] != digest:
                    return None
                part_store.carry_over(session, scope.before, scope.release_id, self.name)
            self._read = None
            return part_store.load(session, scope.release_id, self.name)

    def unchanged(self, task: Task) -> frozenset[int]:
        with self.source.transaction() as session:
            before = part_store.digests(session, self.scope.before, self.name)
            mine = self._digests(session, task)
        return frozenset(season for season, one in mine.items() if before.get(season) == one)

    def load(self, without: frozenset[int] = frozenset()) -> pd.DataFrame:
        """Return the answers of all seasons but some. Raises FrameError."""
        with self.source.transaction() as session:
            rows, counted = self._read or self._answers(session)
            unread = part_store.unread(session, self.scope.before, self.name) if without else {}
        self._read, self._unread = None, SetAside()
        known = {row.event for row in rows if row.season in without}
        self._unread.counts.update({key: n for key, n in unread.items() if key[0] in known})
        asked = (row for row in rows if row.season not in without)
        sheets = [*readable(self._content, asked, self._unread)]
        sheets += sheets_of_counts(row for row in counted if row.season not in without)
        return frame_of(self._content, sheets, self.scope.kinds)

    def before(self) -> Part | None:
        with self.source.transaction() as session:
            return part_store.load(session, self.scope.before, self.name)

    def keep(self, part: Part, task: Task) -> None:
        """Keep the part in the database; it is there when this returns."""
        part.unread = dict(self._unread.counts)
        try:
            self._save(part, task)
        except IntegrityError:
            # a worker that outlived its release kept this county at the same moment
            self._save(part, task)

    def figures(self, season: int | None = None) -> pd.DataFrame:
        with self.source.transaction() as session:
            return part_store.figures(session, self.scope.release_id, self.name, season)

    def views(self) -> pd.DataFrame:
        with self.source.transaction() as session:
            return part_store.views(session, self.scope.release_id, self.name)

    def _save(self, part: Part, task: Task) -> None:
        scope = self.scope
        with self.source.transaction() as session:
            digests = self._digests(session, task)
            made = part_store.Made(scope.before, whole(digests), digests)
            part_store.save(session, scope.release_id, self.name, part, made)

    @property
    def _content(self) -> Content:
        return self.source.content(self.scope.release_id)

    def _answers(self, session: Session) -> Answers:
        """Read the answers, and what their digest is made of."""
        content, moment = self._content, self.scope.moment
        rows: list[Row] = []
        counted: list[Row] = []
        for area in self.areas:
            rows += stored(session, content, moment, area)
            counts = counted_answers(session, content, moment, area)
            counted += (Row(verified=False, **one) for one in counts)
        self._facts = facts_of([*rows, *counted])
        return Answers(rows, counted)

    def _digests(self, session: Session, task: Task) -> dict[int, str]:
        """Of each season: of its answers and of the rules by which they are read."""
        if self._facts is None:
            self._read = self._answers(session)
        assert self._facts is not None
        content = self._content
        rules = repr((VERSION, tuple(task.measures), tuple(task.cuts), self.scope.kinds,
                      content.current, sorted(content.languages)))  # fmt: skip
        asked = {id for one in self._facts.values() for id in one.instruments}
        words = {id: repr(content.instruments.get(id)) for id in asked}
        return {
            season: digest_of(
                rules,
                one.digest,
                [words[id] for id in sorted(one.instruments)],
                sorted(key for key in task.withheld if key[0] == season),
            )
            for season, one in self._facts.items()
        }


def sheets_of_counts(rows: Iterable[Row]) -> list[Sheet]:
    """Return what stands for counts without single answers: it was checked when it was imported."""
    found = by_instrument(rows)
    return [Sheet(id, mine, [row.answers for row in mine]) for id, mine in found.items()]


def facts_of(rows: Iterable[Row]) -> dict[int, Facts]:
    """Return what each season's digest is made of."""
    by_season: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    instruments: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        by_season[row.season].append(tuple(row))
        instruments[row.season].add(row.instrument)
    return {
        season: Facts(digest_of(*sorted(mine, key=by_key)), frozenset(instruments[season]))
        for season, mine in by_season.items()
    }


def whole(digests: Mapping[int, str]) -> str:
    """The digest of a county, of those of its seasons."""
    return digest_of(VERSION, sorted(digests.items()))


def digest_of(*what: object) -> str:
    return hashlib.sha256("\n".join(map(repr, what)).encode()).hexdigest()


def areas(session: Session, content: Content, *, made_up: bool) -> Mapping[Name, tuple[Area, ...]]:
    """Return every county that has a community, by state and id."""
    places = select(Community.state, Community.county, Community.area, Community.made_up)
    places = places.where(Community.made_up == made_up).distinct()
    by_name: dict[Name, list[Area]] = defaultdict(list)
    for area in sorted(Area(*row) for row in session.execute(places)):
        by_name[area.state, area_id(area.county, area.kind, content.areas)].append(area)
    return {name: tuple(by_name[name]) for name in sorted(by_name)}


def closed_answers(
    session: Session,
    content: Content,
    moment: datetime,
    kinds: Sequence[str],
    aside: SetAside,
    *,
    made_up: bool,
) -> pd.DataFrame:
    """Return one frame of every closed event, of the demonstration or of what is real: for a file
    of single answers, so without what stands for counts. They are read one county at a time and
    kept as codes of a byte each.

    content: with what imported files added. What cannot be read is added to `aside`."""
    frames = [
        frame_of(content, [*readable(content, rows, aside)], kinds)
        for several in areas(session, content, made_up=made_up).values()
        for area in several
        if (rows := stored(session, content, moment, area))
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
