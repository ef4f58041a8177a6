"""Paper and tablet: how many came, where sheets are keyed in, and what keying them twice shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as Reply

from survey.desk import double_keying, planning
from survey.desk.double_keying import Difference
from survey.pages.desk.door import Doing, act, blueprint, my_language, show
from survey.pages.desk.event import note
from survey.pages.desk.places import find_event
from survey.pages.desk.posters import hanging
from survey.questionnaire.forms import Item, items, option_label
from survey.questionnaire.instrument import SKIPPED
from survey.questionnaire.words import Language
from survey.storage import db, events
from survey.storage.events import Refused, place_of
from survey.storage.models import Event, Response
from survey.web.locale import content


@dataclass(frozen=True)
class Choice:
    """One answer of a sheet that was keyed in differently: its question, and both answers."""

    item: str
    ask: str
    first: str
    second: str


@blueprint.get("/events/<slug>/paper")
def paper(slug: str) -> str:
    return paper_page(find_event(slug))


@blueprint.post("/events/<slug>/head-count")
def count_heads(slug: str) -> Reply | tuple[str, int]:
    """Keep how many people came, as somebody counted or guessed."""
    event, typed = find_event(slug), request.form.get("head_count", "")

    def work(doing: Doing) -> None:
        row = doing.session.get_one(Event, event.id)
        planning.count_heads(row, typed)
        note(doing, row)
        doing.about["count"] = row.head_count or 0

    return changed(event, "heads_counted", work)


@blueprint.post("/events/<slug>/paper/<uuid:id>")
def settle_sheet(slug: str, id: UUID) -> Reply | tuple[str, int]:
    """Correct a sheet whose two keyings differ, as the paper says."""
    event, chosen = find_event(slug), request.form.to_dict()

    def work(doing: Doing) -> None:
        row = doing.session.get_one(Event, event.id)
        doing.about["count"] = double_keying.settle(doing.session, row, id, chosen)
        note(doing, row)

    return changed(event, "keying_settled", work)


def changed(event: Event, name: str, work: Any) -> Reply | tuple[str, int]:
    try:
        act(name, work)
    except Refused as refused:
        return paper_page(event, refused), 422
    return redirect(url_for("desk.paper", slug=event.slug), 303)


def paper_page(event: Event, refused: Refused | None = None) -> str:
    keyed = double_keying.report(db.session(), event)
    return show(
        "desk/paper.html",
        event=event,
        place=event.community,
        posters=hanging(event),
        report=keyed,
        sheets=[(one.id, list(choices(event, one))) for one in keyed.differing],
        twice=events.TWICE,
        refused=refused,
    )


def choices(event: Event, differing: Difference) -> Iterator[Choice]:
    """Yield what differs of a sheet, in words of the page's language."""
    words, known = my_language(), content()
    row = db.session().get_one(Response, (event.id, differing.submission))
    poster = next(one for one in event.posters if one.code == row.poster)
    place = place_of(poster).through("paper")
    asked = {
        item.name: item
        for item in items(known.instruments[row.instrument], place.agencies, row.wave, row.audience)
    }
    for name, first, second in differing.items:
        item = asked.get(name)
        if item is None:  # of an agency that is not here any more
            yield Choice(name, name, str(first), str(second))
            continue
        ask = words.about(
            item.question.key(),
            item.agency,
            crews=words.say(f"agency.{place.agencies.local}.crews"),
            community=place.community,
        )
        yield Choice(name, ask, answer(words, item, first), answer(words, item, second))


def answer(words: Language, item: Item, value: Any) -> str:
    """Return one answer as it is read on the sheet."""
    if value == SKIPPED:
        return words.say("desk.paper.blank")
    values = value if isinstance(value, list) else [value]
    return words.listed([option_label(item.question, str(one), words) for one in values])
