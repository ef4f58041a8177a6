"""Is it alive, can it store, and how is it: for whoever watches the server, never of a visitor."""

from __future__ import annotations

import hmac

from flask import Blueprint, abort, current_app, jsonify, request
from sqlalchemy import text
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.wrappers import Response

from survey.config import Settings
from survey.storage import db, gauges
from survey.storage.db import session

blueprint = Blueprint("health", __name__)

LEAST_ROOM = 32 * 1024 * 1024  # bytes free beside the database: an evening fits in


@blueprint.get("/healthz")
def alive() -> Response:
    """200 while the process answers. It asks nothing of the database: restart on its failure."""
    return jsonify(status="alive")


@blueprint.get("/health")
def health() -> Response:
    """200 while the database answers; 503 (by the error handler) while it does not."""
    session().execute(text("SELECT 1"))
    return jsonify(status="ok")


@blueprint.get("/readyz")
def ready() -> Response:
    """200 while an answer could be stored: a row is written and taken back, and there is room."""
    db.writer().do(gauges.try_to_store)
    settings: Settings = current_app.extensions["settings"]
    if gauges.room(settings) < LEAST_ROOM:
        raise ServiceUnavailable
    return jsonify(status="ready")


@blueprint.get("/metrics")
def metrics() -> Response:
    """Gauges as Prometheus reads them, for whoever knows METRICS_TOKEN; without one there are none.

    No count grows with a visit: scraped every 15 seconds, it would say when each answer came.
    """
    settings: Settings = current_app.extensions["settings"]
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    if not settings.metrics_token:
        abort(404)
    if not hmac.compare_digest(given, settings.metrics_token.encode()):
        abort(401)
    response = Response(
        gauges.as_text(gauges.read(session(), settings)),
        content_type="text/plain; version=0.0.4; charset=utf-8",
    )
    response.headers["Cache-Control"] = "no-store"
    return response
