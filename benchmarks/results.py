"""Server time of the results' pages on the demonstration, and whether it grows with the answers.

    python -m benchmarks.results
    python -m benchmarks.results --factor 0      the demonstration alone

Pages read the release and never an answer, so ten times as many answers should cost a page
nothing. Two servers run, one on the demonstration and one on the same with every answer ten times
over; each address is asked of both in turn on kept connections, gzip on. Times are in ms and
include the loopback. "first": the first request on a fresh server, with what is loaded then
(pandas, for files and charts). "made": the page was not asked for before. "kept": the worker
has it already. "304": so has the visitor. "exponent": log(ratio) / log(factor) of "made"; 0 is no
growth.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from http.client import HTTPConnection
from math import log
from uuid import uuid4

from sqlalchemy import create_engine, func, insert, select

from benchmarks.running import ROOT, SECRET, serve
from benchmarks.stage import database, percentile, table

HEAD = ["page", "bytes", "first", "made p50/p95", "kept", "304"]
BROWSER = {"Accept-Encoding": "gzip", "Accept-Language": "en"}


class Reader:
    """Somebody who looks at results over a connection that stays open."""

    def __init__(self, port: int) -> None:
        self.line = HTTPConnection("127.0.0.1", port, timeout=60)
        self.status, self.bytes, self.etag = 0, 0, ""

    def ask(self, path: str, etag: str = "") -> float:
        """Return the ms until the whole reply was there."""
        headers = BROWSER | ({"If-None-Match": etag} if etag else {})
        began = time.perf_counter()
        self.line.request("GET", path, headers=headers)
        reply = self.line.getresponse()
        self.bytes = len(reply.read())
        took = (time.perf_counter() - began) * 1e3
        self.status, self.etag = reply.status, reply.headers.get("ETag", "")
        return took


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--requests", type=int, default=200, help="of each address")
    options.add_argument("--factor", type=int, default=10, help="0: do not multiply")
    asked = options.parse_args()
    factors = [1, asked.factor][: 1 + (asked.factor > 1)]
    with ExitStack() as stack:
        urls = [stack.enter_context(database("sqlite")) for _ in factors]
        counts = [load(url, factor) for url, factor in zip(urls, factors, strict=True)]
        readers = [Reader(stack.enter_context(serve(url)).port) for url in urls]
        head = list(HEAD)
        if len(readers) > 1:
            head += [f"made at x{asked.factor}", "exponent"]
            told = (f"{answers:,} answers, {figures:,} figures" for answers, figures in counts)
            print("; ".join(told) + "\n")
        print(table(head, [row(name, path, readers, asked) for name, path in pages(urls[0])]))


def load(url: str, factor: int) -> tuple[int, int]:
    """Load the demonstration, repeat its answers, publish; return how many answers and figures."""
    from survey.storage.models import Figure, Response

    flask(url, "migrate")
    flask(url, "demo")
    engine = create_engine(url)
    with engine.begin() as connection:
        rows = [dict(row) for row in connection.execute(select(Response.__table__)).mappings()]
        for _ in range(factor - 1):
            again = [row | {"submission": uuid4()} for row in rows]
            connection.execute(insert(Response), again)
    if factor > 1:
        flask(url, "release")
    with engine.connect() as connection:
        by_release = select(func.count()).select_from(Figure).group_by(Figure.release_id)
        figures = list(connection.scalars(by_release.order_by(Figure.release_id)))[-1]
    engine.dispose()
    return len(rows) * factor, figures


def flask(url: str, command: str) -> None:
    words = [sys.executable, "-m", "flask", "--app", "wsgi", command]
    environment = os.environ | {"DATABASE_URL": url, "SECRET_KEY": SECRET}
    subprocess.run(words, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def pages(url: str) -> list[tuple[str, str]]:
    """Return (what it is, address) of everything that is timed."""
    from survey.storage.models import Community

    engine = create_engine(url)
    with engine.connect() as connection:
        slugs = list(connection.scalars(select(Community.slug).order_by(Community.slug)))[:6]
    engine.dispose()
    one, compared = f"/results/{slugs[0]}", "&".join(f"c={slug}" for slug in slugs)
    return [
        ("home", "/"),
        ("overview", "/results"),
        ("one community", one),
        ("its groups by age", f"{one}?cut=age"),
        (f"{len(slugs)} compared", f"/results/compare?{compared}"),
        ("its csv", f"{one}.csv"),
        ("its json", f"{one}.json"),
        ("its chart", f"{one}.chart.json"),
        ("overview's chart", "/results.chart.json"),
    ]


def row(name: str, path: str, readers: Sequence[Reader], asked: argparse.Namespace) -> list[object]:
    """Ask one address of all readers in turn; return its row."""
    first, *_ = [reader.ask(path) for reader in readers]
    etag, size = readers[0].etag, readers[0].bytes
    made: list[list[float]] = [[] for _ in readers]
    kept: list[list[float]] = [[] for _ in readers]
    unchanged: list[list[float]] = [[] for _ in readers]
    for number in range(asked.requests):
        for i, reader in enumerate(readers):
            made[i].append(reader.ask(f"{path}{'&' if '?' in path else '?'}n={number}"))
            kept[i].append(reader.ask(path))
            if etag:
                unchanged[i].append(reader.ask(path, reader.etag))
                assert reader.status == 304, path
    found: list[object] = [name, f"{size:,}", f"{first:.0f}"]
    found += [both(made[0]), both(kept[0]), both(unchanged[0])]
    if len(readers) > 1:
        ratio = percentile(made[1], 0.5) / percentile(made[0], 0.5)
        found += [both(made[1]), f"{log(ratio) / log(asked.factor):+.2f}"]
    return found


def both(times: Sequence[float]) -> str:
    return f"{percentile(times, 0.5):.1f} / {percentile(times, 0.95):.1f}" if times else "-"


if __name__ == "__main__":
    main()
