"""What a command says is stored before it is said: real processes whose output nobody takes."""

from __future__ import annotations

import os
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import click
import pytest
from flask import Flask

from survey.commands.listed import COMMANDS
from survey.config import ROOT
from survey.storage import db
from survey.storage.models import Poster
from tests import forked
from tests.builders import Resident, add_event, add_poster
from tests.conftest import SECRET, make_app

pytestmark = pytest.mark.sqlite  # it is about a file, or a process with one


TODAY = datetime.now(UTC).date()
CHANGES = {
    "community add Elmwood --county Alder --state Oregon": "slug FROM community -> elmwood",
    'community rename birch-hollow "Birch Town"': "name FROM community -> Birch Town",
    "community correct birch-hollow --county Elm": "county FROM community -> Elm",
    "community codes birch-hollow --gnis 1155107": "gnis FROM community -> 1155107",
    "community remove birch-hollow": "slug FROM community -> !birch-hollow",
    'community agency birch-hollow school "Hollow School"': "name FROM agency -> Hollow School",
    'agency rename birch-hollow fire "Hollow Fire"': "name FROM agency -> Hollow Fire",
    "agency remove birch-hollow ems": "name FROM agency -> !Birch Hollow ems",
    "event add birch-hollow --day 2027-08-03": "slug FROM event -> birch-hollow-2027",
    "event correct birch-hollow-2026 --name Picnic": "name FROM event -> Picnic",
    "event logo birch-hollow-2026 docs/porchlight.png": "event_id FROM logo -> 2",
    "event rehearse birch-hollow-2028": "rehearsal_until > 0 FROM event WHERE id = 4 -> 1",
    "event remove birch-hollow-2026": "slug FROM event -> !birch-hollow-2026",
    "event delete maple-falls-2026 --year 2026": "slug FROM event -> !maple-falls-2026",
    "event language birch-hollow-2026 ar": "languages FROM event -> %ar%",
    'event host birch-hollow-2026 "Hollow Neighbors"': "host FROM event -> Hollow Neighbors",
    "event close birch-hollow-2026": f"date(closes_at) FROM event WHERE id = 2 -> {TODAY}",
    "poster add birch-hollow-2026 --channel fountain": "channel FROM poster -> fountain",
    "poster correct AAAAAA --channel fountain": "channel FROM poster -> fountain",
    "poster remove AAAAAA": "code FROM poster -> !AAAAAA",
    "poster replace AAAAAA": "channel FROM poster WHERE code <> 'AAAAAA' -> gate",
    "poster cards AAAAAA --more 2": "count(*) FROM card -> 2",
    "release": "count(*) FROM release -> 1",
    "retention rule 12": "value FROM installation WHERE name = 'keep months' -> 12",
    'retention hold "A court" --by Ann': "value FROM installation -> %A court%",
    "operator link": "count(*) FROM account_link -> 1",
    "demo remove": "slug FROM community -> !elm-grove",
}
FILES = {"release": "releases/1-*/porchlight.zip"}  # what is there, too, when a command ends
FROM_NOTHING = {"release", "community list", "event add birch-hollow --day 2027-08-03"}
READS = (
    "community list",
    "event list",
    "import list maple-falls-2026",
    "poster list",
    "poster scans maple-falls-2026",
    "records maple-falls",
    "audit verify",
    "instrument check",
    "instrument publish",
    "migrate",
    "doctor",
    "language list",
    "language sheet es",
)
# prove writes a page of docs/, a review a file of content/, a package, a backup and a brief
# files, a restore another database: all before they say a word. An import is stored, and taken
# back, in tests/imports/; what is forgotten, and a hold that is lifted, in
# tests/pages/desk/test_keeping.py; what is decided about held answers in tests/quality/.
ELSEWHERE = {
    "held list", "held propose", "held answer",
    "package", "brief", "import file", "import undo", "retention apply", "retention lift",
    "prove", "language review", "backup", "restore", "move", "merge", "research-file", "raw-export",
}  # fmt: skip
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Two communities of our own, one with answers that can be released, and a made-up one."""
    path = tmp_path / "durable.sqlite"
    app = make_app(f"sqlite:///{path}")
    with app.app_context():
        session = db.session()
        shown = add_event(app, session, name="Elm Grove")
        shown.community.made_up = True
        event = add_event(app, session, name="Birch Hollow")
        event.posters.append(Poster(code="AAAAAA", channel="gate"))
        answered = add_event(app, session, name="Maple Falls")
        answer(app, add_poster(session, answered).code, 12)
        add_event(app, session, name="Birch Hollow", season=2028, open_now=False)
        answered.opens_at = datetime.now(UTC) - timedelta(days=9)
        answered.closes_at = datetime.now(UTC) - timedelta(seconds=1)
        session.commit()
    return path


def answer(app: Flask, code: str, people: int) -> None:
    for _ in range(people):
        assert Resident(app.test_client(), code).scans().answers().sends().status_code == 303


@pytest.fixture
def unread(database: Path) -> Iterator[IO[bytes]]:
    """A pipe that nobody reads any more."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb", buffering=0) as pipe:
        yield pipe


@pytest.fixture
def run(database: Path) -> Run:
    """Run `flask ...` as a process of its own; one that starts from nothing where that matters."""

    def process(line: str, out: int | IO[bytes], **more: str) -> subprocess.CompletedProcess[str]:
        words = shlex.split(line)
        environment = {**os.environ, "DATABASE_URL": f"sqlite:///{database}", "SECRET_KEY": SECRET}
        if isinstance(out, int) or line in FROM_NOTHING:
            return subprocess.run(
                [sys.executable, "-m", "flask", "--app", "wsgi", *words],
                cwd=ROOT,
                env={**environment, **more},
                stdout=out,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        code, errors = forked.flask([line], {**environment, **more}, out)
        return subprocess.CompletedProcess(words, code, "", errors)

    return process


def values(database: Path, query: str) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [str(value) for (value,) in connection.execute(f"SELECT {query}")]


def is_so(database: Path, expected: str) -> bool:
    """Whether "column FROM table -> value" is so; !value: nowhere, %value%: somewhere inside."""
    query, wanted = expected.split(" -> ")
    found = values(database, query)
    if wanted.startswith("!"):
        return wanted[1:] not in found
    if wanted.startswith("%"):
        return any(wanted.strip("%") in value for value in found)
    return wanted in found


@pytest.mark.parametrize("line", CHANGES)
def test_a_change_is_stored_though_nobody_reads_what_is_said(
    database: Path, run: Run, unread: IO[bytes], line: str
):
    assert not is_so(database, CHANGES[line])
    done = run(line, unread)
    assert (done.returncode, done.stderr) == (0, "")
    assert is_so(database, CHANGES[line])
    assert line not in FILES or list(database.parent.glob(FILES[line]))


@pytest.mark.parametrize("line", READS)
def test_a_list_ends_quietly_when_its_reader_goes_away(run: Run, unread: IO[bytes], line: str):
    done = run(line, unread)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_command_is_tried():
    def names(commands: Iterable[click.Command], before: str = "") -> Iterator[str]:
        for command in commands:
            if isinstance(command, click.Group):
                yield from names(command.commands.values(), f"{before}{command.name} ")
            else:
                yield f"{before}{command.name}"

    tried = [*CHANGES, *READS]
    for name in set(names(COMMANDS)) - ELSEWHERE:
        assert any(f"{line} ".startswith(f"{name} ") for line in tried), name


def test_a_code_that_head_printed_is_stored(database: Path):
    flask = f"{shlex.quote(sys.executable)} -m flask --app wsgi"
    settings = {"DATABASE_URL": f"sqlite:///{database}", "SECRET_KEY": SECRET}
    for _ in range(3):
        line = f"{flask} poster add birch-hollow-2026 --channel gate | head -1"
        done = subprocess.run(
            ["sh", "-c", line], cwd=ROOT, env={**os.environ, **settings}, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert done.stdout[:6] in values(database, "code FROM poster"), done.stderr


def test_a_full_disk_behind_the_output_changes_nothing_that_is_stored(database: Path, run: Run):
    if not os.path.exists("/dev/full"):
        pytest.skip("This system has no /dev/full.")
    with open("/dev/full", "wb", buffering=0) as full:
        done = run("poster add birch-hollow-2026 --channel fountain", full)
    assert done.returncode == 1
    assert done.stderr == "It is done and stored, but it could not be printed.\n"
    assert "fountain" in values(database, "channel FROM poster")


def test_a_letter_that_the_terminal_lacks_changes_nothing_that_is_stored(database: Path, run: Run):
    line = 'community add "Cañon Кедр" --county Alder --state Oregon'
    done = run(line, subprocess.PIPE, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(
        "canon-kedr: Ca\\xf1on \\u041a\\u0435\\u0434\\u0440, Alder County"
    )
    assert "Cañon Кедр" in values(database, "name FROM community")


def test_the_demonstration_is_loaded_though_nobody_reads_its_steps(
    tmp_path: Path, unread: IO[bytes]
):
    path = tmp_path / "new.sqlite"
    settings = {"DATABASE_URL": f"sqlite:///{path}", "SECRET_KEY": SECRET}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "demo"],
        cwd=ROOT, env={**os.environ, **settings}, stdout=unread, stderr=subprocess.PIPE,
        text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert values(path, "count(*) FROM release") == ["1"]
