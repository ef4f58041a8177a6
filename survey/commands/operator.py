"""`flask operator`: the link by which the first account is made."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from survey.commands.work import settings, work
from survey.desk import accounts
from survey.storage import events
from survey.storage.installation import served_address

operator = AppGroup("operator", help="The account of whoever runs this installation.")


@operator.command("link")
@click.option("--once", is_flag=True, help="Only where there is no operator yet.")
def link(once: bool) -> None:
    """Print a link that makes an operator's account. It works once, within a week."""
    with work() as doing:
        if once and accounts.has_operator(doing.session):
            return
        token = accounts.operator_link(doing.session, events.now())
        address = served_address(doing.session, settings())
        doing.say("The organizers' desk. This link makes the operator's account, once:")
        doing.say(f"  {address}/desk/welcome/{token}")
