"""What each county gave to the newest release: kept for the next one, and read by no page.

A release is built county by county. Each county's part is written here as soon as it is made,
under the number that the release will have, so that a build that was stopped goes on where it was.
The parts of the release before go when the next one is frozen.
"""

from __future__ import annotations

from sqlalchemy import LargeBinary, String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from survey.storage.made_up import next_release_id
from survey.storage.models import WITHOUT_ROWID, Base

TOTALS, SUMS = 0, -1  # in the column `season`: what is not of one season


class CountyPart(Base):
    """One season of a county's part. Exact counts stand in `body`, compressed."""

    __tablename__ = "county_part"
    __table_args__ = WITHOUT_ROWID

    release_id: Mapped[int] = mapped_column(primary_key=True)  # there is no row of it at first
    state: Mapped[str] = mapped_column(String(40), primary_key=True)
    county: Mapped[str] = mapped_column(String(120), primary_key=True)  # the area's id
    season: Mapped[int] = mapped_column(primary_key=True)
    follows: Mapped[int]  # the release before; 0: it is the first
    digest: Mapped[str] = mapped_column(String(64))  # of the answers and rules it was made from
    body: Mapped[bytes] = mapped_column(LargeBinary)


def forget_sums(session: Session) -> None:
    """Forget what parts hold beside the counts behind published figures: sums over answers, and
    the parts of a release that was begun and is not published. Where answers are deleted nothing
    is left of them but what was published; their counties are built anew."""
    unpublished = CountyPart.release_id >= next_release_id(session)
    session.execute(delete(CountyPart).where((CountyPart.season == SUMS) | unpublished))


def forget_release(session: Session, release_id: int) -> None:
    session.execute(delete(CountyPart).where(CountyPart.release_id == release_id))
