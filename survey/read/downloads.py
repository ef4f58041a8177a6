"""A release whole, as files: made once on each host, then only sent.

The files of the demonstration take seconds to make. They are kept beside the database, under a
name that changes with the release and with the code that writes them, and may be deleted at any
time.
"""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.read.caching import edition
from survey.storage.models import Release

ZIP = "porchlight.zip"
PACKED = ".gz"  # the same file as browsers like it best; the zip is packed already
CHUNK = 65_536
making = Lock()  # who wants the same file at the same time waits for it


def find(session: Session, release: Release, folder: Path, name: str) -> Path | bytes:
    """Return a file's path, made if it is not there; its bytes where nothing can be kept."""
    kept = folder / kept_name(release.id, release.sha256)
    with making:
        if kept.is_dir():
            return kept / name
        from survey.read import charts  # loads pandas: only where a file is made

        files = charts.files(session, release)
        try:
            keep(files, kept)
        except OSError:  # a full disk, or one that nobody may write to
            body = files[name.removesuffix(PACKED)]
            return gzip.compress(body, mtime=0) if name.endswith(PACKED) else body
        forget_others(session, folder)
    return kept / name


def keep(files: Mapping[str, bytes], kept: Path) -> None:
    """Write all files at once: a folder that is there is whole."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=kept.parent, prefix=".making-"))
    try:
        scratch.chmod(0o755)  # they are public; the server may be another user than the command
        for name, body in files.items():
            (scratch / name).write_bytes(body)
            if name != ZIP:
                (scratch / f"{name}{PACKED}").write_bytes(gzip.compress(body, mtime=0))
        os.replace(scratch, kept)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def forget_others(session: Session, folder: Path) -> None:
    """Delete what belongs to no release any more, or was written by an earlier version of us."""
    releases = session.execute(select(Release.id, Release.sha256))
    wanted = {kept_name(number, sha256) for number, sha256 in releases}
    for path in folder.iterdir():
        if path.name not in wanted and not path.name.startswith("."):
            shutil.rmtree(path, ignore_errors=True)


def kept_name(number: int, sha256: str) -> str:
    return f"{number}-{sha256[:16]}-{edition()}"


def chunks(path: Path) -> Iterator[bytes]:
    """Yield a file piece by piece, as its reader takes it."""
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            yield data
