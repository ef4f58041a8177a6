"""What is typed as a day or a time: one form of each, and a sentence that names it."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any

import click


class Day(click.ParamType[date]):
    """A day as YYYY-MM-DD. 08/03/2027 is two days, depending on who reads it."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        text = str(value).strip()
        if match := re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", text):
            if day := day_of(*match.groups()):
                return day
            self.fail(f"{text!r} is no day of the calendar.", param, ctx)
        meant = sorted(meanings(text))
        if len(meant) == 1:
            self.fail(f"{text!r}: type {meant[0]} ({meant[0]:%B} {meant[0].day}).", param, ctx)
        if meant:
            ways = " or ".join(f"{day} ({day:%B} {day.day})" for day in meant)
            self.fail(f"{text!r} can mean two days: type {ways}.", param, ctx)
        self.fail(
            f"{text!r} is no day: type the year, month and day, as in 2027-08-03.", param, ctx
        )


def meanings(text: str) -> set[date]:
    """Return the days that 08/03/2027 or 3.8.27 may mean: month first or day first."""
    match = re.fullmatch(r"([0-9]{1,2})[/. -]([0-9]{1,2})[/. -]([0-9]{4}|[0-9]{2})", text)
    if not match:
        return set()
    first, second, year = match.groups()
    year = f"20{year}" if len(year) == 2 else year
    either = day_of(year, first, second), day_of(year, second, first)
    return {day for day in either if day}


def day_of(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


class Clock(click.ParamType[time]):
    """A time of day: 17:00, or 5:00 pm."""

    name = "HH:MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> time:
        if isinstance(value, time):
            return value
        pattern = r"([0-9]{1,2})(?::([0-9]{2}))?\s*(?:([ap])\.?m\.?)?"
        match = re.fullmatch(pattern, str(value).strip(), re.IGNORECASE)
        hour, minute, half = match.groups() if match else ("", "", "")
        if hour and (minute or half):
            made = time_of(int(hour), int(minute or 0), (half or "").lower())
            if made is not None:
                return made
        self.fail(f"{value!r} is no time of day: type it as in 17:00 or 5:00pm.", param, ctx)


def time_of(hour: int, minute: int, half: str) -> time | None:
    if half and not 1 <= hour <= 12:
        return None
    try:
        return time(hour % 12 + 12 * (half == "p") if half else hour, minute)
    except ValueError:
        return None


DAY, CLOCK = Day(), Clock()
