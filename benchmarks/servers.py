"""Which server: the same survey flows under each, and whether slow phones can stop it.

    python -m benchmarks.servers
    python -m benchmarks.servers --slow 0      flows only
    python -m benchmarks.servers --only granian

Every server has the same product, its own SQLite file and two processes (waitress knows only one).
First the flows, in turn, several times (benchmarks/visitors.py). Then 1,000 sockets that send a
byte a second, half of them in the middle of the head, half in the middle of a form, while an honest
visitor opens the survey on a new connection ten times a second and gives up after five seconds;
"held" counts the slow sockets that were borne to the end. Times are in ms. What is
not installed is skipped.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

from benchmarks.flows import measure
from benchmarks.running import SERVERS, Server, serve
from benchmarks.stage import Ledger, database, median, open_posters, percentile, table
from benchmarks.visitors import PHONE

SLOW_HEAD = "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "
SLOW_FORM = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4000\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\n\r\nwho="
)
HONEST = f"GET {{path}} HTTP/1.1\r\n{PHONE}Connection: close\r\n\r\n"
PATIENCE = 5.0  # seconds until an honest visitor gives up
PAUSE = 0.1  # seconds between honest visits
HEAD = ["", "flows/s", "flow p50/p99", "CPU/flow", "failed", "honest served", "p95", "held"]


@dataclass
class Rival:
    """One server under test and what was found."""

    server: Server
    url: str
    paths: list[str]
    ledger: Ledger = field(default_factory=Ledger)
    runs: list[dict[str, Any]] = field(default_factory=list)
    visits: list[float] = field(default_factory=list)  # ms of the honest visits that were served
    tried: int = 0
    held: int = 0  # slow sockets that were still open at the end


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--seconds", type=float, default=3, help="of each run of flows")
    options.add_argument("--connections", type=int, default=32)
    options.add_argument("--fresh", action="store_true", help="a new connection for every flow")
    options.add_argument("--slow", type=int, default=1000, help="slow sockets; 0 leaves them out")
    options.add_argument("--slow-seconds", type=float, default=10)
    options.add_argument("--only", action="append", choices=list(SERVERS))
    asked = options.parse_args()
    names = [name for name in asked.only or SERVERS if find_spec(name.split()[0])]
    allow_many_sockets()
    with ExitStack() as stack:
        rivals = {name: enter(stack, name) for name in names}
        for _ in range(asked.runs):
            for rival in rivals.values():
                words = [word for path in rival.paths for word in ("--path", path)]
                rival.runs.append(measure(rival.server, words, asked, rival.ledger))
        time.sleep(1.5)  # scans are written once a second
        for name, rival in rivals.items():
            print(f"{name}: {rival.ledger.check(rival.url)}", flush=True)
        for rival in rivals.values():
            if asked.slow:
                asyncio.run(hold_up(rival, asked.slow, asked.slow_seconds))
        print(table(HEAD, [row(name, rival) for name, rival in rivals.items()]))


def enter(stack: ExitStack, name: str) -> Rival:
    url = stack.enter_context(database("sqlite"))
    paths = [f"/s/{code}" for code in open_posters(url, 4)]
    return Rival(stack.enter_context(serve(url, kind=name)), url, paths)


def allow_many_sockets() -> None:
    """The servers are our children and inherit the limit."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 20_000), most))


async def hold_up(rival: Rival, count: int, seconds: float) -> None:
    """Open `count` slow sockets, then let honest visitors come for `seconds`."""
    end = time.monotonic() + seconds + 2
    slow = [asyncio.create_task(dawdle(rival, n % 2 == 0, end)) for n in range(count)]
    await asyncio.sleep(2)  # all of them are connected by now
    while time.monotonic() < end:
        rival.tried += 1
        began = time.monotonic()
        with suppress(OSError, TimeoutError):
            if await asyncio.wait_for(visit(rival), PATIENCE):
                rival.visits.append((time.monotonic() - began) * 1e3)
        await asyncio.sleep(PAUSE)
    rival.held = sum(await asyncio.gather(*slow))


async def dawdle(rival: Rival, in_head: bool, end: float) -> bool:
    """Send a byte a second; return whether the server bore it to the end."""
    begin = (SLOW_HEAD if in_head else SLOW_FORM).format(path=rival.paths[0])
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", rival.server.port)
        writer.write(begin.encode())
        while time.monotonic() < end:
            await asyncio.sleep(1)
            writer.write(b"x")
            await writer.drain()
            if reader.at_eof():
                return False
        writer.close()
    except OSError:
        return False
    return True


async def visit(rival: Rival) -> bool:
    """Open the survey on a new connection; return whether all of it came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", rival.server.port)
    try:
        writer.write(HONEST.format(path=rival.paths[0]).encode())
        return (await reader.read()).startswith(b"HTTP/1.1 200")
    finally:
        writer.close()


def row(name: str, rival: Rival) -> list[str]:
    def of(step: str, share: str) -> float:
        return median(run[share][step] for run in rival.runs)

    served = f"{len(rival.visits)} of {rival.tried}" if rival.tried else "-"
    return [
        name,
        f"{median(run['flows_per_second'] for run in rival.runs):.0f}",
        f"{of('flow', 'p50'):.0f} / {of('flow', 'p99'):.0f}",
        f"{median(run['cpu_per_flow'] for run in rival.runs):.2f}",
        str(sum(run["failed"] for run in rival.runs)),
        served,
        f"{percentile(rival.visits, 0.95):.0f}" if rival.visits else "-",
        str(rival.held) if rival.tried else "-",
    ]


if __name__ == "__main__":
    main()
