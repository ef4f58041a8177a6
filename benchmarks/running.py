"""Starts a server as in production, on 127.0.0.1 and a free port, and tells what it has cost."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
SECRET = "known to the benchmarks alone, and long enough"
TICKS = os.sysconf("SC_CLK_TCK")  # a second, in /proc; where there is no /proc nothing is told

# How each server is told to serve an application; the first is what production does.
PYTHON = [sys.executable, "-m"]
GUNICORN = [*PYTHON, "gunicorn", f"--config={os.devnull}"]  # else it reads gunicorn.conf.py
GUNICORN += ["--workers=2", "--keep-alive=5", "--no-control-socket"]
SERVERS: dict[str, Callable[[str, int], list[str]]] = {
    "gunicorn gevent": lambda app, port: [
        *PYTHON, "gunicorn", "--config=gunicorn.conf.py", app
    ],
    "gunicorn gthread": lambda app, port: [
        *GUNICORN, f"--bind=127.0.0.1:{port}", "--worker-class=gthread", "--threads=8", app
    ],
    "gunicorn sync": lambda app, port: [*GUNICORN, f"--bind=127.0.0.1:{port}", app],
    "waitress": lambda app, port: [
        *PYTHON, "waitress", f"--listen=127.0.0.1:{port}", "--threads=8",
        "--connection-limit=3000", app,
    ],
    "granian": lambda app, port: [
        *PYTHON, "granian", "--interface=wsgi", f"--port={port}", "--workers=2",
        "--blocking-threads=1", "--no-ws", "--no-log", app,
    ],
}  # fmt: skip
PRODUCTION = "gunicorn gevent"


@dataclass
class Server:
    """A running server: its address, and what it has cost so far."""

    process: subprocess.Popen[bytes]
    port: int
    log: IO[bytes]

    @classmethod
    def start(cls, command: Sequence[str], port: int, more: Mapping[str, str]) -> Server:
        """Start a server in a process group of its own, with compiled modules as in production."""
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"HOST": "127.0.0.1", "PORT": str(port), "SECRET_KEY": SECRET, **more}
        log = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as the server)
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        return cls(process, port, log)

    def stop(self) -> None:
        """End it kindly, then surely, with what it left behind."""
        if self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(15)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # its own group and nobody else's
        self.process.wait()
        self.log.close()

    def lose_power(self) -> None:
        """Halt all of its processes where they are: what they would say next, nobody hears."""
        os.killpg(self.process.pid, signal.SIGSTOP)

    def wait_until_ready(self, path: str = "/health", seconds: float = 60) -> float:
        """Return the seconds until the first good answer. Raises TimeoutError."""
        began = time.monotonic()
        while time.monotonic() < began + seconds and self.process.poll() is None:
            try:
                self.get(path, timeout=5)
                return time.monotonic() - began
            except (OSError, HTTPException):
                time.sleep(0.01)
        raise TimeoutError(f"No answer from {self.process.args!r}:\n{self.said()}")

    def said(self, most: int = 2000) -> str:
        """Return the end of what it printed: its log says which kind of error was where."""
        self.log.seek(0)
        return self.log.read()[-most:].decode(errors="replace")

    @property
    def workers(self) -> list[int]:
        """Return the process ids of the workers; of the only process, where there are none."""
        return children(self.process.pid) or [self.process.pid]

    def cpu(self) -> float:
        """Return the CPU seconds used so far by the server's processes."""
        return sum(cpu_seconds(pid) for pid in {self.process.pid, *self.workers})

    @property
    def collectors(self) -> list[int]:
        """Return the workers that collect answers; one that reads has stepped back (nice)."""
        ours = os.getpriority(os.PRIO_PROCESS, self.process.pid)
        return [pid for pid in self.workers if os.getpriority(os.PRIO_PROCESS, pid) == ours]

    def memory(self) -> tuple[float, float]:
        """Return (RSS, PSS) of the largest collecting worker in MB; PSS shares out what processes
        share."""
        return max(memory_mb(pid) for pid in self.collectors)

    def get(self, path: str, timeout: float = 10) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=timeout) as got:
            body: bytes = got.read()
            return body


def children(pid: int) -> list[int]:
    """Return the processes below `pid`, theirs included: granian's workers are grandchildren."""
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [found for child in map(int, below) for found in (child, *children(child))]


def cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mb(pid: int) -> tuple[float, float]:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0, 0.0
    kb = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:]}
    return kb["Rss"] / 1024, kb["Pss"] / 1024


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for_port(port: int, seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"Nothing listens on port {port}.")


@contextmanager
def serve(
    url: str,
    *,
    app: str = "wsgi:app",
    kind: str = PRODUCTION,
    workers: int = 2,
    joined: Callable[[int], None] = lambda master: None,
) -> Iterator[Server]:
    """Start a server on the database at `url`; stop it at the end. Raises where it cannot start.

    joined: told the process id of its master, which has no worker yet
    """
    port = free_port()
    more = {"DATABASE_URL": url, "WORKERS": str(workers)}
    server = Server.start(SERVERS[kind](app, port), port, more)
    joined(server.process.pid)
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.stop()
