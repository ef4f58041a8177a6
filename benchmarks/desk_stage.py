"""A desk with a place in every state: to come, tried out, running, over, published, empty.

Made-up towns beside the demonstration's, with long names where a page has to have room for them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from flask import Flask
from sqlalchemy import create_engine, insert, select, update
from sqlalchemy.orm import Session

from benchmarks.running import SECRET
from survey import create_app
from survey.config import Settings
from survey.desk import accounts, cards, posters, rehearsal, sessions
from survey.desk.accounts import DEPARTMENT, OPERATOR, ORGANISER, REVIEWER
from survey.storage import db, events, schema
from survey.storage.desk_tables import Account, RehearsalAnswer
from survey.storage.models import Comment, Community, PosterActivity, Response, Scan
from tests.builders import Resident, add_event, add_poster
from tests.crowds import closed_event
from tests.quality.nights import two_towns

LONG = "Saint Petersburg Charter Township"  # to come
PEOPLE = {"Olive": OPERATOR, "Ana": ORGANISER, "Chief Bo Lindqvist": DEPARTMENT, "Rui": REVIEWER}
PASSWORD = "river lamp nine oak"
SAID = (
    (
        "The lights on Third Street have been out since spring. It is dark when my children walk"
        " home from practice, and we have asked three times. Please do something before the winter!"
    ),
    "Call me at 330-555-0147 or mail jo.b@mail.example.org, I live at 12 Maple Street.",
    "Thank you, Officer Kim, for staying after the storm.",
    "More music, please.",
)


def furnish(url: str) -> dict[str, str]:
    """Fill an empty database; return for each of PEOPLE the token of a session."""
    app = create_app(Settings(secret_key=SECRET, database_url=url))
    schema.migrate(app.extensions["engine"])
    with app.app_context():
        over(app)
        running(app)
        to_come(app)
        earlier(app)
        add_event(app, db.session(), name="Oak Bend", season=2027, open_now=False)
    tokens = sign_in(app)
    app.extensions["engine"].dispose()
    return tokens


def over(app: Flask) -> None:
    """Maple Falls: closed, with odd answers, comments that wait and some that were kept."""
    event = two_towns(app, db.session())
    now = datetime.now(UTC)
    event.opens_at, event.closes_at = now - timedelta(days=9), now - timedelta(minutes=5)
    texts = [{"text": text, "state": "waiting"} for text in SAID]
    texts += [
        {"text": f"{SAID[0]} ({number})", "state": "kept", "theme": theme, "shown": SAID[0]}
        for number, theme in enumerate(["traffic"] * 22 + ["officers", "thanks"])
    ]
    for row in texts:
        db.session().add(Comment(event_id=event.id, id=uuid4(), language="en", **row))
    db.session().commit()
    closed_event(app, 40, name="Birch Hollow")


def running(app: Flask) -> None:
    """River Junction: open now, one poster busy, one silent; sheets keyed twice."""
    session = db.session()
    event = add_event(app, session, name="River Junction", kinds=("sheriff", "fire", "ems"))
    now = datetime.now(UTC)
    event.starts_at, event.ends_at = now - timedelta(hours=2), now + timedelta(hours=2)
    event.opens_at = event.starts_at
    codes = [add_poster(session, event, one).code for one in ("Entrance", "Food", "Fire truck")]
    posters.add_poster(session, event, channel="Exit", wave="leaving")
    session.commit()
    for door in ("paper", "paper", "twice/paper", "twice/paper"):
        typist = Resident(app.test_client(), f"{codes[0]}/{door}").scans()
        typist.fields |= {"who": "adult", "met": ["sheriff", "fire"], "trust.fire": "5"}
        typist.fields |= {"trust.sheriff": "2" if "twice" in door else "4", "age": "35-44"}
        assert typist.sends().status_code in (303,), door
    first = session.scalars(select(Response).where(Response.event_id == event.id)).first()
    assert first is not None
    row = {column.name: getattr(first, column.name) for column in Response.__table__.columns}
    row |= {"mode": "own phone", "hour": f"{now:%Y-%m-%dT%H}"}
    many = [{**row, "submission": uuid4(), "poster": codes[n % 7 == 0]} for n in range(184)]
    session.execute(insert(Response), many)
    slot = now - timedelta(minutes=50)
    for code, count in zip(codes, (240, 61, 0), strict=True):
        if count:
            hour = {"poster": code, "hour": row["hour"], "count": count}
            session.execute(insert(Scan), {"event_id": event.id, **hour})
            about = {"opened_at": slot, "answered_at": slot}
            session.merge(PosterActivity(event_id=event.id, poster=code, **about))
    session.commit()


def to_come(app: Flask) -> None:
    """A long name, many posters, cards, and a try-out that is on."""
    session, now = db.session(), events.now()
    event = add_event(app, session, name=LONG, season=2027, open_now=False, languages=["en", "es"])
    for where in ("Entrance", "Behind the firehouse, on the left", "Police table"):
        code = add_poster(session, event, where).code
    posters.add_poster(session, event, channel="Exit", wave="leaving")
    cards.make(session, SECRET, event, "400", now)
    rehearsal.begin(session, event, now)
    told = [["Who are you?", "An adult"], ["How much do you trust the police?", "A lot"]]
    session.add(RehearsalAnswer(event_id=event.id, id=uuid4(), poster=code, told=told))
    session.commit()


def earlier(app: Flask) -> None:
    """Birch Hollow in 2025: over, for answers from a file."""
    event = add_event(app, db.session(), name="Birch Hollow", season=2025, open_now=False)
    event.opens_at = datetime(2025, 8, 5, tzinfo=UTC)
    event.closes_at = datetime(2025, 8, 7, tzinfo=UTC)
    db.session().commit()


def sign_in(app: Flask) -> dict[str, str]:
    """Make PEOPLE, and a session of each; all but the operator work for every place here."""
    now, tokens = datetime.now(UTC), {}
    with Session(app.extensions["engine"]) as session:
        places = list(session.scalars(select(Community.id)))
        for name, role in PEOPLE.items():
            ids = [] if role == OPERATOR else places
            link = accounts.keep_link(session, now, role, ids)
            account = accounts.accept(session, link, name, PASSWORD, "en", now)
            tokens[name] = sessions.begin(session, account, "", now)
        session.commit()
    return tokens


def reads_in(url: str, language: str) -> None:
    """Let everybody's desk be in this language."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(update(Account).values(language=language))
    engine.dispose()
