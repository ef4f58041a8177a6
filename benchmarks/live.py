"""Do open desks slow the survey? Visitors who answer, alone and beside 200 live pages.

    .venv/bin/python -m benchmarks.live
    .venv/bin/python -m benchmarks.live --rounds 5 --seconds 30 --desks 200

Visitors come at a steady rate, in turn alone and beside desks that are signed in, each asking for
the counts of the same evening every 15 seconds, as static/desk-live.js does. Prints medians of the
rounds in ms, the ratio of the same run, what the desks were answered, and every visitor who was
lost.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from benchmarks.flows import visitors
from benchmarks.readers import forget_answers, report
from benchmarks.results import load
from benchmarks.running import ROOT, serve
from benchmarks.stage import Ledger, database, open_posters
from survey.desk import accounts, sessions
from survey.storage.models import Poster

EVERY = 15.0  # seconds between two looks, as in static/desk-live.js


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=20, help="of each half of a round")
    options.add_argument("--rate", type=float, default=20, help="surveys a second")
    options.add_argument("--desks", type=int, default=200)
    options.add_argument("--port", type=int, help="be the desks of a server that runs")
    options.add_argument("--slug", default="", help="the event they look at")
    asked = options.parse_args()
    if asked.port:
        asyncio.run(Desks(asked.port, asked.slug, json.load(sys.stdin)).run(asked.seconds))
        return
    with database("sqlite") as url:
        load(url, 1)
        forget_answers(url)
        codes = open_posters(url, 4)
        slug, tokens = open_desks(url, codes[0], asked.desks)
        with serve(url) as server:
            print(measure(server.port, codes, slug, tokens, asked, url))


def open_desks(url: str, code: str, many: int) -> tuple[str, list[str]]:
    """Return an event and the tokens of so many operators who are signed in."""
    engine, now, tokens = create_engine(url), datetime.now(UTC), []
    with Session(engine) as session:
        link = accounts.operator_link(session, now)
        owner = accounts.accept(session, link, "Olive", "river lamp nine oak", "en", now)
        tokens = [sessions.begin(session, owner, "", now) for _ in range(many)]
        poster = session.scalars(select(Poster).where(Poster.code == code)).one()
        slug = poster.event.slug
        session.commit()
    engine.dispose()
    return slug, tokens


def measure(
    port: int, codes: list[str], slug: str, tokens: list[str], asked: argparse.Namespace, url: str
) -> str:
    words = [word for code in codes for word in ("--path", f"/s/{code}")]
    words += ["--port", str(port), "--rate", str(asked.rate), "--connections", "64"]
    words += ["--seconds", str(asked.seconds)]
    alone, beside, told, ledger = [], [], Counter[str](), Ledger()
    for _ in range(asked.rounds):
        alone.append(visitors(words))
        desks = start_desks(port, slug, tokens, asked.seconds + 4)
        time.sleep(2)
        beside.append(visitors(words))
        told.update(json.loads(desks.communicate()[0]))
    for found in (*alone, *beside):
        ledger.acknowledged += found["acknowledged"]
    shown = report(alone, beside, told).replace("readers", "desks")
    return f"{shown}\n{ledger.check(url)}; {len(tokens)} desks"


def start_desks(port: int, slug: str, tokens: list[str], seconds: float) -> subprocess.Popen[bytes]:
    command = ["nice", "-n", "19", sys.executable, "-m", "benchmarks.live", f"--port={port}"]
    command += [f"--seconds={seconds}", f"--slug={slug}"]
    pipe = subprocess.PIPE
    started = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe)
    assert started.stdin is not None
    started.stdin.write(json.dumps(tokens).encode())
    started.stdin.close()
    started.stdin = None
    return started


class Desks:
    """Live pages that are open, and what they were answered."""

    def __init__(self, port: int, slug: str, tokens: list[str]) -> None:
        self.port, self.slug, self.tokens = port, slug, tokens
        self.answers: Counter[str] = Counter()

    async def run(self, seconds: float) -> None:
        tasks = [asyncio.create_task(self.look(token)) for token in self.tokens]
        await asyncio.wait(tasks, timeout=seconds)
        for task in tasks:
            task.cancel()
        print(json.dumps(self.answers))

    async def look(self, token: str) -> None:
        await asyncio.sleep(random.random() * EVERY)
        while True:
            self.answers[await self.ask(token)] += 1
            await asyncio.sleep(EVERY)

    async def ask(self, token: str) -> str:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError as error:
            return type(error).__name__
        head = f"GET /desk/events/{self.slug}/night/now HTTP/1.1\r\nHost: x\r\n"
        cookie = f"Cookie: porchlight_desk={token}\r\nConnection: close\r\n\r\n"
        writer.write((head + cookie).encode())
        status = (await reader.readline()).split(maxsplit=2)
        await reader.read()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        return status[1].decode() if len(status) > 1 else "cut off"


if __name__ == "__main__":
    main()
