"""Tables of a county's part may stand as different values and which row has which.

Those that stand as lists are read as well, so that there is nothing to do on the way up. On the way
down they are lists again: an earlier version would take anything else for rows.

Revision ID: 0029
"""

import json
import zlib
from base64 import b64decode

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

KEY = ("release_id", "state", "county", "season")
PART = sa.table("county_part", *map(sa.column, KEY), sa.column("body", sa.LargeBinary()))
TABLES = ("totals", "carded", "notes", "figures", "ledger")


def upgrade() -> None:
    pass


def downgrade() -> None:
    connection = op.get_bind()
    keys = [PART.c[name] for name in KEY]
    for key in connection.execute(sa.select(*keys).order_by(*keys)).all():
        here = [column == value for column, value in zip(keys, key, strict=True)]
        body = json.loads(zlib.decompress(connection.scalar(sa.select(PART.c.body).where(*here))))
        tables = {name: body[name] for name in TABLES if name in body}
        lists = {name: {c: as_list(one) for c, one in tables[name].items()} for name in tables}
        packed = zlib.compress(json.dumps(body | lists).encode())
        connection.execute(PART.update().where(*here).values(body=packed))


def as_list(column):
    if isinstance(column, list):
        return column
    values, rows = column["values"], b64decode(column["rows"])
    wide = 1 if len(values) <= 1 << 8 else 2 if len(values) <= 1 << 16 else 4
    at = range(0, len(rows), wide)
    return [values[int.from_bytes(rows[i : i + wide], "little")] for i in at]
