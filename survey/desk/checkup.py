"""What an installation needs, checked one by one: each finding says what to do."""

from __future__ import annotations

import json
import os
import ssl
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import URLError
from zoneinfo import ZoneInfo

from cryptography.exceptions import InvalidTag
from sqlalchemy import Engine, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey.config import INSTANCE, Settings, is_only_here
from survey.storage import gauges, schema
from survey.storage.copies import snapshot
from survey.storage.copies.place import folder_of
from survey.storage.db import AWAY, NotDurable
from survey.storage.events import now
from survey.storage.models import Event, Figure, SealedComment
from survey.storage.release_store import current
from survey.storage.sealed_comments import Seal
from survey.storage.writer import Writer, kind_of

GOOD, ODD, BAD = "good", "odd", "bad"
FLASK = "python3 dev.py flask"
LEAST_ROOM = 500 * 10**6  # bytes: an evening, its log and a backup's copy
BACKUP_DAYS = 2  # without a backup; the timer in deploy/ makes one every night
FIRST_DAY = datetime(2026, 11, 1, tzinfo=UTC)  # before any installation of this version
PATIENCE = 5  # seconds for our own public address


@dataclass(frozen=True)
class Finding:
    about: str
    state: str
    says: str


def good(about: str, says: str) -> Finding:
    return Finding(about, GOOD, says)


def odd(about: str, says: str) -> Finding:
    return Finding(about, ODD, says)


def bad(about: str, says: str) -> Finding:
    return Finding(about, BAD, says)


def findings(settings: Settings, engine: Engine, writer: Writer, seal: Seal) -> Iterator[Finding]:
    """Yield a finding for each thing; where the database cannot be read, nothing that needs it."""
    yield settings_of_address(settings)
    yield secret_file(settings)
    yield disk(settings)
    yield clock()
    try:
        first = database(settings, engine)
        yield first
        if first.state == BAD:
            return
        yield storing(writer)
        with Session(engine) as session:
            for check in (time_zones, release, backups):
                yield check(session)
            yield waiting_comments(session, seal)
    except (*AWAY, SQLAlchemyError, NotDurable) as error:
        yield bad("database", f"it cannot be read ({type(error).__name__}). {AWAY_ADVICE}")


AWAY_ADVICE = "Is the server that DATABASE_URL names running, and may this user read it?"


def settings_of_address(settings: Settings) -> Finding:
    if not settings.public_url:
        return odd(
            "address",
            "PUBLIC_URL is not set: posters open on this computer alone. "
            "Set PUBLIC_URL=https://your.address in the server's settings.",
        )
    if settings.public_url.startswith("http:") and not is_only_here(settings.public_url):
        return bad(
            "address",
            f"{settings.public_url} is not encrypted: put a TLS proxy in front (deploy/) and "
            "set PUBLIC_URL to its https address.",
        )
    return good("address", f"posters print {settings.public_url}")


def secret_file(settings: Settings) -> Finding:
    """The secret itself was checked when the settings were read."""
    file = INSTANCE / "secret_key"
    if not file.exists() or file.read_text("ascii").strip() != settings.secret_key:
        return good("secret", "SECRET_KEY comes from the environment and is strong")
    if mode := others_may(file):
        return bad("secret", f"others may read {file} ({mode}). Type: chmod 600 {file}")
    return good("secret", f"{file} is this user's alone")


def others_may(path: Path) -> str:
    """Return the mode of a file that others than its owner may use; "" where none may."""
    mode = path.stat().st_mode & 0o777
    return f"mode {mode:o}" if mode & 0o077 else ""


def disk(settings: Settings) -> Finding:
    folder = folder_of(settings)
    if not folder.exists() or not os.access(folder, os.W_OK):
        return bad("disk", f"this user may not write to {folder}: change its owner")
    file = Path(str(make_url(settings.database_url).database))
    size = file.stat().st_size if file.exists() else 0
    free, needed = gauges.room(settings), max(LEAST_ROOM, 2 * size)
    says = f"{free / 1e9:,.1f} GB free in {folder}"
    if free < needed:
        return bad(
            "disk", f"{says}: an evening and a backup need {needed / 1e9:,.1f} GB. Make room"
        )
    return good("disk", says)


def clock() -> Finding:
    moment = now()
    if moment < FIRST_DAY:
        return bad(
            "clock", f"it says {moment:%Y-%m-%d}, which is over. Type: timedatectl set-ntp 1"
        )
    return good("clock", f"{moment:%Y-%m-%d %H:%M} UTC")


def database(settings: Settings, engine: Engine) -> Finding:
    """Whether its tables are this version's, and SQLite finds every page whole."""
    is_file = engine.dialect.name == "sqlite"
    file = Path(engine.url.database or "")
    if is_file and not file.exists():
        return bad("database", f"there is none at {file}. Type: {FLASK} migrate")
    if is_file and (wrong := snapshot.damage(file)):
        return bad("database", f"{snapshot.DAMAGE.format(path=file)} SQLite says: {wrong}")
    try:
        with engine.connect() as connection:
            schema.require_current(connection)
            broken = is_file and connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    except schema.NotReady as problem:
        return bad("database", str(problem))
    if broken:
        return bad("database", f"a row of {broken[0]} refers to nothing: restore the last backup")
    if is_file and (mode := others_may(file)):
        return odd("database", f"others may read {file} ({mode}). Type: chmod 600 {file}")
    return good("database", f"whole, of this version ({schema.versions()[-1]})")


def storing(writer: Writer) -> Finding:
    try:
        writer.do(gauges.try_to_store)
    except AWAY as error:
        return bad("storing", f"nothing can be stored now ({kind_of(error)}): is the disk full?")
    return good("storing", "a row was written and taken back")


def time_zones(session: Session) -> Finding:
    names = {"America/New_York", *session.scalars(select(Event.time_zone).distinct())}
    for name in sorted(names):
        try:
            zone = ZoneInfo(name)
        except (KeyError, OSError, ValueError):
            return bad("time zones", f"{name} is not known here. Type: pip install tzdata")
        if zone.utcoffset(datetime(2027, 8, 3, 18, tzinfo=zone)) is None:
            return bad("time zones", f"{name} has no offset. Type: pip install --upgrade tzdata")
    return good("time zones", f"{len(names)} known, with daylight saving")


def release(session: Session) -> Finding:
    newest = current(session)
    if newest is None:
        return good("release", "none yet; `flask release` makes one once an event is closed")
    rows = select(func.count()).select_from(Figure).where(Figure.release_id == newest.release.id)
    ahead = newest.release.made_at > now() + timedelta(minutes=5)
    if ahead:
        return bad("release", "it was made in the future: the clock went back, or was wrong then")
    many = session.scalar(rows) or 0
    if not many:
        return bad("release", f"number {newest.release.id} has no rows: restore the last backup")
    return good("release", f"number {newest.release.id} can be read, {many:,} rows")


def backups(session: Session) -> Finding:
    made = gauges.last_backup(session)
    if made is None:
        return odd("backup", f"none was made here. Type: {FLASK} backup FOLDER --to age1...")
    days = (now() - made).days
    if days >= BACKUP_DAYS:
        return odd("backup", f"the last is {days} days old: look at the timer (deploy/)")
    return good("backup", f"the last was made {made:%Y-%m-%d %H:%M} UTC")


def waiting_comments(session: Session, seal: Seal) -> Finding:
    waiting = session.execute(select(SealedComment.event_id, SealedComment.sealed).limit(20)).all()
    for event_id, sealed in waiting:
        try:
            seal.open(event_id, sealed)
        except InvalidTag:
            return bad("comments", "some were sealed with another SECRET_KEY: put that key back")
    return good("comments", "those that wait can be opened with this SECRET_KEY")


def public_address(settings: Settings) -> Finding:
    """Open our own public address, as a phone would: the proxy, its certificate, its headers."""
    if not settings.public_url:
        return good("proxy", "not tried: PUBLIC_URL is not set")
    address = f"{settings.public_url}/healthz"
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as reply:
            answer = json.load(reply)
            secure = reply.headers.get("Strict-Transport-Security")
    except (URLError, OSError, ValueError, ssl.SSLError) as error:
        reason = getattr(error, "reason", error)
        return bad("proxy", f"{address} does not open here ({reason}). Is the proxy running?")
    if answer.get("status") != "alive":
        return bad("proxy", f"{address} is answered by something else than this server")
    if settings.public_url.startswith("https") and not secure:
        return bad(
            "proxy",
            "it does not say that visitors came by https: let it set X-Forwarded-Proto (deploy/)",
        )
    return good("proxy", f"{address} opens, as a phone would see it")
