"""Is it alive, and can it store?"""

from __future__ import annotations

from flask import Blueprint, jsonify
from sqlalchemy import text
from werkzeug.wrappers import Response

from survey.storage.db import session

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> Response:
    """200 while the database answers; 503 (by the error handler) while it does not."""
    session().execute(text("SELECT 1"))
    return jsonify(status="ok")
