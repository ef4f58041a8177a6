"""A merge: what was answered on a laptop without a net comes to the main database, exactly once.

A response is known by its submission id, a comment by its own, an event by its address (slug). So
the same file merged twice gives the same as once. Numbers of rows differ between two databases and
are looked up anew by what names a row. Nothing that is here is changed, but for one thing: of a
poster's scans in one hour the larger count stands, since a merge that is repeated must not add.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    RowMapping,
    Table,
    UniqueConstraint,
    delete,
    false,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from survey.storage.desk_tables import Card, SecondKeying, UndoneKeying
from survey.storage.events import Refused
from survey.storage.models import Base, PosterActivity, Response, Scan, SealedComment
from survey.storage.privacy import ANSWER_TABLES

Record = dict[str, Any]
# A comment is moved where it was sealed, by `flask event close`, and then; the other is of tonight.
LEFT = {SealedComment.__tablename__, PosterActivity.__tablename__}


@dataclass
class Merged:
    """The result of a merge, table by table."""

    added: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)  # here already, the same
    other: dict[str, int] = field(default_factory=dict)  # here already with another content
    waiting: int = 0  # sealed comments that stay where they are


def carried() -> list[Table]:
    """Return the tables of a merge, each after those it refers to.

    What a visit can add to, what that refers to, and what belongs to nothing else and has a name
    of its own (agencies). Accounts, sessions, releases and the audit trail stay where they are.
    """
    tables = Base.metadata.sorted_tables
    chosen = {table for table in tables if table.name in ANSWER_TABLES} - {
        Base.metadata.tables[name] for name in LEFT
    }
    grown = True
    while grown:
        before = len(chosen)
        chosen |= {parent for table in chosen for parent in parents(table)}
        chosen |= {t for t in tables if parents(t) and parents(t) <= chosen and is_named(t)}
        chosen -= {Base.metadata.tables[name] for name in LEFT}
        grown = len(chosen) > before
    return [table for table in tables if table in chosen]


def parents(table: Table) -> set[Table]:
    return {key.column.table for key in table.foreign_keys}


def is_numbered(table: Table) -> bool:
    """Whether a row's key is a number that another database gave to something else."""
    (first, *more) = table.primary_key.columns
    return not more and isinstance(first.type, Integer) and not first.foreign_keys


def is_named(table: Table) -> bool:
    return is_numbered(table) and bool(name_of(table))


def name_of(table: Table) -> Sequence[Column[Any]]:
    """Return the columns that name a row whichever database it is in; none where nothing does."""
    if not is_numbered(table):
        return list(table.primary_key.columns)
    uniques = [list(one.columns) for one in table.constraints if isinstance(one, UniqueConstraint)]
    return min(uniques, key=lambda columns: [c.name for c in columns], default=[])


def merge(hub: Connection, ours: Session) -> Merged:
    """Add what a hub has and we lack; commit is the caller's."""
    merged, numbers = Merged(), dict[tuple[str, Any], Any]()
    ours.connection().execute(delete(Scan).where(false()))  # SQLite's one writer, until the end
    for table in carried():
        counts = dict.fromkeys(("added", "known", "other"), 0)
        for record in records(hub, table):
            counts[merge_one(ours, table, record, numbers)] += 1
        for kind, count in counts.items():
            getattr(merged, kind)[table.name] = count
    take_out_undone(ours)
    merged.waiting = len(hub.execute(select(SealedComment.id)).all())
    return merged


def take_out_undone(ours: Session) -> None:
    """Delete here what was keyed from paper and taken back there after an earlier merge."""
    undone = select(UndoneKeying.submission)
    for event, id, *more in (
        (Response.event_id, Response.submission, Response.mode == "paper"),
        (SecondKeying.event_id, SecondKeying.id),
    ):
        here = id.in_(undone.where(UndoneKeying.event_id == event)), *more
        if ours.scalars(select(id).where(*here)).first():  # else nothing is noted as changed
            ours.execute(delete(event.class_).where(*here))


def records(hub: Connection, table: Table) -> Iterator[Record]:
    result = hub.execute(select(table), execution_options={"yield_per": 1000})
    for row in result.mappings():
        yield dict(row)


def merge_one(
    ours: Session, table: Table, record: Record, numbers: dict[tuple[str, Any], Any]
) -> str:
    """Add one row, its references by our numbers; say "added", "known" or "other"."""
    for column in table.columns:
        for key in column.foreign_keys:
            parent = key.column.table
            if is_numbered(parent) and record[column.name] is not None:
                record[column.name] = numbers[parent.name, record[column.name]]
    named = [column == record[column.name] for column in name_of(table)]
    here = ours.execute(select(table).where(*named)).mappings().first()
    if here is not None:
        refuse_namesake(table, here, record)
    if is_numbered(table):
        (key_column,) = table.primary_key.columns
        number = record.pop(key_column.name)
        if here is None:
            made = insert(table).values(record).returning(key_column)
            numbers[table.name, number] = ours.scalar(made)
            return "added"
        numbers[table.name, number] = here[key_column.name]
    elif here is None:
        ours.execute(insert(table).values(record))
        return "added"
    if all(here[name] == value for name, value in record.items()):
        return "known"
    if table.name == Card.__tablename__:
        return keep_used(ours, record)
    if table.name == Scan.__tablename__:
        return keep_larger(ours, record, here["count"])
    return "other"


def refuse_namesake(table: Table, here: RowMapping, record: Record) -> None:
    """Raise Refused where what others refer to has the same name on both sides and is not the
    same: their answers would be mixed."""
    if not any(table in parents(other) for other in carried()):
        return
    for column in table.columns:
        tells = column.foreign_keys or any(column.name in c for c in unique_names(table))
        if tells and here[column.name] != record[column.name]:
            name = ", ".join(str(record[c.name]) for c in name_of(table))
            raise Refused(
                f"{table.name} {name} is another one here than there ({column.name} differs): "
                "nothing was merged. Correct one of them."
            )


def unique_names(table: Table) -> list[set[str]]:
    """Return the columns of each unique constraint and index."""
    rules = [one.columns for one in table.constraints if isinstance(one, UniqueConstraint)]
    rules += [one.columns for one in table.indexes if one.unique]
    return [{column.name for column in columns} for columns in rules]


def keep_used(ours: Session, record: Record) -> str:
    """Note that a card was used there; one that was used here stays used."""
    if not record["used"]:
        return "known"
    named = Card.event_id == record["event_id"], Card.key == record["key"]
    ours.execute(update(Card).where(*named).values(used=True))
    return "added"


def keep_larger(ours: Session, record: Record, here: int) -> str:
    if record["count"] <= here:
        return "known"
    key = (Scan.event_id, Scan.poster, Scan.hour)
    named = [column == record[column.name] for column in key]
    ours.execute(update(Scan).where(*named).values(count=record["count"]))
    return "added"
