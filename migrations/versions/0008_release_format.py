"""The form in which a release was frozen. One of an earlier form stays as it is and is not read.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    form = sa.Column("format", sa.Integer(), nullable=False, server_default="1")
    op.add_column("release", form)


def downgrade() -> None:
    op.drop_column("release", "format")
