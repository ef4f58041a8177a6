"""`flask ...`: what operators and organisers do from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.config import ROOT, is_only_here
from survey.desk import communities
from survey.desk.qr_codes import address
from survey.questionnaire import published_questions
from survey.questionnaire.areas import area_name
from survey.questionnaire.instrument import EVENT, Content
from survey.storage import db, events, made_up, schema
from survey.storage.events import Refused
from survey.storage.installation import noted, served_address
from survey.storage.models import Community, Event, Poster, Response, Scan

community = AppGroup("community", help="Communities and their agencies.")
event = AppGroup("event", help="Events: the evenings on which answers are taken.")
poster = AppGroup("poster", help="Posters, their codes, and how often each was opened.")
instrument = AppGroup("instrument", help="The questionnaire, and what of it is published.")

ONLY_HERE = """
  NOBODY OUTSIDE THIS COMPUTER CAN OPEN THIS ADDRESS: do not hang this poster up yet.
  Set PUBLIC_URL to the address that your guests can open, e.g. PUBLIC_URL=https://survey.example,
  for the server and for this command; then print it."""


def init_app(app: Flask) -> None:
    for command in (migrate, release, demonstration, prove, community, event, poster, instrument):
        app.cli.add_command(command)


@contextmanager
def work() -> Iterator[Session]:
    """Give a session; commit at the end, or say a refusal in one sentence and change nothing."""
    session = db.session()
    try:
        yield session
    except Refused as refusal:
        session.rollback()
        raise click.ClickException(str(refusal)) from refusal
    session.commit()


def content() -> Content:
    found: Content = current_app.extensions["content"]
    return found


@click.command()
@with_appcontext
def migrate() -> None:
    """Bring the database to this version's tables; safe to repeat."""
    schema.migrate(db.engine())
    click.echo("The database is up to date.")


@click.group("demo", cls=AppGroup, invoke_without_command=True)
@click.option("--once", is_flag=True, help="Not where it was removed before.")
@click.pass_context
def demonstration(context: click.Context, once: bool) -> None:
    """Load the demonstration into an empty database: made-up answers and their release."""
    if context.invoked_subcommand is None:
        with_appcontext(load_demo)(once)


def load_demo(once: bool) -> None:
    from survey.commands import demonstration  # loads pandas, which a worker that collects must not

    with work() as session:
        if session.scalar(select(func.count()).select_from(Community)):
            click.echo("There are communities already: no demonstration was loaded.")
            return
        if once and noted(session, made_up.REMOVED):
            click.echo("The demonstration was removed here; `flask demo` loads it again.")
            return
        folder = current_app.extensions["settings"].content
        demonstration.load(session, content(), events.now(), folder, click.echo)


@demonstration.command("remove")
def remove_demo() -> None:
    """Remove the demonstration with its answers and releases. What is real stays."""
    with work() as session:
        if not made_up.has_made_up(session):
            raise Refused("There is no demonstration here.")
        count = made_up.remove(session)
        click.echo(
            f"The demonstration is removed: {count} communities, their answers and releases."
        )


@click.command()
@with_appcontext
def release() -> None:
    """Put the closed events together and publish their figures."""
    from survey.release import build  # loads pandas, which a worker that collects must not

    with work() as session:
        build.publish(session, content(), events.now(), click.echo)


@click.command()
@click.option("--size", default=1.0, show_default=True, help="0.1: a tenth of the programmes.")
@click.option("--processes", default=0, help="How many at once; by default one for each core.")
@click.option("--show", is_flag=True, help="Print the tables instead of writing docs/methods.md.")
def prove(size: float, processes: int, show: bool) -> None:
    """Simulate seasons whose truth is known; write what was found into docs/methods.md."""
    from analysis import simulation  # loads pandas and scipy, which a worker must not

    with click.progressbar(length=1000, label="Simulating") as bar:
        found = simulation.prove(
            size, lambda done, of: bar.update(1000 * done // of - bar.pos), processes
        )
    if show:
        click.echo(simulation.tables(found))
    else:
        simulation.write(ROOT / "docs" / "methods.md", found)
        click.echo("The tables are in docs/methods.md.")
    for goal in simulation.missed(found):
        click.echo(f"Not met: {goal}.")


@community.command("add")
@click.argument("name")
@click.option("--county", required=True)
@click.option("--state", required=True)
@click.option(
    "--area", default="", help="What the county is: parish, city ... (its own name tells)."
)
def add_community(name: str, county: str, state: str, area: str) -> None:
    """Add a community, e.g. `flask community add Austintown --county Mahoning --state Ohio`."""
    with work() as session:
        made = communities.add_community(
            session, content(), name=name, county=county, state=state, area=area
        )
        click.echo(f"{made.slug}: {made.name}, {area_of(made)}, {made.state}")


@community.command("agency")
@click.argument("slug")
@click.argument("kind")
@click.argument("name")
def add_agency(slug: str, kind: str, name: str) -> None:
    """Add an agency; the first police or sheriff is the one the police questions are about."""
    with work() as session:
        made = communities.add_agency(
            session, content(), find_community(slug), kind=kind, name=name
        )
        local = " (the police questions are about it)" if made.local else ""
        click.echo(f"{slug}: {made.kind}, {made.name}{local}")


@community.command("list")
def list_communities() -> None:
    """List communities and their agencies."""
    for found in db.session().scalars(select(Community).order_by(Community.slug)):
        kinds = ", ".join(agency.kind for agency in found.agencies)
        click.echo(f"{found.slug:24} {area_of(found)}, {found.state:12} {kinds}")


@event.command("add")
@click.argument("community_slug")
@click.option("--day", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--starts", default="17:00", type=click.DateTime(["%H:%M"]), help="Local time.")
@click.option("--ends", default="21:00", type=click.DateTime(["%H:%M"]), help="Local time.")
@click.option("--time-zone", default="America/New_York", show_default=True)
@click.option("--language", "languages", multiple=True, default=("en", "es"), show_default=True)
@click.option("--name", default="National Night Out", show_default=True)
def add_event(
    community_slug: str,
    day: datetime,
    starts: datetime,
    ends: datetime,
    time_zone: str,
    languages: tuple[str, ...],
    name: str,
) -> None:
    """Add an event. It takes answers from its start until two days after its end."""
    with work() as session:
        made = communities.add_event(
            session,
            content(),
            find_community(community_slug),
            day=day.date(),
            starts=starts.time(),
            ends=ends.time(),
            time_zone=time_zone,
            languages=languages,
            name=name,
        )
        click.echo(f"{made.slug}: opens {made.opens_at:%Y-%m-%d %H:%M} UTC")
        for code in languages:
            warn_of_draft(code)
        click.echo(f"  Next: flask poster add {made.slug} --channel entrance")


@event.command("list")
def list_events() -> None:
    """List events, where each stands, and a coarse count of answers (steps of 10 from 20)."""
    query = select(Response.event_id, func.count()).group_by(Response.event_id)
    counts = {row[0]: row[1] for row in db.session().execute(query)}
    moment = events.now()
    for found in db.session().scalars(select(Event).order_by(Event.slug)):
        state = events.window_of(found.opens_at, found.closes_at, moment).value
        click.echo(f"{found.slug:32} {state:9} {events.coarse(counts.get(found.id, 0))} answers")


@event.command("language")
@click.argument("slug")
@click.argument("code")
@click.option("--off", is_flag=True, help="No longer offer it.")
def turn_language(slug: str, code: str, off: bool) -> None:
    """Turn a language of an event on, or off with --off, e.g. `flask event language x-2026 ar`."""
    with work():
        found = find_event(slug)
        communities.turn_language(found, content(), code, on=not off)
        click.echo(f"{slug}: {', '.join(found.languages)}")
        if not off:
            warn_of_draft(code)


@event.command("close")
@click.argument("slug")
def close_event(slug: str) -> None:
    """Stop taking answers now. Phones that wait for a signal still have two weeks."""
    with work():
        communities.close_event(find_event(slug), events.now())
        click.echo(f"{slug} is closed. Next: flask release")


@poster.command("add")
@click.argument("event_slug")
@click.option("--channel", required=True, help="Where it hangs, e.g. entrance or fire-truck.")
@click.option("--wave", default=EVENT, help="leaving: for the way out, beside one at the way in.")
def add_poster(event_slug: str, channel: str, wave: str) -> None:
    """Add a poster and print where to open it."""
    with work() as session:
        made = communities.add_poster(session, find_event(event_slug), channel=channel, wave=wave)
        base = served_address(session, current_app.extensions["settings"])
        click.echo(f"{made.code}: {address(base, made.code)}")
        click.echo(f"  Print it from {base}/poster/{made.code}")
        click.echo(f"  Paper forms: {base}/poster/{made.code}/form")
        if is_only_here(base):
            click.secho(ONLY_HERE, bold=True)


@poster.command("list")
@click.argument("event_slug", required=False)
def list_posters(event_slug: str | None) -> None:
    """List posters, all or one event's."""
    query = select(Poster).join(Event).order_by(Event.slug, Poster.channel)
    if event_slug:
        query = query.where(Poster.event_id == find_event(event_slug).id)
    for found in db.session().scalars(query):
        click.echo(f"{found.code}  {found.event.slug:32} {found.wave:8} {found.channel}")


@poster.command("scans")
@click.argument("event_slug")
def list_scans(event_slug: str) -> None:
    """Show how often each poster was opened, by hour."""
    query = (
        select(Scan.hour, Poster.channel, Scan.count)
        .join(Poster, Poster.code == Scan.poster)
        .where(Scan.event_id == find_event(event_slug).id)
        .order_by(Scan.hour, Poster.channel)
    )
    for hour, channel, count in db.session().execute(query):
        click.echo(f"{hour}  {channel:24} {count:6}")


@instrument.command("check")
def check_instrument() -> None:
    """Compare the questionnaire with what is published."""
    published = published_questions.read_published(current_app.extensions["settings"].content)
    for sentence in published_questions.broken(content(), published):
        click.echo(sentence)
    click.echo(f"Questionnaire {content().current.id}: checked.")


@instrument.command("publish")
@click.option("--afresh", multiple=True, metavar="CODE", help="A draft language, corrected.")
def publish_instrument(afresh: tuple[str, ...]) -> None:
    """Freeze questions that are not published yet: from then on their ids keep their meaning.

    A draft language may be corrected and published afresh until somebody has answered in it.
    """
    folder = current_app.extensions["settings"].content
    for code in afresh:
        refuse_answered(code)
    for name in published_questions.freeze(content(), folder, afresh):
        click.echo(f"Published: {name}")


def refuse_answered(code: str) -> None:
    """Raise Refused where answers were given in a language: their questions keep their words."""
    if code not in content().languages:
        raise Refused(f"{code!r} is no language here: {', '.join(content().languages)}.")
    real = (
        select(Response.event_id)
        .join(Event, Event.id == Response.event_id)
        .join(Community, Community.id == Event.community_id)
        .where(Response.language == code, Community.made_up.is_(False))
    )
    if db.session().execute(real.limit(1)).first():
        raise Refused(
            f"People have answered in {code}: its published words stay. A correction is a new "
            "version of the question, and the old words go to earlier/."
        )


def warn_of_draft(code: str) -> None:
    if not content().languages[code].reviewed:
        click.echo(f"  Language {code} is a draft: have native speakers review it.")


def area_of(found: Community) -> str:
    return area_name(found.county, found.area, content().areas)


def find_community(slug: str) -> Community:
    found = db.session().scalar(select(Community).where(Community.slug == slug))
    if found is None:
        raise Refused(f"There is no community {slug!r}; see `flask community list`.")
    return found


def find_event(slug: str) -> Event:
    found = db.session().scalar(select(Event).where(Event.slug == slug))
    if found is None:
        raise Refused(f"There is no event {slug!r}; see `flask event list`.")
    return found
