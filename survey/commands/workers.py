"""Who builds the counties of a release: this process, a few processes, or a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from survey.config import Settings
from survey.storage.events import Refused
from survey.storage.models import Response

if TYPE_CHECKING:
    from survey.release.build import Workers

PROCESSES = 2
FEW = 5_000  # answers that one process has put together before another has started
NO_DASK = (
    "A cluster needs Dask: python3 -m pip install --require-hashes -r requirements-cluster.txt"
)
NO_SERVER = (
    "The workers of a cluster open the database themselves: it must be PostgreSQL, and "
    "DATABASE_URL must be an address that they can reach."
)
STOPPED = (
    "A process that built a county was stopped, often because memory ran out. The counties that "
    "are finished are kept: type it again, perhaps with --processes 1."
)


def usual(session: Session) -> int:
    """Return how many processes build the counties where nobody says."""
    answers = session.scalar(select(func.count()).select_from(Response)) or 0
    return PROCESSES if answers >= FEW else 1


@contextmanager
def working(
    engine: Engine, settings: Settings, processes: int, cluster: str | None
) -> Iterator[Workers]:
    """Give who builds the counties; they end with the command.

    Raises Refused without Dask, without PostgreSQL for it, and where a process was stopped.
    """
    from survey.release.build import Workers  # loads pandas, which a worker that collects must not
    from survey.release.sources import Database, let_go

    address = engine.url.render_as_string(hide_password=False)
    try:
        with dask(engine, cluster) if cluster else processes_of(processes) as executor:
            yield Workers(executor, Database(address, settings.content))
    except BrokenProcessPool as broken:
        raise Refused(STOPPED, "stopped") from broken
    finally:
        let_go()


@contextmanager
def processes_of(number: int) -> Iterator[Executor]:
    from analysis.release.executors import Here

    if number < 2:
        yield Here()
        return
    # a fresh process shares no connection with this one, and none of its locks
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(number, fresh, follow, (os.getpid(),)) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


@contextmanager
def dask(engine: Engine, address: str) -> Iterator[Executor]:
    try:
        from distributed import Client
    except ImportError as absent:
        raise Refused(NO_DASK, "no_dask") from absent
    if engine.dialect.name != "postgresql":
        raise Refused(NO_SERVER, "no_server")
    try:
        client = Client(address, timeout=10)
    except OSError as away:
        raise Refused(f"No Dask scheduler answers at {address}.", "no_scheduler") from away
    with client:
        # pure: equal calls would be taken for one, and an earlier release's answer come back
        yield client.get_executor(pure=False)


def follow(parent: int) -> None:
    """End this process when the command is gone, however it ended."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
