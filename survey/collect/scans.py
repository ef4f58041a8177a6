"""How often posters were opened: counted in memory, written once a second.

A counter is one row for everybody at a poster. Written with each visit, it would make every guest
wait for the same row (two servers' workers even deadlocked on it in PostgreSQL). A killed worker
loses a second of counts; answers never pass through here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from threading import Lock, Timer

from sqlalchemy import Connection, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from survey.storage.models import Scan
from survey.storage.writer import AWAY, Writer

Key = tuple[int, str, str]  # event_id, poster, hour

ADD = {
    name: insert(Scan).on_conflict_do_update(
        index_elements=[Scan.event_id, Scan.poster, Scan.hour],
        set_={"count": Scan.count + bindparam("more")},
    )
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
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


class Scans:
    """This process's counts that are not written yet."""

    SECONDS = 1.0

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.lock, self.writing = Lock(), Lock()
        self.waiting: Counter[Key] = Counter()
        self.timer: Timer | None = None

    def add(self, key: Key) -> None:
        with self.lock:
            self.waiting[key] += 1
            if self.timer is None:
                self.timer = Timer(self.SECONDS, self.flush)
                self.timer.daemon = True
                self.timer.start()

    def flush(self) -> None:
        """Write what is waiting; what cannot be written now waits for the next visit."""
        with self.writing:  # whoever stops the process waits for a flush that is under way
            with self.lock:
                counts, self.waiting = self.waiting, Counter()
                if self.timer is not None:
                    self.timer.cancel()
                    self.timer = None
            if counts:
                self.write(counts)

    def write(self, counts: Counter[Key]) -> None:
        try:
            self.writer.do(lambda connection: add_all(connection, counts))
        except AWAY:
            with self.lock:
                self.waiting.update(counts)
        except IntegrityError:  # a poster was removed meanwhile: its counts are, too
            for key, count in counts.items() if len(counts) > 1 else ():
                self.write(Counter({key: count}))


def add_all(connection: Connection, counts: Counter[Key]) -> None:
    """Add counts to their rows, always in the same order, so that no two processes deadlock."""
    for (event_id, poster, hour), count in sorted(counts.items()):
        row = {"event_id": event_id, "poster": poster, "hour": hour, "count": count, "more": count}
        connection.execute(ADD[connection.dialect.name], row)
