"""Answers that wait for two people to decide whether they count.

Revision ID: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "held_group",
        sa.Column("event_id", sa.Integer(), sa.ForeignKey("event.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("reason", sa.String(12), nullable=False),
        sa.Column("poster", sa.String(12), sa.ForeignKey("poster.code"), nullable=False),
        sa.Column("hour", sa.String(13), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("proposal", sa.String(12), nullable=False),
        sa.Column("why", sa.String(200), nullable=False),
        sa.Column("proposed_by", sa.Integer(), sa.ForeignKey("account.id")),
        sa.Column("proposed_as", sa.String(12), nullable=False),
        sa.Column("decided_by", sa.Integer(), sa.ForeignKey("account.id")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "held_answer",
        sa.Column("event_id", sa.Integer(), sa.ForeignKey("event.id"), primary_key=True),
        sa.Column("submission", sa.Uuid(), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("held_answer")
    op.drop_table("held_group")
