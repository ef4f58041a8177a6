"""Event night: complete surveys at rising rates, and at one rate for as long as the evening lasts.

    python -m benchmarks.load                            rising rates on SQLite
    python -m benchmarks.load --postgres                 both databases
    python -m benchmarks.load --rates 20 40 60 --seconds 10
    python -m benchmarks.load --rate 150 --minutes 10    one rate, for ten minutes

Each survey opens the form, sends every answer and follows to the thank-you; one in ten then opens
the results of its community. They begin at random moments and are timed from when they were due.
Rates rise until a server does not keep up (less than 95 % in time, or a request failed). Every
acknowledged row is looked for in the database, and the scans are counted. What a flow costs in
processor time is the figure that a busy machine changes least; benchmarks/flows.py compares it with
a stock form in one run.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from benchmarks.flows import failures, measure
from benchmarks.running import Server, serve
from benchmarks.stage import Ledger, database, open_posters, table

POSTERS = 4
READERS = "0.1"  # of those who answered
RATES = [25, 50, 75, 100, 150, 200, 300, 400, 600]
KEPT_UP = 0.95  # share of the rate asked that has to be reached
HEAD = ["asked/s", "reached/s", "open p50/p99", "send p50/p99", "thanks p50/p99", "results p50/p99",
        "flow p50/p95/p99", "CPU/flow", "RSS/PSS", "failed", "others"]  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--postgres", action="store_true", help="PostgreSQL too")
    options.add_argument("--rates", type=float, nargs="+", default=RATES)
    options.add_argument("--seconds", type=float, default=8, help="of each rate")
    options.add_argument("--rate", type=float, help="this rate alone")
    options.add_argument("--minutes", type=float, default=10, help="of that one rate")
    options.add_argument("--connections", type=int, default=64)
    options.add_argument("--workers", type=int, default=2)
    asked = options.parse_args()
    asked.fresh = False
    if asked.rate:
        asked.rates, asked.seconds = [asked.rate], asked.minutes * 60
    for kind in ["sqlite", "postgres"][: 1 + asked.postgres]:
        rise(kind, asked)


def rise(
    kind: str, asked: argparse.Namespace, joined: Callable[[int], None] = lambda master: None
) -> None:
    """Send visitors at one rate after the other; print what each came to.

    joined: told the server's master before it has a process, e.g. to put it into a control group
    """
    warm = argparse.Namespace(**{**vars(asked), "seconds": 3})  # pages are made only once
    with database(kind) as url:
        codes = open_posters(url, POSTERS)
        paths = [word for code in codes for word in ("--path", f"/s/{code}")]
        ledger, runs, rows = Ledger(), [], []
        with serve(url, workers=asked.workers, joined=joined) as server:
            server.wait_until_ready("/results")  # what reads starts beside what collects, later
            measure(server, [*paths, "--readers", READERS, "--rate", "10"], warm, ledger)
            for rate in asked.rates:
                words = [*paths, "--readers", READERS, "--rate", str(rate)]
                runs.append(found := measure(server, words, asked, ledger))
                rows.append(row(rate, found, server))
                if found["failed"]:
                    print(f"The server's log:\n{server.said()}")
                if found["failed"] or found["flows_per_second"] < KEPT_UP * rate:
                    break
        print(f"{kind}: {asked.workers} workers, {asked.connections} connections, "
              f"{asked.seconds:g} s at each rate; times in ms, memory in MB")  # fmt: skip
        print(table(HEAD, rows))
        print(f"{ledger.check(url)}; {failures({kind: runs})}\n", flush=True)


def row(rate: float, found: dict[str, Any], server: Server) -> list[str]:
    def of(step: str, *shares: str) -> str:
        return " / ".join(f"{found[share][step]:.0f}" for share in shares)

    steps = [of(step, "p50", "p99") for step in ("open", "send", "thanks", "results")]
    return [
        f"{rate:.0f}",
        f"{found['flows_per_second']:.1f}",
        *steps,
        of("flow", "p50", "p95", "p99"),
        f"{found['cpu_per_flow']:.2f}",
        "/".join(f"{mb:.0f}" for mb in server.memory()),
        str(found["failed"]),
        f"{found['others']:.1f}",
    ]


if __name__ == "__main__":
    main()
