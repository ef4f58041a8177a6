"""The demonstration in a database of its own, made once per test process and only read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import instead, let_go, made, make_app


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The app with the demonstration loaded by its own command."""
    folder: Path = tmp_path_factory.mktemp("demonstration")
    app = make_app(f"sqlite:///{folder / 'demo.sqlite'}")
    made.remove(app)  # it outlives the test that asks for it first
    result = app.test_cli_runner().invoke(args=["demo"])
    assert result.exit_code == 0, result.output
    yield app
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
