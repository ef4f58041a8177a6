"""Can reading results stop the survey? Visitors who answer, alone and beside eager readers.

    .venv/bin/python -m benchmarks.readers
    .venv/bin/python -m benchmarks.readers --rounds 5 --loops 30

Visitors come at a steady rate, in turn alone and beside readers who want all of it: 30 loops over
the dearest pages, each address with a parameter that nobody understands; four connections that
send requests for charts without waiting for the answers; two that fetch the whole release as a
zip. Prints medians of the rounds in ms, the ratio of the same run, and every visitor who was lost.
The readers run with the lowest priority (nice 19): their own work is not the server's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from itertools import count

from sqlalchemy import create_engine, delete

from benchmarks.flows import visitors
from benchmarks.results import load
from benchmarks.running import ROOT, Server, serve
from benchmarks.stage import Ledger, database, median, open_posters, table

MEASURES = ("trust", "approach", "fair", "again")
AGENCIES = ("police", "fire", "ambulance")
CUTS = ("total", "age", "race", "language", "first_time")
ENDINGS = ("", ".chart.json", ".csv")
PIPELINES, AT_A_TIME, ZIPS = 4, 50, 2
STEPS = ("open", "send", "thanks")
LAST = b"Connection: close\r\n"
HEAD = ["", *(f"{step} p50 / p95" for step in STEPS), "flows", "lost", "answers to readers"]


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=10, help="of each half of a round")
    options.add_argument("--rate", type=float, default=20, help="surveys a second")
    options.add_argument("--loops", type=int, default=30)
    options.add_argument("--port", type=int, help="be the readers of a server that runs")
    asked = options.parse_args()
    if asked.port:
        asyncio.run(Readers(asked.port).run(asked.loops, asked.seconds))
        return
    with database("sqlite") as url:
        load(url, 1)
        forget_answers(url)
        codes = open_posters(url, 4)
        with serve(url) as server:
            alone, beside, told, ledger = rounds(server, codes, asked)
            memory = server.memory()
        print(report(alone, beside, told))
        rss, pss = memory
        print(f"{ledger.check(url)}; a collecting worker: RSS {rss:.0f} MB, PSS {pss:.0f} MB")


def forget_answers(url: str) -> None:
    """Keep the release alone, so that every answer found later is a visitor's."""
    from survey.storage.models import Comment, Response

    engine = create_engine(url)
    with engine.begin() as connection:
        for model in (Comment, Response):
            connection.execute(delete(model))
    engine.dispose()


def rounds(
    server: Server, codes: list[str], asked: argparse.Namespace
) -> tuple[list[dict], list[dict], Counter[str], Ledger]:  # type: ignore[type-arg]
    words = [word for code in codes for word in ("--path", f"/s/{code}")]
    words += ["--port", str(server.port), "--rate", str(asked.rate), "--connections", "64"]
    words += ["--seconds", str(asked.seconds)]
    alone, beside, told, ledger = [], [], Counter[str](), Ledger()
    server.get("/results.chart.json", timeout=60)  # what a reading process loads first
    for _ in range(asked.rounds):
        alone.append(visitors(words))
        readers = start_readers(server.port, asked)
        time.sleep(2)
        beside.append(visitors(words))
        told.update(json.loads(readers.communicate()[0]))
    for found in (*alone, *beside):
        ledger.acknowledged += found["acknowledged"]
    return alone, beside, told, ledger


def start_readers(port: int, asked: argparse.Namespace) -> subprocess.Popen[bytes]:
    seconds = asked.seconds + 6  # before, during and after the visitors
    command = ["nice", "-n", "19", sys.executable, "-m", "benchmarks.readers", f"--port={port}"]
    command += [f"--loops={asked.loops}", f"--seconds={seconds}"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)


def report(alone: list[dict], beside: list[dict], told: Counter[str]) -> str:  # type: ignore[type-arg]
    def of(runs: list[dict], share: str, step: str) -> float:  # type: ignore[type-arg]
        return median(run[share][step] for run in runs)

    lines = []
    for name, runs in (("alone", alone), ("beside readers", beside)):
        times = [f"{of(runs, 'p50', step):.1f} / {of(runs, 'p95', step):.1f}" for step in STEPS]
        lost = sum(run["failed"] for run in runs)
        answers = ", ".join(f"{kind} {n}" for kind, n in sorted(told.items()))
        flows = sum(run["flows"] for run in runs)
        lines.append([name, *times, str(flows), str(lost), answers if runs is beside else ""])
    ratios = [
        " / ".join(f"{of(beside, p, step) / of(alone, p, step):.2f}" for p in ("p50", "p95"))
        for step in STEPS
    ]
    return table(HEAD, [*lines, ["ratio", *ratios, "", "", ""]])


class Readers:
    """Everybody who reads, and what they were answered."""

    def __init__(self, port: int) -> None:
        self.port, self.numbers, self.chance = port, count(), random.Random(1)
        self.answers: Counter[str] = Counter()

    async def run(self, loops: int, seconds: float) -> None:
        until = time.monotonic() + seconds
        work = [self.loop(self.address, 1, until) for _ in range(loops)]
        work += [self.loop(self.chart, AT_A_TIME, until) for _ in range(PIPELINES)]
        work += [self.loop(self.zip, 1, until) for _ in range(ZIPS)]
        tasks = [asyncio.create_task(one) for one in work]
        await asyncio.wait(tasks, timeout=seconds)
        for task in tasks:
            task.cancel()
        print(json.dumps(self.answers))

    def address(self) -> str:
        place = self.chance.choice(("/results", "/results/buffalo", "/results/liberty",
                                    "/results/austintown", "/results/compare"))  # fmt: skip
        asked = f"measure={self.chance.choice(MEASURES)}&agency={self.chance.choice(AGENCIES)}"
        asked += f"&cut={self.chance.choice(CUTS)}&c=buffalo&c=liberty&zz={next(self.numbers)}"
        return f"{place}{self.chance.choice(ENDINGS)}?{asked}"

    def chart(self) -> str:
        return f"/results.chart.json?zz={next(self.numbers)}"

    def zip(self) -> str:
        return f"/data/1/porchlight.zip?zz={next(self.numbers)}"

    async def loop(self, address: object, at_a_time: int, until: float) -> None:
        assert callable(address)
        while time.monotonic() < until:
            try:
                await self.ask([address() for _ in range(at_a_time)])
            except OSError as error:
                self.answers[type(error).__name__] += 1
                await asyncio.sleep(0.05)

    async def ask(self, addresses: list[str]) -> None:
        """Send all requests at once; read the answers, however many come."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        try:
            for i, address in enumerate(addresses):
                end = LAST if i == len(addresses) - 1 else b""
                writer.write(f"GET {address} HTTP/1.1\r\nHost: x\r\n".encode() + end + b"\r\n")
            for _ in addresses:
                head = await reader.readuntil(b"\r\n\r\n")
                self.answers[head.split(maxsplit=2)[1].decode()] += 1
                length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n")
                              if line.startswith(b"content-length:"))  # fmt: skip
                await reader.readexactly(length)
        except asyncio.IncompleteReadError:
            self.answers["cut off"] += 1
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
