"""The day of a stamp. Nothing finer is kept of it: the order of arrival identifies people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?!\d)")
NAMED = re.compile(
    r"(?:(\d{1,2})\s*(?:de\s+)?)?([a-záéíóú]{3,10})\.?\s*(?:de\s+)?(\d{1,2})?,?\s*(?:de\s+)?(\d{4})"
)
SERIAL = re.compile(r"\d{5}(?:\.\d+)?")  # days since 1900, as Excel counts them
CLOCK = re.compile(
    r"[T ](\d{1,2}):(\d{2})(?::\d{2}(?:[.,]\d+)?)?\s*([ap]\.?\s?m\b)?", re.IGNORECASE
)
OFFSET = re.compile(r"(?:([+-])(\d{2}):?(\d{2})|(Z))$")
FIRST_DAYS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan ene", "feb", "mar", "apr abr", "may", "jun", "jul", "aug ago", "sep", "oct", "nov",
         "dec dic"), start=1)
    for name in names.split()
}  # fmt: skip
MONTH_FIRST, DAY_FIRST = "month first", "day first"
NEAR = timedelta(days=45)  # after the evening: paper keyed in, a link that stayed open


@dataclass(frozen=True)
class Calendar:
    """How the dates of one file are to be read, and where the event was."""

    order: str  # of 05/08/2025
    zone: str  # of the event
    zone_of_file: str = ""
    is_1904: bool = False

    def day(self, stamp: str) -> date | None:
        """Return the event-local day of a stamp; None for what is no date."""
        return day_of(stamp, self)


@lru_cache(maxsize=4096)
def day_of(stamp: str, calendar: Calendar) -> date | None:
    text = stamp.strip()
    if SERIAL.fullmatch(text):
        return FIRST_DAYS[calendar.is_1904] + timedelta(days=int(float(text)))
    day = read_day(text, calendar.order)
    if day is None:
        return None
    offset = OFFSET.search(text)
    clock = CLOCK.search(text)
    if not clock or not (offset or calendar.zone_of_file):
        return day
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + hours(clock)
    if offset and offset[1]:
        shift = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        moment += shift if offset[1] == "-" else -shift
    elif not offset and calendar.zone_of_file != "UTC":
        moment = moment.replace(tzinfo=ZoneInfo(calendar.zone_of_file))
    return moment.astimezone(ZoneInfo(calendar.zone)).date()


def hours(clock: re.Match[str]) -> timedelta:
    hour = int(clock[1])
    if half := (clock[3] or "").lower():
        hour = hour % 12 + 12 * half.startswith("p")
    return timedelta(hours=hour, minutes=int(clock[2]))


def read_day(text: str, order: str) -> date | None:
    """Return the day that a date names, read in this order where its parts may be either."""
    if parts := YEAR_FIRST.match(text):
        return made(int(parts[1]), int(parts[2]), int(parts[3]))
    if parts := YEAR_LAST.match(text):
        first, second, year = int(parts[1]), int(parts[2]), int(parts[3])
        year += 2000 if year < 100 else 0
        return made(year, second, first) if order == DAY_FIRST else made(year, first, second)
    if (parts := NAMED.search(text.lower())) and (month := MONTHS.get(parts[2][:3])):
        day = parts[1] or parts[3]
        return made(int(parts[4]), month, int(day)) if day else None
    return None


def made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def order_of(stamps: Iterable[str], day: date) -> str:
    """Return in which order these stamps are written: by a part over 12, else by the event's day;
    "" where both orders are possible and neither, or each, is near the event."""
    tidy = [stamp.strip() for stamp in stamps if not YEAR_FIRST.match(stamp.strip())]
    matched = [(parts, text) for text in tidy if (parts := YEAR_LAST.match(text))]
    pairs = [(int(parts[1]), int(parts[2]), text) for parts, text in matched]
    if not pairs or any(second > 12 for _, second, _ in pairs):
        return MONTH_FIRST
    if any(first > 12 for first, _, _ in pairs):
        return DAY_FIRST
    near = {}
    for order in (MONTH_FIRST, DAY_FIRST):
        read = [read_day(text.strip(), order) for _, _, text in pairs]
        near[order] = sum(bool(one) and timedelta(-1) <= one - day <= NEAR for one in read)  # type: ignore[operator]
    best = max(near, key=lambda order: near[order])
    other = DAY_FIRST if best == MONTH_FIRST else MONTH_FIRST
    if all(first == second for first, second, _ in pairs):
        return MONTH_FIRST  # 08/08 is the same day either way
    return best if 2 * near[best] > len(pairs) and near[other] < near[best] / 2 else ""
