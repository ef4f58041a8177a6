"""`flask event`: the evenings on which answers are taken."""

from __future__ import annotations

from datetime import date, time
from typing import IO, Any
from zoneinfo import ZoneInfo

import click
from flask.cli import AppGroup
from sqlalchemy import func, select

from survey.commands.find import community_of, event_of
from survey.commands.settle import settle
from survey.commands.typed import CLOCK, DAY
from survey.commands.work import FLASK, Work, content, work
from survey.desk import keeping, logos, planning, rehearsal
from survey.storage import events
from survey.storage.models import Event, Response

event = AppGroup("event", help="Events: the evenings on which answers are taken.")


@event.command("add")
@click.argument("community_slug")
@click.option("--day", required=True, type=DAY)
@click.option("--starts", default="17:00", type=CLOCK, help="Local time.")
@click.option("--ends", default="21:00", type=CLOCK, help="Local time; past midnight is possible.")
@click.option("--time-zone", default="", help="By default that of its last event, or Eastern.")
@click.option("--language", "languages", multiple=True, default=("en", "es"), show_default=True)
@click.option("--name", default="National Night Out", show_default=True)
@click.option("--host", default="", help="Who runs it; without it, the local law enforcement.")
def add(community_slug: str, **typed: Any) -> None:
    """Add an event. It takes answers from its start until two days after its end."""
    with work() as doing:
        home = community_of(doing.session, community_slug)
        planning.refuse_repeat(home, typed["day"], typed["name"])
        typed["time_zone"] = typed["time_zone"] or planning.usual_zone(home)
        made = planning.add_event(doing.session, content(), home, **typed)
        tell(doing, made)
        for code in made.languages:
            warn_of_draft(doing, code)
        doing.say(f"  Next: {FLASK} poster add {made.slug} --channel entrance")


@event.command("correct")
@click.argument("slug")
@click.option("--day", type=DAY)
@click.option("--starts", type=CLOCK, help="Local time.")
@click.option("--ends", type=CLOCK, help="Local time; past midnight is possible.")
@click.option("--time-zone")
@click.option("--name")
def correct(
    slug: str,
    day: date | None,
    starts: time | None,
    ends: time | None,
    time_zone: str | None,
    name: str | None,
) -> None:
    """Correct an event before its first answer; what is not given stays as it is."""
    with work() as doing:
        row = event_of(doing.session, slug)
        planning.correct_event(
            doing.session,
            content(),
            row,
            day=day,
            starts=starts,
            ends=ends,
            time_zone=time_zone,
            name=name,
        )
        tell(doing, row)


@event.command("remove")
@click.argument("slug")
def remove(slug: str) -> None:
    """Remove an event with its posters, before its first answer."""
    with work() as doing:
        row = event_of(doing.session, slug)
        doing.say(f"{row.slug} is removed, with its posters.")
        planning.remove_event(doing.session, row)


@event.command("delete")
@click.argument("slug")
@click.option("--year", required=True, help="The event's year, so that no slip deletes it.")
def delete(slug: str, year: str) -> None:
    """Delete an event that is over with its answers. What was published stays."""
    with work() as doing:
        row = event_of(doing.session, slug)
        over = {row.id: row.slug}
        gone = keeping.delete_whole(doing.session, row, year, events.now())
        doing.say(f"{slug} is deleted: {gone['responses']} answers, {gone['comments']} comments.")
    settle(over)


@event.command("list")
def list_events() -> None:
    """List events, where each stands, and a coarse count of answers (steps of 10 from 20)."""
    query = select(Response.event_id, func.count()).group_by(Response.event_id)
    moment = events.now()
    with work() as doing:
        counts = {row[0]: row[1] for row in doing.session.execute(query)}
        for row in doing.session.scalars(select(Event).order_by(Event.slug)):
            state = events.window_of(row.opens_at, row.closes_at, moment).value
            count = events.coarse(counts.get(row.id, 0))
            doing.say(f"{row.slug:32} {state:9} {count} answers")


@event.command("language")
@click.argument("slug")
@click.argument("code")
@click.option("--off", is_flag=True, help="No longer offer it.")
def turn_language(slug: str, code: str, off: bool) -> None:
    """Turn a language of an event on, or off with --off, e.g. `flask event language x-2026 ar`."""
    with work() as doing:
        row = event_of(doing.session, slug)
        planning.turn_language(row, content(), code, on=not off)
        doing.say(f"{row.slug}: {', '.join(row.languages)}")
        if not off:
            warn_of_draft(doing, code)


@event.command("host")
@click.argument("slug")
@click.argument("host")
def set_host(slug: str, host: str) -> None:
    """Say who runs the survey: a kind of agency (police), or a name ("Alder Creek Neighbors")."""
    with work() as doing:
        row = event_of(doing.session, slug)
        planning.set_host(content(), row, host)
        seen = "the police run it" if row.police_run else "police see released figures only"
        doing.say(f"{row.slug}: run by {row.host}. Attendees read that {seen}.")


@event.command("logo")
@click.argument("slug")
@click.argument("picture", type=click.File("rb"), required=False)
@click.option("--off", is_flag=True, help="Take it off the posters.")
def set_logo(slug: str, picture: IO[bytes] | None, off: bool) -> None:
    """Print the host's logo on the posters: a PNG, JPEG or WebP, drawn anew."""
    if off == (picture is not None):
        raise click.UsageError("Name a picture, or --off.")
    with work() as doing:
        row = event_of(doing.session, slug)
        if picture is None:
            logos.remove_logo(doing.session, row)
            doing.say(f"{row.slug}: its posters carry no logo.")
            return
        logos.set_logo(doing.session, row, picture.read())
        doing.say(f"{row.slug}: its posters carry the logo.")


@event.command("rehearse")
@click.argument("slug")
@click.option("--end", is_flag=True, help="End the try-out and wipe what was answered.")
def rehearse(slug: str, end: bool) -> None:
    """Let an event's posters work before it opens, for a try-out that counts nowhere."""
    with work() as doing:
        row = event_of(doing.session, slug)
        if end:
            rehearsal.end(doing.session, row)
            doing.say(f"{row.slug}: the try-out is over, and what was answered is wiped.")
            return
        rehearsal.begin(doing.session, row, events.now())
        doing.say(f"{row.slug}: its posters work now; answers are seen on the desk, then wiped.")


@event.command("close")
@click.argument("slug")
def close(slug: str) -> None:
    """Stop taking answers now. Phones that wait for a signal still have two weeks."""
    with work() as doing:
        row = event_of(doing.session, slug)
        planning.close_event(row, events.now())
        doing.say(f"{row.slug} is closed. Next: {FLASK} release")
        closed = {row.id: row.slug}
    settle(closed)


def tell(doing: Work, event: Event) -> None:
    """Say when an event is, in its own time, with the weekday: a wrong day is seen there."""
    zone = ZoneInfo(event.time_zone)
    starts, ends, closes = (
        moment.astimezone(zone) for moment in (event.starts_at, event.ends_at, event.closes_at)
    )
    until = f"{ends:%H:%M}" if ends.date() == starts.date() else f"{ends:%H:%M} on {ends:%A}"
    doing.say(
        f"{event.slug}: opens {starts:%A} {starts.date()} {starts:%H:%M}, ends {until}, "
        f"takes answers until {closes.date()} {closes:%H:%M} ({event.time_zone})"
    )
    if event.closes_at <= events.now():
        doing.say("  That is over: it takes no answers any more.")


def warn_of_draft(doing: Work, code: str) -> None:
    if not content().languages[code].reviewed:
        doing.say(f"  Language {code} is a draft: give native speakers /languages/{code}.")
