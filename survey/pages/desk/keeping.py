"""Keeping and forgetting: the rule, what would go, what stops it, the sheet of records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Reply

from survey.desk import demonstration, keeping, records
from survey.desk.keeping import DUE, HELD, LEAST_MONTHS, MOST_MONTHS
from survey.desk.settling import settle
from survey.pages.desk.door import Doing, act, blueprint, me, my_language, show, write
from survey.pages.desk.places import find_place
from survey.storage import db, events, made_up
from survey.storage.events import Refused, coarse_count
from survey.threads import outside

OFFERED = (12, 24, 36)  # months


@blueprint.get("/keeping")
def keeping_rules() -> str:
    return keeping_page()


@blueprint.post("/keeping/rule")
def set_rule() -> Reply | tuple[str, int]:
    """Keep answers for so many months, or for good."""
    typed = request.form.get("months", "")

    def work(doing: Doing) -> None:
        if typed != "forever" and not (typed.isascii() and typed.isdigit() and len(typed) < 5):
            raise Refused("Choose how long.", "months", "months", least=LEAST_MONTHS,
                          most=MOST_MONTHS)  # fmt: skip
        months = None if typed == "forever" else int(typed)
        keeping.set_rule(doing.session, months)
        doing.about = {"months": months or 0}

    return done("rule_set" if typed != "forever" else "rule_none", work)


@blueprint.post("/keeping/forget")
def forget_season() -> Reply | tuple[str, int]:
    """Delete one season's single answers now, once its year was typed."""
    typed, now, by = request.form.get("year", "").strip(), events.now(), me().id

    def work(session: Session) -> list[int]:
        seasons = {str(one.season): one for one in keeping.ahead(session, now)}
        if typed not in seasons or seasons[typed].state not in (DUE, HELD):
            raise Refused("Type the year of a season that is due.", "year", "year")
        return keeping.forget(session, seasons[typed], now, by)

    try:
        ids = write(work)
    except Refused as refused:
        return keeping_page(refused), 422
    engine, seal, over = db.engine(), db.seal(), dict.fromkeys(ids, "")
    db.session().rollback()  # nobody reads while its rows are written anew
    outside(lambda: list(settle(engine, seal, over, now)))
    return redirect(url_for("desk.keeping_rules"), 303)


@blueprint.post("/keeping/hold")
def begin_hold() -> Reply | tuple[str, int]:
    why, now = request.form.get("why", ""), events.now()

    def work(doing: Doing) -> None:
        held = keeping.begin_hold(doing.session, why, doing.account.name, now)
        doing.about = {"why": held.why}

    return done("hold_begun", work)


@blueprint.post("/keeping/lift")
def lift_hold() -> Reply | tuple[str, int]:
    def work(doing: Doing) -> None:
        doing.about = {"why": keeping.lift_hold(doing.session).why}

    return done("hold_lifted", work)


@blueprint.post("/keeping/demonstration")
def remove_demonstration() -> Reply | tuple[str, int]:
    """Remove the made-up places; what is real stays."""
    sure = "sure" in request.form

    def work(doing: Doing) -> None:
        if not sure:
            raise Refused("Tick the box first.", "tick", "sure")
        doing.about = {"number": demonstration.remove(doing.session)}

    return done("demonstration_removed", work)


@blueprint.get("/places/<slug>/records")
def records_sheet(slug: str) -> str:
    """What exists of this place and what does not, to print or to send."""
    place, now = find_place(slug), events.now()
    parts = records.sheet(db.session(), my_language(), place, now)
    return show("desk/records.html", place=place, parts=parts, now=now)


def done(name: str, work: Callable[[Doing], None]) -> Reply | tuple[str, int]:
    try:
        act(name, work)
    except Refused as refused:
        return keeping_page(refused), 422
    return redirect(url_for("desk.keeping_rules"), 303)


def keeping_page(refused: Refused | None = None) -> str:
    session = db.session()
    held = keeping.hold(session)
    return show(
        "desk/keeping.html",
        months=keeping.rule(session),
        hold=held,
        since=date.fromisoformat(held.since) if held else None,
        seasons=keeping.ahead(session, events.now()),
        offered=OFFERED,
        has_made_up=made_up.has_made_up(session),
        coarse=coarse_count,
        refused=refused,
    )
