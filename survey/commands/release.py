"""`flask release`: the figures of closed events, looked at beforehand or published."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from survey.commands.settle import settle
from survey.commands.work import content, settings, work
from survey.desk import publishing
from survey.desk.publishing import PREVIEW, PUBLISH, Progress
from survey.desk.settling import settled_again
from survey.log import logger
from survey.read import downloads
from survey.storage import audit, db, events, release_lock
from survey.storage.events import Refused
from survey.storage.publishing_tables import ReleaseRun

if TYPE_CHECKING:
    from survey.storage.models import Release


@click.command()
@click.option("--preview", is_flag=True, help="Say what would be shown how, and publish nothing.")
@click.option("--run", "asked", type=int, hidden=True, help="The run that the desk asked for.")
@with_appcontext
def release(preview: bool, asked: int | None) -> None:
    """Put the closed events together and publish their figures. It cannot be undone."""
    made = None
    try:
        with release_lock.held(db.engine()):
            run = begun(asked, PREVIEW if preview else PUBLISH)
            with failures_noted(run.id):
                if run.kind == PREVIEW:
                    look_ahead(run)
                else:
                    made = publish(run)
    except Refused as refused:
        raise click.ClickException(str(refused)) from refused
    if made is not None:
        make_files(made)


def begun(asked: int | None, kind: str) -> ReleaseRun:
    """Return the run that this process does: what the desk asked for, or a new one."""
    with work(noted=False) as doing:
        id = asked or publishing.ask(doing.session, kind, events.now(), alive=False)
        doing.session.commit()  # asked for, whoever looks at the desk meanwhile
        return publishing.begin(doing.session, id)


@contextmanager
def failures_noted(id: int) -> Iterator[None]:
    """Note a run that does not come to its end, so that whoever waits for it is told."""
    try:
        yield
    except BaseException as error:
        refused = error.__cause__ if isinstance(error.__cause__, Refused) else None
        with suppress(SQLAlchemyError):
            db.session().rollback()
            publishing.fail(db.session(), id, refused)
            db.session().commit()
        if not isinstance(error, (click.ClickException, KeyboardInterrupt)):
            logger.exception("a release failed")
        raise


def look_ahead(run: ReleaseRun) -> None:
    """Keep what a release would show how, for the desk, and say it in short."""
    from survey.release import build, preview  # loads pandas, which a worker must not

    with work(noted=False) as doing:
        prepared = build.prepare(
            doing.session, content(), events.now(), doing.show, progress=bar(run)
        )
        found = preview.look_ahead(content(), prepared)
        publishing.end(doing.session, run.id, found)
        doing.say(
            f"Nothing is published. A release would hold {found['communities']} communities and "
            f"{len(found['seasons'])} seasons; the desk says of each what is shown how."
        )


def publish(run: ReleaseRun) -> Release:
    """Publish, and let the audit trail say who did."""
    from survey.release import build  # loads pandas, which a worker that collects must not

    with work() as doing:
        over = settled_again(doing.session, events.now())
    settle(over)
    with work(noted=False) as doing:
        session, moment = doing.session, events.now()
        made = build.publish(session, content(), moment, doing.show, progress=bar(run))
        publishing.end(session, run.id, {}, made.id)
        about = {"number": made.id}
        audit.append(session, "published", moment, account_id=run.account_id, about=about)
        doing.say(build.made(session, made))
    return made


def make_files(made: Release) -> None:
    """Make a release's files at once, so that nobody waits for them. Raises NotMade."""
    downloads.find(db.session(), settings(), made, downloads.ZIP)


def bar(run: ReleaseRun) -> Progress:
    return Progress(db.engine(), run.id)


@click.command()
@with_appcontext
def package() -> None:
    """Make the newest release's files, where they are missing: so that nobody waits for them.

    They are made with each release; a new version of the program makes them anew.
    """
    downloads.make_newest(db.session(), settings())
