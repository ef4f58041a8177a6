"""The server as it runs in production, with the demonstration, for tests that look at processes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from tests.browser.server import Site, serving
from tests.demonstration import copy_of, share_files
from tests.server.client import Client

PATIENCE = 60  # seconds until something counts as never happening


@dataclass
class Running(Client):
    """A server that runs: whom to ask, its processes, and what it wrote."""

    master: int
    log: Path

    def workers(self) -> dict[int, bool]:
        """Return the processes that serve, each with whether it reads (it steps back: nice)."""
        ids = Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()
        return {int(id): os.getpriority(os.PRIO_PROCESS, int(id)) > os.nice(0) for id in ids}

    def reader(self, but: int = 0) -> int:
        """Return the reading process, once there is one, other than `but`."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := [id for id, reads in self.workers().items() if reads and id != but]:
                return found[0]
            time.sleep(0.05)
        raise AssertionError("nobody reads")


@contextmanager
def run(database: Path, settings: Mapping[str, str]) -> Iterator[Running]:
    with serving(Site(database, settings=settings)) as site:
        port = int(site.url.rpartition(":")[2])
        yield Running(port, site.process, database.with_suffix(f".{port}.log"))


Start = Callable[..., AbstractContextManager[Running]]


@pytest.fixture
def start(shown: Flask, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Start:
    """Return what starts a server on a copy of the demonstration, told these settings."""
    file = tmp_path / "demo.sqlite"
    url = copy_of(shown, file)
    share_files(tmp_path_factory, tmp_path)

    def start_it(**settings: str) -> AbstractContextManager[Running]:
        return run(file, {"DATABASE_URL": url, **settings})

    return start_it
