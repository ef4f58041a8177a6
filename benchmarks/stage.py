"""What every benchmark stands on: a temporary database, open posters, and the check afterwards."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import create_engine, func, select, text

from benchmarks.running import SECRET


@contextmanager
def database(kind: str) -> Iterator[str]:
    """Give the address of an empty database: "sqlite" (a temporary file) or "postgres"."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        if kind == "sqlite":
            yield f"sqlite:///{folder}/benchmark.sqlite"
            return
        from tests.postgres import running_server

        with running_server(Path(folder, "postgres")) as url:
            url = url.replace("postgresql://", "postgresql+psycopg://", 1)
            assert_durable(url)
            yield url


def assert_durable(url: str) -> None:
    """Refuse a PostgreSQL that is quick because it promises nothing. (SQLite: storage/db.py.)"""
    engine = create_engine(url)
    with engine.connect() as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.scalar(text(f"SHOW {name}")) == "on", name
    engine.dispose()


def open_posters(url: str, count: int, languages: Sequence[str] = ("en", "es")) -> list[str]:
    """Migrate, and make `count` events that are open now, a poster each. Return their codes."""
    from survey import create_app
    from survey.config import Settings
    from survey.storage import db, schema
    from tests.builders import add_event, add_poster

    app = create_app(Settings(secret_key=SECRET, database_url=url))
    schema.migrate(app.extensions["engine"])
    with app.app_context():
        session = db.session()
        names = [f"Maple Falls {number}" for number in range(count)]
        made = [add_event(app, session, name=name, languages=languages) for name in names]
        codes = [add_poster(session, event).code for event in made]
    app.extensions["engine"].dispose()
    return codes


@dataclass
class Ledger:
    """What the visitors were told, to be held against what the database has."""

    acknowledged: list[str] = field(default_factory=list)  # submission ids
    unsettled: set[str] = field(default_factory=set)  # sent, and nothing was promised
    opened: int = 0
    half_opened: int = 0  # asked for, and the form had not come when the time was up

    def check(self, url: str) -> str:
        """Return a sentence. Raises AssertionError where an answer is missing or there twice.

        What is unsettled may be there or not. `opened` is compared with the counted scans where it
        was kept (is not 0)."""
        from survey.storage.models import Response, Scan

        engine = create_engine(url)
        with engine.connect() as connection:
            stored = [str(id) for id in connection.scalars(select(Response.submission))]
            scans = connection.scalar(select(func.sum(Scan.count))) or 0
        engine.dispose()
        promised = set(self.acknowledged)
        assert len(promised) == len(self.acknowledged), "an id was acknowledged to two people"
        assert len(set(stored)) == len(stored), f"{len(stored) - len(set(stored))} stored twice"
        assert promised <= set(stored), f"{len(promised - set(stored))} acknowledged, not stored"
        odd = {*stored} - promised - self.unsettled
        assert not odd, f"{len(odd)} stored, nobody's"
        told = f"checked: {len(promised)} acknowledged, all stored, none twice"
        if self.unsettled:
            told += f" ({len(self.unsettled)} more were sent and not acknowledged)"
        if self.opened:
            most = self.opened + self.half_opened
            assert self.opened <= scans <= most, f"{self.opened} forms opened, {scans} counted"
            told += f"; {scans} forms opened, all counted"
        return told


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value that `share` (0..1) of the values do not exceed. Raises on none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table, columns lined up."""
    cells = [list(head), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    lines = [" | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in cells]
    lines.insert(1, " | ".join("-" * w for w in widths))
    return "\n".join(f"| {line} |" for line in lines)
