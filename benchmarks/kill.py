"""Durability: people answer while the server is killed, and while replies are lost.

    python -m benchmarks.kill                   10 kills of each, then 30 % of replies lost
    python -m benchmarks.kill --postgres        both databases
    python -m benchmarks.kill --kills 100       100 workers and 100 masters

kill -9 goes to a worker or to the master, in random order; a dead master is started again as
systemd would do it (the rest of its group is ended first). What a start costs in processor time is
told beside how long it took, since a busy machine makes that as long as it likes. Everybody sends
the same form, under the same id, until a thank-you arrives. In the end every person's answer must
be stored, and none twice.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import socket
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException

from benchmarks.answering import FormReader, hidden_fields
from benchmarks.running import PRODUCTION, SERVERS, Server, free_port, serve
from benchmarks.stage import Ledger, database, open_posters, percentile

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PEOPLE = 12  # who answer at the same time
PATIENCE = 10  # seconds until a phone gives a request up and sends it again


class Person(threading.Thread):
    """Answers again and again, each time as somebody else, until told to stop."""

    def __init__(self, port: int, path: str, ledger: Ledger, seed: int, lost: float = 0) -> None:
        super().__init__(daemon=True)
        self.port, self.path, self.ledger, self.lost = port, path, ledger, lost
        self.chance = random.Random(seed)
        self.more: Callable[[], bool] = lambda: True
        self.retries = 0
        self.refused: list[int] = []

    def run(self) -> None:
        while self.more():
            page = self.insist("GET").decode()
            hidden = hidden_fields(page.encode())
            filled = FormReader(page).fill(self.chance).decode()
            body = filled + "".join(f"&{name}={value}" for name, value in hidden.items())
            self.insist("POST", body)
            self.ledger.acknowledged.append(hidden["submission"])

    def insist(self, method: str, body: str | None = None) -> bytes:
        """Send until a good reply was received; whatever was cut off is sent again."""
        while True:
            try:
                if body and self.chance.random() < self.lost:
                    self.send_and_hang_up(body)
                connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
                connection.request(method, self.path, body, FORM if body else {})
                reply = connection.getresponse()
                content = reply.read()
                connection.close()
                if reply.status in (200, 303):
                    return content
                self.refused.append(reply.status)
            except (OSError, HTTPException):
                pass
            self.retries += 1
            time.sleep(0.2)

    def send_and_hang_up(self, body: str) -> None:
        """Send the form and lose the reply, before it comes or after."""
        self.retries += 1
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as line:
            head = f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            head += f"Content-Type: {FORM['Content-Type']}\r\nContent-Length: {len(body)}\r\n\r\n"
            line.sendall((head + body).encode())
            if self.chance.random() < 0.5:
                line.recv(1)  # it was handled; the reply is lost on the way


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--postgres", action="store_true", help="PostgreSQL too")
    options.add_argument("--kills", type=int, default=10, help="of workers, and of masters")
    options.add_argument("--lost", type=float, default=0.3, help="share of replies that are lost")
    options.add_argument("--people", type=int, default=1000, help="who answer with lost replies")
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    for kind in ["sqlite", "postgres"][: 1 + asked.postgres]:
        print(f"{kind}: {killed(kind, asked)}", flush=True)
        print(f"{kind}: {replies_lost(kind, asked)}", flush=True)


def killed(kind: str, asked: argparse.Namespace) -> str:
    """Kill workers and masters under load; return what was found."""
    chance = random.Random(asked.seed)
    with database(kind) as url:
        (code,) = open_posters(url, 1)
        port, ledger = free_port(), Ledger()
        command = SERVERS[PRODUCTION]("wsgi:app", port)
        server = Server.start(command, port, {"DATABASE_URL": url})
        server.wait_until_ready()
        people = [Person(port, f"/s/{code}", ledger, seed) for seed in range(PEOPLE)]
        going = True
        for person in people:
            person.more = lambda: going
            person.start()
        back: dict[str, list[float]] = {"worker": [], "master": []}
        order = [*back] * asked.kills
        chance.shuffle(order)
        cost: list[float] = []  # processor time of all processes when the first page was answered
        try:
            for victim in order:
                time.sleep(chance.uniform(0.3, 1.2))
                began = time.monotonic()
                if victim == "worker":
                    os.kill(chance.choice(server.workers), signal.SIGKILL)
                else:
                    server.process.kill()
                    server.stop()
                    server = Server.start(command, port, {"DATABASE_URL": url})
                server.wait_until_ready()
                back[victim].append(time.monotonic() - began)
                if victim == "master":
                    cost.append(server.cpu())
            going = False
            for person in people:
                person.join(60)
        finally:
            server.stop()
        times = "; ".join(f"{len(t)} {who}s, {slowest(t)}" for who, t in back.items())
        start = f"a start takes {percentile(cost, 0.5):.2f} s of processor time"
        return f"{len(order)} kills ({times}; {start}); {resent(people)}; {ledger.check(url)}"


def slowest(times: list[float]) -> str:
    if not times:
        return "none"
    return f"back after {percentile(times, 0.5):.2f} s, at most {max(times):.2f} s"


def replies_lost(kind: str, asked: argparse.Namespace) -> str:
    """Lose replies; return whether every person was counted once."""
    with database(kind) as url:
        (code,) = open_posters(url, 1)
        ledger, still = Ledger(), iter(range(asked.people))
        lock = threading.Lock()

        def more() -> bool:
            with lock:
                return next(still, None) is not None

        with serve(url) as server:
            people = [
                Person(server.port, f"/s/{code}", ledger, seed, asked.lost)
                for seed in range(PEOPLE)
            ]
            for person in people:
                person.more = more
                person.start()
            for person in people:
                person.join(300)
        assert len(ledger.acknowledged) == asked.people
        return f"{asked.lost:.0%} of replies lost; {resent(people)}; {ledger.check(url)}"


def resent(people: list[Person]) -> str:
    refused = [status for person in people for status in person.refused]
    told = f"{sum(person.retries for person in people)} requests sent again"
    return told + (f" ({len(refused)} were refused: {sorted(set(refused))})" if refused else "")


if __name__ == "__main__":
    main()
