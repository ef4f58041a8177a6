"""No statement of a serving process holds a connection of PostgreSQL for ever."""

from __future__ import annotations

import pytest
from flask import Flask
from gunicorn.workers.ggevent import GeventWorker
from sqlalchemy import Engine, text

from survey.server.roles import COLLECT
from survey.server.worker import Worker
from survey.storage.db import AWAY, limit_statements

LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


def limits(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return [str(connection.scalar(text(f"SHOW {name}"))) for name in LIMITS]


@pytest.mark.postgres
def test_what_takes_too_long_is_ended_and_told_as_away(postgres_app: Flask):
    engine: Engine = postgres_app.extensions["engine"]
    assert limits(engine) == ["0", "0", "0"]  # a command may take its time
    engine.dispose()
    limit_statements(engine, 1)
    with pytest.raises(AWAY, match="statement timeout"), engine.connect() as connection:
        connection.execute(text("SELECT pg_sleep(60)"))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1


@pytest.mark.postgres
def test_a_serving_process_has_limits(postgres_app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(GeventWorker, "load_wsgi", lambda self: setattr(self, "wsgi", postgres_app))
    worker = Worker.__new__(Worker)
    worker.role = COLLECT
    engines = [postgres_app.extensions["engine"], postgres_app.extensions["writer"].engine]
    for engine in engines:
        engine.dispose()
    worker.load_wsgi()
    for engine in engines:
        assert limits(engine) == ["30s"] * 3
