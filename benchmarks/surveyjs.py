"""A peer for slow_phone.py: SurveyJS, the form library, with the stock survey's questions.

npm fetches it at pinned versions into a temporary folder, its archives are checked against their
sha256, and nothing of it is kept. The page is SurveyJS's own "get started" page: one style sheet,
the core, the renderer; everything compressed once with Brotli, over connections that stay open.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tarfile
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import brotli

from benchmarks.stock import CHOICES, QUESTIONS

ARCHIVES = {
    "survey-core-2.5.38.tgz": "985e53ca7050955190becf13f5b8623355dc89391af19bb46b98f9e8bfb27808",
    "survey-js-ui-2.5.38.tgz": "b5d0e22c2c12266579b4eaa02cac7655022f966fead8c988c96161420fb181ca",
}
FILES = {
    "/survey.css": ("survey-core-2.5.38.tgz", "survey-core.min.css", "text/css"),
    "/core.js": ("survey-core-2.5.38.tgz", "survey.core.min.js", "text/javascript"),
    "/ui.js": ("survey-js-ui-2.5.38.tgz", "survey-js-ui.min.js", "text/javascript"),
}
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Survey</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/survey.css"><script src="/core.js"></script>
<script src="/ui.js"></script><div id="survey"></div>
<script>new Survey.Model(%s).render(document.getElementById("survey"));</script></html>"""


def model() -> dict[str, object]:
    """The stock survey in SurveyJS's own words."""
    choices = [{"value": value, "text": text} for value, text in CHOICES]
    asked: list[dict[str, object]] = [
        {"type": "radiogroup", "name": q, "title": f"What do you say of {q}?", "choices": choices}
        for q in QUESTIONS
    ]
    return {"elements": [*asked, {"type": "comment", "name": "comment", "title": "Anything else?"}]}


@contextmanager
def served() -> Iterator[str]:
    """Serve the page on 127.0.0.1; give its address. Raises ValueError for another archive."""
    bodies = {"/": ("text/html", brotli.compress((PAGE % json.dumps(model())).encode()))}
    with tempfile.TemporaryDirectory() as folder:
        names = [name.removesuffix(".tgz").rpartition("-") for name in ARCHIVES]
        wanted = [f"{package}@{version}" for package, _, version in names]
        subprocess.run(["npm", "pack", "--silent", *wanted], cwd=folder, check=True)
        for name, sha256 in ARCHIVES.items():
            if hashlib.sha256(Path(folder, name).read_bytes()).hexdigest() != sha256:
                raise ValueError(f"{name} is not the archive that was measured.")
        for address, (archive, file, kind) in FILES.items():
            with tarfile.open(Path(folder, archive)) as packed:
                found = packed.extractfile(f"package/{file}")
                assert found
                bodies[address] = (kind, brotli.compress(found.read()))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            kind, body = bodies[self.path]
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Encoding", "br")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "max-age=3600")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
