"""Tables made with a release: the bytes that would have been sent, whole or a state's alone."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask

from survey.pages import tables
from survey.read import downloads, kept_tables, subject_tables
from survey.read.packed_parts import Scratch, some
from survey.storage import db, release_store
from survey.storage.models import Release
from survey.web.locale import content

ASKED = ("", "?state=Alaska", "?lang=es", "?cut=age&lang=es&state=Alabama", "?measure=listen")


@pytest.fixture(scope="module")
def kept(country: Flask) -> Iterator[Path]:
    """The tables of the country, where a page looks for them."""
    with country.app_context():
        release = db.session().get_one(Release, 1)
        folder = kept_tables.folder_of(country.extensions["settings"].release_files, release)
        folder.mkdir(parents=True, exist_ok=True)
        subject_tables.make(db.session(), content(), release, folder)
    yield folder
    for path in folder.iterdir():
        path.unlink()


def fetched(app: Flask, address: str, accepted: str) -> bytes:
    reply = app.test_client().get(address, headers={"Accept-Encoding": accepted})
    assert reply.status_code == 200
    assert reply.headers.get("Content-Encoding", "identity") == accepted
    body: bytes = reply.data
    if accepted == "identity":
        return body
    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)  # one stream, as a browser reads it
    text: bytes = stream.decompress(body) + stream.flush()
    assert stream.eof
    assert not stream.unused_data
    return text


@pytest.mark.parametrize("query", ASKED)
def test_a_table_that_was_made_is_what_would_be_sent(
    country: Flask, kept: Path, monkeypatch, query
):
    address = f"/results.csv{query}"
    with monkeypatch.context() as patch:
        patch.setattr(kept_tables, "can_send", lambda *where: False)
        patch.setattr(kept_tables, "keeping", lambda pieces, path: pieces)
        written = fetched(country, address, "identity")
    assert written.count(b"\r\n") > 10
    monkeypatch.setattr(tables, "written", None)  # nothing is read or written again
    for accepted in ("gzip", "identity"):
        assert fetched(country, address, accepted) == written


def test_every_subject_that_has_figures_has_a_table_in_each_language(country: Flask, kept: Path):
    with country.app_context():
        now = release_store.current(db.session())
        codes = [language.code for language in content().reading_languages]
    assert now is not None
    for subject in now.subjects:
        for code in codes:
            assert (kept / kept_tables.file_name(subject, "total", code)).is_file(), subject
    assert not list(kept.glob("*.scratch"))


def test_a_county_is_read_from_the_release(country: Flask, kept: Path, monkeypatch):
    of_state = fetched(country, "/results.csv?state=Alaska", "identity")
    rows = csv.DictReader(io.StringIO(of_state.decode("utf-8-sig")))
    counties = {row["county"] for row in rows}
    monkeypatch.setattr(kept_tables, "chunks", None)
    for county in counties:
        query = urlencode({"state": "Alaska", "county": county})
        lines = fetched(country, f"/results.csv?{query}", "identity").splitlines()
        assert len(lines) > 1
        assert set(lines) <= set(of_state.splitlines())
    assert counties


def test_parts_are_put_in_order_whatever_order_they_come_in(tmp_path: Path):
    scratch, path = Scratch(tmp_path / "a.scratch"), tmp_path / "a.csv.gz"
    long = b"2026 Ohio %d\r\n"
    for key, text in (
        ((2026, "Ohio"), b"".join(long % n for n in range(9000))),
        ((2025, "Ohio"), b"2025 Ohio\r\n"),
        ((2026, "Iowa"), b"2026 Iowa\r\n"),
        ((2025, "Ohio"), b"2025 Ohio, more\r\n"),
    ):
        scratch.add(key, text)
    scratch.put_in_order(b"season state\r\n", path)
    lines = gzip.decompress(path.read_bytes()).splitlines()
    assert lines[:4] == [b"season state", b"2025 Ohio", b"2025 Ohio, more", b"2026 Iowa"]
    assert len(lines) == 4 + 9000
    iowa = some(path, lambda key: key[1] == "Iowa")
    assert gzip.decompress(b"".join(iowa)) == b"season state\r\n2026 Iowa\r\n"
    nowhere = some(path, lambda key: key[1] == "Utah", plain=True)
    assert b"".join(nowhere) == b"season state\r\n"


def test_tables_are_made_with_a_large_release_and_go_with_it(country: Flask, tmp_path, monkeypatch):
    made: list[str] = []

    def apart(settings, release: int, folder: Path, module: str = "") -> None:
        made.append(module)
        (folder / "trust.police.total.en.csv.gz").write_bytes(b"table")
        (folder / "trust.police.total.en.csv.parts").write_bytes(b"parts")

    monkeypatch.setattr(downloads, "make_apart", apart)
    settings = country.extensions["settings"]
    with country.app_context():
        release = db.session().get_one(Release, 1)
        downloads.make_tables(db.session(), settings, release, tmp_path)
        assert not made  # a town's table is written in no time
        monkeypatch.setattr(kept_tables, "LARGE", 10)
        downloads.make_tables(db.session(), settings, release, tmp_path)
        downloads.make_tables(db.session(), settings, release, tmp_path)
        assert made == ["survey.read.subject_tables"]
        folder = kept_tables.folder_of(tmp_path, release)
        assert sorted(path.name for path in folder.iterdir()) == [
            "trust.police.total.en.csv.gz", "trust.police.total.en.csv.parts", "whole"
        ]  # fmt: skip
        other = tmp_path / f"{kept_tables.PREFIX}7-{'0' * 16}-{'0' * 12}"
        other.mkdir()
        downloads.forget_others(db.session(), tmp_path)
        assert folder.is_dir()
        assert not other.exists()
