"""`flask held`: answers that wait for two people to decide whether they count."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from survey.commands.find import event_of
from survey.commands.work import FLASK, content, work
from survey.desk.accounts import OPERATOR
from survey.quality import decisions
from survey.quality.decisions import AGREE, DISAGREE, VERDICTS, Somebody
from survey.quality.marks import WAITING, mark
from survey.storage.events import Refused, coarse, now
from survey.storage.models import Poster

held = AppGroup("held", help="Answers that wait for two people to decide whether they count.")
ME = Somebody(None, OPERATOR)  # who types commands here is the operator, one of the two


@held.command("list")
@click.argument("slug")
def list_held(slug: str) -> None:
    """Look at an event's answers anew and list those that wait, in groups, and why."""
    with work() as doing:
        row = event_of(doing.session, slug)
        if row.closes_at > now():
            raise Refused(f"{slug} is still open: its answers are looked at once it is closed.")
        mark(doing.session, content(), row)
        sizes = decisions.sizes(doing.session, row)
        groups = decisions.groups(doing.session, row)
        for group in groups:
            where = doing.session.get_one(Poster, group.poster).channel
            about = f"{group.reason}, {where}{', ' + group.hour if group.hour else ''}"
            count = coarse(sizes.get(group.number, 0))
            doing.say(f"{group.number}: {about}: {count}, {state_of(group.state, group.proposal)}")
            if group.why:
                doing.say(f"   {group.why}")
        if not groups:
            doing.say(f"{row.slug}: nothing looks odd. Every answer counts.")


def state_of(state: str, proposal: str) -> str:
    if state == WAITING and proposal:
        return f"proposed: {proposal}"
    return state


@held.command("propose")
@click.argument("slug")
@click.argument("number", type=int)
@click.argument("verdict", type=click.Choice(VERDICTS))
@click.option("--why", required=True, help="One line; it stands in the audit trail.")
def propose(slug: str, number: int, verdict: str, why: str) -> None:
    """Propose that a group counts or is left out. Somebody with another role agrees, or not."""
    with work() as doing:
        row = event_of(doing.session, slug)
        decisions.propose(decisions.find(doing.session, row.id, number), verdict, why, ME)
        doing.say(f"{row.slug}, group {number}: proposed: {verdict}.")
        doing.say("  Now an organizer or a reader of comments says on the desk whether they agree.")


@held.command("answer")
@click.argument("slug")
@click.argument("number", type=int)
@click.argument("verdict", type=click.Choice((AGREE, DISAGREE)))
def answer(slug: str, number: int, verdict: str) -> None:
    """Agree with what somebody on the desk proposed, or not: then they wait on."""
    with work() as doing:
        row = event_of(doing.session, slug)
        group = decisions.find(doing.session, row.id, number)
        decisions.answer(group, verdict, ME)
        doing.say(f"{row.slug}, group {number}: {group.state}. Next: {FLASK} release")
