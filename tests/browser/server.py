"""Porchlight as it runs in production: migrated by its command line, served by gunicorn."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from survey.storage.sealed_comments import Seal
from tests import forked

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret that only the browser tests know, long enough"
PATIENCE = 60  # seconds until a start counts as failed; it takes two on a quiet machine


@dataclass(frozen=True)
class Site:
    """One database, the command line on it and, once it is served, its address and process."""

    database: Path
    url: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)  # where they differ from ours
    process: int = 0  # gunicorn's first, while it is served

    @property
    def environment(self) -> dict[str, str]:
        ours = {"DATABASE_URL": f"sqlite:///{self.database}", "SECRET_KEY": SECRET}
        return {k: v for k, v in os.environ.items() if k != "PUBLIC_URL"} | ours | {**self.settings}

    def flask(self, *lines: str) -> str:
        """Type commands, as an organiser does; return what they printed."""
        with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
            code, errors = forked.flask(lines, self.environment, out)
            out.seek(0)
            printed = out.read()
        assert code == 0, f"{lines}\n{printed}\n{errors}"
        return printed

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(query, values).fetchall()

    def change(self, statement: str, *values: object) -> None:
        """Change the database behind the server's back, as time or an organiser does."""
        with closing(sqlite3.connect(self.database, timeout=PATIENCE)) as connection, connection:
            connection.execute(statement, values)

    def comes_to(self, expected: object, query: str, *values: object) -> bool:
        """Wait until a query's one value is as expected: counters are written a moment later."""
        end = time.monotonic() + PATIENCE
        while (found := self.rows(query, *values)) != [(expected,)] and time.monotonic() < end:
            time.sleep(0.05)
        return found == [(expected,)]

    def comments(self) -> list[str]:
        """Return every comment that was taken, as it waits sealed or was moved among others."""
        seal, waiting = Seal(SECRET), self.rows("SELECT event_id, sealed FROM sealed_comment")
        moved = self.rows("SELECT text FROM comment")
        return [text for (text,) in moved] + [seal.open(*row)[1] for row in waiting]

    def household(self, submission: str) -> bool:
        """Return whether another person on the same phone was said to have answered before."""
        query = "SELECT household FROM response WHERE submission = ?"
        ((said,),) = self.rows(query, submission.replace("-", ""))
        return bool(said)

    def stored(self, submission: str) -> list[dict[str, Any]]:
        """Return the answers kept under a submission's id; none or one, whatever happened."""
        id = submission.replace("-", "")
        found = self.rows("SELECT answers FROM response WHERE submission = ?", id)
        return [json.loads(answers) for (answers,) in found]


@contextmanager
def serving(site: Site, port: int = 0) -> Iterator[Site]:
    """Start the server, on a free port; give the site with its address; end it cleanly."""
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
    environment = site.environment | {"HOST": "127.0.0.1", "PORT": str(port)}
    log = site.database.with_suffix(f".{port}.log")
    with log.open("w") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        try:
            wait_until_healthy(server, url, log)
            yield replace(site, url=url, process=server.pid)
        finally:
            server.terminate()
            server.wait(PATIENCE)


def wait_until_healthy(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/health", timeout=PATIENCE).close()
            return
        except urllib.error.URLError:
            time.sleep(0.02)  # it does not listen yet
    raise AssertionError(f"The server did not start:\n{log.read_text()}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
