"""`flask ...`: what operators and organisers type. Thin, as pages are: parse, one verb, answer.

May import every other room. Start with work.py: a command stores first and tells afterwards. There
is one file for each noun.
"""

from __future__ import annotations

from flask import Flask

from survey.commands import (
    audit,
    backup,
    brief,
    community,
    database,
    demo,
    doctor,
    event,
    held,
    import_file,
    instrument,
    keeping,
    language,
    moving,
    operator,
    poster,
    prove,
    record_level,
    release,
)

COMMANDS = (
    database.migrate,
    doctor.doctor,
    backup.backup,
    backup.restore_backup,
    moving.move,
    moving.merge,
    demo.demo,
    community.community,
    community.agency,
    event.event,
    held.held,
    poster.poster,
    import_file.import_file,
    operator.operator,
    audit.audit,
    release.release,
    release.package,
    keeping.retention,
    keeping.sheet,
    brief.brief,
    record_level.research_file,
    record_level.raw_export,
    instrument.instrument,
    language.language,
    prove.prove,
)


def init_app(app: Flask) -> None:
    for command in COMMANDS:
        app.cli.add_command(command)
