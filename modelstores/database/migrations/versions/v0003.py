"""Normalised values of elements, what people code by hand; an index less that nothing read by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

#: PostgreSQL sorts text as SQLite does.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _key(name: str, table: str) -> sa.Column[int]:
    return sa.Column(
        name, sa.Integer(), sa.ForeignKey(table), primary_key=True, autoincrement=False
    )


def upgrade() -> None:
    """Change version 0002 to 0003."""
    op.create_table(
        "element_value",
        _key("observation_id", "observation.id"),
        _key("element_id", "element.id"),
        sa.Column("position", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("raw", TEXT, nullable=False),
        sa.Column("value", TEXT),
        sa.Column("number", sa.Float()),
        sa.Column("unit", TEXT),
        sa.Column("metric", TEXT),
        sa.Column("dataset", TEXT),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "coding",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("coder", TEXT, nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("product_id", sa.Integer(), sa.ForeignKey("product.id"), nullable=False),
        sa.Column("observation_id", sa.Integer(), sa.ForeignKey("observation.id"), nullable=False),
        sa.Column("other_product_id", sa.Integer(), sa.ForeignKey("product.id")),
        sa.Column("other_observation_id", sa.Integer(), sa.ForeignKey("observation.id")),
        sa.Column("element", TEXT, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("remark", TEXT),
        sa.Column("coded_at", TEXT, nullable=False),
        sa.CheckConstraint(
            " OR ".join(
                f"what = '{what}'" for what in ("elements", "domains", "origins", "similar")
            )
        ),
    )
    thing = ["what", "element", "coder"]
    of_one = sa.text("other_product_id IS NULL")
    op.create_index(
        "coding_of_product",
        "coding",
        ["product_id", *thing],
        unique=True,
        sqlite_where=of_one,
        postgresql_where=of_one,
    )
    op.create_index(
        "coding_of_pair", "coding", ["product_id", "other_product_id", *thing], unique=True
    )
    op.drop_index("element_state_of_element", "element_state")
