"""Reading a release: every page, CSV and chart finds its rows here, and nowhere else.

Nothing in this module can reach an answer: it knows the tables `release` and `figure` alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Text, bindparam, cast, select
from sqlalchemy.orm import Session

from survey.storage.models import Figure, Release
from survey.storage.release_names import newest, numbered
from survey.storage.release_notes import Held, held_notes, too_few

Row = Mapping[str, Any]
FIGURE, CHANGE, OVERALL = "figure", "change", "overall"
TOTAL = "total"  # cut: everybody
COUNTY, POOL = "", "other"  # what stands in a row's `community` beside slugs


class Subject(NamedTuple):
    """One number that people can look up: a measure, of one kind of agency or of the event ("")."""

    measure: str
    agency: str


@dataclass(frozen=True)
class Asked:
    """Whose answers to what a measure counts."""

    question: str  # a question's id, or an option's: "topics.walk"
    sample: str  # audience and wave: "adult_event"
    pair: str = ""  # of those who answered twice: then (the first answer), more or less

    @classmethod
    def of(cls, measure: Mapping[str, Any]) -> Asked:
        """Return it of a measure as a release keeps it."""
        kind, _, rest = measure["questions"][0].partition(".")
        paired = kind in ("then", "moved")
        sample = f"{measure.get('audience', 'adult')}_{measure.get('wave', 'event')}"
        pair = measure["id"].partition(".")[0] if paired else ""
        return cls(rest if paired else measure["questions"][0], sample, pair)


@dataclass(frozen=True)
class Place:
    slug: str
    name: str
    county: str  # the area's id in released rows
    state: str
    area: str = "county"  # a kind of content/areas.toml
    area_name: str = ""  # without its kind
    fips: str = ""
    gnis: str = ""


@dataclass(frozen=True)
class Current:
    """The newest release, as pages see it."""

    release: Release
    places: dict[str, Place]
    subjects: list[Subject]
    headline: Subject
    measures: Mapping[str, Asked]  # by measure id
    # by slug: (season, panel) in which a community had too few answers to be shown at all
    few: Mapping[str, set[tuple[int, str]]] = field(default_factory=dict)
    held: Held = field(default_factory=dict)  # notes on held answers, by season and place

    def asked(self, measure: str) -> Asked:
        return self.measures[measure]

    @cached_property
    def seasons(self) -> list[int]:
        seasons: list[int] = self.release.about["seasons"]
        return seasons

    @cached_property
    def cuts(self) -> list[str]:
        cuts: list[str] = self.release.about["cuts"]
        return cuts

    @cached_property
    def scores(self) -> frozenset[str]:
        """Return the measures that are a score of 0 to 100 and no share."""
        return frozenset(self.release.about["scores"])

    @cached_property
    def usual(self) -> frozenset[str]:
        """Return the measures whose answers are of those whom the headline is about."""
        sample = self.asked(self.headline.measure).sample
        return frozenset(id for id, asked in self.measures.items() if asked.sample == sample)

    @cached_property
    def questions(self) -> Mapping[Subject, Sequence[str]]:
        """Return the questions that each subject is made of: an index has several."""
        measures = self.release.about["measures"]
        return {Subject(one["id"], one["agency"]): one["questions"] for one in measures}

    @cached_property
    def areas(self) -> Mapping[tuple[str, str], Place]:
        """Return a place of each area, by state and county."""
        return {(place.state, place.county): place for place in self.places.values()}

    @cached_property
    def by_state(self) -> Mapping[str, list[Place]]:
        """Return the places of each state, in order of name."""
        states: dict[str, list[Place]] = {}
        for place in self.places.values():
            states.setdefault(place.state, []).append(place)
        return states

    @cached_property
    def order(self) -> Mapping[str, int]:
        """Return where each place stands among all, by slug."""
        return {slug: position for position, slug in enumerate(self.places)}

    def picked(self, slugs: Iterable[str], most: int) -> list[Place]:
        """Return the places of these slugs that there are, in their order, the first of them."""
        known = {slug for slug in slugs if slug in self.places}
        return [self.places[slug] for slug in sorted(known, key=self.order.__getitem__)][:most]

    def words(self, measure: str, wording: str) -> str:
        """Return the name under which the language files keep a measure's words."""
        names: dict[str, str] = self.release.about["words"][measure]
        return names.get(wording) or names[max(names)]


def current(session: Session, id: int | None = None) -> Current | None:
    """Return a release, the newest if none is named; None before the first. It outlives the
    session."""
    key = newest(session) if id is None else numbered(session, id)
    if key is None:
        return None
    return as_current(session.get_one(Release, key[0]))


def as_current(release: Release) -> Current:
    """Return a release as pages see the newest."""
    about = release.about
    return Current(
        release=release,
        places={
            row["slug"]: Place(**{"area_name": row["county"], **row}) for row in about["places"]
        },
        subjects=[Subject(*pair) for pair in about["subjects"]],
        headline=Subject(*about["headline"]),
        measures={measure["id"]: Asked.of(measure) for measure in about["measures"]},
        few=too_few(about["notes"]),
        held=held_notes(about["notes"]),
    )


def rows(
    session: Session,
    release: Release,
    kind: str = FIGURE,
    *,
    subject: Subject | None = None,
    measures: Iterable[str] | None = None,
    places: Iterable[Place] | None = None,
    cut: str | None = None,
    seasons: Iterable[int] | None = None,
) -> list[Row]:
    """Return released rows in their frozen order, narrowed by what is named.

    places: rows of these communities, and those in which their county's small ones or the whole
    county are shown together. Whoever names places or a subject reads no more than their rows.
    """
    asked: dict[str, object] = {"kinds": [kind], "release": release.id}
    if places is not None:
        asked = {"lookups": keys_of(release, [kind], places)}
    if subject is not None:
        asked |= {"measure": subject.measure, "agency": subject.agency}
    named = {"measures": measures, "cut": cut, "seasons": seasons}
    asked |= {
        name: value if isinstance(value, str) else list(value)
        for name, value in named.items()
        if value is not None
    }
    return read(session, asked)[kind]


def of_places(
    session: Session,
    release: Release,
    kinds: Sequence[str],
    places: Iterable[Place],
    **asked: object,
) -> dict[str, list[Row]]:
    """Return the rows of several kinds that places have, by kind, with one query.

    asked: names of CONDITIONS with their values
    """
    return read(session, {"lookups": keys_of(release, kinds, places), **asked})


def read(session: Session, asked: Mapping[str, object]) -> dict[str, list[Row]]:
    """Return released rows by kind, in their frozen order, that meet all CONDITIONS of `asked`."""
    # put in order here: told to, a database takes the key's order and reads the whole release
    ordered = sorted(session.execute(query_of(*asked), asked).all(), key=itemgetter(1))
    by_kind: dict[str, list[Row]] = {FIGURE: [], CHANGE: [], OVERALL: []}
    for (kind, *_), row in zip(ordered, decoded(one[2] for one in ordered), strict=True):
        by_kind[kind].append(row)
    return by_kind


def decoded(texts: Iterable[str]) -> list[Row]:
    """Return rows of their JSON, all at once: their columns' names are then made once."""
    rows: list[Row] = json.loads(f"[{','.join(texts)}]")
    return rows


COLUMNS = Figure.__table__.c  # the columns themselves: rows of a page are no objects of the ORM
ROW = cast(COLUMNS.row, Text)  # as it was frozen
CONDITIONS: Mapping[str, ColumnElement[bool]] = {
    "release": COLUMNS.release_id == bindparam("release"),
    "kinds": COLUMNS.kind.in_(bindparam("kinds", expanding=True)),
    "lookups": COLUMNS.lookup.in_(bindparam("lookups", expanding=True)),
    "measure": COLUMNS.measure == bindparam("measure"),
    "agency": COLUMNS.agency == bindparam("agency"),
    "measures": COLUMNS.measure.in_(bindparam("measures", expanding=True)),
    "cut": COLUMNS.cut == bindparam("cut"),
    "seasons": COLUMNS.season.in_(bindparam("seasons", expanding=True)),
    "kind": COLUMNS.kind == bindparam("kind"),
    "season": COLUMNS.season == bindparam("season"),
    "told": COLUMNS.told.in_(bindparam("told", expanding=True)),
    "state": COLUMNS.state == bindparam("state"),
    "county": COLUMNS.county == bindparam("county"),
    "but": COLUMNS.told.not_like(bindparam("but")),
    # everybody's figures of every measure, and the groups of one
    "groups_of": (COLUMNS.cut == TOTAL)
    | (COLUMNS.measure + "|" + COLUMNS.agency == bindparam("groups_of")),
}


@cache
def query_of(*named: str) -> Select[Any]:
    """Return the query for rows that meet the named conditions, made once."""
    query = select(COLUMNS.kind, COLUMNS.number, ROW)
    return query.where(*(CONDITIONS[name] for name in named))


def keys_of(release: Release, kinds: Sequence[str], places: Iterable[Place]) -> list[str]:
    """Return by what the rows of places are found: their own, their county's and its pool's."""
    return list(
        dict.fromkeys(
            lookup(release.id, kind, place.state, place.county, community)
            for place in places
            for kind in kinds
            for community in (place.slug, COUNTY, POOL)
        )
    )


def lookup(release_id: int, kind: str, state: str, county: str, community: str) -> str:
    """Return the conditions that select a place's rows of one kind."""
    return f"{release_id}|{kind}|{state}|{county}|{community}"


def of_place(rows_found: Iterable[Row], place: Place) -> Iterator[Row]:
    """Yield a community's rows: its own, or those in which it is shown with its neighbours.

    Where a community is too small it is shown in its county's pool; where its neighbours are too
    few for a pool, in its whole county. Such rows name their members.
    """
    for row in rows_found:
        together = (row["state"], row["county"]) == (place.state, place.county)
        together = together and place.slug in row["members"].split("|")
        if together or row["community"] == place.slug:
            yield row


def of_area(rows: Iterable[Row], place: Place) -> list[Row]:
    """Return the rows of the whole county that a community lies in, where it has a total, by
    season. One that stands for small places alone names its members and is none."""
    total = (
        row
        for row in rows
        if (row["state"], row["county"], row["community"], row["members"])
        == (place.state, place.county, COUNTY, "")
    )
    return sorted(total, key=itemgetter("season"))


def by_place(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return rows by the slug of each community that they are about, as `of_place` finds them."""
    places: dict[str, list[Row]] = {}
    for row in rows:
        members = row["members"].split("|") if row["members"] else [row["community"]]
        for slug in members:
            places.setdefault(slug, []).append(row)
    return places
