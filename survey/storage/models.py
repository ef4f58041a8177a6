"""Tables and constraints, no behaviour.

What is kept of an attendee stands in `Response` and `Comment`, whole. A test holds every column
here to a sentence on the privacy page in every language (`privacy.<table>.<column>`).
Keys of everything that grows contain event_id or release_id, so that a distributed PostgreSQL
can shard it. Tables of answers have no rowid: arrival order identifies people.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


# What a database can hold of the rule that only the questionnaire's codes are stored: an object
# of bounded size whose names and codes are plain (ids, numbers), so no blank and no free text.
# `survey.questionnaire.answer_codes` has the whole rule. JSON is written with ", " and ": ".
PLAIN_ANSWERS = {
    "sqlite": """CASE WHEN json_valid(answers) THEN json_type(answers) = 'object' ELSE 0 END
        AND length(answers) <= 8192
        AND answers NOT GLOB '*[^][{}",: A-Za-z0-9_.+-]*' AND answers NOT GLOB '*[^:,] *'""",
    "postgresql": r"""json_typeof(answers) = 'object'
        AND length(answers::text) <= 8192
        AND answers::text !~ '[^][{}",: A-Za-z0-9_.+-]' AND answers::text !~ '[^:,] '""",
}


HIGHEST_ID = 2**31 - 1  # what an integer key of PostgreSQL holds; SQLite's would hold more
WITHOUT_ROWID: dict[str, Any] = {"sqlite_with_rowid": False}


class Moment(TypeDecorator[datetime]):
    """A point in time: aware in code, UTC in the database."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar = {datetime: Moment, dict[str, Any]: JSON, list[Any]: JSON}


class Community(Base):
    __tablename__ = "community"
    __table_args__ = (UniqueConstraint("slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(80))
    county: Mapped[str] = mapped_column(String(80))  # without its kind: "Orleans"
    area: Mapped[str] = mapped_column(String(20), server_default="county")  # content/areas.toml
    state: Mapped[str] = mapped_column(String(40))
    # name, county and state with case and spaces folded: what makes it the same place
    identity: Mapped[str] = mapped_column(Text, index=True, unique=True, server_default="")
    made_up: Mapped[bool] = mapped_column(default=False)  # of the demonstration
    # codes by which other tables of places know it; empty: not given (desk/place_codes.py)
    fips: Mapped[str] = mapped_column(String(10), server_default="")
    gnis: Mapped[str] = mapped_column(String(8), server_default="")
    # where complaints about a person are taken: a web or mail address, "" for not told
    complaints: Mapped[str] = mapped_column(String(200), default="", server_default="")

    agencies: Mapped[list[Agency]] = relationship(back_populates="community", order_by="Agency.id")
    events: Mapped[list[Event]] = relationship(back_populates="community")


class Agency(Base):
    __tablename__ = "agency"
    __table_args__ = (UniqueConstraint("community_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    kind: Mapped[str] = mapped_column(String(20))  # a table of content/agencies.toml
    name: Mapped[str] = mapped_column(String(80))
    local: Mapped[bool] = mapped_column(default=False)  # the one the police questions are about

    community: Mapped[Community] = relationship(back_populates="agencies")


class Event(Base):
    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("starts_at < ends_at", name="starts_before_it_ends"),
        CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    slug: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(80))
    season: Mapped[int]
    instrument: Mapped[str] = mapped_column(String(20))
    languages: Mapped[list[Any]]
    time_zone: Mapped[str] = mapped_column(String(40))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    opens_at: Mapped[datetime]  # the window in which answers are taken
    closes_at: Mapped[datetime]
    head_count: Mapped[int | None]
    rehearsal_until: Mapped[datetime | None]  # its posters work before it opens
    host: Mapped[str] = mapped_column(String(80), default="", server_default="")  # "": see organise
    police_run: Mapped[bool] = mapped_column(default=True, server_default=true())
    archived: Mapped[bool] = mapped_column(default=False, server_default=false())  # put away

    community: Mapped[Community] = relationship(back_populates="events")
    posters: Mapped[list[Poster]] = relationship(  # those that hang, without IMPORTED
        primaryjoin=lambda: (Event.id == Poster.event_id) & (Poster.channel != IMPORTED),
        back_populates="event",
        order_by="Poster.code",
    )

    @property
    def run_by(self) -> str:
        """Return the name of who runs the survey: the local law enforcement, if nobody else."""
        local = (agency.name for agency in self.community.agencies if agency.local)
        return self.host or next(local)


class Logo(Base):
    """The picture of who runs an event, printed on its posters."""

    __tablename__ = "logo"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    image: Mapped[bytes] = mapped_column(LargeBinary)  # PNG, drawn by us


IMPORTED = "imported file"  # the channel of answers that came by no poster: nobody can open it


class Poster(Base):
    __tablename__ = "poster"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    channel: Mapped[str] = mapped_column(String(40))
    wave: Mapped[str] = mapped_column(String(12), default="event")
    retired_at: Mapped[datetime | None]  # its code got into wrong hands: it opens no form any more

    event: Mapped[Event] = relationship(back_populates="posters")


class Scan(Base):
    """How often a poster's page was opened in one hour: a counter, no row per person."""

    __tablename__ = "scan"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    poster: Mapped[str] = mapped_column(ForeignKey("poster.code"), primary_key=True)
    hour: Mapped[str] = mapped_column(String(13), primary_key=True)
    count: Mapped[int]


class PosterActivity(Base):
    """When a poster's form was last opened and last answered, to ten minutes: one row, written over
    while the evening runs and deleted when the event is closed (docs/decisions/0045)."""

    __tablename__ = "poster_activity"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    poster: Mapped[str] = mapped_column(ForeignKey("poster.code"), primary_key=True)
    opened_at: Mapped[datetime | None]  # the start of the ten minutes
    answered_at: Mapped[datetime | None]


class Response(Base):
    __tablename__ = "response"
    __table_args__ = (
        *(
            CheckConstraint(rule, name="plain_answers").ddl_if(dialect=dialect)
            for dialect, rule in PLAIN_ANSWERS.items()
        ),
        WITHOUT_ROWID,
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    submission: Mapped[UUID] = mapped_column(primary_key=True)  # random, made by the page
    poster: Mapped[str] = mapped_column(ForeignKey("poster.code"))
    audience: Mapped[str] = mapped_column(String(12))
    wave: Mapped[str] = mapped_column(String(12))
    mode: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(8))
    instrument: Mapped[str] = mapped_column(String(20))
    hour: Mapped[str] = mapped_column(String(13))  # event-local, never a minute
    late: Mapped[bool]
    household: Mapped[bool] = mapped_column(default=False, server_default=false())
    verified: Mapped[bool] = mapped_column(default=False, server_default=false())  # by a card
    answers: Mapped[dict[str, Any]]


class Comment(Base):
    """An open comment, joined to no response: nothing in it says whose other answers are whose."""

    __tablename__ = "comment"
    __table_args__ = WITHOUT_ROWID

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))  # waiting until a person has read it
    theme: Mapped[str | None] = mapped_column(String(20))  # of one that was kept
    shown: Mapped[str | None] = mapped_column(Text)  # that one's words, masked


class Installation(Base):
    """What is noted about this installation, e.g. the address at which it was last served."""

    __tablename__ = "installation"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class SealedComment(Base):
    """A comment that waits, sealed, to be moved among others (storage/sealed_comments.py)."""

    __tablename__ = "sealed_comment"
    __table_args__ = WITHOUT_ROWID

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


# How pages look for figures: everything of a place, or every place of one measure. The second also
# lists the places of one verdict, by state and county, without reading the others.
# The first begins with a column of its own: with one of the key, SQLite takes the key and reads a
# whole release.
BY_PLACE = ("lookup", "measure", "agency", "cut", "season")
BY_SUBJECT = (
    "release_id", "kind", "measure", "agency", "cut", "season", "told", "state", "county",
    "community",
)  # fmt: skip
RELEASE_FORMAT = 2  # of the rows that this version freezes and reads: their columns


class Release(Base):
    """One publication. Its rows never change; county_parts.py holds what is never shown."""

    __tablename__ = "release"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(String(64))
    # one of an earlier format stays as it is, and is read by no page and no file
    format: Mapped[int] = mapped_column(default=RELEASE_FORMAT, server_default="1")
    about: Mapped[dict[str, Any]]  # seasons, notes, wording: published with it


class Figure(Base):
    """One released figure, or one released change between seasons, as it was frozen.

    Beside the row stand those of its columns by which pages find it, so that a page of one place
    reads that place's rows alone, whatever the size of the country.
    """

    __tablename__ = "figure"
    __table_args__ = (
        Index("ix_figure_place", *BY_PLACE),
        Index("ix_figure_subject", *BY_SUBJECT),
        WITHOUT_ROWID,
    )

    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)  # figure | change | overall
    number: Mapped[int] = mapped_column(primary_key=True)
    community: Mapped[str] = mapped_column(String(60))
    measure: Mapped[str] = mapped_column(String(40))
    agency: Mapped[str] = mapped_column(String(20))
    cut: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(40), server_default="")
    county: Mapped[str] = mapped_column(String(120), server_default="")  # the area's id
    # release, kind, state, county and community together, as release_store.lookup() writes them
    lookup: Mapped[str] = mapped_column(Text, server_default="")
    season: Mapped[int] = mapped_column(server_default="0")  # of a change the later one
    told: Mapped[str] = mapped_column(String(24), server_default="")  # of a change "before.rise"
    row: Mapped[dict[str, Any]]
