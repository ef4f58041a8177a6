"""A release on a Dask cluster: from one worker process to four, and with one killed midway.

    python -m benchmarks.cluster --responses 200000 --workers 1 2 4

The answers of benchmarks/national.py lie in a PostgreSQL of their own, which every worker opens
itself. Each number of workers makes the same release of a copy of it; the last one makes it once
more, and one of its workers that builds a county is killed when a third of the counties are done.
All have to come to one checksum. Quote the ratio of the times, and how many cores there were: the
scheduler, PostgreSQL and whoever asks for the release share them with the workers.
"""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
from distributed import Client, LocalCluster
from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from benchmarks.national import Country
from benchmarks.running import SECRET
from benchmarks.stage import assert_durable, table
from survey.commands import workers
from survey.config import Settings
from survey.questionnaire.content_files import read_content
from survey.release import build
from survey.storage import schema
from survey.storage.db import open_engine
from survey.storage.models import Release
from tests.postgres import create, running_server

STORED = "answered"  # the database that all are copies of


@dataclass
class Made:
    """One release, and what it took."""

    seconds: float
    spent: float  # processor seconds of all workers
    sha256: str
    killed: int = 0


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--responses", type=int, default=200_000)
    options.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    asked = options.parse_args()
    each = [(number, False) for number in asked.workers]
    rows = []
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        running_server(Path(folder, "postgres")) as server,
    ):
        stored = store(create(server, STORED, template="template1"), asked.responses)
        for number, kills in [*each, (asked.workers[-1], True)]:
            address = create(server, "released", template=STORED)
            rows.append(release(address, number, kills=kills))
            print(number, f"{rows[-1].seconds:.1f} s", f"{rows[-1].spent:.1f} CPU s", flush=True)
    head = ["workers", "seconds", "times one", "processor s of workers", "sha256"]
    labels = [*map(str, asked.workers), f"{asked.workers[-1]}, {rows[-1].killed} killed"]
    print(f"\n{stored:,} answers, {os.cpu_count()} cores")
    print(
        table(head, [row(label, made, rows[0]) for label, made in zip(labels, rows, strict=True)])
    )
    assert len({made.sha256 for made in rows}) == 1
    assert rows[-1].killed == 1


def row(label: str, made: Made, one: Made) -> list[object]:
    times = f"{one.seconds / made.seconds:.2f}"
    return [label, f"{made.seconds:.1f}", times, f"{made.spent:.1f}", made.sha256[:12]]


def with_driver(address: str) -> str:
    return make_url(address).set(drivername="postgresql+psycopg").render_as_string(False)


def store(address: str, responses: int) -> int:
    """Store about so many answers; return how many."""
    url = with_driver(address)
    assert_durable(url)
    engine = open_engine(Settings(secret_key=SECRET, database_url=url))
    schema.migrate(engine)
    stored = Country.of(responses).store(engine, read_content())
    engine.dispose()  # a database that somebody uses cannot be copied
    return stored


def release(address: str, number: int, *, kills: bool) -> Made:
    """Release what is stored at an address on a cluster of so many worker processes."""
    settings = Settings(secret_key=SECRET, database_url=with_driver(address))
    content, engine = read_content(), open_engine(settings)
    with (
        LocalCluster(n_workers=number, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        processes = client.run(os.getpid)
        killed: list[str] = []

        def progress(done: int, of: int, _county: str) -> None:
            if kills and not killed and done * 3 >= of:
                killed.extend([one for one, tasks in client.processing().items() if tasks][:1])
                for worker in killed:
                    os.kill(processes[worker], signal.SIGKILL)

        began, before = time.perf_counter(), spent_by(processes.values())
        with (
            workers.working(engine, settings, number, cluster.scheduler_address) as crew,
            Session(engine) as session,
        ):
            moment = datetime(2026, 11, 20, tzinfo=UTC)
            build.publish(session, content, moment, print_nothing, progress=progress, workers=crew)
            session.commit()
            sha256 = session.scalars(select(Release.sha256)).one()
        took = time.perf_counter() - began
        spent = spent_by(client.run(os.getpid).values()) - before
    engine.dispose()
    return Made(took, spent, sha256, len(killed))


def print_nothing(_line: str) -> None:
    """What a release says while it is made is not what is measured."""


def spent_by(processes: object) -> float:
    """Return the processor seconds that these processes have used."""
    used = [psutil.Process(pid).cpu_times() for pid in processes]  # type: ignore[attr-defined]
    return sum(one.user + one.system for one in used)


if __name__ == "__main__":
    main()
