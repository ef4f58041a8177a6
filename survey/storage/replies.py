"""What departments did about what people asked for, as it is shown: the newest wording of each.

Nothing here can reach a comment or an answer: a reply stands beside the released figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.storage.models import Community
from survey.storage.publishing_tables import Reply


@dataclass(frozen=True)
class Shown:
    """A reply as readers meet it."""

    newest: Reply
    first_at: datetime  # when the first wording was given

    @property
    def changed(self) -> bool:
        return self.newest.written_at.date() != self.first_at.date()


def shown(session: Session, slug: str) -> list[Shown]:
    """Return the replies of a community, the newest season first; none that was withdrawn."""
    query = (
        select(Reply)
        .join(Community, Community.id == Reply.community_id)
        .where(Community.slug == slug)
        .order_by(Reply.season.desc(), Reply.id)
    )
    wordings: dict[tuple[int, str], list[Reply]] = {}
    for one in session.scalars(query):
        wordings.setdefault((one.season, one.theme), []).append(one)
    return [
        Shown(given[-1], given[0].written_at)
        for given in wordings.values()
        if given[-1].withdrawn_at is None
    ]


def complaints(session: Session, slug: str) -> str:
    """Return where complaints about a person are taken in a community; "" where nobody said."""
    return session.scalar(select(Community.complaints).where(Community.slug == slug)) or ""


def state_of(session: Session, slug: str) -> str:
    """Return what changes whenever something here does: a page that shows it is kept by it."""
    query = select(func.max(Reply.id), func.count(Reply.withdrawn_at))
    query = query.join(Community, Community.id == Reply.community_id).where(Community.slug == slug)
    newest, withdrawn = session.execute(query).one()
    return f"{newest or ''}-{withdrawn or ''}-{complaints(session, slug)}"
