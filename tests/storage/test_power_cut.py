"""The power goes while answers are stored: who was thanked is in the file when it is back.

benchmarks/power.py does the same with the whole server, many times.
"""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

import pytest

from benchmarks.power import CannotCut, Disk, own_disk, stored_in
from survey.storage import db
from tests.builders import Resident, add_event, add_poster
from tests.conftest import let_go, made, make_app

pytestmark = pytest.mark.sqlite  # it is about a file, or a process with one


PEOPLE = 4
BEFORE = 60  # answers that were acknowledged when the power goes


def evening(disk: Disk) -> list[str]:
    """Let people answer until the power is cut; return who was thanked."""
    app = make_app(f"sqlite:///{disk.folder}/evening.sqlite", DISK_PATIENCE=0.5)
    with app.app_context():
        code = add_poster(db.session(), add_event(app, db.session())).code
    disk.settle()
    thanked: list[str] = []
    told: list[int] = []
    enough, over = Event(), Event()

    def answer() -> None:
        client = app.test_client()
        while not over.is_set() and (page := client.get(f"/s/{code}")).status_code == 200:
            resident = Resident(client, code).reads(page.text).answers()
            status = resident.sends().status_code
            told.append(status)
            if status == 303:
                thanked.append(resident.fields["submission"])
            if len(thanked) >= BEFORE:
                enough.set()

    people = [Thread(target=answer) for _ in range(PEOPLE)]
    for person in people:
        person.start()
    assert enough.wait(60)
    before = [*thanked]  # a disk that is going down may still tell us "written"; nobody would hear
    disk.cut()
    over.set()
    for person in people:
        person.join(60)
    assert set(told) <= {303, 503}
    made.remove(app)
    let_go(app)
    return before


def lost_in_a_cut() -> set[str]:
    try:
        with own_disk() as disk:
            thanked = evening(disk)
            disk.take_out()
            disk.plug_in()
            file = Path(disk.folder, "evening.sqlite")
            stored = stored_in(file) if file.exists() else []
    except CannotCut as why:
        pytest.skip(f"the power cannot be cut here: {why}")
    assert len(thanked) >= BEFORE
    assert len(set(stored)) == len(stored)
    return set(thanked) - set(stored)


def test_nobody_who_was_thanked_is_lost():
    assert lost_in_a_cut() == set()


def test_the_cut_is_a_real_one(monkeypatch: pytest.MonkeyPatch):
    """With SQLite's usual setting the same cut loses answers, and no error says so."""
    monkeypatch.setitem(db.PRAGMAS, "synchronous", 1)
    assert lost_in_a_cut()
