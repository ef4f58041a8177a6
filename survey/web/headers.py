"""The headers every page carries: nothing from elsewhere, nothing inline, nothing remembered."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

from survey.web.assets import Inline
from survey.web.locale import is_attendees


def init_app(app: Flask) -> None:
    """The survey page may run what it carries, and nothing else; the others carry nothing."""
    inline: Inline = app.extensions["attend"]
    app.extensions["headers"] = {
        True: policy(f"'self' {inline.style_source}", f"'self' {inline.script_source}"),
        False: policy("'self'", "'self'"),
    }
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    fixed: dict[bool, list[tuple[str, str]]] = current_app.extensions["headers"]
    response.headers.extend(fixed[is_attendees(request.path)])
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=63072000"
    return response


def policy(style: str, script: str) -> list[tuple[str, str]]:
    return [
        (
            "Content-Security-Policy",
            (
                f"default-src 'none'; style-src {style}; script-src {script}; "
                "img-src 'self' data:; connect-src 'self'; form-action 'self'; "
                "base-uri 'none'; frame-ancestors 'none'"
            ),
        ),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ]
