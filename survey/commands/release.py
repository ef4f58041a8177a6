"""`flask release`."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from survey.commands.settle import settle
from survey.commands.work import content, settings, work
from survey.desk.settling import settled_again
from survey.read import downloads
from survey.storage import db, events


@click.command()
@with_appcontext
def release() -> None:
    """Put the closed events together and publish their figures."""
    from survey.release import build  # loads pandas, which a worker that collects must not

    with work() as doing:
        over = settled_again(doing.session, events.now())
    settle(over)
    with work() as doing:
        made = build.publish(doing.session, content(), events.now(), doing.show)
        doing.say(build.made(doing.session, made))
    downloads.find(db.session(), settings(), made, downloads.ZIP)  # so that nobody waits for it


@click.command()
@with_appcontext
def package() -> None:
    """Make the newest release's files, where they are missing: so that nobody waits for them.

    They are made with each release; a new version of the program makes them anew.
    """
    downloads.make_newest(db.session(), settings())
