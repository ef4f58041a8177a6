"""A whole subject's table as a file, beside the release's files: only sent, piece by piece.

They are made with a release (subject_tables.py). Where they are not there, whoever asks first gets
the rows as they are read, and what was sent whole is kept. They may be deleted at any time.
"""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from survey.read import packed_parts
from survey.read.caching import kept_name
from survey.storage.models import Release
from survey.storage.release_store import Subject

LARGE = 100_000  # figures from which the tables of a release are made with it
WHOLE = "whole"  # stands beside them when all are there
WORTH = 200_000  # bytes packed from which a table is kept; a smaller one is written in no time
CHUNK = 65_536
PREFIX = ".tables-"  # beside the files of the release, which leave alone what begins with a dot


def folder_of(among: Path, release: Release) -> Path:
    """Return where a release's tables are: under a name that changes with it and our code."""
    return among / f"{PREFIX}{kept_name(release.id, release.sha256)}"


def file_name(subject: Subject, cut: str, language: str) -> str:
    return f"{subject.measure}.{subject.agency}.{cut}.{language}.csv.gz"


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
    finally:
        scratch.unlink(missing_ok=True)  # sent in part only, or not worth keeping


def opened(path: Path) -> tempfile._TemporaryFileWrapper[bytes] | None:
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        return tempfile.NamedTemporaryFile(dir=path.parent, prefix=".making-", delete=False)
    return None


def can_send(path: Path, state: str, county: str) -> bool:
    """Whether a table, or a state's part of it, lies there."""
    return not county and path.is_file() and (not state or packed_parts.has_parts(path))


def chunks(path: Path, state: str, *, packed: bool) -> Iterator[bytes]:
    """Yield a kept table, or a state's part of it, as it lies on the disk or unpacked."""
    if state:
        return packed_parts.some(path, lambda key: key[1] == state, plain=not packed)
    return file_chunks(path) if packed else plain_chunks(path)


def file_chunks(path: Path) -> Iterator[bytes]:
    """Yield a file piece by piece, as its reader takes it."""
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            yield data


def plain_chunks(path: Path) -> Iterator[bytes]:
    with gzip.open(path) as file:
        while data := file.read(CHUNK):
            yield data
