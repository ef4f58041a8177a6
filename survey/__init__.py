"""Porchlight's web application: collects, keeps and shows. `create_app` is where the parts meet."""

from __future__ import annotations

from flask import Flask
from flask_compress import Compress

from survey import commands, log
from survey.collect.comments import Delivery
from survey.collect.scans import Scans
from survey.config import ROOT, Settings, read_settings
from survey.pages import (
    api,
    attend,
    data,
    desk,
    errors,
    feed,
    health,
    keying,
    languages,
    places,
    posters,
    results,
    site,
)
from survey.pages.desk.door import DeskOnly
from survey.questionnaire.content_files import read_content
from survey.read import caching
from survey.storage import db
from survey.storage.events import Places
from survey.web import addresses, assets, headers, locale

PAGES = (attend, keying, site, places, results, feed, data, api, posters, languages, health)
COMPRESSED = ["text/html", "text/css", "text/javascript", "application/json", "text/csv"]


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application. Raises SettingError or ContentError, each a sentence."""
    settings = settings or read_settings()
    app = Flask(
        "survey",
        template_folder=ROOT / "templates",
        static_folder=None,
        instance_path=str(ROOT / "instance"),
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=settings.MAX_BODY,
        COMPRESS_ALGORITHM=["gzip"],
        COMPRESS_MIMETYPES=COMPRESSED,
    )
    app.session_interface = DeskOnly()
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["settings"] = settings
    app.extensions["content"] = read_content(settings.content)
    app.extensions["places"] = Places(settings.PLACE_KEPT)
    log.init_app(app)
    db.init_app(app, settings)
    app.extensions["scans"] = Scans(app.extensions["writer"])
    app.extensions["comments"] = Delivery(app.extensions["writer"], app.extensions["seal"])
    assets.init_app(app)
    headers.init_app(app)  # its headers come last, on what the others made of an answer, too
    addresses.init_app(app)
    locale.init_app(app)
    errors.init_app(app)
    caching.init_app(app)
    desk.init_app(app)
    Compress(app)
    for module in PAGES:
        app.register_blueprint(module.blueprint)
    commands.init_app(app)
    return app
