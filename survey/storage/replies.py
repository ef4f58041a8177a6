"""What departments did about what people asked for, as it is shown: the newest wording of each.

Nothing here can reach a comment or an answer: a reply stands beside the released figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import bindparam, func, select
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


@dataclass(frozen=True)
class Beside:
    """What stands beside the released figures of a community. It changes between releases."""

    session: Session
    slug: str
    newest: int  # the last reply's id; 0: there is none
    withdrawn: int
    complaints: str  # where complaints about a person are taken; "" where nobody said

    @classmethod
    def of(cls, session: Session, slug: str) -> Beside:
        """Look it up with one query: a page that shows it asks before it says "not changed"."""
        first = session.execute(BESIDE, {"slug": slug}).first()
        newest, withdrawn, complaints = first or (None, 0, "")
        return cls(session, slug, newest or 0, withdrawn, complaints)

    @property
    def state(self) -> str:
        """Return what changes whenever something here does: a page is kept by it."""
        return f"{self.newest or ''}-{self.withdrawn or ''}-{self.complaints}"

    @cached_property
    def replies(self) -> list[Shown]:
        return shown(self.session, self.slug) if self.newest else []


# asked by every look at a community: made once, and no objects of the ORM
REPLIES, COMMUNITIES = Reply.__table__.c, Community.__table__.c
BESIDE = (
    select(func.max(REPLIES.id), func.count(REPLIES.withdrawn_at), COMMUNITIES.complaints)
    .select_from(Community.__table__.outerjoin(Reply.__table__))
    .where(COMMUNITIES.slug == bindparam("slug"))
    .group_by(COMMUNITIES.id, COMMUNITIES.complaints)
)
