"""The demonstration in a database of its own, made once per test process and only read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import let_go, made, make_app


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
