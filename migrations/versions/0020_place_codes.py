"""Codes of a community in other tables of places; what an import left out.

Revision ID: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("community", sa.Column("fips", sa.String(10), nullable=False, server_default=""))
    op.add_column("community", sa.Column("gnis", sa.String(8), nullable=False, server_default=""))
    op.add_column(
        "imported_file", sa.Column("left_out", sa.JSON(), nullable=False, server_default="{}")
    )


def downgrade() -> None:
    op.drop_column("imported_file", "left_out")
    op.drop_column("community", "gnis")
    op.drop_column("community", "fips")
