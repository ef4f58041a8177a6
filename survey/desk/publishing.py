"""Runs of a preview or a publication: asked for on the desk or typed, each in a process of its own.

A run survives the browser that asked for it. What it makes can be read once its last transaction
is committed, and not before: a run that is killed leaves the releases as they were, and another
can be started.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread
from time import monotonic
from typing import Any

from sqlalchemy import CursorResult, Engine, exists, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey.config import ROOT, Settings
from survey.desk.accounts import OPERATOR, ORGANISER
from survey.storage import release_lock
from survey.storage.desk_tables import Account
from survey.storage.events import Refused
from survey.storage.models import Community, Event, Release
from survey.storage.publishing_tables import ReleaseRun

PREVIEW, PUBLISH = "preview", "publish"
ASKED, RUNNING, DONE, REFUSED, FAILED, STOPPED = (
    "asked", "running", "done", "refused", "failed", "stopped",
)  # fmt: skip
STARTS_WITHIN = timedelta(minutes=1)  # a process of ours on a busy machine takes some ten seconds
EVERY = 1.0  # seconds between two notes of how far a run is


def may_publish(session: Session, account: Account) -> bool:
    """Whether somebody may publish. A release is of every place here: an organiser publishes
    where all of them are theirs, and the operator wherever there are others'."""
    if account.role == OPERATOR:
        return True
    own = [place.id for place in account.communities]
    others = exists().where(~Community.made_up, Community.id.not_in(own))
    return account.role == ORGANISER and bool(own) and not session.scalar(select(others))


@dataclass(frozen=True)
class Standing:
    """How the last run of a kind stands."""

    run: ReleaseRun
    state: str  # of the run; stopped where its process is gone

    @property
    def goes_on(self) -> bool:
        return self.state in (ASKED, RUNNING)


def last(session: Session, engine: Engine, kind: str, moment: datetime) -> Standing | None:
    """Return the newest run of a kind; None where there was none."""
    newest = select(ReleaseRun).where(ReleaseRun.kind == kind).order_by(ReleaseRun.id.desc())
    run = session.scalars(newest.limit(1)).first()
    if run is None:
        return None
    if run.active and not is_starting(run, moment) and not release_lock.is_held(engine):
        session.refresh(run)  # one that ended a moment ago was stored before it let go
        return Standing(run, STOPPED if run.active else run.state)
    return Standing(run, run.state)


def is_current(session: Session, run: ReleaseRun, moment: datetime) -> bool:
    """Whether a preview still says what would be published: nothing was since, or closed."""
    published = exists().where(Release.made_at >= run.asked_at)
    closed = exists().where(Event.closes_at > run.asked_at, Event.closes_at <= moment)
    return not session.scalar(select(published | closed))


def is_published(session: Session, event: Event) -> bool:
    """Whether a release was made after an event was closed."""
    return bool(session.scalar(select(exists().where(Release.made_at >= event.closes_at))))


def is_starting(run: ReleaseRun, moment: datetime) -> bool:
    """Whether the process of a run may be there and not have taken it up yet."""
    return run.state == ASKED and moment < run.asked_at + STARTS_WITHIN


def ask(
    session: Session,
    kind: str,
    moment: datetime,
    *,
    alive: bool,
    account_id: int | None = None,
) -> int:
    """Note that a run is wanted and return its number. Raises Refused while another goes on.

    alive: whether somebody holds the lock of releases; never where the caller does.
    """
    before = session.scalars(select(ReleaseRun).where(ReleaseRun.active.is_(True))).first()
    if before is not None:
        if alive or is_starting(before, moment):
            raise release_lock.busy()
        before.state, before.active = STOPPED, None
        session.flush()
    run = ReleaseRun(
        kind=kind, account_id=account_id, asked_at=moment, state=ASKED, active=True,
        done=0, total=0, outcome={}, release=None,
    )  # fmt: skip
    session.add(run)
    session.flush()
    return run.id


def begin(session: Session, id: int) -> ReleaseRun:
    """Take up a run that was asked for. Raises Refused where it was given up meanwhile."""
    if not change(session, id, ASKED, state=RUNNING):
        raise Refused(f"Run {id} is not waiting to be started.")
    return session.get_one(ReleaseRun, id)


def end(session: Session, id: int, outcome: Mapping[str, Any], release: int | None = None) -> None:
    """Note that a run is done, in the transaction that stores what it made.

    Raises Refused where it was given up for dead: then what it made must not be stored.
    """
    result = dict(outcome)
    if not change(session, id, RUNNING, state=DONE, active=None, outcome=result, release=release):
        raise Refused("This run was given up meanwhile: nothing of it is kept.")


def fail(session: Session, id: int, refused: Refused | None) -> None:
    """Note why a run made nothing; not of one that was given up."""
    outcome = {"why": refused.why, "sentence": str(refused)} if refused else {}
    state = REFUSED if refused else FAILED
    change(session, id, RUNNING, state=state, active=None, outcome=outcome)


def change(session: Session, id: int, was: str, **values: Any) -> bool:
    mine = (ReleaseRun.id == id, ReleaseRun.state == was, ReleaseRun.active.is_(True))
    changed = session.execute(update(ReleaseRun).where(*mine).values(**values))
    assert isinstance(changed, CursorResult)
    return changed.rowcount == 1


class Progress:
    """Notes how far a run is, on a connection of its own, at most once a second.

    It is for those who wait: where the database is busy, a note is left out.
    """

    def __init__(self, engine: Engine, id: int) -> None:
        self.engine, self.id = engine, id
        self.due = 0.0

    def __call__(self, done: int, total: int) -> None:
        if monotonic() < self.due and done < total:
            return
        self.due = monotonic() + EVERY
        try:
            with Session(self.engine) as session:
                change(session, self.id, RUNNING, done=done, total=total)
                session.commit()
        except SQLAlchemyError:
            return


def start(settings: Settings, id: int) -> None:
    """Start the process of a run. It goes on when the server that started it ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "release", "--run", str(id)],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": settings.database_url,  # no password among the words
            "SECRET_KEY": settings.secret_key,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    Thread(target=process.wait, name="release", daemon=True).start()  # its end is taken note of
