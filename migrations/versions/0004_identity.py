"""What kind of area a community lies in, what makes it the same place, and what is noted about
this installation.

Revision ID: 0004
"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column(
        "community", sa.Column("area", sa.String(20), nullable=False, server_default="county")
    )
    op.add_column("community", sa.Column("identity", sa.Text(), nullable=False, server_default=""))
    fill_identities(op.get_bind())
    op.create_index("ix_community_identity", "community", ["identity"], unique=True)
    op.create_table(
        "installation",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )


def fill_identities(connection: sa.Connection) -> None:
    """Name every community. Twins from before there was a rule keep apart by their number."""
    query = "SELECT id, name, county, state, made_up FROM community ORDER BY id"
    taken: set[str] = set()
    for id, *parts, made_up in connection.execute(sa.text(query)).all():
        whose = "made up" if made_up else ""
        folded = [" ".join(unicodedata.normalize("NFKC", p).casefold().split()) for p in parts]
        identity = "\n".join([*folded, whose])
        identity = f"{identity}\n{id}" if identity in taken else identity
        taken.add(identity)
        change = sa.text("UPDATE community SET identity = :identity WHERE id = :id")
        connection.execute(change, {"identity": identity, "id": id})


def downgrade() -> None:
    op.drop_table("installation")
    op.drop_index("ix_community_identity", "community")
    op.drop_column("community", "identity")
    op.drop_column("community", "area")
