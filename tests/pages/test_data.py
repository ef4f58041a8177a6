"""Downloads: one zip with stable columns, a codebook and checksums that hold."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zipfile

import pytest
from flask import Flask

from survey.storage import db
from survey.storage.models import Figure, Release
from survey.storage.released_tables import load
from tests.conftest import make_app


@pytest.fixture(scope="module")
def archive(shown: Flask) -> zipfile.ZipFile:
    reply = shown.test_client().get("/data/1/porchlight.zip")
    assert reply.status_code == 200
    assert "immutable" in reply.headers["Cache-Control"]
    return zipfile.ZipFile(io.BytesIO(reply.data))


def read(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    text = archive.read(f"porchlight-1/{name}").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


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


def test_every_column_is_in_the_codebook(archive: zipfile.ZipFile):
    told = {(row["file"], row["column"]) for row in read(archive, "codebook.csv")}
    files = {"figures.csv": "long", "figures-wide.csv": "wide", "changes.csv": "changes"}
    for file, kind in files.items():
        columns = read(archive, file)[0].keys()
        known = {name for found, name in told if found in (kind, "long")}
        assert set(columns) <= known, set(columns) - known


def test_the_wide_table_says_what_the_long_one_says(archive: zipfile.ZipFile):
    place = ("season", "county", "community", "members", "cut", "group", "groups")
    wide = {tuple(row[name] for name in place): row for row in read(archive, "figures-wide.csv")}
    long = read(archive, "figures.csv")
    for row in long:
        line = wide[tuple(row[name] for name in place)]
        measure = ".".join(filter(None, (row["measure"], row["agency"])))
        assert line[f"{measure}.n"] == row["n"]
        assert line[f"{measure}.range_low"] == row["range_low"]
    assert len(long) > 5000


def test_the_same_release_is_the_same_bytes(shown: Flask):
    client = shown.test_client()
    for name in ("porchlight.zip", "figures.csv", "release.json"):
        assert client.get(f"/data/1/{name}").data == client.get(f"/data/1/{name}").data


def test_what_is_not_there_is_404(shown: Flask):
    client = shown.test_client()
    for address in ("/data/2/figures.csv", "/data/1/answers.csv", "/data/1/ledger.csv"):
        assert client.get(address).status_code == 404


def test_a_changed_row_is_found(shown: Flask, sqlite_url: str):
    app = make_app(sqlite_url)
    assert app.test_cli_runner().invoke(args=["demo"]).exit_code == 0
    with app.app_context():
        release = db.session().get_one(Release, 1)
        load(db.session(), release)
        figure = db.session().query(Figure).filter_by(release_id=1, kind="figure", number=3).one()
        figure.row = {**figure.row, "value_high": 0.99}
        db.session().commit()
        with pytest.raises(ValueError, match="not what was released"):
            load(db.session(), release)
    assert app.test_client().get("/data/1/figures.csv").status_code == 500


def test_files_are_made_once_and_are_the_same_packed(shown: Flask, monkeypatch):
    from survey.read import charts, downloads

    client = shown.test_client()
    names = ("figures.csv", "figures-wide.csv", "changes.csv", "codebook.csv", "release.json")
    plain = {name: client.get(f"/data/1/{name}") for name in names}
    monkeypatch.setattr(charts, "files", None)  # nothing is made again
    with zipfile.ZipFile(io.BytesIO(client.get("/data/1/porchlight.zip").data)) as archive:
        for name, reply in plain.items():
            assert reply.data == archive.read(f"porchlight-1/{name}")
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
    assert client.get("/data/1/porchlight.zip").status_code == 200


def test_where_nothing_can_be_kept_files_are_sent_all_the_same(shown: Flask, monkeypatch):
    from survey.read import downloads

    def full(*words: object) -> None:
        raise OSError("No space left on device")

    kept = shown.test_client().get("/data/1/codebook.csv").data
    monkeypatch.setattr(downloads, "keep", full)
    monkeypatch.setattr(downloads, "kept_name", lambda number, sha256: "nowhere")
    reply = shown.test_client().get("/data/1/codebook.csv", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(reply.data) == kept
