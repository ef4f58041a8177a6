"""What a reader decided about a comment: its theme, and its words as they may be shown.

Revision ID: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("comment", sa.Column("theme", sa.String(20)))
    op.add_column("comment", sa.Column("shown", sa.Text()))


def downgrade() -> None:
    op.drop_column("comment", "shown")
    op.drop_column("comment", "theme")
