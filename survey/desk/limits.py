"""Limits on what organisers type: one place, a sentence each, the same on every database.

SQLite would store a name of any length and PostgreSQL refuse it; so the columns' own lengths are
checked here, before either is asked.
"""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, timedelta

from sqlalchemy.orm import InstrumentedAttribute

from survey.storage.events import Refused

EARLIEST_SEASON = 2000  # no survey of this programme is older; an earlier year is a typing error
YEARS_AHEAD = 2  # an evening is planned a year before; a later one is a typing error as well
LONGEST_PAST_MIDNIGHT = timedelta(hours=12)  # longer: the hours were typed the wrong way round


def tidy(text: str, column: InstrumentedAttribute[str], what: str, field: str = "") -> str:
    """Return `text` with its spaces made single, as it may be kept in `column`.

    field: where it was typed on a page of the desk. Raises Refused where nothing is left, where
    it holds what is not text, and where it is longer than the column.
    """
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    if not text:
        raise Refused(f"{what} is empty.", "empty", field)
    # Cc: control characters, Cs: bytes that are no UTF-8, Co and Cn: nobody knows what they are
    if odd := next((sign for sign in text if unicodedata.category(sign) in ("Cc", "Cs", "Cn")), ""):
        sentence = f"{what} holds a character that is not text: {odd!a}."
        raise Refused(sentence, "odd_character", field)
    most = column.type.length
    if most and len(text) > most:
        sentence = f"{what} has {len(text)} characters; at most {most} are possible."
        raise Refused(sentence, "too_long", field, most=most)
    return text


def check_day(day: date, moment: datetime) -> None:
    """Raise Refused for a day on which no event of this programme can be."""
    latest = moment.year + YEARS_AHEAD
    if not EARLIEST_SEASON <= day.year <= latest:
        raise Refused(
            f"{day.isoformat()} cannot be right: events are from {EARLIEST_SEASON} to {latest}.",
            "day_wrong",
            "day",
            earliest=EARLIEST_SEASON,
            latest=latest,
        )
