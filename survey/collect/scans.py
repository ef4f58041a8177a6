"""How often posters were opened, and when one was last used: noted in memory, written once a
second.

A counter is one row for everybody at a poster. Written with each visit, it would make every guest
wait for the same row (two servers' workers even deadlocked on it in PostgreSQL). A killed worker
loses a second of counts; answers never pass through here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from threading import Lock, Timer

from sqlalchemy import Connection, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from survey.storage.events import Place
from survey.storage.models import Moment, PosterActivity, Scan
from survey.storage.writer import AWAY, Writer

Key = tuple[int, str, str]  # event_id, poster, hour
Use = tuple[int, str, str]  # event_id, poster, and OPENED or ANSWERED
OPENED, ANSWERED = "opened_at", "answered_at"
TEN_MINUTES = 600  # seconds: nothing finer is noted, and this of a poster alone

ADD = {
    name: insert(Scan).on_conflict_do_update(
        index_elements=[Scan.event_id, Scan.poster, Scan.hour],
        set_={"count": Scan.count + bindparam("more")},
    )
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}

NOTE = {
    (name, what): insert(PosterActivity).on_conflict_do_update(
        index_elements=[PosterActivity.event_id, PosterActivity.poster],
        set_={what: bindparam("slot", type_=Moment)},
    )
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
    for what in (OPENED, ANSWERED)
}


# A browser, or our own page, that fetches the form before anybody asks to see it says so in one
# of these: "prefetch", "prefetch;prerender", "preview".
AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
# A chat that shows what an address leads to, and whoever lists the web. Looked at, never kept.
ROBOT = re.compile(r"(?<!cu)bot\b|crawl|spider|facebookexternalhit|whatsapp|preview", re.IGNORECASE)


def is_opened_by_a_person(method: str, header: Callable[[str, str], str]) -> bool:
    """Whether a request for the form is somebody who opens the page now.

    header: returns a header of the request, or the second argument where there is none
    """
    ahead = any(header(name, "") for name in AHEAD)
    is_part = header("Sec-Fetch-Mode", "") in ("no-cors", "cors", "websocket")  # of another page
    return method == "GET" and not (ahead or is_part or ROBOT.search(header("User-Agent", "")))


def slot_of(moment: datetime) -> datetime:
    """Return the start of the ten minutes that a moment falls into."""
    return datetime.fromtimestamp(moment.timestamp() // TEN_MINUTES * TEN_MINUTES, moment.tzinfo)


class Scans:
    """What this process has noted of posters and has not written yet."""

    SECONDS = 1.0

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.lock, self.writing = Lock(), Lock()
        self.waiting: Counter[Key] = Counter()
        self.last: dict[Use, datetime] = {}  # of tonight's posters, written or not
        self.unwritten: dict[Use, datetime] = {}
        self.timer: Timer | None = None

    def opened(self, place: Place, moment: datetime) -> None:
        """Count somebody who opened a poster's form."""
        with self.lock:
            self.waiting[place.event_id, place.poster, place.hour(moment)] += 1
            self.note(place, OPENED, moment)
            self.start()

    def answered(self, place: Place, moment: datetime) -> None:
        """Note that answers came by a poster; by whose phone and how many is not noted."""
        with self.lock:
            if self.note(place, ANSWERED, moment):
                self.start()

    def note(self, place: Place, what: str, moment: datetime) -> bool:
        """Note when a poster was last used; only while the evening runs, for its organisers."""
        use, slot = (place.event_id, place.poster, what), slot_of(moment)
        if not place.starts_at <= moment < place.ends_at or self.last.get(use) == slot:
            return False
        self.last[use] = self.unwritten[use] = slot
        return True

    def start(self) -> None:
        if self.timer is None:
            self.timer = Timer(self.SECONDS, self.flush)
            self.timer.daemon = True
            self.timer.start()

    def flush(self) -> None:
        """Write what is waiting; what cannot be written now waits for the next visit."""
        with self.writing:  # whoever stops the process waits for a flush that is under way
            with self.lock:
                counts, self.waiting = self.waiting, Counter()
                uses, self.unwritten = self.unwritten, {}
                if self.timer is not None:
                    self.timer.cancel()
                    self.timer = None
            if counts or uses:
                self.write(counts, uses)

    def write(self, counts: Counter[Key], uses: dict[Use, datetime]) -> None:
        try:
            self.writer.do(lambda connection: add_all(connection, counts, uses))
        except AWAY:
            with self.lock:
                self.waiting.update(counts)
                self.unwritten = uses | self.unwritten
        except IntegrityError:  # a poster was removed meanwhile: what is noted of it is, too
            if len(counts) + len(uses) > 1:
                for key, count in counts.items():
                    self.write(Counter({key: count}), {})
                for use, slot in uses.items():
                    self.write(Counter(), {use: slot})


def add_all(connection: Connection, counts: Counter[Key], uses: dict[Use, datetime]) -> None:
    """Write all to their rows, always in the same order, so that no two processes deadlock."""
    name = connection.dialect.name
    rows = [
        {"event_id": event_id, "poster": poster, "hour": hour, "count": count, "more": count}
        for (event_id, poster, hour), count in sorted(counts.items())
    ]
    if rows:  # sent in one go: another process may wait for one of them
        connection.execute(ADD[name], rows)
    for (event_id, poster, what), slot in sorted(uses.items()):
        row = {"event_id": event_id, "poster": poster, what: slot, "slot": slot}
        connection.execute(NOTE[name, what], row)
