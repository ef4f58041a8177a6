"""How a command does its work: stored first, reported afterwards.

What a command says of its success is printed once it is durable. A pipe that nobody reads, a full
disk behind the output or a letter that the terminal lacks then change nothing that is stored.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import click
from flask import current_app
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import ORMExecuteState, Session

from survey.config import Settings
from survey.questionnaire.instrument import Content
from survey.storage import audit, db, schema
from survey.storage.copies import snapshot
from survey.storage.events import Refused, now

FLASK = "python3 dev.py flask"  # what is typed where nothing is installed


@dataclass
class Work:
    """One command's transaction, and what it reports afterwards."""

    session: Session
    report: list[str] = field(default_factory=list)
    is_heard: bool = True  # whether everything so far could be printed

    def say(self, line: str) -> None:
        """Tell this once everything is stored."""
        self.report.append(line)

    def show(self, line: str) -> None:
        """Show a step of long work at once. It promises nothing, and a pipe that nobody reads
        does not stop the work."""
        self.is_heard &= speak([line])


@contextmanager
def work(*, noted: bool = True) -> Iterator[Work]:
    """Commit at the end and tell then; or say a refusal in one sentence and change nothing.

    noted: whether the audit trail gets a line with the command; not where the act writes its own.
    """
    try:
        is_new = schema.make_ready(db.engine())
        doing = Work(db.session())
        if is_new:
            doing.show("The database is new: its tables are made.")
        changes = Changes(doing.session)
        yield doing
        if changes.any and noted:
            audit.append(doing.session, "command", now(), about={"command": command_typed()})
        doing.session.commit()
    except (Refused, schema.NotReady) as refusal:
        db.session().rollback()
        raise click.ClickException(str(refusal)) from refusal
    except IntegrityError as error:
        db.session().rollback()
        raise click.ClickException(
            "Somebody else, or an answer that arrived, changed the same at this moment: "
            "nothing was changed. Look at it and try again."
        ) from error
    except DBAPIError as error:
        db.session().rollback()
        raise click.ClickException(f"The database cannot do this now: {error.orig}") from error
    if not (speak(doing.report) and doing.is_heard):
        print("It is done and stored, but it could not be printed.", file=sys.stderr)
        sys.exit(1)


class Changes:
    """Whether a session changed anything, however it was asked to."""

    def __init__(self, session: Session) -> None:
        self.any = False
        event.listen(session, "before_flush", self.note_flush)
        event.listen(session, "do_orm_execute", self.note_statement)

    def note_flush(self, session: Session, *about: object) -> None:
        self.any |= bool(session.new or session.deleted or session.dirty)

    def note_statement(self, state: ORMExecuteState) -> None:
        self.any |= state.is_insert or state.is_update or state.is_delete


def command_typed() -> str:
    """Return the command that runs, without what was typed after it: "event close"."""
    context, names = click.get_current_context(silent=True), []
    while context is not None and context.parent is not None:
        names.append(context.info_name or "")
        context = context.parent
    return " ".join(reversed(names))[:80]


def speak(lines: Iterable[str]) -> bool:
    """Print lines; False where they cannot be printed. A reader who went away has read enough."""
    try:
        for line in lines:
            click.echo(printable(line))
    except BrokenPipeError:
        fall_silent()
    except OSError:
        fall_silent()
        return False
    return True


def printable(text: str) -> str:
    """Return the text with what the terminal cannot print as \\u escapes."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def fall_silent() -> None:
    """Send what is printed from now on nowhere, so that the interpreter's last flush ends well."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def content() -> Content:
    content: Content = current_app.extensions["content"]
    return content


def settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


@contextmanager
def plainly() -> Iterator[None]:
    """Say what stopped the work of an operator in one sentence that says what to do."""
    try:
        yield
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    except OSError as error:
        raise click.ClickException(disk_sentence(error)) from error
    except DBAPIError as error:
        raise click.ClickException(database_sentence(error)) from error


def disk_sentence(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"The disk is full{where}: nothing was changed. Make room and type it again."
    if error.errno == errno.ENOENT:
        return f"There is no such file{where}."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"This user may not write there{where}: nothing was changed."
    return f"It cannot be done{where}: {error.strerror or error}. Nothing was changed."


def database_sentence(error: DBAPIError) -> str:
    if snapshot.is_damage(error):
        return snapshot.DAMAGE.format(path=db.engine().url.database)
    if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return "The disk is full: nothing was changed. Make room and type it again."
    return f"The database cannot do this now: {error.orig}. Nothing was changed."
