"""The private ledger of a release stands county by county, and only of the newest release.

A release that was made before is taken over: its parts hold its figures and their exact counts.

Revision ID: 0028
"""

import json
import zlib
from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

RANGES = {
    "participation", "range_low", "range_high", "place_range_low", "place_range_high", "n_eff",
    "n_eff_place", "icc", "spread",
}  # fmt: skip
TOTALS = 0
NO_COUNTY = ("", "")


def upgrade() -> None:
    op.create_table(
        "county_part",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("county", sa.String(120), nullable=False),
        sa.Column("season", sa.Integer(), nullable=False),
        sa.Column("follows", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("release_id", "state", "county", "season", name="pk_county_part"),
        sqlite_with_rowid=False,
    )
    connection, chains = op.get_bind(), set()
    releases = "SELECT id, about, ledger FROM release WHERE format = 2 ORDER BY id DESC"
    for id, about, ledger in connection.execute(sa.text(releases)).all():
        about, ledger = (json.loads(x) if isinstance(x, str) else x for x in (about, ledger))
        if about["made_up"] not in chains:  # the newest that the next one follows
            chains.add(about["made_up"])
            take_over(connection, id, about, ledger)
    op.drop_column("release", "ledger")


def take_over(connection, id, about, ledger) -> None:
    counties = defaultdict(lambda: defaultdict(lambda: {"figures": [], "ledger": []}))
    for row in ledger.get("rows", ()):
        row = dict(zip(ledger["columns"], row, strict=True))
        counties[row["state"], row["county"]][row["season"]]["ledger"].append(row)
    query = "SELECT row FROM figure WHERE release_id = :id AND kind = 'figure' ORDER BY number"
    for (row,) in connection.execute(sa.text(query), {"id": id}):
        row = json.loads(row) if isinstance(row, str) else row
        row = {name: value for name, value in row.items() if name not in RANGES}
        counties[row["state"], row["county"]][row["season"]]["figures"].append(row)
    notes = defaultdict(list)
    for note in about["notes"]:
        notes[note["state"], note["county"]].append(note)
    for state, county in {*counties, *notes} - {NO_COUNTY}:
        seasons = counties[state, county]
        totals = [
            row for one in seasons.values() for row in one["figures"] if row["cut"] == "total"
        ]
        bodies = {
            year: {name: table(rows) for name, rows in one.items()} for year, one in seasons.items()
        }
        bodies[TOTALS] = {"totals": table(totals), "notes": table(notes[state, county])}
        for season, body in bodies.items():
            packed = zlib.compress(json.dumps(body).encode())
            key = {"release_id": id, "state": state, "county": county, "season": season}
            connection.execute(PART.insert(), key | {"follows": 0, "digest": "", "body": packed})


PART = sa.table(
    "county_part",
    *(sa.column(n) for n in ("release_id", "state", "county", "season", "follows", "digest")),
    sa.column("body", sa.LargeBinary()),
)


def table(rows):
    """Rows as columns; a number that is not there is no number."""
    names = list(rows[0]) if rows else []
    return {
        name: [float("nan") if row[name] is None else row[name] for row in rows] for name in names
    }


def downgrade() -> None:
    op.add_column("release", sa.Column("ledger", sa.JSON(), nullable=False, server_default="{}"))
    connection = op.get_bind()
    ids = connection.scalars(sa.text("SELECT DISTINCT release_id FROM county_part")).all()
    put_back = sa.text("UPDATE release SET ledger = :ledger WHERE id = :id")
    put_back = put_back.bindparams(sa.bindparam("ledger", type_=sa.JSON()))
    for id in ids:
        columns, rows = [], []
        query = sa.select(PART.c.body).where(PART.c.release_id == id, PART.c.season > TOTALS)
        for body in connection.scalars(query.order_by(PART.c.season)):
            counts = json.loads(zlib.decompress(body))["ledger"]
            columns = list(counts) or columns
            rows += map(list, zip(*counts.values(), strict=True))
        connection.execute(put_back, {"ledger": {"columns": columns, "rows": rows}, "id": id})
    op.drop_table("county_part")
