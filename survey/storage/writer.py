"""One writer in each process: whatever is waiting goes into one transaction.

SQLite lets one connection write at a time, and a durable commit waits for the disk. Forty guests
who send together would queue for the lock one by one; here they share one commit. Each is told
"stored" only after that commit, so nothing is acknowledged that a power cut could take back.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

Work = Callable[[Connection], Any]

MOST_TOGETHER = 100  # jobs in one transaction: more would make the first wait for the last
PAUSE = 0.002  # seconds before asking again for the lock that another process holds
SQLITE_BUSY, SQLITE_LOCKED = 5, 6
POSTGRES_DEADLOCK = "40P01"


@dataclass
class Job:
    work: Work
    done: Future[Any] = field(default_factory=Future)


class Writer:
    """Does jobs in the order they came, several to a transaction.

    `engine` must not wait for a lock by itself (SQLite's own waiting would stop every other guest
    of a worker); `patience` is how many seconds the writer keeps asking.
    """

    def __init__(self, engine: Engine, patience: float) -> None:
        self.engine, self.patience = engine, patience
        self.jobs: SimpleQueue[Job | None] = SimpleQueue()
        self.starting = Lock()
        self.thread: Thread | None = None

    def do(self, work: Work) -> Any:
        """Return what `work(connection)` returned, once that is committed and durable.

        `work` may be called again when the transaction has to be repeated. Raises what it raises,
        and OperationalError where the database cannot store now.
        """
        return self.submit(work).result()

    def submit(self, work: Work) -> Future[Any]:
        """Like `do`, without waiting."""
        job = Job(work)
        self.jobs.put(job)
        self.start()
        return job.done

    def start(self) -> None:
        """Start the writing thread; on first use, since a server forks after the app is made."""
        if self.thread is None:
            with self.starting:
                if self.thread is None:
                    self.thread = Thread(target=self.run, name="writer", daemon=True)
                    self.thread.start()

    def stop(self) -> None:
        """Finish what is waiting and let go of the database."""
        if self.thread is not None:
            self.jobs.put(None)
            self.thread.join()
        self.engine.dispose()

    def run(self) -> None:
        while (job := self.jobs.get()) is not None:
            batch = [job]
            while len(batch) < MOST_TOGETHER:
                try:
                    more = self.jobs.get_nowait()
                except Empty:
                    break
                if more is None:
                    self.jobs.put(None)  # stop, after these
                    break
                batch.append(more)
            self.write(batch)

    def write(self, batch: Sequence[Job]) -> None:
        """Commit a batch and tell everyone in it; on an error each job stands for itself."""
        try:
            results = self.outside(self.commit, [job.work for job in batch])
        except Exception as error:
            if len(batch) == 1 or isinstance(error, OperationalError):
                for job in batch:
                    job.done.set_exception(error)
            else:
                for job in batch:
                    self.write([job])
            return
        for job, result in zip(batch, results, strict=True):
            job.done.set_result(result)

    def outside(self, commit: Callable[[Sequence[Work]], list[Any]], works: Sequence[Work]) -> Any:
        """Commit in a real thread where threads are greenlets.

        SQLite waits for the disk without letting go: under gevent every other guest of the worker
        would wait with it. PostgreSQL's driver lets go by itself.
        """
        monkey = sys.modules.get("gevent.monkey")
        greenlets = monkey is not None and monkey.is_module_patched("threading")
        if not greenlets or self.engine.dialect.name != "sqlite":
            return commit(works)
        from gevent import get_hub

        return get_hub().threadpool.apply(commit, (works,))

    def commit(self, works: Sequence[Work]) -> list[Any]:
        """Do all in one transaction, asking again while another process holds the lock."""
        until = monotonic() + self.patience
        while True:
            try:
                with self.engine.begin() as connection:
                    return [work(connection) for work in works]
            except OperationalError as error:
                if not is_busy(error) or monotonic() > until:
                    raise
                sleep(PAUSE)


def is_busy(error: OperationalError) -> bool:
    """Whether the database only says that somebody else was writing the same."""
    code = getattr(error.orig, "sqlite_errorcode", 0)
    deadlock = getattr(error.orig, "sqlstate", None) == POSTGRES_DEADLOCK
    return deadlock or code & 0xFF in (SQLITE_BUSY, SQLITE_LOCKED)
