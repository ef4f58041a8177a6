"""The organisers' desk: signed-in pages, one file for each thing they do. Start with door.py.

What may be opened by whom stands in access.py, route by route. Nothing here is served by the
processes that collect answers (survey/server/roles.py).
"""

from __future__ import annotations

from flask import Flask

from survey.imports import uploads
from survey.pages.desk import (
    cards,
    code_app,
    comments,
    diary,
    door,
    event,
    event_end,
    held,
    home,
    imports,
    keeping,
    logo,
    me,
    new_event,
    night,
    paper,
    passkeys,
    people,
    posters,
    preview,
    publish,
    rehearsal,
    replies,
    sign_in,
)
from survey.pages.desk.door import blueprint

# each adds its routes
PAGES = (
    cards,
    code_app,
    comments,
    diary,
    event,
    event_end,
    held,
    home,
    imports,
    keeping,
    logo,
    me,
    new_event,
    night,
    paper,
    passkeys,
    people,
    posters,
    preview,
    publish,
    rehearsal,
    replies,
    sign_in,
)
__all__ = ["PAGES", "blueprint", "init_app"]


def init_app(app: Flask) -> None:
    door.init_app(app)
    uploads.sweep(app.extensions["settings"].uploads)  # left behind by a process that was killed
    app.register_blueprint(blueprint)
