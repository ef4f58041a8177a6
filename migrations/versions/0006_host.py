"""Who hosts an event: attendees are told before they answer.

Revision ID: 0006

An event from before is hosted by the local law enforcement, as most are: a claim of independence
that nobody made would be worse than none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("event", sa.Column("host", sa.String(80), nullable=False, server_default=""))
    yes = sa.Column("police_run", sa.Boolean(), nullable=False, server_default=sa.true())
    op.add_column("event", yes)


def downgrade() -> None:
    op.drop_column("event", "police_run")
    op.drop_column("event", "host")
