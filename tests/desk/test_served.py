"""The address that is printed is the one that opens: the public one, or loudly this computer's."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey.storage import db
from tests.browser.server import Site, serving
from tests.builders import add_event, add_poster
from tests.conftest import make_app

LOUD = "NOBODY OUTSIDE THIS COMPUTER CAN OPEN THIS ADDRESS"
READY = (
    'community add "Maple Falls" --county Alder --state Oregon',
    'community agency maple-falls police "Maple Falls Police"',
    "event add maple-falls --day 2027-08-03",
)
ADD = "poster add maple-falls-2027 --channel entrance"


def test_the_command_line_prints_the_port_that_is_served(tmp_path: Path):
    site = Site(tmp_path / "served.sqlite")
    site.flask("migrate", *READY)
    with serving(site) as served:
        told = site.flask(ADD)  # in another window, which knows nothing of PORT
    code = told[:6]
    assert told.startswith(f"{code}: {served.url}/s/{code}\n")
    assert f"{served.url}/poster/{code}\n" in told
    assert LOUD in told

    public = Site(site.database, settings={"PUBLIC_URL": "https://survey.example/\r"})
    with serving(public):
        told = site.flask(ADD)  # the server knows the public address; this window need not
    assert told.startswith(f"{told[:6]}: https://survey.example/s/{told[:6]}\n")
    assert LOUD not in told


@pytest.mark.parametrize(
    ("public", "loud"),
    [("", True), ("http://localhost:8000", True), ("https://survey.example", False)],
)
def test_a_poster_that_only_this_computer_can_open_says_so_on_its_sheet(
    tmp_path: Path, public: str, loud: bool
):
    app = make_app(f"sqlite:///{tmp_path / 'p.sqlite'}", public_url=public)
    with app.app_context():
        poster = add_poster(db.session(), add_event(app, db.session()))
    for language, words in (("en", "Only this computer can open"), ("es", "Solo esta computadora")):
        page = app.test_client().get(f"/poster/{poster.code}?lang={language}").text
        sheet = page[page.index('<article class="sheet">') :]
        assert (words in sheet) is loud
