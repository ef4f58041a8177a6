"""Releases and their figures.

Revision ID: 0002

SQLite files of the first version may hold a part of it (migrations were no transactions then):
what is there already is passed over.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "release",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("ledger", sa.JSON(), nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "figure",
        sa.Column("release_id", sa.Integer(), sa.ForeignKey("release.id"), primary_key=True),
        sa.Column("kind", sa.String(8), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("community", sa.String(60), nullable=False),
        sa.Column("measure", sa.String(40), nullable=False),
        sa.Column("agency", sa.String(20), nullable=False),
        sa.Column("cut", sa.String(20), nullable=False),
        sa.Column("row", sa.JSON(), nullable=False),
        sqlite_with_rowid=False,
        if_not_exists=True,
    )
    op.create_index("ix_figure_community", "figure", ["community"], if_not_exists=True)
