"""Columns and indexes by which a page finds its figures, however many places there are.

Revision ID: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

COLUMNS = {"state": 40, "county": 120, "told": 24}
BY_PLACE = ["lookup", "measure", "agency", "cut", "season"]
BY_SUBJECT = [
    "release_id", "kind", "measure", "agency", "cut", "season", "told", "state", "county",
    "community",
]  # fmt: skip
# a value of the frozen row as text; NULL where the row has no such column
FILL = """UPDATE figure SET
    state = COALESCE({state}, ''),
    county = COALESCE({county}, ''),
    lookup = release_id || '|' || kind || '|' || COALESCE({state}, '') || '|'
        || COALESCE({county}, '') || '|' || community,
    season = COALESCE(CAST({season} AS INTEGER), CAST({season_to} AS INTEGER), 0),
    told = CASE WHEN kind = 'change' THEN {basis} || '.' || {verdict} ELSE '' END"""
NAMES = ("state", "county", "season", "season_to", "basis", "verdict")
VALUE = {"sqlite": "json_extract(row, '$.{}')", "postgresql": "(row ->> '{}')"}


def upgrade() -> None:
    for name, length in COLUMNS.items():
        column = sa.Column(name, sa.String(length), nullable=False, server_default="")
        op.add_column("figure", column)
    op.add_column("figure", sa.Column("lookup", sa.Text(), nullable=False, server_default=""))
    op.add_column("figure", sa.Column("season", sa.Integer(), nullable=False, server_default="0"))
    value = VALUE[op.get_bind().dialect.name]
    op.execute(FILL.format(**{name: value.format(name) for name in NAMES}))
    op.drop_index("ix_figure_community", "figure")
    op.create_index("ix_figure_place", "figure", BY_PLACE)
    op.create_index("ix_figure_subject", "figure", BY_SUBJECT)


def downgrade() -> None:
    op.drop_index("ix_figure_subject", "figure")
    op.drop_index("ix_figure_place", "figure")
    op.create_index("ix_figure_community", "figure", ["community"])
    for name in (*COLUMNS, "lookup", "season"):
        op.drop_column("figure", name)
