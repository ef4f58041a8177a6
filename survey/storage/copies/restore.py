"""A restore: into a place where nothing is, compared row by row with what was backed up."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from survey.config import Settings
from survey.storage import schema
from survey.storage.copies import archive, snapshot
from survey.storage.copies.archive import Contents, Identity
from survey.storage.copies.fingerprints import (
    Differs,
    compare,
    copy_all,
    file_fingerprints,
    is_empty,
)
from survey.storage.copies.place import appear, folder_of, private, refuse_existing, scratch
from survey.storage.db import open_engine
from survey.storage.events import Refused


@dataclass(frozen=True)
class Restored:
    contents: Contents
    secret: Path | None  # where the backup's secret key was put; None where it is the one in use


def restore(settings: Settings, file: Path, identities: Sequence[Identity], into: str) -> Restored:
    """Bring a backup back as the database at the address `into`, which must be new or empty.

    Raises Refused, and then nothing was restored.
    """
    target = replace(settings, database_url=into)
    url = make_url(into)
    if url.get_backend_name() == "sqlite":
        refuse_existing(Path(str(url.database)))
    with scratch(target) as folder:
        database = folder / archive.DATABASE
        contents, secret = unpacked(settings, file, identities, database)
        kept = None if secret == settings.secret_key else secret_file(target)
        if kept:
            refuse_existing(kept)
        if url.get_backend_name() == "sqlite":
            with database.open("rb") as whole:
                os.fsync(whole.fileno())
            appear(database, Path(str(url.database)))
        else:
            into_server(target, snapshot.engine_of(settings, database))
        if kept:
            write_secret(kept, secret)
    return Restored(contents, kept)


def drill(settings: Settings, file: Path, identities: Sequence[Identity]) -> Contents:
    """Do all that a restore does, in a folder that is removed again. Raises Refused."""
    with scratch(settings) as folder:
        return unpacked(settings, file, identities, folder / archive.DATABASE)[0]


def unpacked(
    settings: Settings, file: Path, identities: Sequence[Identity], database: Path
) -> tuple[Contents, str]:
    """Write a backup's database to a new file and compare it; return (contents, secret)."""
    with open(database, "xb", opener=private) as written:
        contents, secret = archive.unpack(file, identities, written)
    snapshot.check(database)
    engine = snapshot.engine_of(settings, database)
    try:
        with engine.connect() as connection:
            compare(contents.tables, file_fingerprints(connection))
    except Differs as problem:
        raise Refused(f"{file} does not hold what was backed up: {problem}.") from problem
    finally:
        engine.dispose()
    return contents, secret


def into_server(target: Settings, source: Engine) -> None:
    """Copy a database's file into an empty PostgreSQL, in one transaction."""
    engine = open_engine(target)
    try:
        schema.migrate(source)
        schema.migrate(engine)
        with source.connect() as reading, engine.connect() as writing:
            if not is_empty(writing):
                raise Refused("There are rows in that database already: name an empty one.")
            copy_all(reading, writing)
            writing.commit()
    except (Differs, schema.NotReady) as problem:
        raise Refused(f"Nothing was restored: {problem}.") from problem
    finally:
        source.dispose()
        engine.dispose()


def secret_file(target: Settings) -> Path:
    """Return where the secret key of a backup is put: never over the one that is in use."""
    url = make_url(target.database_url)
    return folder_of(target) / f"{Path(str(url.database)).stem}.secret_key"


def write_secret(path: Path, secret: str) -> None:
    with open(path, "x", encoding="ascii", opener=private) as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
