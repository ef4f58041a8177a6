"""All rows of a release in their frozen order, for files: a few thousand of them in memory, however
many there are, and those of one state without reading the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from survey.storage.models import Release
from survey.storage.release_store import COLUMNS, Row

AT_A_TIME = 2000  # rows fetched from the database
Span = tuple[int, int]  # number of the first row, and of the last
Spans = Mapping[str, list[Span]]  # by state


def count(session: Session, release: Release, kind: str) -> int:
    """Return how many rows of a kind a release has: they are numbered from 0."""
    last = select(COLUMNS.number).where(COLUMNS.release_id == release.id, COLUMNS.kind == kind)
    number = session.scalar(last.order_by(COLUMNS.number.desc()).limit(1))
    return 0 if number is None else number + 1


def frozen_rows(
    session: Session, release: Release, kind: str, spans: Sequence[Span] | None = None
) -> Iterator[Row]:
    """Yield the rows of a kind; those within spans of numbers, where these are given."""
    query = select(COLUMNS.row).where(COLUMNS.release_id == release.id, COLUMNS.kind == kind)
    if spans is not None:
        query = query.where(or_(False, *(COLUMNS.number.between(*span) for span in spans)))
    query = query.order_by(COLUMNS.number).execution_options(yield_per=AT_A_TIME)
    yield from session.scalars(query)


def spans_by_state(session: Session, release: Release, kind: str) -> Spans:
    """Return between which numbers each state's rows lie: by season, for so they are frozen.

    Rows of other states may lie between them, too.
    """
    first, last = func.min(COLUMNS.number), func.max(COLUMNS.number)
    query = select(COLUMNS.state, first, last).where(
        COLUMNS.release_id == release.id, COLUMNS.kind == kind
    )
    rows = session.execute(query.group_by(COLUMNS.state, COLUMNS.season))
    by_state = sorted(((state, (low, high)) for state, low, high in rows), key=itemgetter(0))
    return {
        state: apart(span for _, span in spans)
        for state, spans in groupby(by_state, key=itemgetter(0))
    }


def apart(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those that touch or overlap put together."""
    merged: list[Span] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + 1:
            begun, ended = merged.pop()
            merged.append((begun, max(last, ended)))
        else:
            merged.append((first, last))
    return merged
