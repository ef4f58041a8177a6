"""Cards with one-time codes: how many are made, their codes to print, and how many were used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from survey.storage.cards import code_of, key_of
from survey.storage.desk_tables import Card
from survey.storage.events import Refused
from survey.storage.models import Event

MOST = 5000  # cards of an event
MOST_ON_PAGE = 200  # cards of one page to print: 25 sheets


@dataclass(frozen=True)
class Made:
    """How many cards an event has."""

    made: int
    used: int

    @property
    def firsts(self) -> range:
        """Return the numbers with which the pages to print begin."""
        return range(1, self.made + 1, MOST_ON_PAGE)


def count(session: Session, event: Event) -> Made:
    query = select(func.count(), func.count().filter(Card.used)).where(Card.event_id == event.id)
    made, used = session.execute(query).one()
    return Made(made, used)


def make(session: Session, secret: str, event: Event, typed: str, moment: datetime) -> int:
    """Make so many cards more, as somebody typed the number, and return it. Raises Refused."""
    digits = typed.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 6 and int(digits)):
        raise Refused("Type a whole number, for example 200.", "cards_number", "number")
    before, more = count(session, event).made, int(digits)
    if before + more > MOST:
        sentence = f"An event has {MOST} cards at most; {before} are made."
        raise Refused(sentence, "cards_most", "number", most=MOST, made=before)
    if event.closes_at <= moment:
        raise Refused(f"{event.slug} is over: nobody could use a card.", "cards_over", "number")
    numbers = range(before + 1, before + more + 1)
    keys = sorted(key_of(secret, event.id, code) for code in codes(secret, event, numbers))
    session.execute(
        insert(Card), [{"event_id": event.id, "key": key, "used": False} for key in keys]
    )
    return more


def codes(secret: str, event: Event, numbers: Sequence[int]) -> list[str]:
    """Return the codes of these cards, the same each time."""
    return [code_of(secret, event.id, number) for number in numbers]
