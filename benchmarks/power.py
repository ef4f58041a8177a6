"""A power cut: whatever was acknowledged is there when the power is back, once.

    sudo .venv/bin/python -m benchmarks.power --cuts 12 --seconds 8    (Linux; as root)
    sudo .venv/bin/python -m benchmarks.power --cuts 3 --normal        without the durability

The database lies on an ext4 file system of its own, on a loop device. While people answer, that
file system is told to go down without writing anything more, its journal included
(EXT4_IOC_SHUTDOWN, "no log flush": what the kernel's own tests of power cuts use): what had not
reached the device is gone. The server is halted just before: a file system that is going down may
still tell it "written", which without power nobody would be told. Then the server is killed, the
device mounted again, and every acknowledged answer looked for. What this does not show is a disk
that says "written" and lies.

--normal serves with SQLite's synchronous=NORMAL, as many programs do, to show that the cut is real.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask

from benchmarks.running import ROOT, serve
from benchmarks.stage import open_posters

SHUTDOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN, _IOR('X', 125, __u32)
NO_LOG_FLUSH = 2
MB = 256


class CannotCut(Exception):
    """Needs root, loop devices and ext4."""


@dataclass
class Disk:
    """A file system on a loop device, whose power can be cut."""

    image: Path
    folder: Path

    def plug_in(self) -> None:
        """Mount it; the journal says what had happened before a cut."""
        run("mount", "-o", "loop", str(self.image), str(self.folder))

    def settle(self) -> None:
        """Write what waits: what was there before the evening is not in question."""
        run("sync", "--file-system", str(self.folder))

    def cut(self) -> None:
        """End it at once: nothing more is written, not what waits either."""
        door = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(door, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(door)

    def take_out(self) -> None:
        for _ in range(50):
            try:
                return run("umount", str(self.folder))
            except CannotCut:  # a process that was killed has not let go of it yet
                time.sleep(0.1)
        run("umount", "--lazy", str(self.folder))


@contextmanager
def own_disk() -> Iterator[Disk]:
    """Give a new disk that is plugged in. Raises CannotCut."""
    if not sys.platform.startswith("linux") or os.getuid() != 0:
        raise CannotCut("Only root can mount a file system and cut it off.")
    with tempfile.TemporaryDirectory() as folder:
        disk = Disk(Path(folder, "disk.img"), Path(folder, "disk"))
        disk.folder.mkdir()
        with disk.image.open("wb") as file:
            file.truncate(MB * 1024 * 1024)
        run("mkfs.ext4", "-q", "-F", str(disk.image))
        disk.plug_in()
        try:
            yield disk
        finally:
            with suppress(CannotCut):
                disk.take_out()


def run(*command: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise CannotCut(f"{command[0]}: {error.strerror}") from error
    if done.returncode:
        raise CannotCut(f"{command[0]}: {done.stderr.strip()[-200:]}")


def careless() -> Flask:
    """Return the application as it would be with synchronous=NORMAL."""
    from survey import create_app
    from survey.storage import db

    db.PRAGMAS["synchronous"] = 1
    return create_app()


def cut_once(seconds: float, *, normal: bool) -> tuple[int, int, int]:
    """Return (acknowledged, of these lost, stored twice) of one evening that a cut ends."""
    app = "benchmarks.power:careless()" if normal else "wsgi:app"
    with own_disk() as disk:
        url = f"sqlite:///{disk.folder}/evening.sqlite"
        (code,) = open_posters(url, 1)
        disk.settle()
        with serve(url, app=app) as server:
            command = [sys.executable, "-m", "benchmarks.visitors", "--port", str(server.port)]
            command += ["--path", f"/s/{code}", "--seconds", str(seconds + 1)]
            visitors = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
            time.sleep(seconds)
            server.lose_power()
            disk.cut()
            os.killpg(server.process.pid, signal.SIGKILL)
            report: dict[str, Any] = json.loads(visitors.communicate()[0])
        disk.take_out()
        disk.plug_in()
        stored = stored_in(disk.folder / "evening.sqlite")
    promised = set(report["acknowledged"])
    return len(promised), len(promised - set(stored)), len(stored) - len(set(stored))


def stored_in(file: Path) -> list[str]:
    """Return the ids of what a database holds. Raises AssertionError where it is damaged."""
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = connection.execute("SELECT submission FROM response").fetchall()
    return [str(UUID(id)) for (id,) in rows]


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--cuts", type=int, default=12)
    options.add_argument("--seconds", type=float, default=8, help="of answers before each cut")
    options.add_argument("--normal", action="store_true", help="with synchronous=NORMAL")
    asked = options.parse_args()
    found = []
    for _ in range(asked.cuts):
        try:
            found.append(cut_once(asked.seconds, normal=asked.normal))
        except CannotCut as why:
            sys.exit(f"The power cannot be cut here: {why}")
        print(f"{found[-1][0]} acknowledged, {found[-1][1]} lost, {found[-1][2]} twice", flush=True)
    told, lost, twice = (sum(numbers) for numbers in zip(*found, strict=True))
    kind = "NORMAL" if asked.normal else "FULL"
    print(f"synchronous={kind}, {asked.cuts} cuts: {told} acknowledged, {lost} lost, {twice} twice")


if __name__ == "__main__":
    main()
