"""What a department did about what people asked for.

Revision ID: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "reply",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("community_id", sa.Integer(), sa.ForeignKey("community.id"), nullable=False),
        sa.Column("season", sa.Integer(), nullable=False),
        sa.Column("theme", sa.String(20), nullable=False),
        sa.Column("stands", sa.String(12), nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("agency", sa.String(80), nullable=False),
        sa.Column("account_id", sa.Integer()),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime()),
    )
    op.create_index("ix_reply_community_id", "reply", ["community_id"])


def downgrade() -> None:
    op.drop_table("reply")
