"""`flask community`: communities, and the agencies that meet them."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from survey.commands.find import agency_of, community_of
from survey.commands.work import FLASK, content, work
from survey.desk import agencies, communities
from survey.desk.answered import has_answers
from survey.desk.place_codes import set_codes
from survey.questionnaire.areas import area_name
from survey.storage.made_up import has_made_up
from survey.storage.models import Community

community = AppGroup("community", help="Communities and their agencies.")
agency = AppGroup("agency", help="Agencies of a community.")

AREA = click.option(
    "--area", default="", help="What the county is: parish, city ... (its own name tells)."
)


@community.command("add")
@click.argument("name")
@click.option("--county", required=True, help="Its county or parish, e.g. Alder or Orleans Parish.")
@click.option("--state", required=True, help="In full, e.g. Oregon.")
@AREA
def add(name: str, county: str, state: str, area: str) -> None:
    """Add a community, e.g. `flask community add Austintown --county Mahoning --state Ohio`."""
    with work() as doing:
        made = communities.add_community(
            doing.session, content(), name=name, county=county, state=state, area=area
        )
        doing.say(described(made))
        doing.say(
            f"  Next: {FLASK} community agency {made.slug} police {quoted(made.name, 'Police')}"
        )
        if has_made_up(doing.session):
            doing.say(
                f"  The demonstration stays apart from it; `{FLASK} demo remove` clears it away."
            )


@community.command("rename")
@click.argument("slug")
@click.argument("name")
def rename(slug: str, name: str) -> None:
    """Give a community another name. Before its first answer its address follows."""
    with work() as doing:
        renamed = communities.correct(
            doing.session, content(), community_of(doing.session, slug), name=name
        )
        doing.say(described(renamed))
        if has_answers(doing.session, renamed.events):
            doing.say("  Its address stays. Released pages show the name from the next release on.")


@community.command("correct")
@click.argument("slug")
@click.option("--county", default="")
@click.option("--state", default="")
@AREA
def correct(slug: str, county: str, state: str, area: str) -> None:
    """Correct where a community lies, before its first answer."""
    with work() as doing:
        corrected = communities.correct(
            doing.session,
            content(),
            community_of(doing.session, slug),
            county=county,
            state=state,
            area=area,
        )
        doing.say(described(corrected))


@community.command("codes")
@click.argument("slug")
@click.option(
    "--fips", help="Of the place (7 digits) or county subdivision (10), with its state's."
)
@click.option("--gnis", help="Its feature id in the Geographic Names Information System.")
def codes(slug: str, fips: str | None, gnis: str | None) -> None:
    """Give a community the codes by which other tables know it; "" takes one away."""
    with work() as doing:
        home = community_of(doing.session, slug)
        set_codes(
            content(),
            home,
            fips=home.fips if fips is None else fips,
            gnis=home.gnis if gnis is None else gnis,
        )
        doing.say(f"{home.slug}: FIPS {home.fips or '-'}, GNIS {home.gnis or '-'}")
        doing.say("  Tables show them from the next release on.")


@community.command("remove")
@click.argument("slug")
def remove(slug: str) -> None:
    """Remove a community with its events and posters, before its first answer."""
    with work() as doing:
        gone = community_of(doing.session, slug)
        doing.say(f"{gone.slug} is removed, with its agencies, events and posters.")
        communities.remove(doing.session, gone)


@community.command("agency")
@click.argument("slug")
@click.argument("kind")
@click.argument("name")
def add_agency(slug: str, kind: str, name: str) -> None:
    """Add an agency; the first police or sheriff is the one the police questions are about."""
    with work() as doing:
        home = community_of(doing.session, slug)
        made = agencies.add_agency(doing.session, content(), home, kind=kind, name=name)
        local = " (the police questions are about it)" if made.local else ""
        doing.say(f"{home.slug}: {made.kind}, {made.name}{local}")
        if made.local and not home.events:
            doing.say(f"  Next: {FLASK} event add {home.slug} --day YYYY-MM-DD --time-zone ...")


@agency.command("rename")
@click.argument("slug")
@click.argument("kind")
@click.argument("name")
def rename_agency(slug: str, kind: str, name: str) -> None:
    """Give an agency another name, e.g. `flask agency rename maple-falls fire "Maple Fire"`."""
    with work() as doing:
        row = agency_of(doing.session, slug, kind)
        agencies.rename(row, name)
        doing.say(f"{slug}: {row.kind}, {row.name}")


@agency.command("remove")
@click.argument("slug")
@click.argument("kind")
def remove_agency(slug: str, kind: str) -> None:
    """Remove an agency, before the first answer that could be about it."""
    with work() as doing:
        agencies.remove(doing.session, agency_of(doing.session, slug, kind))
        doing.say(f"{slug}: {kind} is removed.")


@community.command("list")
def list_communities() -> None:
    """List communities and their agencies."""
    query = select(Community).options(selectinload(Community.agencies)).order_by(Community.slug)
    with work() as doing:
        for row in doing.session.scalars(query):
            kinds = ", ".join(agency.kind for agency in row.agencies)
            shown = " (demonstration)" if row.made_up else ""
            area = area_name(row.county, row.area, content().areas)
            doing.say(f"{row.slug:24} {row.name}, {area}, {row.state}: {kinds or '-'}{shown}")


def described(community: Community) -> str:
    area = area_name(community.county, community.area, content().areas)
    return f"{community.slug}: {community.name}, {area}, {community.state}"


def quoted(*words: str) -> str:
    return '"' + " ".join(words).replace('"', '\\"') + '"'
