"""`flask demo`: the demonstration, loaded and removed."""

from __future__ import annotations

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import func, select

from survey.commands.work import content, settings, work
from survey.desk.demonstration import REMOVED, is_outdated, remove
from survey.storage import events
from survey.storage.installation import noted
from survey.storage.models import Community


@click.group("demo", cls=AppGroup, invoke_without_command=True)
@click.option("--once", is_flag=True, help="Not where it was removed before.")
@click.pass_context
def demo(context: click.Context, once: bool) -> None:
    """Load the demonstration into an empty database: made-up answers and their release."""
    if context.invoked_subcommand is None:
        with_appcontext(load)(once)


def load(once: bool) -> None:
    from survey.commands import demonstration  # loads pandas, which a worker must not

    with work() as doing:
        if is_outdated(doing.session):
            doing.show("The demonstration of an earlier version is replaced.")
            remove(doing.session)
        elif doing.session.scalar(select(func.count()).select_from(Community)):
            doing.say("There are communities already: no demonstration was loaded.")
            return
        elif once and noted(doing.session, REMOVED):
            doing.say("The demonstration was removed here; `flask demo` loads it again.")
            return
        folder, moment = settings().content, events.now()
        code = demonstration.load(doing.session, content(), moment, folder, doing.show)
        doing.say(f"To try the survey, use the code {code}.")


@demo.command("remove")
def remove_demo() -> None:
    """Remove the demonstration with its answers and releases. What is real stays."""
    with work() as doing:
        count = remove(doing.session)
        doing.say(f"The demonstration is removed: {count} communities, their answers and releases.")
