"""Files of earlier seasons that were imported: where their answers came from, or their counts.

Revision ID: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "imported_file",
        sa.Column("event_id", sa.Integer(), sa.ForeignKey("event.id"), primary_key=True),
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("poster", sa.String(12), sa.ForeignKey("poster.code"), nullable=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("tool", sa.String(20), nullable=False),
        sa.Column("imported_at", sa.DateTime(), nullable=False),
        sa.Column("instrument", sa.String(20), nullable=False),
        sa.Column("base", sa.String(20), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("responses", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("imported_file")
