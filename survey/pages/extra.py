"""The survey page's second script, with its words: what few visits need, asked for after a tap.

Its address holds a digest of what it is, so a browser and the service worker keep it for good.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache

from flask import Response, render_template, request, url_for

from survey.questionnaire.words import Language
from survey.web.assets import FOLDER, squeeze
from survey.web.compression import Packed

YEAR = 31_536_000  # seconds


@cache
def extra_of(language: Language) -> str:
    """Return the script in one language."""
    parts = ("attend/extra.html", "attend/extra_done.html")
    html = [render_template(part, say=language.say) for part in parts]
    script = squeeze((FOLDER / "attend.extra.min.js").read_text("utf-8"))
    return f"self.extra={json.dumps(html, ensure_ascii=False)};{script}"


@cache
def packed(language: Language) -> Packed:
    return Packed.of(extra_of(language))


@cache
def extra_address(language: Language) -> str:
    digest = hashlib.sha256(extra_of(language).encode()).hexdigest()[:8]
    return url_for("attend.extra", code=language.code, v=digest)


def extra_response(language: Language) -> Response:
    response = packed(language).response()
    response.mimetype = "text/javascript"
    current = request.args.get("v") == extra_address(language).rpartition("=")[2]
    response.cache_control.public = True
    response.cache_control.max_age = YEAR if current else 300
    response.cache_control.immutable = current
    response.vary.add("Accept-Encoding")
    return response
