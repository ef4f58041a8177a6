"""The host's logo on posters, and events that were put away.

Revision ID: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column(
        "event", sa.Column("put_away", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "logo",
        sa.Column(
            "event_id",
            sa.Integer(),
            sa.ForeignKey("event.id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("image", sa.LargeBinary(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("logo")
    op.drop_column("event", "put_away")
