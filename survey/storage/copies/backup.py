"""A backup: taken while answers arrive, read back before success is reported."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest
from pathlib import Path

import pyrage
from sqlalchemy import Engine

from survey.config import Settings
from survey.storage.copies import archive, snapshot
from survey.storage.copies.archive import Contents, Identity, Key
from survey.storage.copies.fingerprints import file_fingerprints
from survey.storage.copies.place import new_file, scratch
from survey.storage.events import Refused
from survey.storage.schema import version_of

NAMED = re.compile(r"porchlight-\d{4}-\d\d-\d\dT\d{6}Z\.tar\.gz(\.age)?")  # by us, in a folder


@dataclass(frozen=True)
class Backup:
    file: Path
    contents: Contents


def make(
    settings: Settings, engine: Engine, place: Path, keys: Sequence[Key], moment: datetime
) -> Backup:
    """Write a backup to a new file, or to a file named by the moment in a folder, and read it back.

    Raises Refused where it cannot be made; then there is no file.
    """
    path = place / name_at(moment, keys) if place.is_dir() else place
    if not path.parent.is_dir():
        raise Refused(f"There is no folder {path.parent}: make it first.")
    with scratch(settings) as folder:
        copy = folder / archive.DATABASE
        snapshot.take(settings, engine, copy)
        contents = describe(settings, copy, moment)
        own = [pyrage.x25519.Identity.generate()] if keys else []
        readers = [*keys, *(identity.to_public() for identity in own)]
        with new_file(path) as file:
            archive.pack(file, contents, settings.secret_key, copy, readers)
            file.flush()
            verify(Path(file.name), own, contents)
    return Backup(path, contents)


def name_at(moment: datetime, keys: Sequence[Key]) -> str:
    return f"porchlight-{moment:%Y-%m-%dT%H%M%SZ}.tar.gz{'.age' if keys else ''}"


def describe(settings: Settings, database: Path, moment: datetime) -> Contents:
    """Return what a copy of a database holds, counted row by row."""
    engine = snapshot.engine_of(settings, database)
    try:
        with engine.connect() as connection:
            tables, version = file_fingerprints(connection), version_of(connection)
    finally:
        engine.dispose()  # the last connection takes the write-ahead log away
    with database.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return Contents(f"{moment:%Y-%m-%dT%H:%M:%SZ}", version or "", digest, tables)


def verify(file: Path, own: Sequence[Identity], contents: Contents) -> None:
    """Read a backup as a restore would. Raises Refused where it is not what was packed.

    own: a key made for this alone and forgotten afterwards, since the organiser's private one is
    not here
    """
    with open(os.devnull, "wb") as nowhere:
        read_back, _ = archive.unpack(file, own, nowhere)
    if read_back != contents:
        raise Refused(archive.NOT_WHOLE.format(file=file))


def remove_older(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest backups that we named in a folder; return those deleted."""
    ours = sorted(path for path in folder.iterdir() if NAMED.fullmatch(path.name))
    gone = ours[:-keep]
    for path in gone:
        path.unlink()
    return gone
