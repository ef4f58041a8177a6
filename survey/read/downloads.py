"""A release's files on disk: made once on each host, then only sent.

They are made when a release is (`flask release`), or on first demand in a process of its own, kept
beside the database under a name that changes with the release and with the code that writes them,
and may be deleted at any time. Sending reads a file piece by piece.
"""

from __future__ import annotations

import atexit
import fcntl
import gzip
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from time import sleep
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.config import Settings
from survey.read import kept_tables
from survey.read.caching import kept_name
from survey.read.making import TABLES, make_apart
from survey.storage.frozen_rows import count
from survey.storage.models import Release
from survey.storage.release_names import newest
from survey.storage.release_store import FIGURE

ZIP = "porchlight.zip"
PACKED = ".gz"  # the same file as browsers like it best; the zip is packed already
PACKS = (".csv", ".json", ".txt", ".md", ".html")
LOCK = ".lock"  # held by the process that makes files
WAIT = 0.2  # seconds between looks at it
making = Lock()  # who wants the same release at the same time waits for it


def find(session: Session, settings: Settings, release: Release, name: str) -> Path | None:
    """Return a file's path, its release made first if it is not there; None if it has no such file.

    Where nothing can be kept beside the database (a full disk, a folder that nobody may write to)
    the files are kept among the temporary ones. Raises NotMade.
    """
    with making:
        try:
            folder = made(session, settings, release, settings.release_files)
        except OSError:
            folder = made(session, settings, release, elsewhere())
    path = folder / name
    return path if path.is_file() else None


def make_newest(session: Session, settings: Settings) -> None:
    """Make the newest release's files, where there are none yet. Raises NotMade."""
    if last := newest(session):
        find(session, settings, session.get_one(Release, last[0]), ZIP)


@cache
def elsewhere() -> Path:
    """Return a folder of this process's own, which goes with it."""
    folder = tempfile.mkdtemp(prefix="porchlight-releases-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def made(session: Session, settings: Settings, release: Release, among: Path) -> Path:
    """Return the folder of a release's files, made at once: a folder that is there is whole."""
    kept = among / kept_name(release.id, release.sha256)
    if not kept.is_dir():
        with alone(among):
            if not kept.is_dir():
                make_tables(session, settings, release, among)
                make(settings, release.id, kept)
                forget_others(session, among)
    return kept


@contextmanager
def alone(among: Path) -> Iterator[None]:
    """Wait for another process that makes files in this folder. Raises OSError."""
    among.mkdir(parents=True, exist_ok=True, mode=0o755)
    with (among / LOCK).open("wb") as lock:
        while not locked(lock):
            sleep(WAIT)  # lets others of this process go on, where threads are greenlets
        yield


def locked(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def make_tables(session: Session, settings: Settings, release: Release, among: Path) -> None:
    """Write every subject's table of a large release, so that nobody waits for one. A table that
    is sent meanwhile is the same bytes, or the one that was there before."""
    folder = kept_tables.folder_of(among, release)
    whole = folder / kept_tables.WHOLE
    if count(session, release, FIGURE) < kept_tables.LARGE or whole.is_file():
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    scratch = Path(tempfile.mkdtemp(dir=among, prefix=".making-"))
    try:
        make_apart(settings, release.id, scratch, TABLES)
        for path in sorted(scratch.iterdir()):  # a table before the list of its parts
            os.replace(path, folder / path.name)
        whole.touch()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def make(settings: Settings, release: int, kept: Path) -> None:
    """Write a release's files under another name first."""
    scratch = Path(tempfile.mkdtemp(dir=kept.parent, prefix=".making-"))
    try:
        make_apart(settings, release, scratch)
        scratch.chmod(0o755)  # they are public; the server may be another user than the command
        for path in scratch.iterdir():
            if path.suffix in PACKS:
                pack(path)
        os.replace(scratch, kept)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def pack(path: Path) -> None:
    """Write the same file packed beside it, the same bytes each time."""
    with (
        path.open("rb") as file,
        Path(f"{path}{PACKED}").open("wb") as out,
        gzip.GzipFile("", "wb", 6, out, mtime=0) as packed,
    ):
        shutil.copyfileobj(file, packed)


def forget_others(session: Session, folder: Path) -> None:
    """Delete what belongs to no release any more, or was written by an earlier version of us."""
    releases = session.execute(select(Release.id, Release.sha256))
    names = {kept_name(number, sha256) for number, sha256 in releases}
    wanted = names | {f"{kept_tables.PREFIX}{name}" for name in names}
    for path in folder.iterdir():
        is_ours = not path.name.startswith(".") or path.name.startswith(kept_tables.PREFIX)
        if is_ours and path.name not in wanted:
            shutil.rmtree(path, ignore_errors=True)
