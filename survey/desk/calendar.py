"""When National Night Out is: the first Tuesday of August, or of October."""

from __future__ import annotations

from datetime import date, timedelta

TUESDAY = 1  # of datetime.date.weekday()
AUGUST, OCTOBER = 8, 10


def first_tuesday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(TUESDAY - first.weekday()) % 7)


def next_nights(today: date, *, october: bool) -> list[date]:
    """Return the next night of the usual month, then that of the other one."""
    months = (OCTOBER, AUGUST) if october else (AUGUST, OCTOBER)
    return [next_night(today, month) for month in months]


def next_night(today: date, month: int) -> date:
    """Return the first Tuesday of a month that is today or still to come."""
    this_year = first_tuesday(today.year, month)
    return this_year if this_year >= today else first_tuesday(today.year + 1, month)


def is_rule(day: date) -> bool:
    """Whether a day is the first Tuesday of its August or October."""
    return day.month in (AUGUST, OCTOBER) and day == first_tuesday(day.year, day.month)
