"""`flask research-file` and `flask raw-export`: record-level data, for the operator alone."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click
from flask.cli import with_appcontext

from survey.commands.work import Work, content, work
from survey.storage import audit, events

FILE = click.argument("path", type=click.Path(dir_okay=False, path_type=Path))


@click.command("research-file")
@FILE
@click.option("--agreement", required=True, help="With whom, and for what: kept in the log.")
@with_appcontext
def research_file(path: Path, agreement: str) -> None:
    """Write answers person by person as an agreement allows (METHODS 8), with a report beside.

    No event, community, agency or time; every combination of traits is shared by 11 people.
    """
    from survey.release import record_level  # loads pandas, which a worker that collects must not

    with work() as doing:
        body, report, people = record_level.make_research_file(
            doing.session, content(), events.now(), doing.show
        )
        sha256 = hashlib.sha256(body).hexdigest()
        about: dict[str, str | int] = {"rows": people, "sha256": sha256, "why": agreement}
        beside = path.with_name(f"{path.name}.report.txt")
        text = "\n".join([f"Agreement: {agreement}", *report, ""])
        with record_level.new_file(path) as file, record_level.new_file(beside) as report_file:
            noted_first(doing, "research_file", about)
            file.write(body)
            report_file.write(text.encode())
        doing.say(f"{path}: {people} people, SHA-256 {sha256}.")
        for sentence in report:
            doing.say(f"  {sentence}")


@click.command("raw-export")
@FILE
@click.option("--reason", required=True, help="What for: kept in the log.")
@with_appcontext
def raw_export(path: Path, reason: str) -> None:
    """Write every stored response as it is, one line of JSON each, for your own custody.

    These are people's answers. Keep the file as safe as the database, and delete it.
    """
    from survey.release import record_level

    with work() as doing:
        rows = record_level.count(doing.session)
        with record_level.new_file(path) as file:
            noted_first(doing, "raw_export", {"rows": rows, "why": reason})
            sha256 = record_level.write_lines(file, record_level.raw_rows(doing.session))
        doing.say(f"{path}: {rows} responses, SHA-256 {sha256}.")
        doing.say("  These are people's answers: keep the file as safe as the database.")


def noted_first(doing: Work, act: str, about: dict[str, str | int]) -> None:
    """Note it in the audit trail, durably, before a single answer leaves the database."""
    audit.append(doing.session, act, events.now(), about=about)
    doing.session.commit()
