"""Seasons whose answers were forgotten, and events that were put away.

Revision ID: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "forgotten_season",
        sa.Column("season", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("forgotten_at", sa.DateTime(), nullable=False),
        sa.Column("responses", sa.Integer(), nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
    )
    archived = sa.Column("archived", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("event", archived)


def downgrade() -> None:
    op.drop_column("event", "archived")
    op.drop_table("forgotten_season")
