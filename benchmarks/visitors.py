"""The visitors: a load generator in a process of its own that is never the bottleneck.

Each visitor does what a browser does: opens the form (Brotli where it is offered), reads its
hidden fields, posts every answer, follows the 303 to the thank-you; then the next one takes over
the connection. Prints one JSON object; times are in ms, the first second is not counted.

    python -m benchmarks.visitors --port 8000 --path /s/MAPLE4 --seconds 4
    python -m benchmarks.visitors --ceiling     against a server that does nothing

With --routed, the form's first screen is sent by itself, as phones without JavaScript do. With
--rate, flows begin on a schedule and are timed from when they were due, so that a server that
stalls is not flattered.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import time
import urllib.request
import zlib
from collections import Counter, deque
from urllib.parse import quote_plus

import brotli

from benchmarks.answering import FormReader, hidden_fields
from benchmarks.stage import percentile

PHONE = (
    "Host: 127.0.0.1\r\n"
    "User-Agent: Mozilla/5.0 (Linux; Android 13; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Mobile Safari/537.36\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: en-US,en;q=0.9\r\nAccept-Encoding: gzip, deflate, br\r\n"
)
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
WARM_UP = 1.0  # seconds, not counted
GRACE = 5.0  # seconds for the flows under way when the time is up
UNPACK = {"br": brotli.decompress, "gzip": lambda body: zlib.decompress(body, 31), "": bytes}
STEPS = ("open", "route", "send", "thanks", "results", "flow")
EXPECTED = dict.fromkeys(STEPS, 200) | {"send": 303}
RESULTS = re.compile(rb'href="(/results/[^"?#]*)')


class Crowd:
    """All visitors: what they are to do, and what became of it."""

    def __init__(
        self, port: int, paths: list[str], *, fresh: bool, routed: bool, seed: int, readers: float
    ) -> None:
        self.port, self.paths, self.fresh, self.routed = port, paths, fresh, routed
        self.readers = readers  # share of those who have answered and then open the results
        self.chance = random.Random(seed)
        self.times: dict[str, list[float]] = {step: [] for step in STEPS}
        self.acknowledged: list[str] = []
        self.unsettled: list[str] = []  # sent, and no reply came or one that says "later"
        self.opened = self.half_opened = self.failed = self.flows = self.in_time = 0
        self.errors: Counter[str] = Counter()
        self.count_from = self.stop_at = 0.0
        self.paced = False
        self.due: deque[float] = deque()  # flows that are due and that nobody has begun
        self.free: list[Visitor] = []
        self.bodies = {path: self.prepare(path) for path in paths}

    def prepare(self, path: str) -> list[bytes]:
        """Look at a form once and prepare answers, so that it costs nothing later."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as reply:
            form = FormReader(reply.read().decode())
        self.opened += 1
        return [form.fill(self.chance) for _ in range(50)]

    async def run(self, connections: int, seconds: float, rate: float) -> None:
        """Send flows for `seconds`: one after the other on every connection, or `rate` a second."""
        visitors = [Visitor(self) for _ in range(connections)]
        self.paced = rate > 0
        self.count_from = time.perf_counter() + WARM_UP
        self.stop_at = self.count_from + seconds
        for visitor in visitors:
            self.release(visitor)
        if self.paced:
            await self.arrive(rate)
        else:
            await asyncio.sleep(self.stop_at - time.perf_counter())
        until = time.perf_counter() + GRACE
        while len(self.free) < connections and time.perf_counter() < until:
            await asyncio.sleep(0.01)
        while self.due and self.due.popleft():
            self.fail("not begun when the time was up")
        for visitor in visitors:
            if visitor.step:
                visitor.hang_up()
                visitor.give_up(f"{visitor.step}: not done when the time was up")

    async def arrive(self, rate: float) -> None:
        """Let flows become due at random moments."""
        moment = time.perf_counter()
        while (now := time.perf_counter()) < self.stop_at:
            while moment <= now:
                self.due.append(moment)
                moment += self.chance.expovariate(rate)
            while self.due and self.free:
                self.free.pop().begin(self.due.popleft())
            await asyncio.sleep(max(0.0, min(moment, self.stop_at) - time.perf_counter()))

    def release(self, visitor: Visitor) -> None:
        """Give a visitor the next flow, or let it wait."""
        now = time.perf_counter()
        if self.due:
            visitor.begin(self.due.popleft())
        elif self.paced or now >= self.stop_at:
            self.free.append(visitor)
        else:
            visitor.begin(now)

    def note(self, step: str, since: float) -> None:
        now = time.perf_counter()
        if self.count_from <= since <= self.stop_at:
            self.times[step].append((now - since) * 1e3)
        if step == "flow":
            self.flows += 1
            self.in_time += self.count_from <= now <= self.stop_at

    def fail(self, what: str) -> None:
        self.failed += 1
        self.errors[what] += 1

    def report(self, seconds: float) -> dict[str, object]:
        return {
            "flows_per_second": self.in_time / seconds,
            "flows": self.flows,
            "p50": {step: percentile(self.times[step] or [0.0], 0.50) for step in STEPS},
            "p95": {step: percentile(self.times[step] or [0.0], 0.95) for step in STEPS},
            "p99": {step: percentile(self.times[step] or [0.0], 0.99) for step in STEPS},
            "failed": self.failed,
            "errors": self.errors,
            "opened": self.opened,
            "half_opened": self.half_opened,
            "acknowledged": self.acknowledged,
            "unsettled": self.unsettled,
            "cpu_seconds": time.process_time(),
        }


class Line(asyncio.Protocol):
    """One connection; collects a reply and hands it to the visitor who waits for it."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.reply = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def ask(self, request: bytes) -> None:
        self.reply.clear()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.reply += data
        end = self.reply.find(b"\r\n\r\n")
        if end < 0:
            return
        lines = self.reply[:end].decode("latin-1").split("\r\n")
        head = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        if len(self.reply) < end + 4 + int(head.get("content-length", 0)):
            return
        if head.get("connection", "").lower() == "close":
            self.visitor.hang_up()
        self.visitor.answered(int(lines[0].split()[1]), head, bytes(self.reply[end + 4 :]))

    def connection_lost(self, error: Exception | None) -> None:
        if self.visitor.line is self:  # not one that the visitor closed
            self.visitor.cut_off()


class Visitor:
    """Takes flow after flow, on one connection as far as the server lets it."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.line: Line | None = None
        self.step = ""  # what is waited for; "" between flows
        self.path = self.cookie = self.submission = ""
        self.answers = b""
        self.since = self.started = 0.0

    def begin(self, due: float) -> None:
        self.started = due
        self.cookie = ""
        self.path = self.crowd.chance.choice(self.crowd.paths)
        self.answers = self.crowd.chance.choice(self.crowd.bodies[self.path])
        self.ask("open", f"GET {self.path} HTTP/1.1\r\n{PHONE}\r\n".encode(), due)

    def ask(self, step: str, request: bytes, since: float = 0) -> None:
        self.step, self.since = step, since or time.perf_counter()
        if self.line:
            self.line.ask(request)
        else:
            self.dialling = asyncio.ensure_future(self.dial(request))

    async def dial(self, request: bytes) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, self.line = await loop.create_connection(
                lambda: Line(self), "127.0.0.1", self.crowd.port
            )
        except OSError as error:
            await asyncio.sleep(0.05)
            return self.give_up(f"{self.step}: {error}")
        self.line.ask(request)

    def hang_up(self) -> None:
        if self.line:
            line, self.line = self.line, None
            line.transport.close()

    def cut_off(self) -> None:
        self.line = None
        if self.step:
            self.give_up(f"{self.step}: connection lost")

    def answered(self, status: int, head: dict[str, str], body: bytes) -> None:
        step, crowd = self.step, self.crowd
        if status != EXPECTED[step]:
            return self.give_up(f"{step}: {status}")
        crowd.note(step, self.since)
        if "set-cookie" in head:
            self.cookie = f"Cookie: {head['set-cookie'].partition(';')[0]}\r\n"
        if step in ("open", "route"):
            crowd.opened += step == "open"
            page = UNPACK[head.get("content-encoding", "")](body)
            self.send("route" if crowd.routed and step == "open" else "send", hidden_fields(page))
        elif step == "send":
            if self.submission:
                crowd.acknowledged.append(self.submission)
            at = head["location"]
            self.ask("thanks", f"GET {at} HTTP/1.1\r\n{PHONE}{self.cookie}\r\n".encode())
        elif step == "thanks" and crowd.chance.random() < crowd.readers:
            page = UNPACK[head.get("content-encoding", "")](body)
            found = RESULTS.search(page)
            assert found, "the thank-you leads to no results"
            self.ask("results", b"GET %s HTTP/1.1\r\n" % found[1] + f"{PHONE}\r\n".encode())
        else:
            crowd.note("flow", self.started)
            self.rest()

    def send(self, go: str, hidden: dict[str, str]) -> None:
        self.submission = hidden.get("submission", "")
        extra = "".join(f"&{name}={quote_plus(value)}" for name, value in hidden.items())
        body = self.answers.replace(b"go=send", f"go={go}".encode()) + extra.encode()
        head = f"POST {self.path} HTTP/1.1\r\n{PHONE}{self.cookie}{FORM}"
        self.ask(go, f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    def give_up(self, what: str) -> None:
        self.crowd.fail(what)
        self.crowd.half_opened += self.step == "open"
        if self.step == "send" and self.submission:
            self.crowd.unsettled.append(self.submission)
        self.rest()

    def rest(self) -> None:
        self.step = ""
        if self.crowd.fresh:
            self.hang_up()
        asyncio.get_running_loop().call_soon(self.crowd.release, self)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--port", type=int, default=8000)
    options.add_argument("--path", action="append", help="a form's address; may be repeated")
    options.add_argument("--connections", type=int, default=32)
    options.add_argument("--seconds", type=float, default=4)
    options.add_argument("--rate", type=float, default=0, help="flows a second; 0: as many as go")
    options.add_argument("--fresh", action="store_true", help="a new connection for every flow")
    options.add_argument("--routed", action="store_true", help="send the first screen by itself")
    options.add_argument("--readers", type=float, default=0, help="share who then read results")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--ceiling", action="store_true")
    asked = options.parse_args()
    if asked.ceiling:
        from benchmarks.nothing import serving

        with serving() as port:
            print(json.dumps(visit(asked, port, ["/s/nothing"])))
        return
    print(json.dumps(visit(asked, asked.port, asked.path)))


def visit(asked: argparse.Namespace, port: int, paths: list[str]) -> dict[str, object]:
    crowd = Crowd(port, paths, fresh=asked.fresh, routed=asked.routed, seed=asked.seed,
                  readers=asked.readers)  # fmt: skip
    asyncio.run(crowd.run(asked.connections, asked.seconds, asked.rate))
    return crowd.report(asked.seconds)


if __name__ == "__main__":
    main()
