"""Results at the size of a country: server time, weight and memory, each beside its goal.

    python -m benchmarks.country_pages                             17,000 communities on SQLite
    python -m benchmarks.country_pages --communities 300 --postgres
    python -m benchmarks.country_pages --url sqlite:////tmp/country.sqlite     one made before

The country is made by benchmarks.country. Every address is asked of the application itself, with
gzip, by a visitor who has nothing yet, and is another place's or question's each time; where there
are fewer addresses than requests, what the worker had kept is forgotten between them. Times are
processor time in ms: what else runs on the machine is not part of it; wall-clock time stands
beside it. Last comes the worst ratio to a goal.
"""

from __future__ import annotations

import argparse
import gzip
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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
        for sentence in whole_table(app, told):
            print(sentence)
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
    yield Page("chart of a community", [f"/results/{slug}.chart.json" for slug in slugs], 20)
    yield Page("how to read", ["/how-to-read", "/how-to-read?lang=es"], 20)


def measure(app: Flask, page: Page, requests: int, told: Told) -> None:
    """Ask for each address; add a row."""
    client, bodies = app.test_client(), app.extensions["bodies"]
    client.get(page.addresses[0], headers=VISITOR)  # what the first of a worker loads is told apart
    cpu, wall, sizes, unchanged = [], [], [], []
    for address in islice(cycle(page.addresses), requests):
        bodies.kept.clear()
        bodies.size = 0
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


def whole_table(app: Flask, told: Told) -> Iterator[str]:
    """Yield what sending every figure of the headline as CSV takes, first and from then on."""
    client = app.test_client()
    for what in ("as it is read", "kept"):
        began = time.perf_counter()
        reply = client.get("/results.csv", headers={"Accept-Encoding": "gzip"}, buffered=False)
        parts, first = [], 0.0
        for part in reply.response:
            first = first or time.perf_counter() - began
            parts.append(part if isinstance(part, bytes) else part.encode())
        took, sent = time.perf_counter() - began, b"".join(parts)
        packed = reply.headers.get("Content-Encoding") == "gzip"
        rate = (gzip.decompress(sent) if packed else sent).count(b"\r\n") / took
        told.against(first, FIRST_BYTE)
        if what == "kept":
            told.against(ROWS, rate)
        yield (
            f"/results.csv, {what}: first byte after {first:.3f} s (goal {FIRST_BYTE}), "
            f"{rate / 1e6:.3f} million rows a second (goal {ROWS / 1e6} once it is kept), "
            f"{len(sent) / 1e6:.1f} MB sent"
        )


if __name__ == "__main__":
    main()
