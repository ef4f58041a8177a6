"""You said, we did: a department answers the themes of the comments that were kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.desk.accounts import DEPARTMENT, OPERATOR
from survey.desk.comments import kept_by_season
from survey.desk.limits import tidy
from survey.storage.desk_tables import Account
from survey.storage.events import Refused
from survey.storage.models import Community
from survey.storage.publishing_tables import Reply

STANDS = ("done", "under_way", "passed_on", "cannot")
WRITES = frozenset({OPERATOR, DEPARTMENT})


@dataclass(frozen=True)
class Theme:
    """What people asked for in a season, and what was answered."""

    season: int
    theme: str
    comments: list[str]  # those that were kept
    given: list[Reply]  # every wording, the newest first

    @property
    def reply(self) -> Reply | None:
        """Return what is shown."""
        newest = self.given[0] if self.given else None
        return newest if newest and newest.withdrawn_at is None else None


def themes(session: Session, community: Community, moment: datetime) -> Iterator[Theme]:
    """Yield the themes of a community that may be shown, the newest season first; and those that
    were answered, whatever is kept of their comments."""
    query = select(Reply).where(Reply.community_id == community.id).order_by(Reply.id.desc())
    given: dict[tuple[int, str], list[Reply]] = {}
    for reply in session.scalars(query):
        given.setdefault((reply.season, reply.theme), []).append(reply)
    kept = {
        (season, theme): comments
        for season, by_theme in kept_by_season(session, community, moment).items()
        for theme, comments in by_theme.items()
    }
    for key in sorted(kept.keys() | given.keys(), key=lambda key: (-key[0], key[1])):
        yield Theme(*key, kept.get(key, []), given.get(key, []))


def find(
    session: Session, community: Community, season: int, theme: str, moment: datetime
) -> Theme | None:
    wanted = (season, theme)
    every = themes(session, community, moment)
    return next((one for one in every if (one.season, one.theme) == wanted), None)


def waiting(session: Session, community: Community, moment: datetime) -> int:
    """Return how many themes of the newest season nobody has answered yet."""
    every = list(themes(session, community, moment))
    return sum(1 for one in every if one.season == every[0].season and not one.given)


def checked(stands: str, text: str) -> str:
    """Return a reply's text as it would be kept. Raises Refused."""
    if stands not in STANDS:
        raise Refused("Say how far it is.", "stands", "stands")
    return tidy(text, Reply.text, "The answer", "text")


def write(
    session: Session,
    community: Community,
    theme: Theme,
    by: Account,
    *,
    stands: str,
    text: str,
    language: str,
    moment: datetime,
) -> Reply:
    """Keep an answer, or another wording of it: it is shown at once. Raises Refused."""
    agency = next(one.name for one in community.agencies if one.local)
    reply = Reply(
        community_id=community.id,
        season=theme.season,
        theme=theme.theme,
        stands=stands,
        text=checked(stands, text),
        language=language,
        agency=agency,
        account_id=by.id,
        written_at=moment,
        withdrawn_at=None,
    )
    session.add(reply)
    session.flush()
    return reply


def withdraw(session: Session, theme: Theme, moment: datetime) -> None:
    """Show an answer no longer; its wordings stay on the desk. Raises Refused."""
    if theme.reply is None:
        raise Refused("There is no answer that is shown.", "no_reply")
    theme.reply.withdrawn_at = moment
    session.flush()
