"""`flask retention` and `flask records`: how long answers are kept, and what there is."""

from __future__ import annotations

import click
from flask.cli import AppGroup, with_appcontext

from survey.commands.find import community_of
from survey.commands.settle import settle
from survey.commands.work import FLASK, Work, content, work
from survey.desk import keeping, records
from survey.desk.keeping import DUE, HELD, LATER, NO_RULE, UNPUBLISHED, Season
from survey.storage import events
from survey.storage.events import Refused

SAYS = {
    DUE: "{season}: {responses} answers and {comments} comments go; {shown} comments that were "
    "read and kept stay, and so do the figures, as in release {release}.",
    LATER: "{season}: {responses} answers are kept until {day}.",
    HELD: "{season}: {responses} answers are kept, because all forgetting is stopped.",
    NO_RULE: "{season}: {responses} answers are kept for good: there is no rule.",
    UNPUBLISHED: "{season}: {responses} answers are kept: not all of them could be in a release.",
}


@click.group("retention", cls=AppGroup, invoke_without_command=True)
@click.pass_context
def retention(context: click.Context) -> None:
    """How long single answers are kept. Alone it says what would go; nothing goes."""
    if context.invoked_subcommand is None:
        with_appcontext(look)()


def look() -> None:
    with work() as doing:
        months, held = keeping.rule(doing.session), keeping.hold(doing.session)
        doing.say(
            f"Single answers are kept for {months} months after their season was published."
            if months
            else f"Single answers are kept for good. A rule: {FLASK} retention rule 12"
        )
        if held:
            doing.say(f"All forgetting is stopped since {held.since} ({held.who}): {held.why}")
        seasons = keeping.ahead(doing.session, events.now())
        tell(doing, seasons)
        if any(season.state == DUE for season in seasons):
            doing.say(f"Nothing has gone. To let it go: {FLASK} retention apply")


def tell(doing: Work, seasons: list[Season]) -> None:
    for season in seasons:
        day = season.due_at.date().isoformat() if season.due_at else ""
        doing.say(SAYS[season.state].format(**vars(season), day=day))


@retention.command("rule")
@click.argument("months")
def rule(months: str) -> None:
    """Keep single answers for MONTHS after their season was published, or "forever"."""
    with work() as doing:
        if months != "forever" and not months.isdigit():
            raise Refused('Type a number of months, or "forever".')
        keeping.set_rule(doing.session, None if months == "forever" else int(months))
        doing.say(f"The rule is kept. What would go: {FLASK} retention")


@retention.command("apply")
def apply() -> None:
    """Delete the single answers that are due. Run by deploy/porchlight-retention.timer."""
    gone: list[int] = []
    with work(noted=False) as doing:
        moment = events.now()
        due = [one for one in keeping.ahead(doing.session, moment) if one.state == DUE]
        for season in due:
            gone += keeping.forget(doing.session, season, moment)
        tell(doing, due)
        doing.say("It is done." if due else "Nothing is due.")
    settle(dict.fromkeys(gone, "retention"))  # no older copy stays in the database's files


@retention.command("hold")
@click.argument("why")
@click.option("--by", "who", required=True, help="Who asked for it.")
def hold(why: str, who: str) -> None:
    """Stop all forgetting and deleting of answers, e.g. because a court asks for them."""
    with work() as doing:
        keeping.begin_hold(doing.session, why, who, events.now())
        doing.say(f"Nothing is forgotten or deleted until: {FLASK} retention lift")


@retention.command("lift")
def lift() -> None:
    """Let forgetting go on by its rule."""
    with work() as doing:
        keeping.lift_hold(doing.session)
        doing.say("Forgetting goes on by its rule.")


@click.command("records")
@click.argument("community_slug")
@with_appcontext
def sheet(community_slug: str) -> None:
    """What exists of a community and what does not: an answer to a request for public records."""
    with work() as doing:
        home = community_of(doing.session, community_slug)
        english = content().languages["en"]
        for title, lines in records.sheet(doing.session, english, home, events.now()):
            doing.say(title)
            for line in lines:
                doing.say(f"  - {line}")
