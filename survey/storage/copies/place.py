"""Where copies are made: a private folder for what is half done, a file that is whole or absent."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from sqlalchemy.engine import make_url

from survey.config import INSTANCE, Settings
from survey.storage.events import Refused

SCRATCH = ".copying"  # beside the database: what is in it belongs to a run that was killed


def folder_of(settings: Settings) -> Path:
    """Return the folder of the database's file; instance/ where a server keeps it."""
    url = make_url(settings.database_url)
    return Path(url.database or "").parent if url.get_backend_name() == "sqlite" else INSTANCE


@contextmanager
def scratch(settings: Settings) -> Iterator[Path]:
    """Give an empty folder that this user alone can read, one run at a time; leave nothing.

    It lies beside the database, whose answers it may hold: they go to no other disk in the clear.
    Raises Refused where another run is under way.
    """
    beside = folder_of(settings)
    beside.mkdir(parents=True, exist_ok=True)
    with (beside / f"{SCRATCH}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Refused("Another backup or restore is under way here: wait for it.") from error
        folder = beside / SCRATCH
        shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """Give a file to write that appears under its name when all of it is on the disk.

    Raises Refused where there is a file of that name: it is never replaced.
    """
    refuse_existing(path)
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        with open(unfinished, "x+b", opener=private) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        appear(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def private(path: str, flags: int) -> int:
    """Open a file that this user alone can read."""
    return os.open(path, flags, 0o600)


def appear(made: Path, path: Path) -> None:
    """Give a file that is whole its name, durably. Raises Refused where the name is taken."""
    try:
        os.link(made, path)
        made.unlink()
    except FileExistsError:
        refuse_existing(path)
    except OSError:  # a disk without hard links, such as a stick's
        refuse_existing(path)
        made.rename(path)
    with suppress(OSError):  # not every file system has it
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def refuse_existing(path: Path) -> None:
    if path.exists():
        raise Refused(f"{path} is there already and is not replaced: choose another name.")
