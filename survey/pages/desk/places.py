"""Whose page it is: the communities and events that the person who is signed in may see."""

from __future__ import annotations

from datetime import datetime

from flask import abort
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from survey.desk.accounts import OPERATOR
from survey.pages.desk.door import me
from survey.storage import db
from survey.storage.models import Community, Event, Poster

MOST_LISTED = 50  # places on one page; a search finds the others


def own_places(find: str = "", most: int | None = None) -> list[Community]:
    """Return the places whose desks I may open, all or those whose name holds `find`."""
    query = select(Community).order_by(Community.name, Community.slug).limit(most)
    if find:
        query = query.where(func.lower(Community.name).contains(find.lower(), autoescape=True))
    if me().role != OPERATOR:
        query = query.where(Community.id.in_([place.id for place in me().communities]))
    return list(db.session().scalars(query))


def find_place(slug: str) -> Community:
    """Return one of my places. Another's is a page that is not there."""
    place = db.session().scalar(select(Community).where(Community.slug == slug))
    return place if place and is_mine(place.id) else abort(404)


def find_event(slug: str) -> Event:
    query = select(Event).where(Event.slug == slug).options(selectinload(Event.posters))
    event = db.session().scalar(query)
    return event if event and is_mine(event.community_id) else abort(404)


def find_poster(code: str) -> Poster:
    poster = db.session().get(Poster, code)
    return poster if poster and is_mine(poster.event.community_id) else abort(404)


def is_mine(community_id: int) -> bool:
    account = me()
    return account.role == OPERATOR or community_id in {one.id for one in account.communities}


def newest(place: Community) -> Event | None:
    """Return the event that the next one is planned after: also one that was put away."""
    return max(place.events, key=lambda event: (event.starts_at, event.id), default=None)


def current(place: Community, moment: datetime) -> Event | None:
    """Return the event that a place has in hand: the next one, else the last that was not put
    away."""
    coming = [event for event in place.events if event.closes_at > moment]
    if coming:
        return min(coming, key=lambda event: (event.opens_at, event.id))
    over = (event for event in place.events if not event.archived)
    return max(over, key=lambda event: (event.opens_at, event.id), default=None)
