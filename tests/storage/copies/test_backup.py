"""Backups are whole though people answer meanwhile, and whatever goes wrong loses nothing."""

from __future__ import annotations

import io
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from pyrage import x25519

from survey.config import ROOT, Settings
from survey.storage.copies import archive, backup, restore
from survey.storage.copies.place import scratch
from survey.storage.db import open_engine
from survey.storage.events import Refused
from tests.builders import Resident
from tests.conftest import SECRET
from tests.storage.copies.conftest import COMMENT, MOMENT, Night
from tests.storage.copies.raw import of_file, raw_rows

pytestmark = pytest.mark.sqlite  # it is about a file, or a process with one


def opened(file: Path, database: Path, *identities: archive.Identity) -> archive.Contents:
    """Take a backup apart; its database is then at the path `database`."""
    with database.open("xb") as written:
        return archive.unpack(file, identities, written)[0]


def test_a_backup_while_people_answer_has_all_that_was_stored_before(night: Night, tmp_path: Path):
    stored: list[str] = []
    going = threading.Event()
    going.set()

    def answer() -> None:
        while going.is_set():
            resident = Resident(night.app.test_client(), night.code).scans().answers()
            if resident.sends().status_code == 303:
                stored.append(resident.fields["submission"].replace("-", ""))

    people = [threading.Thread(target=answer) for _ in range(3)]
    for person in people:
        person.start()
    try:
        made = []
        for number in range(4):
            before = list(stored)
            made.append((before, night.backup(tmp_path / f"{number}.tar.gz"), list(stored)))
    finally:
        going.clear()
        for person in people:
            person.join()
    assert len(stored) > len(made[0][0])  # they really answered meanwhile
    now = raw_rows(night.settings.database_url)
    for number, (before, done, _) in enumerate(made):
        opened(done.file, copy := tmp_path / f"{number}.sqlite")
        kept = of_file(copy)
        assert set(kept) == set(now)
        for table in set(now) - {"scan", "sealed_comment"}:  # a count goes on, a comment moves
            assert set(kept[table]) <= set(now[table]), table
        ids = {value for row in kept["response"] for value in row if value.startswith("subm")}
        assert {f"submission={one}" for one in before} <= ids
        assert len(ids) == len(kept["response"])


def test_a_backup_keeps_every_row_and_the_secret(night: Night, tmp_path: Path):
    done = night.backup(tmp_path)
    assert done.file.name == "porchlight-2027-08-04T031500Z.tar.gz"
    assert done.file.stat().st_mode & 0o777 == 0o600
    with (tmp_path / "again.sqlite").open("xb") as written:
        contents, secret = archive.unpack(done.file, [], written)
    assert secret == SECRET
    assert contents.tables["response"].rows == 6
    kept = of_file(tmp_path / "again.sqlite")
    assert kept == raw_rows(night.settings.database_url)
    assert all(kept[name] for name in ("sealed_comment", "figure", "release", "scan", "poster"))
    assert COMMENT.encode() not in (tmp_path / "again.sqlite").read_bytes()  # it waits sealed


def test_nobody_reads_an_encrypted_backup_without_its_key(sqlite_night: Night, tmp_path: Path):
    key, other = x25519.Identity.generate(), x25519.Identity.generate()
    done = sqlite_night.backup(tmp_path / "night.age", key.to_public())
    data = done.file.read_bytes()
    assert data.startswith(b"age-encryption.org/v1")
    assert SECRET.encode() not in data
    with pytest.raises(Refused, match=r"is encrypted: name the file of its private key"):
        opened(done.file, tmp_path / "none.sqlite")
    with pytest.raises(Refused, match=r"No private key that was given opens"):
        opened(done.file, tmp_path / "other.sqlite", other)
    assert opened(done.file, tmp_path / "whole.sqlite", key) == done.contents


@pytest.mark.parametrize("encrypted", [False, True])
def test_what_was_cut_off_or_changed_is_no_backup(
    sqlite_night: Night, tmp_path: Path, encrypted: bool
):
    key = x25519.Identity.generate()
    keys = [key.to_public()] if encrypted else []
    done = sqlite_night.backup(tmp_path / "night", *keys)
    data, chance = done.file.read_bytes(), random.Random(5)
    whole = taken_apart(done.file, key)
    spoiled = [data[: len(data) * part // 20] for part in range(20)]
    spoiled += [data[:-1], data[:-9], b"not a backup", b"age-encryption.org/v1\n"]
    for what in spoiled:
        (tmp_path / "spoiled").write_bytes(what)
        with pytest.raises(Refused):
            taken_apart(tmp_path / "spoiled", key)
    refused = 0
    for place in chance.sample(range(len(data)), 60):
        (tmp_path / "spoiled").write_bytes(flipped(data, place))
        try:  # a bit that compression has no use for changes nothing
            assert taken_apart(tmp_path / "spoiled", key) == whole
        except Refused:
            refused += 1
    assert refused == 60 if encrypted else refused > 20


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def taken_apart(file: Path, key: archive.Identity) -> tuple[archive.Contents, str, bytes]:
    database = io.BytesIO()
    return *archive.unpack(file, [key], database), database.getvalue()


def test_a_backup_never_replaces_a_file(sqlite_night: Night, tmp_path: Path):
    (tmp_path / "earlier").write_text("dear")
    with pytest.raises(Refused, match="is there already and is not replaced"):
        sqlite_night.backup(tmp_path / "earlier")
    assert (tmp_path / "earlier").read_text() == "dear"
    with pytest.raises(Refused, match="There is no folder"):
        sqlite_night.backup(tmp_path / "nowhere" / "night")


def test_two_at_once_wait_for_one_another(sqlite_night: Night, tmp_path: Path):
    with (
        scratch(sqlite_night.settings),
        pytest.raises(Refused, match="Another backup or restore is under way"),
    ):
        sqlite_night.backup(tmp_path / "night")
    sqlite_night.backup(tmp_path / "night")


def test_older_backups_go_and_nothing_else(tmp_path: Path):
    days = [f"porchlight-2027-08-0{day}T031500Z.tar.gz" for day in range(1, 6)]
    for name in (*days, "porchlight.tar.gz", "holiday.jpg", "porchlight-2027.tar.gz.age"):
        (tmp_path / name).touch()
    gone = backup.remove_older(tmp_path, keep=2)
    assert [path.name for path in gone] == days[:3]
    assert len(list(tmp_path.iterdir())) == 5


def test_a_damaged_database_is_told_and_kept(sqlite_night: Night, tmp_path: Path):
    file = tmp_path / "damaged.sqlite"
    with closing(sqlite3.connect(sqlite_night.engine.url.database or "")) as connection:
        connection.execute("VACUUM INTO ?", (str(file),))
    data = bytearray(file.read_bytes())
    for page in range(2, len(data) // 4096, 2):
        data[page * 4096 : page * 4096 + 2000] = b"\xa5" * 2000
    file.write_bytes(data)
    with pytest.raises(Refused, match=r"is damaged and cannot be read whole. Keep it as it is"):
        backup_of(file, tmp_path / "night")
    assert file.read_bytes()[100:] == data[100:]
    assert not list(tmp_path.glob("*night*"))


def test_where_there_is_no_database_none_is_made(tmp_path: Path):
    file = tmp_path / "missing.sqlite"
    with pytest.raises(Refused, match="There is no database at"):
        backup_of(file, tmp_path / "night")
    assert not file.exists()


def backup_of(file: Path, place: Path) -> None:
    settings = Settings(SECRET, database_url=f"sqlite:///{file}")
    engine = open_engine(settings)
    try:
        backup.make(settings, engine, place, [], MOMENT)
    finally:
        engine.dispose()


def on_a_small_disk(disk: Path, kilobytes: int, url: str, *words: str) -> str:
    """Run a command that fails in one line, beside a disk of that size; return the line.

    A database that is to lie on the disk is copied there from beside it.
    """
    disk.mkdir(exist_ok=True)
    mounted = f'mount -t tmpfs -o size={kilobytes}k tmpfs "$0"'
    inside = ["unshare", "-rm", "sh", "-c"]
    tried = [*inside, mounted, str(disk)]
    if not shutil.which("unshare") or subprocess.run(tried, check=False).returncode:
        pytest.skip("This system lets nobody make a small disk (unshare -rm).")
    ready = f'{mounted} && {{ [ -z "$COPIED" ] || cp "$COPIED" "$0"; }} && exec "$@"'
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    done = subprocess.run(
        [*inside, ready, str(disk), *command], env={**os.environ, **settings_for(disk, url)},
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    line = done.stderr.strip()
    return line


def settings_for(disk: Path, url: str) -> dict[str, str]:
    file = Path(url.removeprefix("sqlite:///"))
    there = file.parent == disk
    copied = str(disk.parent / file.name) if there else ""
    return {"DATABASE_URL": url, "SECRET_KEY": SECRET, "COPIED": copied}


FULL = "Error: The disk is full: nothing was changed. Make room and type it again."


def test_a_full_disk_beside_the_database_leaves_nothing(sqlite_night: Night, tmp_path: Path):
    with closing(sqlite3.connect(sqlite_night.engine.url.database or "")) as connection:
        connection.execute("VACUUM INTO ?", (str(tmp_path / "small.sqlite"),))
    room = (tmp_path / "small.sqlite").stat().st_size // 1024 + 100
    url = f"sqlite:///{tmp_path / 'disk' / 'small.sqlite'}"
    before = files_of(tmp_path)
    assert on_a_small_disk(tmp_path / "disk", room, url, "backup", str(tmp_path / "night")) == FULL
    assert files_of(tmp_path) - before == {"disk"}


def test_a_full_disk_for_the_backup_leaves_nothing(sqlite_night: Night, tmp_path: Path):
    url, disk = sqlite_night.settings.database_url, tmp_path / "disk"
    key = str(x25519.Identity.generate().to_public())
    for more in ((), ("--to", key)):
        assert on_a_small_disk(disk, 4, url, "backup", str(disk), *more) == FULL
    assert not (tmp_path / ".copying").exists()


def files_of(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {".copying.lock"}


KILLED = """
import os, signal, sys, threading, time
from pathlib import Path
from tests.conftest import SECRET
from tests.storage.copies.conftest import MOMENT
from survey.config import Settings
from survey.storage.copies import backup
from survey.storage.db import open_engine
settings = Settings(SECRET, database_url=sys.argv[1])

def run(path):
    backup.make(settings, open_engine(settings), path, [], MOMENT)
    os._exit(0)

def child(path, seconds):
    began = time.monotonic()
    if (pid := os.fork()) == 0:
        run(path)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return time.monotonic() - began

folder = Path(sys.argv[2])
whole = child(folder / "whole", None)
for number in range(25):
    child(folder / f"{number}", whole * number / 24)
"""


def test_a_backup_killed_at_any_moment_leaves_no_half(sqlite_night: Night, tmp_path: Path):
    folder = tmp_path / "backups"
    folder.mkdir()
    url = sqlite_night.settings.database_url
    command = [sys.executable, "-c", KILLED, url, str(folder)]
    subprocess.run(command, cwd=ROOT, check=True)
    made = [path for path in folder.iterdir() if not path.name.startswith(".")]
    assert 1 <= len(made) < 26  # some were killed before their end
    for path in made:
        restore.drill(sqlite_night.settings, path, [])
    sqlite_night.answers()
    done = sqlite_night.backup(folder / "next")  # clears up after those that were killed
    assert done.contents.tables["response"].rows == 7
    assert not (tmp_path / ".copying").exists()
    assert done.contents.made_at == f"{MOMENT:%Y-%m-%dT%H:%M:%SZ}"


def test_rows_from_before_a_rule_are_no_damage(sqlite_night: Night, tmp_path: Path):
    file = Path(sqlite_night.engine.url.database or "")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute('UPDATE response SET answers = \'{"name": " "}\'')
    done = sqlite_night.backup(tmp_path / "night")
    assert restore.drill(sqlite_night.settings, done.file, []) == done.contents
