"""Leases, checks, and the capture file of a run that may be resumed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

#: PostgreSQL sorts text as SQLite does.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Change version 0001 to 0002."""
    op.add_column("snapshot", sa.Column("capture_file", TEXT))
    op.create_table(
        "snapshot_check",
        sa.Column("snapshot_id", sa.Integer(), sa.ForeignKey("snapshot.id"), primary_key=True),
        sa.Column("name", TEXT, primary_key=True),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("figure", sa.Float()),
        sa.Column("bound", sa.Float()),
        sa.Column("detail", TEXT, nullable=False),
    )
    op.create_table(
        "lease",
        sa.Column(
            "store_id",
            sa.Integer(),
            sa.ForeignKey("store.id"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("token", TEXT, nullable=False),
        sa.Column("host", TEXT, nullable=False),
        sa.Column("machine", TEXT, nullable=False),
        sa.Column("process", sa.Integer(), nullable=False),
        sa.Column("process_started", sa.Float(), nullable=False),
        sa.Column("acquired_at", TEXT, nullable=False),
        sa.Column("expires_at", TEXT, nullable=False),
    )
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        inspector = sa.inspect(connection)
        for table in inspector.get_table_names():
            for column in inspector.get_columns(table):
                if isinstance(column["type"], sa.Text):
                    op.alter_column(table, column["name"], type_=TEXT)
