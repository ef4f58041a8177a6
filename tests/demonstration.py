"""The demonstration in a database of its own, made once for all workers and only read."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import app_on, instead, let_go, made, make_app
from tests.shared import made_once, run_folder


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The app with the demonstration loaded by its own command."""
    own = tmp_path_factory.mktemp("demonstration") / "demo.sqlite"
    if instead.address:
        load(make_app(f"sqlite:///{own}"))
    else:
        shutil.copy(demonstration_file(tmp_path_factory), own)
    share_files(tmp_path_factory, own.parent)
    app = make_app(f"sqlite:///{own}")
    made.remove(app)  # it outlives the test that asks for it first
    yield app
    let_go(app)


def demonstration_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the SQLite file with the demonstration: one for all workers, so copy it."""

    def make(raw: Path) -> None:
        load(app_on(f"sqlite:///{raw}"))

    return made_once(run_folder(tmp_path_factory), "demonstration.sqlite", make)


def share_files(tmp_path_factory: pytest.TempPathFactory, beside: Path) -> None:
    """Let the files of the demonstration's release, too, be made once for all workers."""
    shared = run_folder(tmp_path_factory) / "releases"
    shared.mkdir(exist_ok=True)
    (beside / "releases").symlink_to(shared)


def load(app: Flask) -> None:
    """Load the demonstration by its own command, which takes ten seconds, and let the app go."""
    made.remove(app)
    result = app.test_cli_runner().invoke(args=["demo"])
    assert result.exit_code == 0, result.output
    let_go(app)


def copy_of(app: Flask, file: Path) -> str:
    """Return the address of a copy of an app's database, an SQLite file at `file`; its own for who
    may change it. Where everything runs on PostgreSQL the copy is there."""
    engine, url = app.extensions["engine"], f"sqlite:///{file}"
    if engine.dialect.name == "sqlite":
        with (
            closing(sqlite3.connect(str(engine.url.database))) as source,
            closing(sqlite3.connect(file)) as copy,
        ):
            source.backup(copy)
        return url
    if instead.keeps_sqlite:
        pytest.skip("it is about SQLite's file, and the demonstration is on PostgreSQL")
    for one in (engine, app.extensions["writer"].engine):
        one.dispose()  # a database that somebody is connected to is not copied
    return instead.copy(url, str(engine.url.database))
