"""Whether somebody said that another person answered on the same phone before.

Revision ID: 0003

An SQLite file of the first version may have the column already, its run killed before the end.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    columns = sa.inspect(op.get_bind()).get_columns("response")
    if any(column["name"] == "household" for column in columns):
        return
    op.add_column(
        "response",
        sa.Column("household", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("response", "household")
