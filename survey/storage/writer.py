"""One writer in each process: whatever is waiting goes into one transaction.

SQLite lets one connection write at a time, and a durable commit waits for the disk. Forty guests
who send together would queue for the lock one by one; here they share one commit. Each is told
"stored" only after that commit, so nothing is acknowledged that a power cut could take back.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from survey.log import logger
from survey.threads import outside

Work = Callable[[Connection], Any]


@dataclass(frozen=True)
class Together:
    """Work that is done in one call for all who wait with the same: `do(connection, given)` returns
    one result for each that was given."""

    do: Callable[[Connection, Sequence[Any]], Sequence[Any]]
    # what makes all of it one statement, which is a transaction by itself
    is_one_statement: Callable[[Sequence[Any]], bool] = lambda given: False


# What is raised while a database is away, full, busy or for reading only: nothing was stored, or
# it is not known, and it is safe to send again.
AWAY = (OperationalError, InterfaceError, InternalError, NoConnection)

MOST_TOGETHER = 100  # jobs in one transaction: more would make the first wait for the last
PAUSE = 0.001  # seconds before asking again for the lock that another process holds
EMPTIED_AFTER = 10.0  # seconds that SQLite's write-ahead log, which is in order, may be there
SQLITE_BUSY, SQLITE_LOCKED = 5, 6
POSTGRES_DEADLOCK = "40P01"


@dataclass
class Job:
    work: Together
    given: Any
    done: Future[Any] = field(default_factory=Future)


class Writer:
    """Does jobs, several to a transaction and there in random order.

    `engine` must not wait for a lock by itself (SQLite's own waiting would stop every other guest
    of a worker); `patience` is how many seconds the writer keeps asking.
    """

    def __init__(self, engine: Engine, patience: float) -> None:
        self.engine, self.patience = engine, patience
        self.jobs: SimpleQueue[Job | None] = SimpleQueue()
        self.starting = Lock()
        self.thread: Thread | None = None
        self.failed = 0  # jobs since something was last stored
        self.log_due: float | None = None  # when the write-ahead log is to be emptied

    def do(self, work: Work) -> Any:
        """Return what `work(connection)` returned, once that is committed and durable.

        `work` may be called again when the transaction has to be repeated. Raises what it raises,
        and one of AWAY where the database cannot store now.
        """
        return self.submit(work).result()

    def submit(self, work: Work) -> Future[Any]:
        """Like `do`, without waiting."""
        return self.put(Job(Together(lambda connection, given: [work(connection)]), None))

    def do_together(self, work: Together, given: Any) -> Any:
        """Return what `work` made of `given`, as `do` does; others may be done in the same call."""
        return self.together(work, given).result()

    def together(self, work: Together, given: Any) -> Future[Any]:
        """Like `do_together`, without waiting."""
        return self.put(Job(work, given))

    def put(self, job: Job) -> Future[Any]:
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
        while (job := self.next_job()) is not None:
            self.write([job])

    def next_job(self) -> Job | None:
        """Return the next job; meanwhile, when it is due, empty the write-ahead log."""
        while True:
            wait = None if self.log_due is None else max(self.log_due - monotonic(), 0.0)
            if wait == 0.0:
                self.outside(self.empty_log)
                continue
            try:
                return self.jobs.get(timeout=wait)
            except Empty:
                continue

    def empty_log(self) -> None:
        """Empty SQLite's write-ahead log, or try again later where somebody is in the way."""
        self.log_due = None
        try:
            with self.engine.connect() as connection:
                if not empty_log(connection):
                    self.log_due = monotonic() + EMPTIED_AFTER
        except AWAY:
            self.log_due = monotonic() + EMPTIED_AFTER

    def write(self, batch: list[Job], *, alone: bool = False) -> None:
        """Commit a batch and whatever waits by then, and tell everyone in it; on an error each job
        stands for itself.

        While another process holds the lock it is asked again: who comes meanwhile goes along.
        """
        until = monotonic() + self.patience
        while True:
            if not alone:
                batch += self.waiting(MOST_TOGETHER - len(batch))
            random.shuffle(batch)  # rows of one transaction do not lie in the order they came
            results, error = self.outside(partial(self.attempt, batch))
            if not is_busy(error) or monotonic() > until:
                break
            sleep(PAUSE)
        if error is None:
            self.note_stored()
            for job, result in zip(batch, results, strict=True):
                job.done.set_result(result)
        elif len(batch) > 1 and not isinstance(error, AWAY):
            for job in batch:
                self.write([job], alone=True)
        else:
            self.note_failed(error, len(batch))
            for job in batch:
                job.done.set_exception(error)

    def waiting(self, most: int) -> Iterator[Job]:
        """Yield the jobs that wait now, but no more than `most`."""
        for _ in range(most):
            try:
                job = self.jobs.get_nowait()
            except Empty:
                return
            if job is None:
                self.jobs.put(None)  # stop, after these
                return
            yield job

    def note_stored(self) -> None:
        if self.failed:
            logger.warning("storing works again", extra={"about": {"failed": self.failed}})
            self.failed = 0
        if self.log_due is None and self.engine.dialect.name == "sqlite":
            self.log_due = monotonic() + EMPTIED_AFTER

    def note_failed(self, error: BaseException, jobs: int) -> None:
        """Log the first failure of many, never each: a line for each would time every visitor."""
        if isinstance(error, AWAY):
            if not self.failed:
                logger.error("storing fails", extra={"about": {"kind": kind_of(error)}})
            self.failed += jobs

    def outside(self, task: Callable[[], Any]) -> Any:
        """Do a task, which must not raise, in a real thread where threads are greenlets.

        SQLite waits for the disk without letting go; PostgreSQL's driver lets go by itself.
        """
        if self.engine.dialect.name != "sqlite":
            return task()
        return outside(task)

    def attempt(self, batch: Sequence[Job]) -> tuple[list[Any], BaseException | None]:
        """Do all in one transaction: return (results, None), or ([], why nothing was stored)."""
        try:
            with self.transaction(batch) as connection:
                return results_of(connection, batch), None
        except Exception as error:
            return [], error

    def transaction(self, batch: Sequence[Job]) -> AbstractContextManager[Connection]:
        """Give a connection whose work is durable at the end.

        PostgreSQL is asked four times for a transaction of one statement and once for the statement
        alone, and each time the process on the other side has to get its turn of the processor.
        """
        (work, *others) = {job.work for job in batch}
        is_alone = not others and work.is_one_statement([job.given for job in batch])
        if not is_alone:
            return self.engine.begin()
        return self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def results_of(connection: Connection, batch: Sequence[Job]) -> list[Any]:
    """Do a batch, the same work in one call; return each job's result."""
    alike: dict[Together, list[int]] = {}
    for at, job in enumerate(batch):
        alike.setdefault(job.work, []).append(at)
    results: dict[int, Any] = {}
    for work, places in alike.items():
        made = work.do(connection, [batch[at].given for at in places])
        results |= zip(places, made, strict=True)
    return [results[at] for at in range(len(batch))]


def empty_log(connection: Connection) -> bool:
    """Bring SQLite's write-ahead log, which has all in the order it came, into the file and empty
    it. Returns False while somebody else reads or writes."""
    busy: int = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
    return not busy


def kind_of(error: BaseException) -> str:
    """Return the database's own word for an error, e.g. SQLITE_FULL; never its message."""
    original = getattr(error, "orig", None)
    name = getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None)
    return str(name or type(original or error).__name__)


def is_busy(error: BaseException | None) -> bool:
    """Whether the database only says that somebody else was writing the same."""
    if not isinstance(error, OperationalError):
        return False
    code = getattr(error.orig, "sqlite_errorcode", 0)
    deadlock = getattr(error.orig, "sqlstate", None) == POSTGRES_DEADLOCK
    return deadlock or code & 0xFF in (SQLITE_BUSY, SQLITE_LOCKED)
