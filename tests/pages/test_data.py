"""Downloads: one zip with stable columns, a codebook and checksums that hold."""

from __future__ import annotations

import gzip
import hashlib
import io
import shutil
import zipfile
from pathlib import Path
from threading import Event, Thread

import pytest
from flask import Flask

from survey.read import downloads
from survey.read.making import NotMade
from survey.storage import db
from survey.storage.models import Figure, Release
from tests.conftest import make_app
from tests.demonstration import copy_of


@pytest.fixture(scope="module")
def archive(shown: Flask) -> zipfile.ZipFile:
    reply = shown.test_client().get("/data/1/porchlight.zip")
    assert reply.status_code == 200
    assert "immutable" in reply.headers["Cache-Control"]
    return zipfile.ZipFile(io.BytesIO(reply.data))


def test_every_checksum_in_the_zip_holds(archive: zipfile.ZipFile):
    sums = archive.read("porchlight-1/SHA256SUMS").decode().splitlines()
    assert len(sums) == len(archive.namelist()) - 1
    for line in sums:
        digest, name = line.split("  ")
        assert hashlib.sha256(archive.read(f"porchlight-1/{name}")).hexdigest() == digest


def test_the_release_is_named_by_the_checksum_of_its_rows(shown: Flask, archive: zipfile.ZipFile):
    canonical = hashlib.sha256(archive.read("porchlight-1/canonical.txt")).hexdigest()
    with shown.app_context():
        assert db.session().get_one(Release, 1).sha256 == canonical
    assert canonical in shown.test_client().get("/data").text


def test_the_same_release_is_the_same_bytes(shown: Flask):
    client = shown.test_client()
    for name in ("porchlight.zip", "figures.csv", "release.json"):
        assert client.get(f"/data/1/{name}").data == client.get(f"/data/1/{name}").data


def test_what_is_not_there_is_404(shown: Flask):
    client = shown.test_client()
    for address in (
        "/data/2",
        "/data/2/figures.csv",
        "/data/1/answers.csv",
        "/data/1/ledger.csv",
        "/data/1/figures.csv.gz",
    ):
        assert client.get(address).status_code == 404


def test_the_zip_has_an_address_that_stays(shown: Flask):
    client = shown.test_client()
    reply = client.get("/data/latest")
    assert (reply.status_code, reply.headers["Location"]) == (302, "/data/1")
    assert reply.headers["Cache-Control"] == "no-cache"
    whole = client.get("/data/latest", follow_redirects=True)
    assert whole.data == client.get("/data/1").data == client.get("/data/1/porchlight.zip").data
    assert whole.headers["Content-Disposition"] == 'attachment; filename="porchlight-1.zip"'
    assert client.get("/data/latest/figures.csv").headers["Location"] == "/data/1/figures.csv"


def test_every_file_of_the_zip_has_an_address_and_a_name_of_its_own(
    shown: Flask, archive: zipfile.ZipFile
):
    client, saved = shown.test_client(), set()
    for entry in archive.namelist():
        name = entry.removeprefix("porchlight-1/")
        reply = client.get(f"/data/1/{name}")
        assert reply.data == archive.read(entry), name
        assert reply.headers["Access-Control-Allow-Origin"] == "*"
        disposition = reply.headers.get("Content-Disposition", "")
        assert bool(disposition) != name.endswith((".html", ".pdf")), name
        saved.add(disposition or name)
    assert len(saved) == len(archive.namelist())


def test_a_changed_row_is_found(shown: Flask, tmp_path: Path, monkeypatch):
    """Whoever changes a stored figure gets no files of it, and no visitor gets them either."""
    monkeypatch.setattr("survey.config.INSTANCE", tmp_path)  # no file of this release is there yet
    app = make_app(copy_of(shown, tmp_path / "copy.sqlite"))
    with app.app_context():
        figure = db.session().query(Figure).filter_by(release_id=1, kind="figure", number=3).one()
        figure.row = {**figure.row, "value_high": 0.99}
        db.session().commit()
        release = db.session().get_one(Release, 1)
        with pytest.raises(NotMade, match="not what was released") as refusal:
            downloads.find(db.session(), app.extensions["settings"], release, "figures.csv")

    def refuse(*words: object) -> None:
        raise refusal.value

    monkeypatch.setattr(downloads, "make_apart", refuse)
    assert app.test_client().get("/data/1/figures.csv").status_code == 503
    kept = app.extensions["settings"].release_files
    assert [path for path in kept.iterdir() if path.is_dir()] == []


def test_files_are_made_once_and_are_the_same_packed(shown: Flask, monkeypatch):
    client = shown.test_client()
    names = ("figures.csv", "figures-wide.csv", "changes.csv", "codebook.csv", "release.json")
    plain = {name: client.get(f"/data/1/{name}") for name in names}
    monkeypatch.setattr(downloads, "make_apart", None)  # nothing is made again
    for name, reply in plain.items():
        assert int(reply.headers["Content-Length"]) == len(reply.data)
        packed = client.get(f"/data/1/{name}", headers={"Accept-Encoding": "br, gzip"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == reply.data
        assert len(packed.data) < len(reply.data) / 2
    folder = shown.extensions["settings"].release_files
    (stale := folder / "7-of-a-release-that-is-gone").mkdir()
    with shown.app_context():
        downloads.forget_others(db.session(), folder)
    assert not stale.exists()
    assert client.get("/data/1").status_code == 200


def test_where_nothing_can_be_kept_files_are_sent_all_the_same(shown: Flask, monkeypatch):
    client = shown.test_client()
    kept = client.get("/data/1/communities.csv").data
    folder = shown.extensions["settings"].release_files
    whole = next(path for path in folder.iterdir() if path.name.startswith("1-"))
    asked: list[Path] = []

    def make(settings: object, release: int, into: Path) -> None:
        asked.append(into)
        if into.is_relative_to(folder):
            raise OSError("No space left on device")
        shutil.copytree(whole, into)

    monkeypatch.setattr(downloads, "make", make)
    monkeypatch.setattr(downloads, "kept_name", lambda number, sha256: f"{number}-nowhere")
    monkeypatch.setattr(downloads, "forget_others", lambda session, folder: None)
    reply = client.get("/data/1/communities.csv", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(reply.data) == kept
    assert client.get("/data/1/communities.csv").data == kept
    assert len([path for path in asked if not path.is_relative_to(folder)]) == 1  # kept there


def test_two_processes_never_make_the_same_files(tmp_path: Path, monkeypatch):
    """Each has a lock of its own on the folder: the second waits until the first is done."""
    monkeypatch.setattr(downloads, "WAIT", 0.01)
    inside, gate, order = Event(), Event(), []

    def first() -> None:
        with downloads.alone(tmp_path):
            inside.set()
            gate.wait(60)
            order.append("first")

    def second() -> None:
        with downloads.alone(tmp_path):
            order.append("second")

    threads = [Thread(target=first), Thread(target=second)]
    threads[0].start()
    assert inside.wait(60)
    threads[1].start()
    threads[1].join(0.1)
    assert order == []
    gate.set()
    for thread in threads:
        thread.join(60)
    assert order == ["first", "second"]
