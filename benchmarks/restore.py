"""Backup and restore of a large database: how long, and is it the same afterwards?

    python -m benchmarks.restore                      1,000,000 answers on SQLite, encrypted
    python -m benchmarks.restore --answers 100000 --postgres    and into PostgreSQL

A restore ends when every row of every table was counted and compared with the backup. The goal is
60 seconds for a million answers.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from pyrage import x25519
from sqlalchemy import insert

from benchmarks.running import SECRET
from benchmarks.stage import database, open_posters
from survey.config import Settings
from survey.storage.copies import backup, restore
from survey.storage.db import open_engine
from survey.storage.models import Response
from tests.builders import OPINION

AT_ONCE = 20_000
T = TypeVar("T")


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--answers", type=int, default=1_000_000)
    options.add_argument("--postgres", action="store_true", help="restore into PostgreSQL, too")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(SECRET, database_url=f"sqlite:///{folder / 'large.sqlite'}")
        (code,) = open_posters(settings.database_url, 1)
        fill(settings, code, asked.answers)
        size = (folder / "large.sqlite").stat().st_size
        print(f"{asked.answers:,} answers, {size / 1e6:,.0f} MB")
        show(settings, folder, asked.postgres)


def show(settings: Settings, folder: Path, postgres: bool) -> None:
    key, engine = x25519.Identity.generate(), open_engine(settings)
    moment = datetime.now(UTC)
    made, seconds = timed(
        lambda: backup.make(settings, engine, folder / "night.age", [key.to_public()], moment)
    )
    size = made.file.stat().st_size
    print(f"backup, encrypted and read back: {seconds:.1f} s, {size / 1e6:,.0f} MB", flush=True)
    into = f"sqlite:///{folder / 'back.sqlite'}"
    _, seconds = timed(lambda: restore.restore(settings, made.file, [key], into))
    rows = made.contents.rows
    print(f"restore into SQLite: {seconds:.1f} s, {rows:,} rows compared, all the same", flush=True)
    if postgres:
        with database("postgres") as url:
            there = replace(settings, database_url=url)
            _, seconds = timed(lambda: restore.restore(there, made.file, [key], url))
            print(f"restore into PostgreSQL: {seconds:.1f} s, {rows:,} rows compared, all the same")


def timed(task: Callable[[], T]) -> tuple[T, float]:
    began = time.monotonic()
    result = task()
    return result, time.monotonic() - began


def fill(settings: Settings, code: str, answers: int) -> None:
    """Store answers as large as an adult's, under random ids."""
    engine, rows = open_engine(settings), made_up(code, answers)
    with engine.begin() as connection:
        while part := [row for _, row in zip(range(AT_ONCE), rows, strict=False)]:
            connection.execute(insert(Response), part)
    engine.dispose()


def made_up(code: str, count: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(1)
    fixed = {"event_id": 1, "poster": code, "audience": "adult", "wave": "event"}
    fixed |= {"mode": "own phone", "language": "en", "instrument": "2027", "late": False}
    for number in range(count):
        given = {**OPINION, "trust.police": chance.randint(1, 5), "again": chance.randint(1, 5)}
        yield {
            **fixed,
            "submission": UUID(int=chance.getrandbits(128), version=4),
            "hour": f"2027-08-03T{17 + number % 5}",
            "answers": json.loads(json.dumps(given)),
        }


if __name__ == "__main__":
    main()
