"""Errors of the API as RFC 9457 has them: application/problem+json, readable from any page."""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Response

PREFIX = "/api/"
SAYS = {
    404: "There is no such release, table, filter or group. What was not released does not exist.",
    405: "This API is read only: use GET.",
    503: "Try again in a few seconds.",
}


def is_api(path: str) -> bool:
    return path.startswith(PREFIX)


def problem(status: int, detail: str = "") -> Response:
    """Return what went wrong, with a status and a sentence."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or SAYS.get(status, HTTPStatus(status).description),
    }
    response = Response(json.dumps(body), status, mimetype="application/problem+json")
    return open_to_all(response)


def open_to_all(response: Response) -> Response:
    """Let pages of other sites read what is public anyway (CORS)."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    response.headers["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Link"
    return response
