"""`flask release`: the figures of closed events, looked at beforehand or published."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from survey.commands import workers
from survey.commands.settle import settle
from survey.commands.work import Work, content, settings, work
from survey.desk import publishing
from survey.desk.publishing import PREVIEW, PUBLISH, Progress
from survey.desk.settling import settled_again
from survey.log import logger
from survey.read import downloads
from survey.storage import audit, db, events, release_lock
from survey.storage.events import Refused
from survey.storage.publishing_tables import ReleaseRun

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from survey.release.build import Workers
    from survey.storage.models import Release


@click.command()
@click.option("--preview", is_flag=True, help="Say what would be shown how, and publish nothing.")
@click.option("--run", "asked", type=int, hidden=True, help="The run that the desk asked for.")
@click.option(
    "--processes",
    type=click.IntRange(1, 256),
    help=f"How many processes build counties at the same time: {workers.PROCESSES}, or one for "
    f"under {workers.FEW:,} answers, where nothing is given.",
)
@click.option(
    "--cluster", metavar="ADDRESS", help="Let a Dask cluster build them, e.g. tcp://10.0.0.5:8786."
)
@with_appcontext
def release(preview: bool, asked: int | None, processes: int | None, cluster: str | None) -> None:
    """Put the closed events together and publish their figures. It cannot be undone.

    County by county; what is finished is kept, so that a release that was stopped goes on where it
    was. Nothing of it can be read until all of it is there.
    """
    made = None
    try:
        with release_lock.held(db.engine()):
            run = begun(asked, PREVIEW if preview else PUBLISH)
            with failures_noted(run.id):
                many = processes or workers.usual(db.session())
                with workers.working(db.engine(), settings(), many, cluster) as crew:
                    if run.kind == PREVIEW:
                        look_ahead(run, crew)
                    else:
                        made = publish(run, crew)
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
        if not isinstance(error, (click.ClickException, Refused, KeyboardInterrupt)):
            logger.exception("a release failed")
        raise


def look_ahead(run: ReleaseRun, crew: Workers) -> None:
    """Keep what a release would show how, for the desk, and say it in short."""
    from survey.release import build, preview  # loads pandas, which a worker must not

    with work(noted=False) as doing:
        prepared = build.prepare(
            doing.session, content(), events.now(), doing.show,
            progress=Counties(run, doing), workers=crew,
        )  # fmt: skip
        ahead = preview.look_ahead(content(), prepared)
        publishing.end(doing.session, run.id, ahead)
        doing.say(
            f"Nothing is published. A release would hold {ahead['communities']} communities and "
            f"{len(ahead['seasons'])} seasons; the desk says of each what is shown how."
        )


def publish(run: ReleaseRun, crew: Workers) -> Release:
    """Publish, and let the audit trail say who did."""
    from survey.release import build  # loads pandas, which a worker that collects must not

    with work() as doing:
        over = settled_again(doing.session, events.now())
    settle(over)
    with work(noted=False) as doing:
        session, moment = doing.session, events.now()
        made = build.publish(
            session, content(), moment, doing.show, progress=Counties(run, doing), workers=crew
        )
        publishing.end(session, run.id, {}, made.id)
        about = {"number": made.id}
        audit.append(session, "published", moment, account_id=run.account_id, about=about)
        doing.say(build.made(session, made))
    return made


class Counties:
    """Shows how many counties are built: as a bar on a terminal, else a line each; and notes it
    for those who wait on the desk."""

    def __init__(self, run: ReleaseRun, doing: Work) -> None:
        self.noted = Progress(db.engine(), run.id)
        self.doing = doing
        self.bar: ProgressBar[int] | None = None

    def __call__(self, done: int, total: int, county: str) -> None:
        self.noted(done, total)
        if not sys.stderr.isatty():
            self.doing.show(f"{done} of {total}: {county}")
            return
        if self.bar is None:
            self.bar = click.progressbar(length=total, label="Counties", file=sys.stderr)
            self.bar.render_progress()
        self.bar.update(1)
        if done == total:
            self.bar.render_finish()


def make_files(made: Release) -> None:
    """Make a release's files at once, so that nobody waits for them. Raises NotMade."""
    downloads.find(db.session(), settings(), made, downloads.ZIP)


@click.command()
@with_appcontext
def package() -> None:
    """Make the newest release's files, where they are missing: so that nobody waits for them.

    They are made with each release; a new version of the program makes them anew.
    """
    downloads.make_newest(db.session(), settings())
