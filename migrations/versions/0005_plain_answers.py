"""Answers are an object of plain codes, as far as the database itself can check that.

Revision ID: 0005

Rows that are there already keep what they hold, even where it breaks the rule: a release sets
them aside and says so. They can be read and deleted, and not be changed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

NAME = "ck_response_plain_answers"
SQLITE = """CASE WHEN json_valid(answers) THEN json_type(answers) = 'object' ELSE 0 END
    AND length(answers) <= 8192
    AND answers NOT GLOB '*[^][{}",: A-Za-z0-9_.+-]*' AND answers NOT GLOB '*[^:,] *'"""
POSTGRESQL = r"""json_typeof(answers) = 'object'
    AND length(answers::text) <= 8192
    AND answers::text !~ '[^][{}",: A-Za-z0-9_.+-]' AND answers::text !~ '[^:,] '"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        rule = POSTGRESQL.replace(":", r"\:")  # a colon of SQLAlchemy's text is a parameter
        op.execute(f"ALTER TABLE response ADD CONSTRAINT {NAME} CHECK ({rule}) NOT VALID")
        odd = sa.text(f"SELECT EXISTS (SELECT FROM response WHERE NOT ({rule}))")
        if not op.get_bind().scalar(odd):
            op.execute(f"ALTER TABLE response VALIDATE CONSTRAINT {NAME}")
        return
    op.execute("PRAGMA ignore_check_constraints = ON")
    with op.batch_alter_table("response", copy_from=response(), recreate="always") as table:
        table.create_check_constraint(op.f(NAME), sa.text(SQLITE.replace(":", r"\:")))
    op.execute("PRAGMA ignore_check_constraints = OFF")


def response() -> sa.Table:
    """The table as it stands before: SQLite adds a rule by writing a table anew."""
    return sa.Table(
        "response",
        sa.MetaData(),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("submission", sa.Uuid(), nullable=False),
        sa.Column("poster", sa.String(12), nullable=False),
        sa.Column("audience", sa.String(12), nullable=False),
        sa.Column("wave", sa.String(12), nullable=False),
        sa.Column("mode", sa.String(12), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("instrument", sa.String(20), nullable=False),
        sa.Column("hour", sa.String(13), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("household", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("event_id", "submission", name="pk_response"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_response_event_id"),
        sa.ForeignKeyConstraint(["poster"], ["poster.code"], name="fk_response_poster"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(NAME, "response")
        return
    with op.batch_alter_table("response", copy_from=response(), recreate="always"):
        pass
