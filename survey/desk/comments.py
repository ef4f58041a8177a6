"""Comments of events that are over: read by a person before anybody else, kept or hidden.

Before that person reads one, what could name somebody is masked by patterns. Patterns miss things:
that is why a person decides. A comment stays joined to no response (storage/sealed_comments.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from survey.desk.limits import tidy
from survey.questionnaire.areas import fold
from survey.storage.desk_tables import CommentTheme
from survey.storage.events import Refused
from survey.storage.keeping_tables import forgotten_seasons
from survey.storage.models import Comment, Community, Event, Response
from survey.storage.sealed_comments import WAITING

KEPT, HIDDEN = "kept", "hidden"
THEMES = (
    "safety", "officers", "respect", "children", "traffic", "neighbors", "event", "thanks", "other",
)  # fmt: skip
LEAST = 30  # answers of a community's season, from which its comments are shown to others

# In this order: a part that is masked is not looked at again.
MASKS: Mapping[str, re.Pattern[str]] = {
    "email": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "link": re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE),
    "phone": re.compile(
        r"(?<![\w.])\+?(?:\(?\d{1,3}\)?[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}(?!\d)"
    ),
    "badge": re.compile(
        r"\b(?:badge|unit|shield|placa|unidad)\s*(?:no\.?|number|#|n[uú]mero)?\s*\d{2,7}\b",
        re.IGNORECASE,
    ),
    "address": re.compile(
        r"\b\d{1,6}\s+(?:[NSEWnsew]\.?\s+)?(?:(?!(?:the|of|my|our|a|in|on)\b)\w+\s+){1,3}?"
        r"(?i:street|avenue|ave|road|rd|drive|lane|ln|boulevard|blvd|court)\b\.?"
        r"|\b\d{1,6}\s+(?:[NSEW]\.?\s+)?(?:[A-Z]\w*\s+){1,3}?(?:St|Dr|Ct|Way|Place|Pl)\b\.?"
        r"|\b(?i:calle|avenida|av\.?)\s+(?:\w+\s+){1,3}?(?:#\s*)?\d{1,6}\b"
    ),
    "plate": re.compile(
        r"\b[A-Z]{2,3}[ -]?(?!(?:19|20)\d\d\b)\d{2,4}[A-Z]{0,2}\b|\b\d{1,3}[ -]?[A-Z]{3}\b"
        r"|\b[A-Z]{2,3}\d{1,2}[A-Z]{1,3}\b"
    ),
}


@dataclass(frozen=True)
class Masked:
    """A comment in parts: (words, "") or ("", the kind of what was masked)."""

    parts: tuple[tuple[str, str], ...]

    def text(self, sign: str = "[…]") -> str:
        return "".join(words or sign for words, _ in self.parts)

    @property
    def kinds(self) -> list[str]:
        return list(dict.fromkeys(kind for _, kind in self.parts if kind))


def masked(text: str) -> Masked:
    """Return a comment with every phone number, e-mail, link, address, plate and badge masked."""
    parts: list[tuple[str, str]] = [(text, "")]
    for kind, pattern in MASKS.items():
        parts = [one for words, mask in parts for one in mask_one(words, mask, kind, pattern)]
    return Masked(tuple(parts))


def mask_one(words: str, mask: str, kind: str, pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    if mask:
        return [(words, mask)]
    pieces, at = [], 0
    for match in pattern.finditer(words):
        if match.start() > at:
            pieces.append((words[at : match.start()], ""))
        pieces.append(("", kind))
        at = match.end()
    if at < len(words):
        pieces.append((words[at:], ""))
    return pieces


MOST_THEMES = 8  # of a community's own: a longer list is not read


def themes_of(session: Session, community: Community) -> list[str]:
    """Return the themes that a comment may be kept under: ours, then the community's own."""
    own = select(CommentTheme.name).where(CommentTheme.community_id == community.id)
    return [*THEMES, *session.scalars(own.order_by(CommentTheme.name))]


def add_theme(session: Session, community: Community, name: str) -> str:
    """Add a theme of the community's own and return its name. Raises Refused."""
    name = tidy(name, CommentTheme.name, "The theme", "new_theme")
    there = themes_of(session, community)
    if "/" in name or not any(sign.isalnum() for sign in name):  # it is a part of an address
        raise Refused("A theme is one to three words.", "theme_words", "new_theme")
    if fold(name) in {fold(one) for one in there}:
        raise Refused(f"There is a theme {name!r} already.", "theme_there", "new_theme")
    if len(there) >= len(THEMES) + MOST_THEMES:
        sentence = f"There are {MOST_THEMES} themes of your own already."
        raise Refused(sentence, "themes_full", "new_theme", most=MOST_THEMES)
    session.add(CommentTheme(community_id=community.id, name=name))
    session.flush()
    return name


def set_complaints(community: Community, address: str) -> None:
    """Keep where complaints about a person are taken: a web or mail address, or "" for none.

    Raises Refused for what no browser should open.
    """
    address = address.strip()
    if address and not COMPLAINTS.fullmatch(address):
        sentence = "That is no web or e-mail address: https://... or name@example.org."
        raise Refused(sentence, "address", "complaints")
    community.complaints = address


COMPLAINTS = re.compile(
    r"(?=.{1,200}$)(?:https://[\w.-]+(?::\d+)?(?:/[^\s\"'<>]*)?|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)",
    re.ASCII,
)


def of_place(community: Community, moment: datetime) -> Select[Comment]:
    """Return the comments of a community's events that are over."""
    over = Event.community_id == community.id, Event.closes_at <= moment
    return select(Comment).join(Event, Event.id == Comment.event_id).where(*over)


def next_waiting(session: Session, community: Community, moment: datetime) -> Comment | None:
    """Return a comment that nobody has read yet; in the order of random keys."""
    waiting = of_place(community, moment).where(Comment.state == WAITING)
    return session.scalars(waiting.order_by(Comment.id).limit(1)).first()


def count_waiting(session: Session, community: Community, moment: datetime) -> int:
    query = of_place(community, moment).where(Comment.state == WAITING)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def decide(
    session: Session, community: Community, comment: Comment, *, keep: bool, theme: str
) -> None:
    """Keep a comment under a theme, masked, or hide it. Who comes second changes nothing.

    Raises Refused for one that is to be kept without a theme.
    """
    if keep and theme not in themes_of(session, community):
        raise Refused("A comment that is kept has a theme.", "theme", "theme")
    if comment.state != WAITING:
        return
    comment.state = KEPT if keep else HIDDEN
    comment.theme = theme if keep else None
    comment.shown = masked(comment.text).text() if keep else None
    session.flush()


def find(session: Session, community: Community, id: UUID, moment: datetime) -> Comment | None:
    return session.scalars(of_place(community, moment).where(Comment.id == id)).first()


def kept_by_season(
    session: Session, community: Community, moment: datetime
) -> dict[int, dict[str, list[str]]]:
    """Return {season: {theme: comments}} of what may be shown: seasons with LEAST answers or more,
    without day, event or language, in no order that says anything."""
    answers = (
        select(Event.season, func.count())
        .join(Response, Response.event_id == Event.id)
        .where(Event.community_id == community.id, Event.closes_at <= moment)
        .group_by(Event.season)
    )
    enough = {season for season, count in session.execute(answers) if count >= LEAST}
    if not community.made_up:  # of what was forgotten only comments of places with enough are left
        enough |= forgotten_seasons(session)
    query = of_place(community, moment).where(Comment.state == KEPT)
    rows = session.execute(
        query.with_only_columns(Event.season, Comment.theme, Comment.shown).order_by(Comment.id)
    )
    seasons: dict[int, dict[str, list[str]]] = {}
    for season, theme, shown in rows:
        if season in enough:
            seasons.setdefault(season, {}).setdefault(theme or "other", []).append(shown or "")
    return dict(sorted(seasons.items(), reverse=True))
