"""The audit trail: what organisers and the command line did, in a chain that shows every change.

Each entry's hash covers the entry and the hash before it, and triggers of the database refuse to
change or delete a row. Whoever owns the file can drop the triggers and write the whole chain anew:
the last number and hash, noted elsewhere (`flask audit verify` prints them), show that, too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from survey.storage.desk_tables import AuditEntry

FIRST = "0" * 64  # what stands before the first entry
LOCK = 7_246_002  # any number of our own: PostgreSQL's lock for "somebody is adding an entry"


@dataclass(frozen=True)
class Verdict:
    """The result of a check of the whole chain."""

    entries: int
    last: str  # hash of the last entry
    broken: int | None = None  # number of the first entry that does not follow from the one before
    met: bool = False  # whether an entry has the hash that was asked for

    @property
    def whole(self) -> bool:
        return self.broken is None


def append(
    session: Session,
    act: str,
    moment: datetime,
    *,
    account_id: int | None = None,
    community_id: int | None = None,
    about: Mapping[str, str | int] | None = None,
) -> AuditEntry:
    """Add an entry in the caller's transaction: it is kept if, and only if, the act itself is.

    act: a word of content/desk under [desk.act]. about: what its sentence names; never an answer.
    """
    hold(session)
    last = session.execute(
        select(AuditEntry.number, AuditEntry.hash).order_by(AuditEntry.number.desc()).limit(1)
    ).first()
    entry = AuditEntry(
        number=last.number + 1 if last else 1,
        at=moment.replace(second=0, microsecond=0),
        account_id=account_id,
        community_id=community_id,
        act=act,
        about=dict(about or {}),
    )
    entry.hash = hash_of(entry, last.hash if last else FIRST)
    session.add(entry)
    session.flush()
    return entry


def hold(session: Session) -> None:
    """Let no other act be read or written between here and the caller's commit: what is looked at
    now is still so when it is changed, and the chain has one end."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    else:  # SQLite has one writer: a change of no row makes it us
        session.execute(text("UPDATE installation SET value = value WHERE name = ''"))


def hash_of(entry: AuditEntry, before: str) -> str:
    """Return the SHA-256 of an entry and of the hash before it, in hexadecimal digits."""
    fields = [
        before,
        entry.number,
        entry.at.isoformat(),
        entry.account_id,
        entry.community_id,
        entry.act,
        entry.about,
    ]
    plain = json.dumps(fields, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def entries(session: Session) -> Iterator[AuditEntry]:
    """Yield every entry in order, a thousand at a time."""
    number = 0
    query = select(AuditEntry).order_by(AuditEntry.number).limit(1000)
    while page := session.scalars(query.where(AuditEntry.number > number)).all():
        yield from page
        number = page[-1].number


def verify(session: Session, asked: str = "") -> Verdict:
    """Compute the whole chain anew and compare it, entry by entry; look out for one hash."""
    before, number, met = FIRST, 0, asked == FIRST
    for entry in entries(session):
        if entry.number != number + 1 or entry.hash != hash_of(entry, before):
            return Verdict(number, before, broken=number + 1)
        before, number = entry.hash, entry.number
        met = met or before == asked
    return Verdict(number, before, met=met)
