"""Codes by which other tables know a community: checked when typed, published with a release."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey.desk.place_codes import set_codes
from survey.release.about import place_row
from survey.storage.events import Refused
from survey.storage.models import Community
from tests.builders import add_event


def home_of(app: Flask, session: Session) -> Community:
    add_event(app, session, name="Alder Bend")  # a neighbour, who has none
    return add_event(app, session).community


def test_codes_are_published_with_the_place(sqlite_app: Flask):
    with sqlite_app.app_context():
        from survey.storage import db

        session, content = db.session(), sqlite_app.extensions["content"]
        home = home_of(sqlite_app, session)
        begins = content.states[home.state].fips
        session.commit()
        result = sqlite_app.test_cli_runner().invoke(
            args=["community", "codes", home.slug, "--fips", f"{begins}4 4700", "--gnis", "1162523"]
        )
        assert result.exit_code == 0, result.output
        session.expire_all()
        row = place_row(content, session.get_one(Community, home.id))
        assert (row["fips"], row["gnis"]) == (f"{begins}44700", "1162523")
        result = sqlite_app.test_cli_runner().invoke(
            args=["community", "codes", home.slug, "--fips", ""]
        )
        session.expire_all()
        assert (home.fips, home.gnis) == ("", "1162523")
        others = session.query(Community).filter(Community.id != home.id)
        assert [(one.fips, one.gnis) for one in others] == [("", "")]


@pytest.mark.parametrize(
    ("fips", "gnis", "field", "said"),
    [
        ("44", "", "fips", "7 digits"),
        ("41123456", "", "fips", "7 digits"),
        ("9944700", "", "fips", "another state"),
        ("", "GNIS 7", "gnis", "8 digits"),
    ],
)
def test_a_wrong_code_is_refused_by_its_field(sqlite_app: Flask, fips, gnis, field, said):
    with sqlite_app.app_context():
        from survey.storage import db

        home = home_of(sqlite_app, db.session())
        with pytest.raises(Refused, match=said) as refused:
            set_codes(sqlite_app.extensions["content"], home, fips=fips, gnis=gnis)
        assert refused.value.field == field
        assert (home.fips, home.gnis) == ("", "")
