"""What to do next."""

from __future__ import annotations

from survey.pages.desk.door import blueprint, show
from survey.pages.desk.people import own_places


@blueprint.get("/")
def home() -> str:
    return show("desk/home.html", places=own_places())
