"""What the API sends of a release: tables, a page at a time, narrowed to groups that were released.

A filter names what the release has; anything else does not exist. A page reads a bounded number of
rows, so that no question takes long, however large the release: a page may therefore hold fewer
rows than asked for, and the cursor says whether there are more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.questionnaire.areas import area_name
from survey.questionnaire.instrument import Content
from survey.read.verdicts import BEFORE, EVENING, FIRST, PAIRS, TREND
from survey.storage.models import Figure
from survey.storage.release_notes import is_unsettled
from survey.storage.release_store import (
    CHANGE,
    COLUMNS,
    FIGURE,
    OVERALL,
    TOTAL,
    Current,
    Place,
    Row,
    lookup,
)

KINDS = {"figures": FIGURE, "changes": CHANGE, "overall": OVERALL}
FILTERS: Mapping[str, tuple[str, ...]] = {  # of each table
    "figures": ("season", "state", "county", "community", "level", "cut", "group", "measure",
                "agency"),
    "changes": ("season_to", "state", "county", "community", "level", "measure", "agency", "basis"),
    "overall": ("season", "state", "level", "measure", "agency"),
}  # fmt: skip
STORED = ("community", "measure", "agency", "cut")  # columns of the database, with an index
WHOLE = ("season", "season_to")  # filters that are whole numbers
LIMIT, MOST = 100, 1000  # rows of a page: by default, and at most
SCANNED = 5000  # rows that one page reads at most


class NotThere(Exception):
    """The release has no such table, filter or group."""


class NotValid(Exception):
    """A limit or a cursor that no page of ours has; the sentence says which."""


@dataclass(frozen=True)
class Asked:
    """One page of one table of a release."""

    table: str
    filters: Mapping[str, str]
    limit: int
    after: int  # number of the last row that was read; -1 at the start

    @classmethod
    def of(cls, table: str, pairs: Sequence[tuple[str, str]]) -> Asked:
        """Read it from an address. Raises NotThere and NotValid."""
        if table not in KINDS:
            raise NotThere
        values = dict(pairs)
        if len(values) < len(pairs):
            raise NotValid("A parameter is named twice.")
        filters = {name: text for name, text in values.items() if name not in ("limit", "cursor")}
        if not filters.keys() <= set(FILTERS[table]):
            raise NotThere
        limit = number("limit", values.get("limit", str(LIMIT)), least=1, most=MOST)
        after = number("cursor", values.get("cursor", "-1"), least=-1, most=2**31 - 1)
        return cls(table, filters, limit, after)


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    cursor: int | None  # where the next page starts; None after the last


def number(name: str, text: str, *, least: int, most: int) -> int:
    """Return a whole number of an address. Raises NotValid."""
    is_whole = text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()
    if not is_whole or len(text) > 11 or not least <= int(text) <= most:
        raise NotValid(f"{name} must be a whole number from {least} to {most}.")
    return int(text)


def read_page(session: Session, now: Current, asked: Asked) -> Page:
    """Return released rows in their frozen order. Raises NotThere for what was not released."""
    check_filters(session, now, asked)
    page: list[Row] = []
    scanned = last = 0
    for scanned, (place, row) in enumerate(numbered_rows(session, now, asked), start=1):
        if scanned > SCANNED or len(page) == asked.limit:
            return Page(page, last)
        last = place
        if matches(row, asked.filters):
            page.append(row)
    return Page(page, None)


def numbered_rows(session: Session, now: Current, asked: Asked) -> list[tuple[int, Row]]:
    """Return rows behind the cursor with their numbers, in order, as far as the database narrows
    them: one more than a page holds, or than it reads where it narrows them itself.

    A community's rows are found by its place. Told to order them, SQLite walks the whole release.
    """
    query = select(COLUMNS.number, COLUMNS.row).where(COLUMNS.number > asked.after)
    for name in asked.filters.keys() & set(STORED):
        query = query.where(COLUMNS[name] == asked.filters[name])
    kind, place = KINDS[asked.table], now.places.get(asked.filters.get("community", ""))
    if place is not None:
        key = lookup(now.release.id, kind, place.state, place.county, place.slug)
        rows = [
            (number, row) for number, row in session.execute(query.where(COLUMNS.lookup == key))
        ]
        return sorted(rows, key=itemgetter(0))
    most = asked.limit if asked.filters.keys() <= set(STORED) else SCANNED
    query = query.where(COLUMNS.release_id == now.release.id, COLUMNS.kind == kind)
    query = query.order_by(COLUMNS.number).limit(most + 1)
    return [(number, row) for number, row in session.execute(query)]


def matches(row: Row, filters: Mapping[str, str]) -> bool:
    from analysis.output.published import level_of  # loads pandas: only where rows are sent

    return all(
        (level_of(row) if name == "level" else str(row.get(name, ""))) == value
        for name, value in filters.items()
    )


def check_filters(session: Session, now: Current, asked: Asked) -> None:
    """Raise NotThere where a filter names what the release does not have."""
    for name, value in asked.filters.items():
        if name == "group":
            if value and not is_released(session, now, value, asked.filters.get("cut")):
                raise NotThere
        elif not is_a_group(now, name, value):
            raise NotThere


def is_released(session: Session, now: Current, group: str, cut: str | None) -> bool:
    """Whether a figure of the release is about this group: one that is too small is no group."""
    query = select(Figure.row).where(
        Figure.release_id == now.release.id, Figure.kind == FIGURE, Figure.cut != "total"
    )
    query = query.where(Figure.cut == cut) if cut else query
    rows = session.scalars(query.execution_options(yield_per=1000))
    return any(row["group"] == group for row in rows)


def is_a_group(now: Current, name: str, value: str) -> bool:
    """Whether a filter may have this value, as the release says it."""
    if name == "community":
        return value in ("", "other") or value in now.places
    if name in ("state", "county"):
        at = ("state", "county").index(name)
        return value == "" or any(area[at] == value for area in now.areas)
    return value in known_values(now)[name]


def known_values(now: Current) -> Mapping[str, frozenset[str]]:
    """Return what the filters may be that are not about a place."""
    seasons = frozenset(map(str, now.seasons))
    return {
        "season": seasons,
        "season_to": seasons,
        "level": frozenset(("programme", "state", "county", "pool", "community")),
        "cut": frozenset(("total", *now.cuts)),
        "measure": frozenset(subject.measure for subject in now.subjects),
        "agency": frozenset({"", *(subject.agency for subject in now.subjects)}),
        "basis": frozenset((BEFORE, FIRST, TREND, EVENING, PAIRS)),
    }


def as_sent(content: Content, now: Current, table: str, rows: list[Row]) -> list[dict[str, Any]]:
    """Return rows as the release's files have them, column by column."""
    from analysis.output.columns import LONG
    from analysis.output.export import as_object
    from analysis.output.published import Names, published

    layout = next(one for one in LONG if one.name == table)
    slugs = {row["community"] for row in rows if row.get("community") in now.places}
    areas = {(row["state"], row["county"]) for row in rows if row.get("county")}
    names = Names(
        {slug: now.places[slug].name for slug in slugs},
        {area: area_of(content, now.areas[area]) for area in areas if area in now.areas},
    )
    sent = [as_object(layout, cells) for cells in published(layout, rows, names)]
    if table == "figures":
        for row, one in zip(rows, sent, strict=True):
            one["settled"] = not is_unsettled(now.held, row) if row["cut"] == TOTAL else None
    return sent


def area_of(content: Content, place: Place) -> str:
    """Return the area that a place lies in, in English, as the files have it."""
    return area_name(place.area_name, place.area, content.areas)
