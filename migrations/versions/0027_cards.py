"""Cards with one-time codes, and the bit of an answer that came with one.

Revision ID: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.create_table(
        "card",
        sa.Column("event_id", sa.Integer(), sa.ForeignKey("event.id"), primary_key=True),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("used", sa.Boolean(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.add_column(
        "response",
        sa.Column("verified", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("response", "verified")
    op.drop_table("card")
