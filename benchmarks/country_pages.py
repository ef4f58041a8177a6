"""Results at the size of a country: server time, weight and memory, each beside its goal.

    python -m benchmarks.country_pages                             17,000 communities on SQLite
    python -m benchmarks.country_pages --communities 300 --postgres
    python -m benchmarks.country_pages --url sqlite:////tmp/country.sqlite     one made before

The country is made by benchmarks.country. Every address is asked of the application itself, with
gzip, by a visitor who has nothing yet, and is another place's or question's each time; where there
are fewer addresses than requests, what the worker had kept is forgotten between them. Times are
processor time in ms; wall-clock time stands beside it. A core that is shared is slower, which a
fixed piece of work shows that is done between the requests. Last comes the worst ratio to a goal.
"""

from __future__ import annotations

import argparse
import gzip
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice

import numpy as np
from flask import Flask

from benchmarks.running import SECRET, memory_mb
from benchmarks.stage import database, percentile, table

HEAD = ["page", "KB", "p50", "p95", "goal", "ratio", "p95 by the clock", "304 p95"]
VISITOR = {"Accept-Encoding": "gzip", "Accept-Language": "en"}
UNCHANGED = 3.0  # ms: goal of a 304
FIRST_VIEW = 60.0  # KB: goal of the overview
ROWS = 0.2e6  # a second: goal of a table
FIRST_BYTE = 0.2  # seconds
MANY = 10_000  # rows, from which their rate says something


@dataclass(frozen=True)
class Page:
    """Addresses of one kind, and how many ms one may take."""

    name: str
    addresses: Sequence[str]
    goal: float
    most_kb: float = 0.0


@dataclass
class Told:
    """What was measured, and the worst of it."""

    rows: list[list[object]]
    worst: float = 0.0
    pace: list[float] = field(default_factory=list)  # ms of a fixed piece of work, meanwhile

    def against(self, found: float, goal: float) -> str:
        self.worst = max(self.worst, found / goal)
        return f"{found / goal:.2f}"


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--communities", type=int, default=17_000)
    options.add_argument("--requests", type=int, default=120, help="of each kind of page")
    options.add_argument("--postgres", action="store_true")
    options.add_argument("--url", help="of a database that benchmarks.country made")
    asked = options.parse_args()
    with stored(asked) as url:
        app = application(url)
        me = os.getpid()
        before = memory_mb(me)[1]
        told = Told([])
        for page in pages(app):
            measure(app, page, asked.requests, told)
        print(table(HEAD, told.rows))
        print(f"\nmemory of this process: {before:.0f} MB before, {memory_mb(me)[1]:.0f} MB after")
        for sentence in tables(app, told):
            print(sentence)
        print(
            f"\na fixed piece of work took {percentile(told.pace, 0.5):.1f} ms here, at best "
            f"{min(told.pace):.1f}: so much do neighbours add to each figure above"
        )
        app.extensions["writer"].stop()
        app.extensions["engine"].dispose()
    print(f"\nworst ratio to goal: {told.worst:.2f}")


@contextmanager
def stored(asked: argparse.Namespace) -> Iterator[str]:
    """Give the address of a stored country."""
    from benchmarks.country import make

    if asked.url:
        yield asked.url
        return
    with database("postgres" if asked.postgres else "sqlite") as url:
        took = make(url, asked.communities)
        print(f"{asked.communities:,} communities stored in {took:.0f} s\n", flush=True)
        yield url


def application(url: str) -> Flask:
    from survey import create_app
    from survey.config import Settings

    return create_app(Settings(secret_key=SECRET, database_url=url))


def pages(app: Flask) -> Iterator[Page]:
    """Yield the kinds of pages, their addresses drawn from a seed."""
    from survey.read.caching import newest

    with app.test_request_context():
        now = newest()
    assert now is not None
    chance = np.random.default_rng(7)
    places = list(now.places.values())
    some = [places[i] for i in chance.permutation(len(places))[:400].tolist()]
    slugs = [place.slug for place in some]
    states = sorted({place.state for place in places})
    questions = [f"measure={s.measure}&agency={s.agency}" for s in now.subjects]
    asked = [questions[i] for i in chance.permutation(len(questions)).tolist()]
    sixes = ["&".join(f"c={slug}" for slug in chance.choice(slugs, 6)) for _ in range(200)]
    yield Page("overview", ["/results", *(f"/results?{one}" for one in asked)], 50, FIRST_VIEW)
    yield Page("a state", [f"/results?state={one}" for one in states], 50, FIRST_VIEW)
    counties = dict.fromkeys(f"state={p.state}&county={p.county}" for p in some)
    yield Page("a county", [f"/results?{one}" for one in counties], 20)
    words = [place.name[:length] for place in some for length in (3, 5)]
    yield Page("search", [f"/places.json?q={word}" for word in dict.fromkeys(words)], 20)
    yield Page("community", [f"/results/{slug}" for slug in slugs], 20)
    yield Page(
        "its other questions",
        [f"/results/{slug}?{q}" for slug, q in zip(slugs, cycle(asked), strict=False)],
        20,
    )
    yield Page("compare of six", [f"/results/compare?{six}" for six in sixes], 20)
    yield Page("one in context", [f"/results/compare?c={slug}" for slug in slugs], 50)
    yield Page("funnel of a state", [f"/results/funnel?state={one}" for one in states], 50)
    yield Page("chart of a community", [f"/results/{slug}.chart.json" for slug in slugs], 20)
    yield Page("how to read", ["/how-to-read", "/how-to-read?lang=es"], 20)
    api = "/api/v1/releases/latest/figures?limit=100&community="
    yield Page("100 figures by the API", [f"{api}{slug}" for slug in slugs], 20)


def measure(app: Flask, page: Page, requests: int, told: Told) -> None:
    """Ask for each address; add a row."""
    client, bodies = app.test_client(), app.extensions["bodies"]
    client.get(page.addresses[0], headers=VISITOR)  # what the first of a worker loads is told apart
    cpu, wall, sizes, unchanged = [], [], [], []
    for address in islice(cycle(page.addresses), requests):
        bodies.kept.clear()
        bodies.size = 0
        told.pace.append(slowness())
        spent, began = time.process_time(), time.perf_counter()
        reply = client.get(address, headers=VISITOR)
        cpu.append((time.process_time() - spent) * 1e3)
        wall.append((time.perf_counter() - began) * 1e3)
        assert reply.status_code in (200, 404), address
        if reply.status_code == 404:
            continue  # no figures of this question here
        sizes.append(len(reply.data) / 1024)
        spent = time.process_time()
        if "ETag" not in reply.headers:
            continue  # what is suggested while somebody types is never asked for twice
        again = client.get(address, headers=VISITOR | {"If-None-Match": reply.headers["ETag"]})
        unchanged.append((time.process_time() - spent) * 1e3)
        assert again.status_code == 304, address
    p95, same = percentile(cpu, 0.95), percentile(unchanged or [0.0], 0.95)
    told.against(same, UNCHANGED)
    if page.most_kb:
        told.against(max(sizes), page.most_kb)
    told.rows.append(
        [page.name, f"{max(sizes):.1f}" + (f" of {page.most_kb:.0f}" if page.most_kb else ""),
         f"{percentile(cpu, 0.5):.1f}", f"{p95:.1f}", f"{page.goal:.0f}",
         told.against(p95, page.goal), f"{percentile(wall, 0.95):.1f}", f"{same:.1f}"]
    )  # fmt: skip


def tables(app: Flask, told: Told) -> Iterator[str]:
    """Yield what the tables of a subject take: made with the release, then sent to the first who
    asks; and as they are read, where none was made or something else is asked for."""
    yield made_tables(app)
    goals = (("/results.csv", True), ("/results.csv?measure=again", True))
    more = (
        ("/results.csv?measure=again&state=Ohio", False),
        ("/results.json?measure=again", False),
    )
    for address, has_goal in (*goals, *more):
        first, rows, rate, sent = fetched(app, address)
        told.against(first, FIRST_BYTE)
        if has_goal and rows > MANY:
            told.against(ROWS, rate)
        goal = f" (goal {ROWS / 1e6})" if has_goal else ""
        yield (
            f"{address}: first byte after {first:.3f} s (goal {FIRST_BYTE}), {rows:,} rows, "
            f"{rate / 1e6:.3f} million a second{goal}, {sent:.1f} MB"
        )


def made_tables(app: Flask) -> str:
    from survey.read import downloads, kept_tables
    from survey.storage import db
    from survey.storage.models import Release

    settings = app.extensions["settings"]
    began = time.perf_counter()
    with app.app_context():
        release = db.session().get_one(Release, 1)
        kept_tables.LARGE = 0  # of a small release, too
        downloads.make_tables(db.session(), settings, release, settings.release_files)
        folder = kept_tables.folder_of(settings.release_files, release)
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    return f"\ntables made in {time.perf_counter() - began:.0f} s, {size:.1f} MB in all"


def fetched(app: Flask, address: str) -> tuple[float, int, float, float]:
    """Return the seconds to the first byte, the rows, rows a second, and the MB that were sent."""
    began, first, sent = time.perf_counter(), 0.0, []
    reply = app.test_client().get(address, headers={"Accept-Encoding": "gzip"}, buffered=False)
    for part in reply.response:
        first = first or time.perf_counter() - began
        sent.append(part if isinstance(part, bytes) else part.encode())
    took, body = time.perf_counter() - began, b"".join(sent)
    packed = reply.headers.get("Content-Encoding") == "gzip"
    text = gzip.decompress(body) if packed else body
    rows = text.count(b"\r\n") or text.count(b'"season"')
    return first, rows, rows / took, len(body) / 1e6


def slowness() -> float:
    """Return the ms that a fixed piece of work takes on this machine at this moment."""
    began, found = time.process_time(), {}
    for number in range(20_000):
        found[number % 97] = f"{number}a"
    return (time.process_time() - began) * 1e3


if __name__ == "__main__":
    main()
