"""`flask poster`: posters, their codes, and how often each was opened."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy import select

from survey.commands.find import event_of, poster_of
from survey.commands.work import Work, settings, work
from survey.config import is_only_here
from survey.desk import cards, posters
from survey.desk.qr_codes import address, card_address
from survey.questionnaire.instrument import EVENT
from survey.storage.events import now
from survey.storage.installation import served_address
from survey.storage.models import Event, Poster, Scan

poster = AppGroup("poster", help="Posters, their codes, and how often each was opened.")

ONLY_HERE = """
  NOBODY OUTSIDE THIS COMPUTER CAN OPEN THIS ADDRESS: do not hang this poster up yet.
  Set PUBLIC_URL to the address that your guests can open, e.g. PUBLIC_URL=https://survey.example,
  for the server and for this command; then print it."""


@poster.command("add")
@click.argument("event_slug")
@click.option("--channel", required=True, help="Where it hangs, e.g. entrance or fire-truck.")
@click.option("--wave", default=EVENT, help="leaving: for the way out, beside one at the way in.")
def add(event_slug: str, channel: str, wave: str) -> None:
    """Add a poster and print where to open it."""
    with work() as doing:
        event = event_of(doing.session, event_slug)
        others = [one.code for one in event.posters if (one.channel, one.wave) == (channel, wave)]
        made = posters.add_poster(doing.session, event, channel=channel, wave=wave)
        tell(doing, made)
        if others:
            doing.say(f"  There is another poster at {channel}, too: {', '.join(others)}.")


@poster.command("correct")
@click.argument("code")
@click.option("--channel", required=True, help="Where it hangs.")
def correct(code: str, channel: str) -> None:
    """Say where a poster hangs; its code stays."""
    with work() as doing:
        row = poster_of(doing.session, code)
        posters.move(row, channel)
        doing.say(f"{row.code}: {row.channel}")


@poster.command("remove")
@click.argument("code")
def remove(code: str) -> None:
    """Remove a poster, before its first answer. Whoever scans it reads that it is not known."""
    with work() as doing:
        row = poster_of(doing.session, code)
        doing.say(f"{row.code} is removed: take it down where it hangs.")
        posters.remove(doing.session, row)


@poster.command("replace")
@click.argument("code")
def replace(code: str) -> None:
    """Give a poster a new code, where the old one got into wrong hands."""
    with work() as doing:
        old = poster_of(doing.session, code)
        made = posters.replace_code(doing.session, old, now())
        doing.say(f"{old.code} opens no form any more: take it down and hang up the new one.")
        tell(doing, made)


@poster.command("cards")
@click.argument("code")
@click.option("--more", default="", help="Make so many cards more.")
def list_cards(code: str, more: str) -> None:
    """Print the addresses of all cards with one-time codes that open a poster's form."""
    with work() as doing:
        row, secret = poster_of(doing.session, code), settings().secret_key
        if more:
            cards.make(doing.session, secret, row.event, more, now())
        base = served_address(doing.session, settings())
        numbers = range(1, cards.count(doing.session, row.event).made + 1)
        for one in cards.codes(secret, row.event, numbers):
            doing.say(card_address(base, row.code, one))


@poster.command("list")
@click.argument("event_slug", required=False)
def list_posters(event_slug: str | None) -> None:
    """List posters, all or one event's."""
    query = select(Poster).join(Event).order_by(Event.slug, Poster.channel, Poster.code)
    with work() as doing:
        if event_slug:
            query = query.where(Poster.event_id == event_of(doing.session, event_slug).id)
        for row in doing.session.scalars(query):
            mark = "  (replaced)" if row.retired_at else ""
            line = f"{row.code}  {row.event.slug:32} {row.wave:8} {row.channel}{mark}"
            doing.say(line)


@poster.command("scans")
@click.argument("event_slug")
def list_scans(event_slug: str) -> None:
    """Show how often each poster was opened, by hour."""
    with work() as doing:
        query = (
            select(Scan.hour, Poster.channel, Scan.count)
            .join(Poster, Poster.code == Scan.poster)
            .where(Scan.event_id == event_of(doing.session, event_slug).id)
            .order_by(Scan.hour, Poster.channel)
        )
        for hour, channel, count in doing.session.execute(query):
            doing.say(f"{hour}  {channel:24} {count:6}")


def tell(doing: Work, made: Poster) -> None:
    """Say a poster's code and where it is printed, loudly where only this computer can open it."""
    base = served_address(doing.session, settings())
    doing.say(f"{made.code}: {address(base, made.code)}")
    doing.say(f"  Print it from {base}/poster/{made.code}")
    doing.say(f"  Paper forms: {base}/poster/{made.code}/form")
    if is_only_here(base):
        doing.say(click.style(ONLY_HERE, bold=True))
