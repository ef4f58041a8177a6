"""In whose time a moment is told at the desk: that of the place somebody works for."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import g
from sqlalchemy import select

from survey.desk.accounts import OPERATOR
from survey.questionnaire.words import Language
from survey.storage import db
from survey.storage.desk_tables import Account
from survey.storage.models import Event

NOBODYS = "UTC"  # before the first event


def moment_here(words: Language, account: Account, moment: datetime) -> str:
    """Return a moment with the name of the time zone it is told in."""
    zone = zone_of(account)
    key = f"desk.zone.{zone}"
    return words.say(
        "desk.moment",
        moment=words.moment(moment.astimezone(ZoneInfo(zone))),
        zone=words.say(key) if words.has(key) else zone,
    )


def zone_of(account: Account) -> str:
    """Return the time zone of the newest event of an account's places; an operator's are all."""
    if "zone" not in g:
        query = select(Event.time_zone).order_by(Event.id.desc()).limit(1)
        if account.role != OPERATOR:
            ids = [place.id for place in account.communities]
            query = query.where(Event.community_id.in_(ids))
        g.zone = db.session().scalar(query) or NOBODYS
    zone: str = g.zone
    return zone
