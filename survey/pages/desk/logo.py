"""The host's logo on an event's posters."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response as Reply

from survey.desk import logos
from survey.pages.desk.door import Doing, blueprint
from survey.pages.desk.event import corrected
from survey.questionnaire.instrument import Content
from survey.storage.models import Event


@blueprint.post("/events/<slug>/logo")
def set_logo(slug: str) -> Reply | tuple[str, int]:
    """Draw the picture anew and put it on the posters."""
    sent = request.files.get("logo")
    data = sent.read() if sent else b""

    def work(doing: Doing, event: Event, words: Content) -> None:
        logos.set_logo(doing.session, event, data)

    return corrected(slug, "logo_set", work)


@blueprint.post("/events/<slug>/logo/remove")
def remove_logo(slug: str) -> Reply | tuple[str, int]:
    def work(doing: Doing, event: Event, words: Content) -> None:
        logos.remove_logo(doing.session, event)

    return corrected(slug, "logo_removed", work)
