"""A try-out of an event: until when, and what was answered in it.

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("event", sa.Column("rehearsal_until", sa.DateTime()))
    op.create_table(
        "rehearsal_answer",
        sa.Column("event_id", sa.Integer(), sa.ForeignKey("event.id"), primary_key=True),
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("poster", sa.String(12), sa.ForeignKey("poster.code"), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("rehearsal_answer")
    op.drop_column("event", "rehearsal_until")
