"""`flask language ...`: the languages, the sheet for a native reviewer, and what comes back."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from survey.commands.work import content, settings, speak
from survey.questionnaire import language_review as review
from survey.questionnaire.words import READERS, Language, readers_of
from survey.storage.events import now

language = AppGroup("language", help="Languages, and what their native speakers remark.")


def find(code: str) -> Language:
    if code not in content().languages:
        raise click.ClickException(
            f"{code!r} is no language here: {', '.join(content().languages)}."
        )
    return content().languages[code]


@language.command("list")
def list_languages() -> None:
    """List every language, what it is (reviewed, draft, withheld) and who has read it."""
    speak(
        f"{one.code:5} {one.words['language.status']:9} {one.read_by} native readers  {one.name}"
        for one in content().languages.values()
    )


@language.command("sheet")
@click.argument("code")
def write_sheet(code: str) -> None:
    """Write the sheet for a reviewer: `flask language sheet es > es.csv`."""
    speak(review.sheet(content(), find(code)).splitlines())


@language.command("review")
@click.argument("code")
@click.argument("sheet", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--reader", required=True, help="Who read it, without a name: 'a teacher from Puebla'."
)
def take_back(code: str, sheet: Path, reader: str) -> None:
    """Bring a reviewer's remarks back: `flask language review es es.csv --reader ...`.

    Shows each remark and keeps the reading in the content folder. Words change by hand.
    """
    one = find(code)
    try:
        reading = review.read_sheet(content(), one, sheet.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise click.ClickException("The sheet is not UTF-8: save it as CSV UTF-8.") from error
    except review.ReviewError as error:
        raise click.ClickException(str(error)) from error
    path = review.record(settings().content, one, review.plain(reader), now().date(), reading)
    for remark in reading.remarks:
        speak([remark.key, f"  now     {remark.words}"])
        speak([f"  better  {remark.better or '-'}", f"  why     {remark.remark or '-'}"])
    speak([f"{len(reading.remarks)} remarks on {code}, kept in {path.name}."])
    speak(what_is_open(one, reading, readers_of(path)))


def what_is_open(one: Language, reading: review.Reading, readers: int) -> list[str]:
    """Return what keeps this reading from counting, and what a withheld language waits for."""
    sentences = []
    if reading.unread:
        sentences.append(
            f"Not a whole reading: {len(reading.unread)} sentences are not on the sheet."
        )
    if reading.changed:
        sentences.append(
            f"Not a whole reading: {len(reading.changed)} sentences have changed since."
        )
    if one.words["language.status"] == "withheld" and readers < READERS:
        sentences.append(f"{one.code} is offered after {READERS} whole readings; it has {readers}.")
    return sentences
