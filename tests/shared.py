"""What is made once for all workers of a run, and copied by each test that changes it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def alone(folder: Path, name: str) -> Iterator[None]:
    """Keep the run's other workers out of what is done inside."""
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run_folder(factory: pytest.TempPathFactory) -> Path:
    """Return the folder that all workers of this run have in common."""
    folder = factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


def made_once(folder: Path, name: str, make: Callable[[Path], object]) -> Path:
    """Return the file or folder of this name, which the first that asks makes; only read it.

    make: writes to the path it is given. What it leaves when it fails is not taken for whole.
    """
    done, raw = folder / name, folder / f"making-{os.getpid()}-{name}"
    with alone(folder, name):
        if not done.exists():
            make(raw)
            raw.rename(done)
    return done
