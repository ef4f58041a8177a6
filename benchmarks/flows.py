"""Complete survey flows per second: open the form, submit, thanks; every row checked afterwards.

    python -m benchmarks.flows                 SQLite (WAL, synchronous=FULL)
    python -m benchmarks.flows --postgres      both databases
    python -m benchmarks.flows --runs 5 --seconds 8

The server is started as in production (gunicorn.conf.py, two gevent workers); the visitors are a
process of their own beside it on the same cores (benchmarks/visitors.py), and the processor time
that they take for a flow stands beside the server's. The floor, a stock Flask-WTF form
(benchmarks/stock.py), runs in turn with the product, under the same server settings: quote the
ratio, since absolute figures change with the machine and its neighbours. "At half" sends half of
what was reached, at random moments, timed from when each flow was due. "No JavaScript" sends the
first screen by itself, a request more, which only phones without a script do.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.running import ROOT, TICKS, Server, serve
from benchmarks.stage import Ledger, database, median, open_posters, table

POSTERS = 4
HEAD = ["", "flows/s", "open p50/p99", "send p50/p99", "thanks p50/p99", "flow p99", "CPU/flow",
        "visitors'"]  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--postgres", action="store_true", help="PostgreSQL too")
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--seconds", type=float, default=4, help="of each run")
    options.add_argument("--connections", type=int, default=32)
    options.add_argument("--fresh", action="store_true", help="a new connection for every flow")
    options.add_argument("--workers", type=int, default=2)
    asked = options.parse_args()
    ceiling = visitors(["--ceiling", *shared(asked)])
    print(f"The visitors' own ceiling: {ceiling['flows_per_second']:.0f} flows/s with "
          f"{ceiling['visitors_per_flow']:.2f} ms of processor time each; all in ms\n")  # fmt: skip
    for kind in ["sqlite", "postgres"][: 1 + asked.postgres]:
        compare(kind, asked)


def compare(kind: str, asked: argparse.Namespace) -> None:
    """Run the product and the floor in turn; print what each reached."""
    with database(kind) as url, database(kind) as floor_url:
        codes = open_posters(url, POSTERS)
        create_stock(floor_url)
        ours = ["--path", *" --path ".join(f"/s/{code}" for code in codes).split()]
        floor = ["--path", "/s/stock"]
        ledger = Ledger()
        with (
            serve(url, workers=asked.workers) as server,
            serve(floor_url, app="benchmarks.stock:create_app()", workers=asked.workers) as stock,
        ):
            turns = {"Porchlight": (server, ours, ledger), "stock Flask": (stock, floor, None)}
            for where, paths, kept in turns.values():  # pages are made only once
                measure(where, [*paths, "--rate", "20"], asked, kept)
            runs: dict[str, list[dict[str, Any]]] = {name: [] for name in turns}
            for _ in range(asked.runs):
                for name, (where, paths, kept) in turns.items():
                    runs[name].append(measure(where, paths, asked, kept))
            reached = median(run["flows_per_second"] for run in runs["Porchlight"])
            slower = [*ours, "--rate", f"{reached / 2:.0f}"]
            half = [measure(server, slower, asked, ledger) for _ in range(asked.runs)]
            routed = measure(server, [*ours, "--routed"], asked, ledger)
            memory = {name: where.memory() for name, (where, _, _) in turns.items()}
        print(f"{kind}: {asked.workers} workers, {asked.connections} connections")
        runs |= {"Porchlight, at half": half, "no JavaScript": [routed]}
        print(table(HEAD, [row(name, found) for name, found in runs.items()]))
        worst = max(run["p99"]["flow"] for run in half)
        print(f"At half, the p99 of a flow in the worst of {asked.runs} runs: {worst:.0f} ms")
        base = median(run["flows_per_second"] for run in runs["stock Flask"])
        others = median(run["others"] for found in runs.values() for run in found)
        cpu = {name: median(run["cpu_per_flow"] for run in found) for name, found in runs.items()}
        print(f"Against the floor of the same run: {reached / base:.2f} times, with "
              f"{cpu['Porchlight'] / cpu['stock Flask']:.2f} of its processor time; "
              f"all else on the machine took {others:.1f} cores")  # fmt: skip
        print(f"{ledger.check(url)}; {failures(runs)}")
        for name, (rss, pss) in memory.items():
            print(f"A worker's memory after {ledger.opened:,} forms, {name}: "
                  f"RSS {rss:.0f} MB, PSS {pss:.0f} MB")  # fmt: skip
        print()


def measure(
    server: Server, words: list[str], asked: argparse.Namespace, ledger: Ledger | None = None
) -> dict[str, Any]:
    """Send the visitors once; add what it cost, and how busy others kept the machine."""
    before, busy, began = server.cpu(), busy_seconds(), time.monotonic()
    report = visitors(["--port", str(server.port), *words, *shared(asked)])
    spent, took = server.cpu() - before, time.monotonic() - began
    report["cpu_per_flow"] = spent / max(1, report["flows"]) * 1e3
    report["others"] = max(0.0, busy_seconds() - busy - spent - report["cpu_seconds"]) / took
    if ledger is not None:
        ledger.acknowledged += report["acknowledged"]
        ledger.unsettled |= {*report["unsettled"]}
        ledger.opened += report["opened"]
        ledger.half_opened += report["half_opened"]
    return report


def busy_seconds() -> float:
    """Return the CPU seconds that the whole machine has used; 0 where that is not told."""
    try:
        user, nice, system, _idle, _wait, *rest = Path("/proc/stat").read_text().split()[1:9]
    except OSError:
        return 0.0
    return sum(map(int, (user, nice, system, *rest))) / TICKS


def visitors(words: list[str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.visitors", *words]
    report: dict[str, Any] = json.loads(subprocess.check_output(command, cwd=ROOT))
    return report


def shared(asked: argparse.Namespace) -> list[str]:
    words = ["--seconds", str(asked.seconds), "--connections", str(asked.connections)]
    return [*words, "--fresh"] if asked.fresh else words


def create_stock(url: str) -> None:
    from sqlalchemy import create_engine

    from benchmarks.stock import Base

    engine = create_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()


def row(name: str, runs: list[dict[str, Any]]) -> list[str]:
    def of(measure: str, step: str) -> float:
        return median(run[measure][step] for run in runs)

    steps = [f"{of('p50', s):.1f} / {of('p99', s):.0f}" for s in ("open", "send", "thanks")]
    rate = f"{median(run['flows_per_second'] for run in runs):.0f}"
    cpu = f"{median(run['cpu_per_flow'] for run in runs):.2f}"
    own = f"{median(run['visitors_per_flow'] for run in runs):.2f}"
    return [name, rate, *steps, f"{of('p99', 'flow'):.0f}", cpu, own]


def failures(runs: Mapping[str, list[dict[str, Any]]]) -> str:
    """Return how many requests failed, and whose, how and at which step."""
    errors = Counter[str]()
    for name, found in runs.items():
        for run in found:
            errors.update({f"{name}, {what}": count for what, count in run["errors"].items()})
    if not errors:
        return "no request failed"
    return f"{errors.total()} requests failed: {dict(errors)}"


if __name__ == "__main__":
    main()
