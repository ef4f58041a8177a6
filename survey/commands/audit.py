"""`flask audit`: whether the audit trail is whole."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from survey.commands.work import work
from survey.storage.audit import verify
from survey.storage.events import Refused

audit = AppGroup("audit", help="The audit trail: who did what.")


@audit.command("verify")
@click.option("--last", default="", help="The hash that an earlier check printed.")
def check(last: str) -> None:
    """Compute the chain of the audit trail anew, and say whether it is whole.

    Note the hash it prints somewhere else: with --last the next check also sees whether the
    entries up to there are still the same.
    """
    with work() as doing:
        verdict = verify(doing.session, last.strip())
        if verdict.broken is not None:
            raise Refused(
                f"Entry {verdict.broken} does not follow from the one before: "
                "it, or one before it, was changed or taken out."
            )
        if last and not verdict.met:
            raise Refused("No entry has that hash: entries were taken off the end, or rewritten.")
        doing.say(f"The audit trail is whole: {verdict.entries} entries, the last {verdict.last}")
