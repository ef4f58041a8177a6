"""The audit trail, as the desk shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import request
from sqlalchemy import Select, select

from survey.desk.accounts import DEPARTMENT, OPERATOR, ORGANISER, REVIEWER
from survey.pages.desk.door import blueprint, me, my_language, show
from survey.questionnaire.words import Language
from survey.storage import audit, db
from survey.storage.desk_tables import Account, AuditEntry

ON_A_PAGE = 50


@dataclass(frozen=True)
class Line:
    """One entry as a sentence."""

    number: int
    at: datetime
    who: str
    what: str


@blueprint.get("/diary")
def diary() -> str:
    """Show who did what, the newest first; ?before=<number> for older ones, ?check=1 to check."""
    words, before = my_language(), request.args.get("before", type=int)
    query = mine().order_by(AuditEntry.number.desc()).limit(ON_A_PAGE + 1)
    if before is not None:
        query = query.where(AuditEntry.number < before)
    entries = list(db.session().scalars(query))
    may_check = me().role in (OPERATOR, ORGANISER)
    return show(
        "desk/diary.html",
        lines=list(lines(words, entries[:ON_A_PAGE])),
        older=entries[ON_A_PAGE - 1].number if len(entries) > ON_A_PAGE else None,
        verdict=audit.verify(db.session()) if may_check and "check" in request.args else None,
        may_check=may_check,
    )


def mine() -> Select[AuditEntry]:
    """Return the entries I may read: all, those of my places and my own, or my own."""
    account = me()
    if account.role == OPERATOR:
        return select(AuditEntry)
    own = AuditEntry.account_id == account.id
    if account.role in (DEPARTMENT, REVIEWER):
        return select(AuditEntry).where(own)
    places = [place.id for place in account.communities]
    return select(AuditEntry).where(own | AuditEntry.community_id.in_(places))


def lines(words: Language, entries: list[AuditEntry]) -> Iterator[Line]:
    ids = {entry.account_id for entry in entries if entry.account_id is not None}
    query = select(Account.id, Account.name).where(Account.id.in_(ids))
    names = {row.id: row.name for row in db.session().execute(query)}
    for entry in entries:
        who = names.get(entry.account_id or 0) or words.say("desk.diary.machine")
        yield Line(entry.number, entry.at, who, sentence(words, entry))


def sentence(words: Language, entry: AuditEntry) -> str:
    """Return what was done, as the language says it."""
    named = {name: str(value) for name, value in entry.about.items()}
    if role := named.get("role"):
        named["role"] = words.say(f"desk.role.{role}.name")
    if theme := named.get("theme"):
        named["theme"] = words.theme(theme)
    key = f"desk.act.{entry.act}"
    if named.get("place") == "" and words.has(f"{key}_nowhere"):
        key = f"{key}_nowhere"
    return words.say(key, **named) if named else words.say(key)
