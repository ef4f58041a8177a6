"""Keeping and forgetting: a rule, a look ahead, a year that goes, and what stays of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from survey.storage.county_parts import SUMS, TOTALS, CountyPart
from survey.storage.desk_tables import AuditEntry
from survey.storage.models import (
    Comment,
    Community,
    Event,
    Figure,
    Release,
    Response,
    SealedComment,
)
from survey.storage.release_store import current, rows
from tests.crowds import closed_event
from tests.desk_people import acts, colleague

PAGE = "/desk/keeping"


def kept(app: Flask, event_id: int, said: str, state: str = "kept") -> None:
    with Session(app.extensions["engine"]) as session:
        about = {"state": state, "theme": "traffic", "shown": said if state == "kept" else None}
        raw = f"{said} Call 330-555-0147."
        session.add(Comment(event_id=event_id, id=uuid4(), language="en", text=raw, **about))
        session.commit()


def flask(app: Flask, *words: str, fails: bool = False) -> str:
    result = app.test_cli_runner().invoke(args=list(words))
    assert (result.exit_code != 0) == fails, result.output
    return result.output


def figures(app: Flask, season: int, community: str = "maple-falls") -> list[dict[str, object]]:
    """Return what the newest release shows of a place's season, whatever the kind of figure."""
    with Session(app.extensions["engine"]) as session:
        now = current(session)
        assert now
        found = rows(session, now.release, seasons=[season])
        return [dict(row) for row in found if row["community"] == community]


def count(app: Flask, table: type) -> int:
    with Session(app.extensions["engine"]) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def long_ago(app: Flask, months: int) -> None:
    """Let the releases have been made before, and their events closed before that."""
    with Session(app.extensions["engine"]) as session:
        back = timedelta(days=31 * months)
        over = datetime.now(UTC) - back - timedelta(days=2)
        session.execute(update(Event).values(opens_at=over - timedelta(days=3), closes_at=over))
        session.execute(update(Release).values(made_at=datetime.now(UTC) - back))
        session.commit()


@pytest.fixture
def two_years(app: Flask) -> Flask:
    """Two towns' season of 2025, published more than a year ago, with comments of both kinds."""
    for name, many in (("Maple Falls", 44), ("Elm Grove", 20)):
        event_id = closed_event(app, many, season=2025, name=name)
        kept(app, event_id, f"Lights for {name}, please.")
        kept(app, event_id, "Officer K. did this.", "hidden")
    flask(app, "release")
    long_ago(app, 13)
    return app


def test_a_year_goes_and_its_figures_stay_in_every_later_release(two_years: Flask):
    app = two_years
    before, elm = figures(app, 2025), figures(app, 2025, "elm-grove")
    assert before
    assert elm
    flask(app, "retention", "rule", "12")
    said = flask(app, "retention")
    assert "2025: 64 answers and 3 comments go; 1 comments" in said
    assert "Nothing has gone" in said
    assert (count(app, Response), count(app, Comment)) == (64, 4)  # a look changes nothing
    flask(app, "retention", "apply")
    assert (count(app, Response), count(app, Comment), count(app, SealedComment)) == (0, 1, 0)
    with Session(app.extensions["engine"]) as session:
        comment = session.scalars(select(Comment)).one()
        assert comment.text == comment.shown == "Lights for Maple Falls, please."
        told = session.scalars(select(AuditEntry).where(AuditEntry.act == "season_forgotten")).one()
        assert told.about == {"season": 2025, "responses": 64, "comments": 3}
    assert count(app, Event) == 2
    assert flask(app, "retention", "apply").strip() == "Nothing is due."
    closed_event(app, 50, season=2026)
    flask(app, "release")
    assert figures(app, 2026)
    assert figures(app, 2025) == before  # to the last digit
    assert figures(app, 2025, "elm-grove") == elm
    with Session(app.extensions["engine"]) as session:
        now = current(session)
        assert now
        changes = rows(session, now.release, "change")
        assert any(row["season_from"] == 2025 and row["season_to"] == 2026 for row in changes)
    bo = colleague(app, "department", "maple-falls", name="Chief Bo")
    assert "Lights for Maple Falls" in bo.sees("/desk/places/maple-falls/comments/kept")


def test_what_comes_back_of_a_forgotten_year_is_mixed_into_nothing(two_years: Flask):
    app = two_years
    before = figures(app, 2025)
    flask(app, "retention", "rule", "12")
    with Session(app.extensions["engine"]) as session:
        one = session.scalars(select(Response)).first()
        assert one
        row = {column.name: getattr(one, column.name) for column in Response.__table__.columns}
    flask(app, "retention", "apply")
    with Session(app.extensions["engine"]) as session:  # as a restored or merged copy would
        for _ in range(60):
            session.add(Response(**{**row, "submission": uuid4()}))
        session.commit()
    closed_event(app, 50, season=2026)
    flask(app, "release")
    assert figures(app, 2025) == before
    flask(app, "retention", "apply")
    assert count(app, Response) == 50  # they are forgotten again
    assert "no longer kept" in flask(app, "event", "add", "maple-falls", "--day", "2025-08-05",
                                     fails=True)  # fmt: skip


def test_what_is_not_published_whole_is_never_forgotten(two_years: Flask):
    app = two_years
    flask(app, "retention", "rule", "12")
    late = closed_event(app, 30, season=2025, name="Oak Hill")  # closed after the release
    assert "2025: 94 answers are kept: not all of them could be in a release." in flask(
        app, "retention"
    )
    assert "Nothing is due" in flask(app, "retention", "apply")
    assert count(app, Response) == 94
    with Session(app.extensions["engine"]) as session:
        assert session.get_one(Event, late)


def test_a_release_that_would_lose_a_forgotten_year_is_refused(two_years: Flask):
    app = two_years
    flask(app, "retention", "rule", "12")
    flask(app, "retention", "apply")
    with Session(app.extensions["engine"]) as session:
        session.execute(update(Release).values(format=1))  # as an upgrade might find it
        session.commit()
    closed_event(app, 50, season=2026)
    assert "would lose them" in flask(app, "release", fails=True)
    assert count(app, Release) == 1


def seasons_of_parts(app: Flask) -> set[int]:
    """What is kept of the counties of the newest release, beside its figures."""
    with Session(app.extensions["engine"]) as session:
        return set(session.scalars(select(CountyPart.season)))


def test_a_hold_stops_all_forgetting_until_the_operator_lifts_it(two_years: Flask):
    app = two_years
    ana = colleague(app, "organiser", "maple-falls", name="Ana")
    olive = colleague(app, "operator", name="Olive")
    assert olive.presses(f"{PAGE}/rule", months="12").status_code == 303
    assert ana.presses(f"{PAGE}/rule", months="forever").status_code == 404
    assert ana.presses(f"{PAGE}/hold", why="").status_code == 422
    assert ana.presses(f"{PAGE}/hold", why="Court of Alder, case 12").status_code == 303
    page = ana.sees(PAGE)
    assert "Nothing has been deleted since" in page
    assert "Court of Alder, case 12" in page
    assert "someone asked to keep all of it" in ana.sees("/privacy")
    assert "Nothing is due" in flask(app, "retention", "apply")
    assert olive.presses(f"{PAGE}/forget", year="2025").status_code == 422
    reply = ana.presses("/desk/events/maple-falls-2025/delete", year="2025")
    assert reply.status_code == 422
    assert "Nothing can be deleted now" in reply.text
    assert count(app, Response) == 64
    assert ana.presses(f"{PAGE}/lift").status_code == 404
    assert olive.presses(f"{PAGE}/lift").status_code == 303
    assert olive.presses(f"{PAGE}/forget", year="2024").status_code == 422
    assert count(app, Response) == 64
    assert olive.presses(f"{PAGE}/forget", year="2025").status_code == 303
    assert count(app, Response) == 0
    assert SUMS not in seasons_of_parts(app) >= {TOTALS, 2025}
    assert [one for one in acts(app) if "hold" in one or "season" in one or "rule" in one] == [
        "rule_set", "hold_begun", "hold_lifted", "season_forgotten"
    ]  # fmt: skip
    assert "Single answers are deleted 12 months after" in ana.sees("/privacy")
    assert "12 meses después" in ana.sees("/privacy?lang=es")


def test_an_event_is_deleted_with_its_answers_once_its_year_is_typed(two_years: Flask):
    app = two_years
    ana = colleague(app, "organiser", "maple-falls", name="Ana")
    bo = colleague(app, "department", "maple-falls", name="Chief Bo")
    address = "/desk/events/maple-falls-2025/delete"
    assert "about 40 answers, fewer than 20 comments" in ana.sees(address)
    bo.sees(address, 404)
    ana.sees("/desk/events/elm-grove-2025/delete", 404)
    reply = ana.presses(address, year="2026")
    assert reply.status_code == 422
    assert 'value="2026"' in reply.text
    assert count(app, Response) == 64
    figure = count(app, Figure)
    assert seasons_of_parts(app) >= {SUMS, TOTALS, 2025}
    assert ana.presses(address, year="2025").status_code == 303
    assert SUMS not in seasons_of_parts(app) >= {TOTALS, 2025}  # only what was published is left
    for table, left in ((Response, 20), (Comment, 2), (Event, 1)):
        assert count(app, table) == left
    assert count(app, Figure) == figure  # what was published stays
    assert figures(app, 2025)
    assert acts(app)[-1] == "event_deleted"
    assert "with 44 answers and 2 comments" in ana.sees("/desk/diary")
    open_now = closed_event(app, 3, season=2026)
    with Session(app.extensions["engine"]) as session:
        session.get_one(Event, open_now).closes_at = datetime.now(UTC) + timedelta(hours=1)
        session.commit()
    assert ana.presses("/desk/events/maple-falls-2026/delete", year="2026").status_code == 422
    assert count(app, Response) == 23


def test_an_event_is_put_away_and_brought_back(two_years: Flask):
    ana = colleague(two_years, "organiser", "maple-falls", name="Ana")
    address = "/desk/events/maple-falls-2025"
    assert "National Night Out 2025" in ana.sees("/desk/")
    assert ana.presses(f"{address}/away").status_code == 303
    page = ana.sees("/desk/")
    assert "No event is planned" in page
    assert "Put away" in page
    assert ana.presses(f"{address}/back").status_code == 303
    assert "Put away" not in ana.sees("/desk/")
    assert count(two_years, Response) == 64
    assert ana.presses("/desk/events/elm-grove-2025/away").status_code == 404


def test_the_sheet_of_records_says_what_is_here_and_follows_it(two_years: Flask):
    app = two_years
    bo = colleague(app, "department", "maple-falls", name="Chief Bo")
    address = "/desk/places/maple-falls/records"
    page = bo.sees(address)
    assert "National Night Out 2025: what about 40 people ticked" in page
    assert "1 publication of figures" in page
    assert "kept with no end date" in page
    assert "Backup copies" not in page
    bo.sees("/desk/places/elm-grove/records", 404)
    flask(app, "retention", "rule", "12")
    flask(app, "retention", "apply")
    page = bo.sees(address)
    assert "the single answers were deleted" in page
    assert "12 months after" in page
    said = flask(app, "records", "maple-falls")
    assert "the single answers were deleted" in said
    assert "What does not exist" in said


def test_the_show_is_removed_from_the_desk_and_what_is_real_stays(two_years: Flask):
    app = two_years
    with Session(app.extensions["engine"]) as session:
        elm = session.scalars(select(Community).where(Community.slug == "elm-grove")).one()
        elm.made_up = True
        session.commit()
    olive = colleague(app, "operator", name="Olive")
    assert olive.presses(f"{PAGE}/demonstration").status_code == 422
    assert count(app, Response) == 64
    assert olive.presses(f"{PAGE}/demonstration", sure="yes").status_code == 303
    assert count(app, Response) == 44
    assert "made-up places" not in olive.sees(PAGE)
    assert acts(app)[-1] == "demonstration_removed"


@pytest.mark.parametrize("months", ["", "2", "121", "-12", "1e3", "x", "12 ", "٣٦"])
def test_a_rule_that_is_none_is_refused(sqlite_app: Flask, months: str):
    olive = colleague(sqlite_app, "operator", name="Olive")
    assert olive.presses(f"{PAGE}/rule", months=months).status_code == 422
    assert "kept for good" in flask(sqlite_app, "retention")
