"""Real files, a real PostgreSQL: every test that stores runs on both unless it says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import settings as hypothesis_settings
from sqlalchemy.orm import Session

from dev import keep_bytecode
from survey import create_app
from survey.config import Settings
from survey.questionnaire import content_files
from survey.questionnaire.instrument import Content
from survey.storage import db, schema
from tests.postgres import TEMPLATE, InsteadOfSqlite, create
from tests.shared import run_folder
from tests.tables import Template

keep_bytecode()
pytest_plugins = ["tests.demonstration", "tests.country", "tests.browser.country"]

# a busy machine is no failure: the examples are bounded in number, not in time
hypothesis_settings.register_profile("porchlight", deadline=None)
hypothesis_settings.load_profile("porchlight")

SECRET = "a secret that only the tests know, long enough"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start one PostgreSQL for all tests of this process; return its address."""
    from tests.postgres import add_template, hurry, running_server

    with running_server(tmp_path_factory.mktemp("postgres")) as address:
        hurry(address)
        add_template(address)
        yield address


instead = InsteadOfSqlite()
template = Template()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres", action="store_true", help="run on PostgreSQL what else runs on SQLite"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, leave out the half of a test for both that would be its twin."""
    if config.getoption("--postgres"):
        items[:] = [item for item in items if not is_sqlites_twin(item)]


def is_sqlites_twin(item: pytest.Item) -> bool:
    params = getattr(getattr(item, "callspec", None), "params", {})
    return params.get("database_url") == "sqlite" and not item.get_closest_marker("sqlite")


@pytest.fixture(scope="session", autouse=True)
def on_postgres(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Take PostgreSQL instead of SQLite where that was asked for, and a folder of this run's own
    for the files that an SQLite database would have beside it."""
    if not request.config.getoption("--postgres"):
        yield
        return
    instead.address = request.getfixturevalue("postgres_server")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("survey.config.INSTANCE", tmp_path_factory.mktemp("instance"))
        yield


@pytest.fixture(scope="session", autouse=True)
def migrated_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    template.start(run_folder(tmp_path_factory))


@pytest.fixture(scope="session", autouse=True)
def content_read_once() -> Iterator[None]:
    """Let all of this process share the product's own content, which is never written to."""
    whole = cache(content_files.read_content)

    def read_content(folder: Path) -> Content:
        return whole() if folder == content_files.FOLDER else content_files.read_content(folder)

    with pytest.MonkeyPatch.context() as patch:
        for reads in ("survey", "survey.release.sources", "survey.read.making"):
            patch.setattr(f"{reads}.read_content", read_content)
        yield


@pytest.fixture(scope="session", autouse=True)
def files_on_demand() -> Iterator[None]:
    """Let no release in this process make its files, which takes ten seconds: who asks for one
    gets it as ever. That a release makes them is looked at in tests/commands/test_durable.py."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("survey.commands.release.make_files", lambda made: None)
        yield


@pytest.fixture(autouse=True)
def keeps_sqlite(request: pytest.FixtureRequest) -> Iterator[None]:
    instead.keeps_sqlite = request.node.get_closest_marker("sqlite") is not None
    yield
    instead.keeps_sqlite = False


@pytest.fixture
def sqlite_url(tmp_path: Path, keeps_sqlite: None) -> str:
    return instead.url(f"sqlite:///{tmp_path / 'test.sqlite'}")


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, postgres_server: str, tmp_path: Path) -> str:
    """Return the address of a database of this test's own: with every table and without a row,
    or without a table for a test that is marked `migrates`."""
    name = "test_" + "".join(c for c in tmp_path.name.lower() if c.isalnum())
    migrates = request.node.get_closest_marker("migrates")
    return create(postgres_server, name, template="template1" if migrates else TEMPLATE)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


def settings_of(url: str, **more: object) -> Settings:
    # a test that closes an event sees it closed at once
    given = {"secret_key": SECRET, "PLACE_KEPT": 0.0, **more}
    return Settings(database_url=url, **given)  # type: ignore[arg-type]


def make_app(url: str, **more: object) -> Flask:
    """Return an app on a database with every table; an SQLite file that is missing is made."""
    return app_on(instead.url(url), **more)


def app_on(url: str, **more: object) -> Flask:
    """Return such an app on this very database, wherever else tests run."""
    is_new = template.copy(url)
    app = create_app(settings_of(url, **more))
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    if not is_new:
        schema.migrate(app.extensions["engine"])
    made.append(app)
    return app


made: list[Flask] = []


@pytest.fixture(autouse=True)
def apps_let_go() -> Iterator[None]:
    """Stop the writers and close the connections of the apps that a test made."""
    before = len(made)
    yield
    while len(made) > before:
        let_go(made.pop())


def let_go(app: Flask) -> None:
    app.extensions["scans"].flush()
    app.extensions["comments"].flush()
    app.extensions["writer"].stop()
    app.extensions["engine"].dispose()


@pytest.fixture
def app(database_url: str, apps_let_go: None) -> Flask:
    return make_app(database_url)


@pytest.fixture
def sqlite_app(sqlite_url: str, apps_let_go: None) -> Flask:
    return make_app(sqlite_url)


@pytest.fixture
def postgres_app(postgres_url: str, apps_let_go: None) -> Flask:
    return make_app(postgres_url)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.app_context():
        yield db.session()
