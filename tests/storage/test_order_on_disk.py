"""What the bytes on disk say of who wrote which comment, and of the order in which people came.

The reader here has the files alone: the database, its write-ahead log, and for PostgreSQL the log
of the server. He looks for what he knows to be there and notes where it stands.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from scipy.stats import spearmanr
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from survey import create_app, db
from survey.storage.models import Comment, Event, Response, SealedComment
from tests.builders import Resident, add_event, add_poster, kept_comments
from tests.conftest import SECRET, make_app, settings_of

pytestmark = pytest.mark.sqlite  # it is about a file, or a process with one


PEOPLE = 60
BY_CHANCE = 20  # joined rightly of 55 comments shuffled in elevens: 5 are to be expected


class Evening:
    """Sixty residents, one after the other, each with a comment that only they wrote."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        other = add_poster(session, add_event(app, session, name="Birch Hollow"))
        Resident(app.test_client(), other.code).scans().answers(open="Elsewhere.").sends()
        self.event = add_event(app, session)
        code = add_poster(session, self.event).code
        self.people: list[UUID] = []
        chance = random.Random(8)
        for number in range(PEOPLE):
            resident = Resident(app.test_client(), code).scans()
            resident.fields["submission"] = str(UUID(int=chance.getrandbits(128), version=4))
            assert resident.answers(open=remark(number)).sends().status_code == 303
            self.people.append(UUID(resident.fields["submission"]))
            app.extensions["comments"].flush()  # its half a minute is over

    def closes(self) -> str:
        self.session.rollback()
        result = self.app.test_cli_runner().invoke(args=["event", "close", self.event.slug])
        assert result.exit_code == 0, result.output
        self.session.expire_all()
        return result.output


def remark(number: int) -> str:
    return f"Remark {number:02} of the evening."


def first_places(marks: Iterable[bytes], files: Iterable[bytes]) -> list[int]:
    """Return for each mark the place where it stands first in the files; -1 for none."""
    whole = b"".join(files)
    return [whole.find(mark) for mark in marks]


def joined_rightly(comments: list[int], responses: list[int]) -> int:
    """Join comments to responses by the order in which both stand; return how many are right."""
    found = [number for number, place in enumerate(comments) if place >= 0]
    by_comment = sorted(found, key=lambda number: comments[number])
    by_response = sorted(found, key=lambda number: responses[number])
    return sum(a == b for a, b in zip(by_comment, by_response, strict=True))


def remarks() -> list[bytes]:
    return [remark(number).encode() for number in range(PEOPLE)]


def sqlite_files(tmp_path: Path) -> list[bytes]:
    """The log first: it has everything in the order in which it was written."""
    return [
        path.read_bytes()
        for path in (tmp_path / "test.sqlite-wal", tmp_path / "test.sqlite")
        if path.exists()
    ]


def test_no_comment_is_joined_from_sqlites_files(sqlite_app: Flask, tmp_path: Path):
    with sqlite_app.app_context():
        evening = Evening(sqlite_app, db.session())
        files = sqlite_files(tmp_path)
        assert len(files) == 2
        comments = first_places(remarks(), files)
        people = first_places([one.hex.encode() for one in evening.people], files)
        assert min(people) >= 0  # the reader finds what is there
        assert sum(place < 0 for place in comments) == PEOPLE % 11  # these are sealed still
        assert joined_rightly(comments, people) <= BY_CHANCE
        for number, place in enumerate(comments):
            assert remark(number).encode() not in same_commit(files[0], evening.people[number])
            assert place < 0 or abs(place - people[number]) > 200


def same_commit(log: bytes, person: UUID) -> bytes:
    """Return the pages of the transaction in which a response was first written."""
    for pages in commits(log):
        if person.hex.encode() in pages:
            return pages
    return b""


def commits(log: bytes) -> Iterator[bytes]:
    """Yield the pages of each transaction of an SQLite write-ahead log (its file format, 4.1)."""
    page = int.from_bytes(log[8:12], "big")
    pages = b""
    for start in range(32, len(log) - page, 24 + page):
        pages += log[start + 24 : start + 24 + page]
        if int.from_bytes(log[start + 4 : start + 8], "big"):  # its last frame has the size
            yield pages
            pages = b""


def test_the_order_is_gone_from_sqlites_files_once_the_event_is_closed(
    sqlite_app: Flask, tmp_path: Path
):
    with sqlite_app.app_context():
        evening = Evening(sqlite_app, db.session())
        evening.closes()
        assert (tmp_path / "test.sqlite-wal").stat().st_size == 0
        (file,) = [data for data in sqlite_files(tmp_path) if data]
        people = [one.hex.encode() for one in evening.people]
        assert {file.count(one) for one in people} == {1}  # no older copy is left
        assert {file.count(one) for one in remarks()} == {1}
        places = first_places(people, [file])
        assert abs(spearmanr(range(PEOPLE), places).statistic) < 0.4
        kept = evening.session.scalars(select(Comment)).all()
        assert len(kept) == PEOPLE
        left = evening.session.scalars(select(SealedComment.event_id)).all()
        assert evening.event.id not in left


@pytest.mark.postgres
def test_no_comment_is_joined_from_postgresqls_files(postgres_app: Flask):
    with postgres_app.app_context():
        evening = Evening(postgres_app, db.session())
        files = [*logs(evening.session), *heaps(evening.session)]
        comments = first_places(remarks(), files)
        people = first_places([one.bytes for one in evening.people], files)
        assert min(people) >= 0
        assert joined_rightly(comments, people) <= BY_CHANCE
        sealed = evening.session.scalars(select(SealedComment.event_id)).all()
        assert len(sealed) == PEOPLE % 11 + 1  # and the one elsewhere


@pytest.mark.postgres
def test_the_order_is_gone_from_postgresqls_tables_once_the_event_is_closed(postgres_app: Flask):
    with postgres_app.app_context():
        evening = Evening(postgres_app, db.session())
        evening.event.season  # noqa: B018 - it is loaded
        close_all_but(evening)
        evening.closes()
        people = [one.bytes for one in evening.people]
        (file,) = heaps(evening.session, "response")
        assert {file.count(one) for one in people} == {1}
        places = first_places(people, [file])
        assert abs(spearmanr(range(PEOPLE), places).statistic) < 0.4
        transactions = evening.session.execute(
            text("SELECT DISTINCT xmin::text FROM response WHERE event_id = :event"),
            {"event": evening.event.id},
        ).all()
        assert len(transactions) == 1
        (comments,) = heaps(evening.session, "comment")
        assert {comments.count(one) for one in remarks()} == {1}
        assert evening.session.scalars(select(Response.submission)).all()


def close_all_but(evening: Evening) -> None:
    """The neighbour's event is over: no table must stay open for its guests."""
    for event in evening.session.scalars(select(Event).where(Event.id != evening.event.id)):
        event.opens_at = datetime.now(UTC) - timedelta(days=2)
        event.closes_at = datetime.now(UTC) - timedelta(days=1)
    evening.session.commit()


def data_directory(session: Session) -> Path:
    return Path(session.execute(text("SHOW data_directory")).scalar_one())


def heaps(session: Session, *names: str) -> list[bytes]:
    session.rollback()
    engine = create_engine(session.get_bind().engine.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))
        paths = [
            connection.execute(text("SELECT pg_relation_filepath(:name)"), {"name": name}).scalar()
            for name in names or ("response", "comment", "sealed_comment")
        ]
    engine.dispose()
    return [(data_directory(session) / str(path)).read_bytes() for path in paths]


def logs(session: Session) -> list[bytes]:
    return [
        path.read_bytes()
        for path in sorted((data_directory(session) / "pg_wal").iterdir())
        if path.is_file()
    ]


def test_a_comment_is_durable_when_its_sender_is_thanked(sqlite_app: Flask, sqlite_url: str):
    """The process is gone a moment later: another one finds the comment, whole."""
    with sqlite_app.app_context():
        event = add_event(sqlite_app, db.session())
        poster = add_poster(db.session(), event)
        resident = Resident(sqlite_app.test_client(), poster.code).scans()
        assert resident.answers(open="Más luz 💡").sends().status_code == 303
        assert resident.sends().status_code == 303
    later = make_app(sqlite_url)
    with later.app_context():
        assert [one.text for one in kept_comments(later, event.id)] == ["Más luz 💡"]


def test_fewer_than_eleven_wait_and_a_whole_eleven_is_moved(sqlite_app: Flask):
    with sqlite_app.app_context():
        session = db.session()
        code = add_poster(session, add_event(sqlite_app, session)).code
        for number in range(11):
            assert session.query(Comment).count() == 0
            resident = Resident(sqlite_app.test_client(), code).scans()
            resident.answers(open=remark(number)).sends()
            sqlite_app.extensions["comments"].flush()
            session.rollback()
        assert session.query(SealedComment).count() == 0
        assert {row.text for row in session.query(Comment)} == {remark(n) for n in range(11)}


def test_every_sealed_comment_has_the_same_length(sqlite_app: Flask):
    with sqlite_app.app_context():
        session = db.session()
        code = add_poster(session, add_event(sqlite_app, session)).code
        for said in ("a", "\n" * 278 + "ab", '"' * 280, "💡" * 280, "\\" * 280):
            resident = Resident(sqlite_app.test_client(), code).scans()
            assert resident.answers(open=said).sends().status_code == 303
        assert len({len(row.sealed) for row in session.query(SealedComment)}) == 1


def test_another_secret_opens_nothing_and_loses_nothing(sqlite_app: Flask, sqlite_url: str):
    with sqlite_app.app_context():
        session = db.session()
        event = add_event(sqlite_app, session)
        poster = add_poster(session, event)
        Resident(sqlite_app.test_client(), poster.code).scans().answers(open="Hello").sends()
        slug = event.slug
    other = create_app(settings_of(sqlite_url, secret_key=SECRET[::-1] + "another"))
    told = other.test_cli_runner().invoke(args=["event", "close", slug]).output
    assert "1 of its comments cannot be opened: another SECRET_KEY sealed them" in told
    with sqlite_app.app_context():
        assert [one.text for one in kept_comments(sqlite_app, event.id)] == ["Hello"]
    other.extensions["writer"].stop()
    other.extensions["engine"].dispose()


def test_what_sqlite_frees_is_overwritten(sqlite_app: Flask):
    with sqlite_app.extensions["engine"].connect() as connection:
        assert connection.execute(text("PRAGMA secure_delete")).scalar() == 1
    assert sqlite3.sqlite_version_info >= (3, 35)  # DELETE ... RETURNING
