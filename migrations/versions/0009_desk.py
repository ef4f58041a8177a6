"""Accounts, their sessions and links, and the audit trail.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

REFUSED = "the audit trail is only ever added to"
POSTGRES = f"""
CREATE FUNCTION audit_is_kept() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$
"""


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("sign_in", sa.String(60), nullable=False),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("password", sa.String(120), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("sign_in", name="uq_account_sign_in"),
    )
    op.create_table(
        "account_community",
        sa.Column("account_id", sa.Integer(), gone_with("account"), primary_key=True),
        sa.Column("community_id", sa.Integer(), gone_with("community"), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "account_link",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("communities", sa.JSON(), nullable=False),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id")),
        sa.Column("made_by", sa.Integer(), sa.ForeignKey("account.id")),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "desk_session",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("before_hash", sa.String(64), nullable=False),
        sa.Column("device", sa.String(12), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("rotated_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.UniqueConstraint("token_hash", name="uq_desk_session_token_hash"),
    )
    op.create_index("ix_desk_session_account_id", "desk_session", ["account_id"])
    op.create_index("ix_desk_session_before_hash", "desk_session", ["before_hash"])
    op.create_table(
        "sign_in_count",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("quarter", sa.Integer(), primary_key=True),
        sa.Column("failed", sa.Integer(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account_id", sa.Integer()),
        sa.Column("community_id", sa.Integer()),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    keep_audit()


def gone_with(table: str) -> sa.ForeignKey:
    return sa.ForeignKey(f"{table}.id", ondelete="CASCADE")


def keep_audit() -> None:
    """Let the database itself refuse to change or delete an entry."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRES)
        op.execute(
            "CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_no_{act.lower()} BEFORE {act} ON audit "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        )


def downgrade() -> None:
    for table in ("audit", "sign_in_count", "desk_session", "account_link"):
        op.drop_table(table)
    for table in ("account_community", "account"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_kept()")
