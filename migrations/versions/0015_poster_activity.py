"""When a poster was last used, to ten minutes, while its evening runs.

Revision ID: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "poster_activity",
        sa.Column("event_id", sa.Integer(), sa.ForeignKey("event.id"), primary_key=True),
        sa.Column("poster", sa.String(12), sa.ForeignKey("poster.code"), primary_key=True),
        sa.Column("opened_at", sa.DateTime()),
        sa.Column("answered_at", sa.DateTime()),
    )


def downgrade() -> None:
    op.drop_table("poster_activity")
