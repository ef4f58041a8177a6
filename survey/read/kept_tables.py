"""A whole subject's table as a file: written while it is first sent, and only sent from then on.

A country's table has 170,000 rows, which take seconds to write out. Whoever asks first gets them
as they are read; what was sent whole is kept beside the release's files, packed, and may be
deleted at any time.
"""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from survey.read.caching import edition
from survey.storage.models import Release

WORTH = 200_000  # bytes packed from which a table is kept; a smaller one is written in no time
CHUNK = 65_536
PREFIX = ".tables-"  # beside the files of the release, which leave alone what begins with a dot


def kept_path(folder: Path, release: Release, name: str) -> Path:
    """Return where a table is kept: under a name that changes with the release and our code."""
    return folder / f"{PREFIX}{release.id}-{release.sha256[:16]}-{edition()}" / f"{name}.gz"


def keeping(pieces: Iterable[bytes], path: Path) -> Iterator[bytes]:
    """Yield the pieces, and keep them packed at `path` once all of them were sent."""
    file = opened(path)
    if file is None:  # a full disk, or one that nobody may write to
        yield from pieces
        return
    scratch = Path(file.name)
    try:
        with file, gzip.GzipFile("", "wb", 5, file, mtime=0) as packed:
            for piece in pieces:
                packed.write(piece)
                yield piece
        if scratch.stat().st_size >= WORTH:
            os.replace(scratch, path)
            forget_others(path.parent)
    finally:
        scratch.unlink(missing_ok=True)  # sent in part only, or not worth keeping


def opened(path: Path) -> tempfile._TemporaryFileWrapper[bytes] | None:
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        return tempfile.NamedTemporaryFile(dir=path.parent, prefix=".making-", delete=False)
    return None


def forget_others(folder: Path) -> None:
    """Delete the tables of an earlier release or of an earlier version of us."""
    for other in folder.parent.glob(f"{PREFIX}*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


def packed_chunks(path: Path) -> Iterator[bytes]:
    """Yield a kept table as it lies on the disk, packed."""
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            yield data


def plain_chunks(path: Path) -> Iterator[bytes]:
    """Yield a kept table unpacked."""
    with gzip.open(path) as file:
        while data := file.read(CHUNK):
            yield data
