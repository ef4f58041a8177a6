"""Printed pages: `flask brief`."""

from __future__ import annotations

import os
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from survey.config import Settings
from survey.questionnaire.instrument import Content
from survey.storage import release_store
from survey.storage.db import session


@click.command("brief")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--community", "slugs", multiple=True, help="Only this community; may be repeated.")
@click.option("--language", default="en", show_default=True, help="A language of the results.")
@click.option("--paper", type=click.Choice(["letter", "a4"]), default="letter", show_default=True)
@with_appcontext
def brief(folder: Path, slugs: tuple[str, ...], language: str, paper: str) -> None:
    """Write a one-page PDF for each community of the newest release into FOLDER."""
    from survey.read import briefs, charts_of
    from survey.read.captions import Teller
    from survey.read.results_query import Reading

    content: Content = current_app.extensions["content"]
    settings: Settings = current_app.extensions["settings"]
    offered = {one.code: one for one in content.reading_languages}
    if language not in offered:
        raise click.BadParameter(f"choose one of {', '.join(offered)}.", param_hint="--language")
    now = release_store.current(session())
    if now is None:
        raise click.ClickException("There is no release yet: flask release makes one.")
    if unknown := [slug for slug in slugs if slug not in now.places]:
        raise click.ClickException(f"No community of the newest release is called {unknown[0]!r}.")
    folder.mkdir(parents=True, exist_ok=True)
    tell, written = Teller(now, offered[language]), 0
    places = [place for slug, place in now.places.items() if not slugs or slug in slugs]
    with click.progressbar(places, label="Writing briefs") as bar:
        for place in bar:
            reading = Reading.read(session(), now, tell, {}, [place])
            if not charts_of.has_chart(reading, f"/results/{place.slug}"):
                continue
            made = briefs.as_pdf(reading, place, paper, settings.address)
            store(folder / briefs.file_name(reading, place, paper), made)
            written += 1
    click.echo(f"{written} briefs in {folder}; {len(places) - written} without a figure.")


def store(path: Path, data: bytes) -> None:
    """Write a whole file or none: whoever reads the folder meanwhile finds no half page."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
