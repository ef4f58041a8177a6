"""The headers every page carries: nothing from elsewhere, nothing inline, nothing remembered."""

from __future__ import annotations

from flask import Flask, Response, current_app, g, request

from survey.config import Settings
from survey.web.assets import Inline
from survey.web.locale import is_attendees


def init_app(app: Flask) -> None:
    """The survey page may run what it carries, and nothing else; the others carry nothing.

    The desk shows the survey page in a frame, to be looked at: it runs nothing there, not even its
    own script. A chart to embed may be framed by those whom the settings name, a picture shown by
    anybody.
    """
    inline: Inline = app.extensions["attend"]
    settings: Settings = app.extensions["settings"]
    framed = " ".join(settings.embedders) or "'none'"
    app.extensions["headers"] = {
        "attend": policy(f"'self' {inline.style_source}", f"'self' {inline.script_source}"),
        "page": policy("'self'", "'self'"),
        "framing": policy("'self'", "'self'", frames="'self'"),
        "framed form": policy(f"'self' {inline.style_source}", "'none'", framed="'self'"),
        "frames": policy("'self'", "'self'", framed=framed),
        "images": policy("'self'", "'self'", shown="cross-origin"),
    }
    app.after_request(add_headers)


def add_headers(response: Response) -> Response:
    fixed: dict[str, list[tuple[str, str]]] = current_app.extensions["headers"]
    kind = "attend" if is_attendees(request.path) else g.get("open_to", "page")
    response.headers.extend(fixed[kind])
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=63072000"
    return response


def policy(
    style: str,
    script: str,
    framed: str = "'none'",
    frames: str = "",
    shown: str = "same-origin",
) -> list[tuple[str, str]]:
    """Return the headers of one kind of page.

    framed: whose pages may frame it; frames: whose it may frame, "" for nobody's; shown: who may
    show it.
    """
    allowed = f"; frame-src {frames}" if frames else ""
    older = [("X-Frame-Options", "DENY")] if framed == "'none'" else []
    return [
        (
            "Content-Security-Policy",
            (
                f"default-src 'none'; style-src {style}; script-src {script}; "
                "img-src 'self' data:; connect-src 'self'; form-action 'self'; "
                f"base-uri 'none'; frame-ancestors {framed}{allowed}"
            ),
        ),
        ("X-Content-Type-Options", "nosniff"),
        *older,
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", shown),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ]
