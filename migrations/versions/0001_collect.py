"""Communities, events, posters and what attendees send.

Revision ID: 0001

SQLite files of the first version may hold a part of it (migrations were no transactions then):
what is there already is passed over.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "community",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("county", sa.String(80), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("made_up", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("slug", name="uq_community_slug"),
        if_not_exists=True,
    )
    op.create_table(
        "agency",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("community_id", sa.Integer(), sa.ForeignKey("community.id"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("local", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("community_id", "kind", name="uq_agency_community_id"),
        if_not_exists=True,
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("community_id", sa.Integer(), sa.ForeignKey("community.id"), nullable=False),
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("season", sa.Integer(), nullable=False),
        sa.Column("instrument", sa.String(20), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("time_zone", sa.String(40), nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.Column("opens_at", sa.DateTime(), nullable=False),
        sa.Column("closes_at", sa.DateTime(), nullable=False),
        sa.Column("head_count", sa.Integer(), nullable=True),
        sa.UniqueConstraint("slug", name="uq_event_slug"),
        sa.CheckConstraint("starts_at < ends_at", name="starts_before_it_ends"),
        sa.CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),
        if_not_exists=True,
    )
    op.create_index("ix_event_community_id", "event", ["community_id"], if_not_exists=True)
    op.create_table(
        "poster",
        sa.Column("code", sa.String(12), primary_key=True),
        sa.Column("event_id", sa.Integer(), sa.ForeignKey("event.id"), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("wave", sa.String(12), nullable=False),
        if_not_exists=True,
    )
    op.create_index("ix_poster_event_id", "poster", ["event_id"], if_not_exists=True)
    op.create_table(
        "scan",
        sa.Column("event_id", sa.Integer(), sa.ForeignKey("event.id"), primary_key=True),
        sa.Column("poster", sa.String(12), sa.ForeignKey("poster.code"), primary_key=True),
        sa.Column("hour", sa.String(13), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "response",
        sa.Column("event_id", sa.Integer(), sa.ForeignKey("event.id"), primary_key=True),
        sa.Column("submission", sa.Uuid(), primary_key=True),
        sa.Column("poster", sa.String(12), sa.ForeignKey("poster.code"), nullable=False),
        sa.Column("audience", sa.String(12), nullable=False),
        sa.Column("wave", sa.String(12), nullable=False),
        sa.Column("mode", sa.String(12), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("instrument", sa.String(20), nullable=False),
        sa.Column("hour", sa.String(13), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sqlite_with_rowid=False,
        if_not_exists=True,
    )
    op.create_table(
        "comment",
        sa.Column("event_id", sa.Integer(), sa.ForeignKey("event.id"), primary_key=True),
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sqlite_with_rowid=False,
        if_not_exists=True,
    )
