"""`flask move` and `flask merge`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy.engine import make_url

from survey.commands.work import FLASK, plainly, settings, speak, work
from survey.setting_values import SettingError, parse_database
from survey.storage import db
from survey.storage.copies import archive, hubs
from survey.storage.copies import merge as merges
from survey.storage.copies import move as moves
from survey.storage.copies.place import scratch
from survey.storage.events import Refused


@click.command()
@click.argument("url")
@with_appcontext
def move(url: str) -> None:
    """Carry everything to another database, e.g. postgresql://user:password@host/name, or back.

    The server has to be stopped; the database that is left stays as it is.
    """
    with plainly():
        try:
            into = parse_database(url)
        except SettingError as error:
            raise Refused(str(error)) from error
        there = moves.move(settings(), db.engine(), into)
    shown = make_url(into).render_as_string(hide_password=True)
    rows = sum(table.rows for table in there.values())
    speak(
        [
            f"Moved to {shown}: {rows:,} rows of {len(there)} tables, each compared.",
            f"Next: export DATABASE_URL={shown} (with its password), then",
            f"  {FLASK} doctor",
            "  python3 dev.py run",
            "What was here is as it was; keep it until the first backup of the new one.",
        ]
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--identity", type=click.Path(path_type=Path), help="Of an encrypted backup.")
@with_appcontext
def merge(file: Path, identity: Path | None) -> None:
    """Add the answers of a laptop that served without a net: its database, or a backup of it.

    It may be repeated: what is here already is not added again.
    """
    with plainly():
        own = archive.parse_identities(identity) if identity else []
        with scratch(settings()) as folder:
            hub = hubs.opened(settings(), file, own, folder / "hub.sqlite")
            try:
                with hub.connect() as theirs, work() as doing:
                    merged = merges.merge(theirs, doing.session)
                    for line in merge_report(merged):
                        doing.say(line)
            finally:
                hub.dispose()


def merge_report(merged: merges.Merged) -> list[str]:
    added = {name: count for name, count in merged.added.items() if count}
    listed = ", ".join(f"{count:,} {name}" for name, count in added.items())
    lines = [f"Added: {listed}." if added else "Nothing to add: all of it is here."]
    lines.append(f"  Here already: {sum(merged.known.values()):,} rows.")
    if others := merged.other.get("response"):
        lines.append(f"  {others:,} answers are here with another content: the first were kept.")
    if merged.waiting:
        lines.append(
            f"  {merged.waiting:,} comments still wait sealed over there. Close its events "
            f"(there: {FLASK} event close ...), then merge again."
        )
    return lines
