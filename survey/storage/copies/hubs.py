"""The database of a laptop that served without a net, as it was brought to the main one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine

from survey.config import Settings
from survey.storage import schema
from survey.storage.copies import archive, snapshot
from survey.storage.copies.archive import Identity
from survey.storage.copies.place import private
from survey.storage.events import Refused

SQLITE = b"SQLite format 3\0"  # what its files begin with


def opened(settings: Settings, file: Path, identities: Sequence[Identity], copy: Path) -> Engine:
    """Return a copy of a hub's database, brought to this version; the hub's own is only read.

    file: an SQLite file, or a backup. Raises Refused where it is neither, or damaged.
    """
    with file.open("rb") as start:
        is_database = start.read(len(SQLITE)) == SQLITE
    if is_database:
        source = snapshot.engine_of(settings, file)
        try:
            snapshot.vacuum_into(source, copy)
        finally:
            source.dispose()
    else:
        with open(copy, "xb", opener=private) as written:
            archive.unpack(file, identities, written)
    snapshot.check(copy)
    engine = snapshot.engine_of(settings, copy)
    try:
        with engine.connect() as connection:
            version = schema.version_of(connection)
        if version not in schema.versions():
            raise Refused(f"{file} is no database of this Porchlight, or of a newer one.")
        schema.migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine
