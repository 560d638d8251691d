"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables of version 0001; they are not those of today and never change."""
    op.create_table(
        "element",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("codebook", sa.Text(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("codebook", "element"),
    )
    op.create_table(
        "store",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint("kind = 'model' OR kind = 'app'"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "capture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("first_at", sa.Text(), nullable=True),
        sa.Column("last_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("store_id", "file", "sha256"),
    )
    op.create_table(
        "product",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("native_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint("kind = 'model' OR kind = 'app'"),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("store_id", "native_id"),
    )
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.Column("captured_from", sa.Text(), nullable=True),
        sa.Column("captured_until", sa.Text(), nullable=True),
        sa.Column("parser", sa.Text(), nullable=False),
        sa.Column("codebook", sa.Text(), nullable=False),
        sa.Column("vocabulary", sa.Text(), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("listed", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("stored", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("merged", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("out_of_scope", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("quarantined", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("failed", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("refused", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("receipt", sa.JSON(), nullable=False),
        sa.CheckConstraint("scope = 'full' OR scope = 'partial'"),
        sa.CheckConstraint("source = 'live' OR source = 'archive' OR source = 'wayback'"),
        sa.CheckConstraint(
            "status = 'running' OR status = 'complete' OR status = 'suspect' OR status = 'failed'"
        ),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("snapshot_of_store", "snapshot", ["store_id", "status"])
    op.create_table(
        "element_count",
        sa.Column("snapshot_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("element_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("present", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("absent", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("not_applicable", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("unknown", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["element_id"], ["element.id"]),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"]),
        sa.PrimaryKeyConstraint("snapshot_id", "element_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "observation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("parser", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("stated", sa.JSON(), nullable=False),
        sa.Column("input_domains", sa.JSON(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("unread", sa.JSON(), nullable=False),
        sa.CheckConstraint("source = 'page' OR source = 'record' OR source = 'list'"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("product_id", "source", "parser", "content_hash"),
    )
    op.create_table(
        "policy",
        sa.Column("snapshot_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("element_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("captured_at", sa.Text(), nullable=False),
        sa.Column("capture_id", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("record_offset", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.CheckConstraint(
            "state = 'present' OR state = 'absent' OR state = 'not_applicable' OR state = 'unknown'"
        ),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"]),
        sa.ForeignKeyConstraint(["element_id"], ["element.id"]),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"]),
        sa.PrimaryKeyConstraint("snapshot_id", "url", "element_id"),
    )
    op.create_index("policy_of_element", "policy", ["element_id", "state"])
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("item", sa.JSON(), nullable=True),
        sa.Column("file", sa.Text(), nullable=True),
        sa.Column("record_offset", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.CheckConstraint(
            "stage = 'page' OR stage = 'record' OR stage = 'validation' OR stage = 'policy'"
        ),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("quarantine_of_snapshot", "quarantine", ["snapshot_id"])
    op.create_table(
        "element_state",
        sa.Column("observation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("element_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state = 'present' OR state = 'absent' OR state = 'not_applicable' OR state = 'unknown'"
        ),
        sa.ForeignKeyConstraint(["element_id"], ["element.id"]),
        sa.ForeignKeyConstraint(["observation_id"], ["observation.id"]),
        sa.PrimaryKeyConstraint("observation_id", "element_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("element_state_of_element", "element_state", ["element_id", "state"])
    op.create_table(
        "license",
        sa.Column("observation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("spdx", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["observation_id"], ["observation.id"]),
        sa.PrimaryKeyConstraint("observation_id", "raw"),
    )
    op.create_index("license_spdx", "license", ["spdx"])
    op.create_table(
        "reference",
        sa.Column("observation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["observation_id"], ["observation.id"]),
        sa.PrimaryKeyConstraint("observation_id", "kind", "identifier"),
    )
    op.create_index("reference_identifier", "reference", ["kind", "identifier"])
    op.create_table(
        "section",
        sa.Column("observation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["observation_id"], ["observation.id"]),
        sa.PrimaryKeyConstraint("observation_id", "position"),
    )
    op.create_table(
        "sighting",
        sa.Column("snapshot_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("product_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("observation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("captured_at", sa.Text(), nullable=False),
        sa.Column("capture_id", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("record_offset", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("record_id", sa.Text(), nullable=True),
        sa.Column("rendered", sa.Boolean(), nullable=False),
        sa.Column("completed_by", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"]),
        sa.ForeignKeyConstraint(["observation_id"], ["observation.id"]),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"]),
        sa.PrimaryKeyConstraint("snapshot_id", "product_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("sighting_of_observation", "sighting", ["observation_id"])
    op.create_index("sighting_of_product", "sighting", ["product_id"])
    op.create_table(
        "similarity",
        sa.Column("observation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("vocabulary", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("family_key", sa.Text(), nullable=True),
        sa.Column("algorithm", sa.Text(), nullable=True),
        sa.Column("variant", sa.Text(), nullable=True),
        sa.Column("datasets", sa.JSON(), nullable=False),
        sa.Column("objective", sa.Text(), nullable=True),
        sa.Column("input_domain", sa.Text(), nullable=True),
        sa.Column("artefacts", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["observation_id"], ["observation.id"]),
        sa.PrimaryKeyConstraint("observation_id", "vocabulary"),
    )
    op.create_index("similarity_family_key", "similarity", ["vocabulary", "family_key"])
    op.create_index("similarity_key", "similarity", ["vocabulary", "key"])
    op.create_table(
        "counter",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id", "product_id"],
            ["sighting.snapshot_id", "sighting.product_id"],
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("snapshot_id", "product_id", "name"),
        sqlite_with_rowid=False,
    )
