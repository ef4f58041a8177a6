"""`flask import`: results of earlier seasons, from the files people have."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from survey.commands.find import event_of
from survey.commands.settle import settle
from survey.commands.work import FLASK, Work, content, work
from survey.imports import plan_lines, reading, store
from survey.imports.event_of_file import Evening
from survey.imports.how_long import rough_rows
from survey.imports.mapping_file import MappingFile, read_mapping
from survey.imports.plan import Plan
from survey.storage import events
from survey.storage.events import Refused
from survey.storage.import_tables import ImportedFile

PASSES = 2  # over the rows: what stands in the columns, then whose answers they are


class Files(click.Group):
    """`flask import FILE ...` beside `flask import undo ...`: a first word that is no command is a
    file."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["file", *args]
        return super().parse_args(ctx, args)


@click.group("import", cls=Files)
def import_file() -> None:
    """Import an earlier season's results: flask import FILE --event X.

    Shows a plan first and stores nothing without --yes. docs/import.md has the mapping file.
    """


@import_file.command("file", hidden=True)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--event", "slug", required=True, help="The closed event whose answers these are.")
@click.option("--mapping", "mapping_path", type=click.Path(path_type=Path), help="TOML.")
@click.option("--draft", type=click.Path(path_type=Path), help="Write a mapping file to fill in.")
@click.option("--yes", is_flag=True, help="Import after the plan was shown.")
@with_appcontext
def read_file(
    file: Path, slug: str, mapping_path: Path | None, draft: Path | None, yes: bool
) -> None:
    """Show what would be imported from FILE; import it with --yes."""
    with work() as doing:
        event = event_of(doing.session, slug)
        store.refuse_open(event, events.now())
        evening = Evening.of(event, content())
        mapping = read_mapping(mapping_path) if mapping_path else MappingFile()
        with progress("Reading", PASSES * rough_rows(file)) as step:
            plan = reading.read_plan(file, evening, mapping, step)
        if before := store.already(doing.session, event, plan):
            doing.say(
                f"{file.name} was imported on {before.imported_at:%Y-%m-%d}: nothing changes."
            )
            return
        for line in plan_lines.plan_lines(plan, evening):
            doing.show(line)
        if plan.asks:
            refuse_to_guess(plan, mapping, file, slug, draft)
        if not plan.used:
            raise Refused(
                "Nothing is stored: no column is one of our questions in our words. If one is, say "
                "so in a mapping file (docs/import.md)."
            )
        if not yes and not confirmed():
            doing.say(f"Nothing is stored. To import it: {command(file, slug, mapping_path)} --yes")
            return
        keep(doing, event, evening, plan, mapping)
        closed = {event.id: event.slug}
    settle(closed)


def keep(doing: Work, event: Any, evening: Evening, plan: Plan, mapping: MappingFile) -> None:
    with progress("Storing", max(plan.responses, 1)) as step:
        made = store.store(doing.session, event, evening, plan, mapping.text, events.now(), step)
    what = f"{made.responses:,} responses" if made.responses else f"counts of {made.questions}"
    doing.say(f"Imported into {event.slug}: {what}. Its sha256 begins {made.sha256[:12]}.")
    doing.say(f"  To take it back until a release uses it: {FLASK} import undo {event.slug}")
    doing.say(f"  Next: {FLASK} release")


def refuse_to_guess(
    plan: Plan, mapping: MappingFile, file: Path, slug: str, draft: Path | None
) -> None:
    """Raise Refused: what is not sure is asked. Writes a draft of the mapping file on demand."""
    if draft:
        if draft.exists():
            raise Refused(f"{draft} is there already: name another file for the draft.")
        draft.write_text(plan_lines.draft(plan, mapping), "utf-8")
        raise Refused(f"Nothing is stored. Fill in {draft}, then: {command(file, slug, draft)}")
    raise Refused(
        "Nothing is stored. Write the lines above into a mapping file and give it with --mapping, "
        "or let --draft mapping.toml write them for you. docs/import.md explains them."
    )


def command(file: Path, slug: str, mapping: Path | None) -> str:
    words = f'{FLASK} import "{file}" --event {slug}'
    return f'{words} --mapping "{mapping}"' if mapping else words


def confirmed() -> bool:
    return sys.stdin.isatty() and click.confirm("Import this?", default=False)


@contextmanager
def progress(label: str, rows: int) -> Iterator[Callable[[int], None]]:
    """Show how far it is, beside what is printed. rows: about how many there are."""
    with click.progressbar(length=rows, label=label, file=sys.stderr, show_eta=True) as bar:
        yield bar.update
        bar.update(rows)


@import_file.command("list")
@click.argument("slug")
@with_appcontext
def list_imports(slug: str) -> None:
    """List an event's imported files, with the beginning of each one's sha256."""
    with work() as doing:
        for one in store.imports_of(doing.session, event_of(doing.session, slug)):
            what = f"{one.responses:,} responses" if one.responses else f"{len(one.counts)} counts"
            release = store.used_by(doing.session, one)
            state = f"used by release {release}" if release else "can be undone"
            doing.say(
                f"{one.sha256[:12]}  {one.imported_at:%Y-%m-%d}  {one.tool:16} {what:>18}  {state}"
            )


@import_file.command("undo")
@click.argument("slug")
@click.option("--sha256", default="", help="The beginning of it, where several were imported.")
@with_appcontext
def undo(slug: str, sha256: str) -> None:
    """Take an import back; possible until a release has used it."""
    with work() as doing:
        event = event_of(doing.session, slug)
        imported = the_one(store.imports_of(doing.session, event), slug, sha256)
        name = imported.sha256[:12]
        kind = imported.kind
        count = store.undo(doing.session, imported)
        what = f"{count:,} responses are" if kind == store.RESPONSES else "its counts are"
        doing.say(f"The import {name} of {slug} is taken back: {what} removed.")
        closed = {event.id: event.slug}
    settle(closed)


def the_one(imports: list[ImportedFile], slug: str, sha256: str) -> ImportedFile:
    """Return the import that is meant. Raises Refused where none or several are."""
    meant = [one for one in imports if one.sha256.startswith(sha256)]
    if not meant:
        raise Refused(f"No such import: flask import list {slug} shows what was imported.")
    if len(meant) > 1:
        names = ", ".join(one.sha256[:12] for one in meant)
        raise Refused(f"Several files were imported: say which with --sha256: {names}.")
    return meant[0]
