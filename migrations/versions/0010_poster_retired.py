"""When a poster's code was replaced, because it got into wrong hands.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("poster", sa.Column("retired_at", sa.DateTime()))


def downgrade() -> None:
    op.drop_column("poster", "retired_at")
