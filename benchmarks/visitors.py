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
import json
import random
import re
import time
import urllib.request
from collections import Counter, deque
from urllib.parse import quote_plus

from benchmarks.answering import FormReader, hidden_fields
from benchmarks.sockets import Line, Loop, Reply
from benchmarks.stage import percentile

PHONE = (
    "Host: 127.0.0.1\r\n"
    "User-Agent: Mozilla/5.0 (Linux; Android 13; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Mobile Safari/537.36\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: en-US,en;q=0.9\r\nAccept-Encoding: gzip, deflate, br\r\n"
)
HEADERS = PHONE.encode()
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
WARM_UP = 1.0  # seconds, not counted
GRACE = 5.0  # seconds for the flows under way when the time is up
LOOKED_AT = 0.02  # share of the pages that are unpacked, to see that they are what they should be
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
        self.loop = Loop()
        self.bodies: dict[str, list[bytes]] = {}
        self.fixed: dict[str, dict[str, str]] = {}  # each form's hidden fields, the same for all,
        self.own: dict[str, set[str]] = {}  # and the names of those that are each visitor's own
        for path in paths:
            self.prepare(path)

    def prepare(self, path: str) -> None:
        """Look at a form and prepare answers, so that it costs nothing later."""
        page = self.look(path)
        form, fields, others = (
            FormReader(page.decode()),
            *map(hidden_fields, (page, self.look(path))),
        )
        self.bodies[path] = [form.fill(self.chance) for _ in range(50)]
        self.own[path] = {name for name in fields if fields[name] != others[name]}
        self.fixed[path] = {name: fields[name] for name in fields.keys() - self.own[path]}

    def look(self, path: str) -> bytes:
        self.opened += 1
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as reply:
            page: bytes = reply.read()
        return page

    def hidden_fields(self, path: str, reply: Reply) -> dict[str, str]:
        """Return the hidden fields of a form that was opened.

        Where a visitor's own stand in it as they are, a page is unpacked now and then only: a phone
        does that with its own processor, here it would be taken from the server's.
        """
        found = self.fixed[path] | hidden_fields(reply.body)
        if self.own[path] <= found.keys() and self.chance.random() >= LOOKED_AT:
            return found
        whole = hidden_fields(reply.page)
        assert whole == found or not self.own[path] <= found.keys(), "read wrongly"
        return whole

    def run(self, connections: int, seconds: float, rate: float) -> None:
        """Send flows for `seconds`: one after the other on every connection, or `rate` a second."""
        visitors = [Visitor(self) for _ in range(connections)]
        self.paced = rate > 0
        self.began_with = time.process_time()
        self.count_from = time.perf_counter() + WARM_UP
        self.stop_at = self.count_from + seconds
        for visitor in visitors:
            self.release(visitor)
        moment = time.perf_counter() if self.paced else self.stop_at
        while (now := time.perf_counter()) < self.stop_at:
            moment = self.arrive(moment, now, rate)
            self.loop.turn(min(moment, self.stop_at) - now)
        until = now + GRACE
        while len(self.free) < connections and time.perf_counter() < until:
            self.loop.turn(0.01)
        while self.due and self.due.popleft():
            self.fail("not begun when the time was up")
        for visitor in visitors:
            if visitor.step:
                visitor.hang_up()
                visitor.give_up(f"{visitor.step}: not done when the time was up")

    def arrive(self, moment: float, now: float, rate: float) -> float:
        """Let flows become due at random moments; return when the next one is."""
        while moment <= now:
            self.due.append(moment)
            moment += self.chance.expovariate(rate)
        while self.due and self.free:
            self.free.pop().begin(self.due.popleft())
        return moment

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
            "visitors_per_flow": (time.process_time() - self.began_with) / max(1, self.flows) * 1e3,
        }


class Visitor:
    """One phone after the other on one connection, as long as the server lets it."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.line: Line | None = None
        self.step = ""  # what is waited for; "" between flows
        self.path = self.submission = ""
        self.cookie = self.answers = b""
        self.since = self.started = 0.0

    def begin(self, due: float) -> None:
        self.started = due
        self.cookie = b""
        self.path = self.crowd.chance.choice(self.crowd.paths)
        self.answers = self.crowd.chance.choice(self.crowd.bodies[self.path])
        self.ask("open", b"GET %s HTTP/1.1\r\n%s\r\n" % (self.path.encode(), HEADERS), due)

    def ask(self, step: str, request: bytes, since: float = 0) -> None:
        self.step, self.since = step, since or time.perf_counter()
        if self.line is None:
            self.line = Line(self.crowd.loop, self.crowd.port, self)
        self.line.ask(request)

    def hang_up(self) -> None:
        if self.line:
            line, self.line = self.line, None
            line.close()

    def cut_off(self, why: str) -> None:
        self.line = None
        if self.step:
            self.give_up(f"{self.step}: {why}")

    def answered(self, reply: Reply) -> None:
        step, crowd = self.step, self.crowd
        if reply.header(b"connection").lower() == b"close":
            self.hang_up()
        if reply.status != EXPECTED[step]:
            return self.give_up(f"{step}: {reply.status}")
        crowd.note(step, self.since)
        if cookie := reply.header(b"set-cookie"):
            self.cookie = b"Cookie: %s\r\n" % cookie.partition(b";")[0]
        if step in ("open", "route"):
            crowd.opened += step == "open"
            self.send("route" if crowd.routed and step == "open" else "send", reply)
        elif step == "send":
            if self.submission:
                crowd.acknowledged.append(self.submission)
            self.get("thanks", reply.header(b"location"))
        elif step == "thanks" and crowd.chance.random() < crowd.readers:
            found = RESULTS.search(reply.page)
            assert found, "the thank-you leads to no results"
            self.get("results", found[1])
        else:
            crowd.note("flow", self.started)
            self.rest()

    def get(self, step: str, address: bytes) -> None:
        self.ask(step, b"GET %s HTTP/1.1\r\n%s%s\r\n" % (address, HEADERS, self.cookie))

    def send(self, go: str, reply: Reply) -> None:
        hidden = self.crowd.hidden_fields(self.path, reply)
        self.submission = hidden.get("submission", "")
        answers = self.answers.replace(b"go=send", b"go=route") if go == "route" else self.answers
        extra = "".join([f"&{name}={quote_plus(value)}" for name, value in hidden.items()])
        body = answers + extra.encode()
        about = self.path.encode(), HEADERS, self.cookie, FORM, len(body), body
        self.ask(go, b"POST %s HTTP/1.1\r\n%s%s%sContent-Length: %d\r\n\r\n%s" % about)

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
        self.crowd.release(self)


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
    how = {name: getattr(asked, name) for name in ("fresh", "routed", "seed", "readers")}
    crowd = Crowd(port, paths, **how)
    crowd.run(asked.connections, asked.seconds, asked.rate)
    return crowd.report(asked.seconds)


if __name__ == "__main__":
    main()
