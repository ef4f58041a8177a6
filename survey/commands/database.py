"""`flask migrate`."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from survey.commands.work import plainly, speak
from survey.storage import db, schema


@click.command()
@with_appcontext
def migrate() -> None:
    """Bring the database to this version's tables; safe to repeat."""
    with plainly():
        schema.migrate(db.engine())
    speak(["The database is up to date."])
