"""`flask backup` and `flask restore`."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from survey.commands.work import FLASK, plainly, settings, speak
from survey.storage import db, events, gauges, schema
from survey.storage.copies import archive, restore
from survey.storage.copies import backup as backups
from survey.storage.copies.archive import Contents
from survey.storage.installation import note

PATH = click.Path(path_type=Path)


@click.command()
@click.argument("place", type=PATH)
@click.option(
    "--to",
    "keys",
    multiple=True,
    metavar="age1...",
    help="Encrypt to this public key, made with `age-keygen`. May be repeated.",
)
@click.option(
    "--keep",
    type=click.IntRange(1),
    help="Then delete all but this many of the backups that were named by us in the folder.",
)
@with_appcontext
def backup(place: Path, keys: tuple[str, ...], keep: int | None) -> None:
    """Write a backup to PLACE, a folder or a new file, while the server goes on.

    It holds the database at one moment and the secret key, and is read back before it counts.
    """
    with plainly():
        to = archive.parse_keys(keys)
        made = backups.make(settings(), db.engine(), place, to, events.now())
        note_backup(made.contents)
        gone = backups.remove_older(made.file.parent, keep) if keep else []
    lines = [f"{made.file}: {counted(made.contents)}, read back and whole."]
    if not to:
        lines.append("  It is not encrypted and holds every answer: keep it as you keep a key.")
    lines += [f"  Deleted: {path.name}" for path in gone]
    speak(lines)


def note_backup(contents: Contents) -> None:
    """Note when it was made, for `flask doctor`; a database that cannot be written now has one."""
    with suppress(SQLAlchemyError):
        note(db.session(), gauges.LAST_BACKUP, contents.made_at.removesuffix("Z"))
        db.session().commit()


@click.command("restore")
@click.argument("file", type=PATH)
@click.option("--into", metavar="URL", help="The new database; DATABASE_URL by default.")
@click.option("--identity", type=PATH, help="A file with the private key, if it is encrypted.")
@click.option("--drill", is_flag=True, help="Only try it, and leave nothing behind.")
@with_appcontext
def restore_backup(file: Path, into: str | None, identity: Path | None, drill: bool) -> None:
    """Bring a backup back as a database in a new place, compared row by row."""
    with plainly():
        own = archive.parse_identities(identity) if identity else []
        if drill:
            contents = restore.drill(settings(), file, own)
            speak([f"{file} can be restored: {counted(contents)}, the same as backed up."])
            return
        url = into or settings().database_url
        done = restore.restore(settings(), file, own, url)
    speak(next_steps(url, done))


def next_steps(url: str, done: restore.Restored) -> list[str]:
    """Return what was restored, and what to type to run it."""
    shown = make_url(url).render_as_string(hide_password=True)
    lines = [f"Restored into {shown}: {counted(done.contents)}, the same as backed up."]
    lines.append("Next, with the server stopped:")
    if url != settings().database_url:
        lines.append(f"  export DATABASE_URL={shown}")
    if done.secret:
        lines.append(f'  export SECRET_KEY="$(cat {done.secret})"')
        lines.append("    without it waiting comments stay sealed and phones' answers are refused")
    if done.contents.version != schema.versions()[-1]:
        lines.append(f"  {FLASK} migrate")
    return [*lines, f"  {FLASK} doctor", "  python3 dev.py run"]


def counted(contents: Contents) -> str:
    answers = contents.tables.get("response")
    return (
        f"{contents.rows:,} rows of {len(contents.tables)} tables, "
        f"{answers.rows if answers else 0:,} of them answers"
    )
