"""Themes that organisers add, and where complaints about a person are taken.

Revision ID: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "comment_theme",
        sa.Column(
            "community_id",
            sa.Integer(),
            sa.ForeignKey("community.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("name", sa.String(20), primary_key=True),
        sqlite_with_rowid=False,
    )
    address = sa.Column("complaints", sa.String(200), nullable=False, server_default="")
    op.add_column("community", address)


def downgrade() -> None:
    op.drop_column("community", "complaints")
    op.drop_table("comment_theme")
