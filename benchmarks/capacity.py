"""What one small machine carries: the server held to so many cores and so much memory.

    sudo .venv/bin/python -m benchmarks.capacity                    1 core, 1 GB, SQLite
    sudo .venv/bin/python -m benchmarks.capacity --cores 2 --memory 2048 --workers 2
    sudo .venv/bin/python -m benchmarks.capacity --rates 20 40 60

The server and all its processes are put into a control group of the kernel (version 1 or 2, as
root) with a quota of processor time and a limit of memory, swap none; the visitors stay outside.
Rates rise until it does not keep up, as in benchmarks/load.py, whose table is printed. A quota says
what a core may take at most: where others keep the machine busy, it gets less.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.load import rise

ROOT = Path("/sys/fs/cgroup")
NAME = "porchlight-capacity"
PERIOD = 100_000  # microseconds over which processor time is shared out


class NoControlGroup(Exception):
    """Needs Linux and root."""


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--cores", type=float, default=1)
    options.add_argument("--memory", type=int, default=1024, help="MB")
    options.add_argument("--workers", type=int, default=1, help="processes that collect")
    options.add_argument("--rates", type=float, nargs="+", default=[10, 20, 30, 40, 60, 80, 120])
    options.add_argument("--seconds", type=float, default=8)
    options.add_argument("--connections", type=int, default=64)
    options.add_argument("--postgres", action="store_true", help="its server stays outside")
    asked = options.parse_args()
    asked.fresh = False
    try:
        with control_group(asked.cores, asked.memory) as group:
            print(f"{asked.cores:g} cores, {asked.memory} MB, "
                  f"{asked.workers} collecting and 1 reading process")  # fmt: skip
            rise("postgres" if asked.postgres else "sqlite", asked, joined=group.join)
            print(f"At most {group.peak()} MB were in use")
    except NoControlGroup as why:
        sys.exit(f"No control group here: {why}")


class Group:
    """A control group: who joins it is held to its limits, with all they start."""

    def __init__(self, cores: float, memory: int) -> None:
        self.unified = (ROOT / "cgroup.controllers").exists()
        names = ["."] if self.unified else ["cpu", "memory"]
        self.folders = [ROOT / name / NAME for name in names]
        for folder in self.folders:
            folder.mkdir()
        quota, size = int(cores * PERIOD), memory * 1024 * 1024
        if self.unified:
            self.write("cpu.max", f"{quota} {PERIOD}")
            self.write("memory.max", size)
        else:
            self.write("cpu.cfs_period_us", PERIOD)
            self.write("cpu.cfs_quota_us", quota)
            self.write("memory.limit_in_bytes", size)

    def write(self, name: str, value: object) -> None:
        for folder in self.folders:
            if (folder / name).exists():
                (folder / name).write_text(str(value))

    def join(self, pid: int) -> None:
        """Put a process into the group. What it starts later is in it as well."""
        self.write("cgroup.procs", pid)

    def peak(self) -> int:
        """Return the most memory that was in use, files that are kept in memory included, in MB."""
        for folder in self.folders:
            for name in ("memory.peak", "memory.max_usage_in_bytes"):
                with suppress(OSError):
                    return int((folder / name).read_text()) // 1024 // 1024
        return 0

    def remove(self) -> None:
        for folder in self.folders:
            with suppress(OSError):
                folder.rmdir()


@contextmanager
def control_group(cores: float, memory: int) -> Iterator[Group]:
    if os.getuid() != 0:
        raise NoControlGroup("only root may make one.")
    try:
        group = Group(cores, memory)
    except OSError as error:
        raise NoControlGroup(str(error)) from error
    try:
        yield group
    finally:
        group.remove()


if __name__ == "__main__":
    main()
