"""Porchlight where it may write to its data and its own /tmp alone, as its container runs it.

The kernel is asked for that: a mount namespace in which the root and the program are read-only.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask

from survey.config import ROOT
from tests.browser.server import PATIENCE, Site, free_port, wait_until_healthy
from tests.builders import ADULT, OPINION, hidden
from tests.demonstration import copy_of
from tests.server.client import FORM, Client

# No container is needed: what `podman run --read-only --tmpfs /tmp -v data:/data` would mount.
MOUNTS = """
set -e
mount --bind "$PROGRAM" "$PROGRAM"
mount -o remount,bind,ro "$PROGRAM"
mount --bind "$DATA" "$PROGRAM/instance"
mount --bind "$DATA" "$DATA"
mount -t tmpfs tmpfs "$TMPDIR"
mount -o remount,bind,ro /
cd "$PROGRAM"
if touch "$PROGRAM/written" 2> /dev/null; then echo "the program can be written"; exit 1; fi
if touch "$DATA/../written" 2> /dev/null; then echo "the root can be written"; exit 1; fi
exec "$@"
"""
COMPILED = "PYTHONPYCACHEPREFIX"  # what other processes compiled is read, never written
APART = ("unshare", "--user", "--map-root-user", "--mount")


def is_possible() -> bool:
    try:
        return subprocess.run([*APART, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).returncode == 0
    except OSError:
        return False


@contextmanager
def serving_read_only(data: Path, scratch: Path) -> Iterator[Client]:
    """Start the server with nothing of its own settings: its secret and database are in `data`."""
    scratch.mkdir()
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "HOST": "127.0.0.1", "PORT": str(port)}
    environment |= {"PROGRAM": str(ROOT), "DATA": str(data), "TMPDIR": str(scratch)}
    environment |= {"HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= {name: os.environ[name] for name in [COMPILED] if name in os.environ}
    server = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
    command = [*APART, "sh", "-c", MOUNTS, "sh", *server]
    log = data / "server.log"
    with log.open("w") as out:
        running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        try:
            wait_until_healthy(running, f"http://127.0.0.1:{port}", log)
            yield Client(port)
        finally:
            running.terminate()
            running.wait(PATIENCE)
    assert '"level": "error"' not in log.read_text(), log.read_text()


@pytest.mark.sqlite
@pytest.mark.skipif(not is_possible(), reason="nobody may mount here")
def test_everything_works_where_only_the_data_may_be_written(shown: Flask, tmp_path: Path):
    data = tmp_path / "data"
    data.mkdir()
    copy_of(shown, data / "porchlight.sqlite")
    database = Site(data / "porchlight.sqlite")
    before = len(database.rows("SELECT submission FROM response"))
    with serving_read_only(data, tmp_path / "tmp") as server:
        assert server.ask("/readyz").status == 200
        form = server.ask("/s/TRYME4").body.decode()
        fields = ADULT | OPINION | {name: hidden(form, name) for name in ("ticket", "submission")}
        body = urlencode({**fields, "go": "send"}, doseq=True)
        head = f"POST /s/TRYME4 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{FORM}"
        told = server.says(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        assert told.startswith(b"HTTP/1.1 303"), told[:300]
        for path in ("/results", "/results/buffalo", "/results/buffalo.csv", "/data"):
            assert server.reads(path).status == 200, path
        assert server.reads("/results/buffalo.chart.json").status == 200  # loads pandas
        assert server.reads("/results/buffalo.post.png").body.startswith(b"\x89PNG")  # draws
        assert server.reads("/results/buffalo.letter.pdf").body.startswith(b"%PDF")  # typesets
        assert server.reads("/data/1/porchlight.zip").body.startswith(b"PK")  # keeps files
    assert len(database.rows("SELECT submission FROM response")) == before + 1
    assert (data / "secret_key").stat().st_mode & 0o077 == 0
