"""A release of made-up answers by `flask release`, at the size of a state or of a country.

    python -m benchmarks.national                               20 and 200 thousand answers
    python -m benchmarks.national --responses 2000000 --postgres
    python -m benchmarks.national --processes 1 --responses 50000

As National Night Out: communities in counties in proportion to 17,000 and 3,000, ten seasons, the
questions and cuts of the real questionnaire. The answers are stored in a database of their own
(making them is not counted), then the release is made as `flask release` makes it, without the
files that it makes afterwards: answers are read, every figure is built, audited and stored. Then
one county gets answers of a new event and all is released again, with what did not change taken
over. Processor time is counted, since a busy machine spoils it least; the exponent is that of the
first release.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import log
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.orm import Session

from benchmarks.running import SECRET
from benchmarks.stage import database, table
from survey.commands import workers
from survey.config import Settings
from survey.questionnaire.content_files import read_content
from survey.questionnaire.forms import Item
from survey.questionnaire.instrument import Content
from survey.release import build, measure_catalogue
from survey.storage import schema
from survey.storage.db import open_engine
from survey.storage.models import Agency, Community, Event, Poster, Response

KINDS = ("police", "fire", "ems")
COMMUNITIES, COUNTIES, RESPONSES = 17_000, 3_000, 20_000_000  # of the whole country
SPREAD = 0.9  # of the logarithm of a community's size: a few large, many small
EVENTS = 2  # of a community and season
AT_ONCE = 5_000  # rows in one statement
LATE = 2_000  # answers of one more event, before the second release


@dataclass(frozen=True)
class Country:
    """What is stored: towns of counties, and how many people answer in each season."""

    communities: int
    counties: int
    mean: float  # answers of a community in a season
    seasons: Sequence[int] = tuple(range(2017, 2027))
    seed: int = 1

    @classmethod
    def of(cls, responses: int) -> Country:
        """Return the country, or a part of it, that gives about so many answers."""
        part = responses / RESPONSES
        towns = max(6, round(COMMUNITIES * part))
        return cls(towns, max(1, round(COUNTIES * part)), responses / towns / 10)

    def store(self, engine: Engine, content: Content) -> int:
        """Store places, events and answers; return how many answers."""
        chance, stored = np.random.default_rng(self.seed), 0
        with Session(engine) as session:
            for town in range(self.communities):
                place = self.place(session, town)
                size = self.mean * float(np.exp(chance.normal(0, SPREAD) - SPREAD**2 / 2))
                mood = chance.normal(0.4, 0.3)
                for season in self.seasons:
                    for evening in range(EVENTS):
                        count = int(chance.poisson(size / EVENTS))
                        event = evening_of(session, content, place, season, evening)
                        stored += answer(session, content, event, count, mood, chance)
            session.commit()
        return stored

    def place(self, session: Session, town: int) -> Community:
        county = town * self.counties // self.communities
        name = f"town-{town}"
        place = Community(
            slug=name, name=name, county=f"County{county}", state="Ohio",
            identity=name, made_up=False,
        )  # fmt: skip
        place.agencies = [
            Agency(kind=kind, name=f"{name} {kind}", local=kind == KINDS[0]) for kind in KINDS
        ]
        session.add(place)
        session.flush()
        return place


def evening_of(
    session: Session, content: Content, place: Community, season: int, number: int
) -> Event:
    day = datetime(season, 8, 4 + number, 22, tzinfo=UTC)
    event = Event(
        community_id=place.id, slug=f"{place.slug}-{season}-{number}", name="Night", season=season,
        instrument=content.current.id, languages=["en", "es"], time_zone="America/New_York",
        starts_at=day, ends_at=day.replace(hour=23), opens_at=day, closes_at=day.replace(hour=23),
    )  # fmt: skip
    session.add(event)
    session.flush()
    session.add(Poster(code=f"P{event.id:07d}", event_id=event.id, channel="gate", wave="event"))
    session.flush()
    return event


def answer(
    session: Session,
    content: Content,
    event: Event,
    count: int,
    mood: float,
    chance: np.random.Generator,
) -> int:
    """Let that many people answer at an event; return how many did."""
    told = list(answers(content, count, mood, chance))
    rows = [
        {
            "event_id": event.id, "submission": UUID(bytes=chance.bytes(16), version=4),
            "poster": f"P{event.id:07d}", "audience": "adult", "wave": "event", "mode": "own phone",
            "language": "es" if i % 5 == 0 else "en", "instrument": content.current.id,
            "hour": f"{event.season}-08-04T19", "late": False, "household": False, "answers": one,
        }
        for i, one in enumerate(told)
    ]  # fmt: skip
    for i in range(0, len(rows), AT_ONCE):
        session.execute(insert(Response), rows[i : i + AT_ONCE])
    return count


def answers(
    content: Content, count: int, mood: float, chance: np.random.Generator
) -> Iterator[dict[str, Any]]:
    """Yield what each of so many people taps."""
    attitude = mood + chance.normal(0, 1, count)
    columns: dict[str, list[Any]] = {}
    for item in items(content):
        codes = sorted(item.question.scale.codes)  # type: ignore[union-attr]
        edges = np.linspace(-1.5, 1.5, len(codes) - 1)
        given = np.searchsorted(edges, attitude + chance.logistic(0, 0.5, count))
        blank = chance.random(count) < 0.07
        columns[item.name] = np.where(blank, -1, np.array(codes)[given]).tolist()
    for question in measure_catalogue.cut_questions(content):
        options = list(question.options)
        odds = 1 / np.arange(1.0, len(options) + 1)
        given = chance.choice(len(options), count, p=odds / odds.sum()).tolist()
        several = question.kind == "several"
        columns[question.id] = [[options[i]] if several else options[i] for i in given]
    names = list(columns)
    for row in zip(*columns.values(), strict=True):
        yield dict(zip(names, row, strict=True))


def items(content: Content) -> list[Item]:
    """Return what most adults answer on a scale at an event."""
    here = content.current.asked("adult", "event")
    asked = [q for q in here if q.is_measured and q.scale is not None]
    return [Item(q, kind) for q in asked for kind in measure_catalogue.about(content, q, KINDS)]


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--responses", type=int, nargs="+", default=[20_000, 200_000])
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--postgres", action="store_true")
    asked = options.parse_args()
    if stored := os.environ.get("RELEASED"):  # a process that released() started
        release(stored, asked.processes)
        return
    rows = []
    for responses in asked.responses:
        with database("postgres" if asked.postgres else "sqlite") as url:
            rows.append(measured(url, responses, asked.processes))
        print(*rows[-1], sep="\t", file=sys.stderr, flush=True)  # the next may take an hour
    head = ["answers", "figures", "minutes", "CPU minutes", "CPU us an answer", "GiB, largest"]
    print(table([*head, "again, CPU s"], rows))
    if len(rows) > 1:
        grown = log(float(str(rows[-1][3])) / float(str(rows[0][3])))
        print(f"\nexponent {grown / log(asked.responses[-1] / asked.responses[0]):.2f}")


def measured(url: str, responses: int, processes: int) -> list[object]:
    settings, content = Settings(secret_key=SECRET, database_url=url), read_content()
    engine = open_engine(settings)
    schema.migrate(engine)
    stored = Country.of(responses).store(engine, content)
    took, spent, peak = released(url, processes)
    with engine.connect() as connection:
        figures = connection.scalar(text("SELECT count(*) FROM figure"))
    with Session(engine) as session:
        place = session.scalars(select(Community).order_by(Community.id)).first()
        assert place is not None
        event = evening_of(session, content, place, 2026, EVENTS)
        answer(session, content, event, LATE, 0.4, np.random.default_rng(2))
        session.commit()
    _, again, _ = released(url, processes)
    engine.dispose()
    return [
        f"{stored:,}",
        f"{figures:,}",
        f"{took / 60:.2f}",
        f"{spent / 60:.3f}",
        f"{spent / stored * 1e6:.0f}",
        f"{peak:.2f}",
        f"{again:.1f}",
    ]


def released(url: str, processes: int) -> tuple[float, float, float]:
    """Release in a process of its own; return its seconds, the processor time of all its processes,
    and the most memory that one of them had, in GiB."""
    before, began = children(), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "benchmarks.national", "--processes", str(processes)],
        env=os.environ | {"RELEASED": url},
        check=True,
        cwd=Path(__file__).parent.parent,
    )
    took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    return took, children() - before, peak


def release(url: str, processes: int) -> None:
    """Publish what is stored at an address."""
    settings, content = Settings(secret_key=SECRET, database_url=url), read_content()
    engine = open_engine(settings)
    with workers.working(engine, settings, processes, None) as crew, Session(engine) as session:
        moment = datetime(2026, 11, 20, tzinfo=UTC)
        build.publish(session, content, moment, lambda line: None, workers=crew)
        session.commit()
    engine.dispose()


def children() -> float:
    """Processor seconds of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
