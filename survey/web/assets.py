"""Static files: a version in every address, so that they are kept for a year and never stale.

The survey page carries its style and script inside itself, so that a phone on a bad signal asks
once; the Content-Security-Policy names their hashes and allows nothing else inline.
"""

from __future__ import annotations

import gzip
import hashlib
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask, Response, abort, current_app, request, url_for

from survey.config import ROOT

FOLDER = ROOT / "static"
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".txt": "text/plain",
}


@dataclass(frozen=True)
class Inline:
    """What the survey page carries, and the policy that allows just that."""

    style: str
    script: str
    worker: str  # the service worker, which the page's script registers

    @property
    def style_source(self) -> str:
        return source(self.style)

    @property
    def script_source(self) -> str:
        return source(self.script)


def source(text: str) -> str:
    """Return the CSP source expression of an inline block."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def init_app(app: Flask) -> None:
    tokens = squeeze((FOLDER / "tokens.css").read_text("utf-8"))
    style = squeeze((FOLDER / "attend.css").read_text("utf-8"))
    script = squeeze((FOLDER / "attend.min.js").read_text("utf-8"))
    worker = [(FOLDER / "attend" / name).read_text("utf-8") for name in ("queue.js", "worker.js")]
    app.extensions["attend"] = Inline(tokens + style, script, squeeze("\n".join(worker)))
    app.add_url_rule("/static/<path:name>", "static", static)
    app.add_url_rule("/s/worker.js", "attend.worker", worker_script)
    app.jinja_env.globals["asset"] = asset


def worker_script() -> Response:
    """Return the service worker. Its address has no version: a browser asks whether it changed."""
    inline: Inline = current_app.extensions["attend"]
    response = Response(inline.worker, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]


def squeeze(text: str) -> str:
    """Return css or js without comment lines and indents; the rest is left to gzip."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/*")))


def asset(name: str) -> str:
    """Return the address of a static file, its version included."""
    return address(name, request.script_root if request else "")


@cache
def address(name: str, below: str) -> str:
    """Return it for an application that is served below a path; a page has a dozen."""
    return url_for("static", name=name, v=read(name).version)


@dataclass(frozen=True)
class File:
    body: bytes
    squeezed: bytes
    version: str


@cache
def served() -> frozenset[str]:
    """Return the names of the files that browsers may ask for: of known types, and no sources."""
    files = (path for path in FOLDER.rglob("*") if path.suffix in TYPES and path.is_file())
    return frozenset(path.relative_to(FOLDER).as_posix() for path in files)


@cache
def read(name: str) -> File:
    """Read a static file once. Raises FileNotFoundError for a name that is not served."""
    if name not in served():
        raise FileNotFoundError(name)
    body = (FOLDER / name).read_bytes()
    return File(body, gzip.compress(body, 9, mtime=0), hashlib.sha256(body).hexdigest()[:12])


def static(name: str) -> Response:
    try:
        file = read(name)
    except FileNotFoundError:
        abort(404)
    suffix = Path(name).suffix
    response = Response(file.body, mimetype=TYPES[suffix])
    if "gzip" in request.headers.get("Accept-Encoding", "") and suffix in (".css", ".js", ".svg"):
        response.data = file.squeezed
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.set_etag(file.version)
    current = request.args.get("v") == file.version
    response.cache_control.public = True
    response.cache_control.max_age = 31_536_000 if current else 300
    response.cache_control.immutable = current
    response.make_conditional(request)
    return response
