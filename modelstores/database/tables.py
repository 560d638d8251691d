"""The tables. The comment of a table or column is its documentation (``docs/database.md``).

Types are those that SQLite and PostgreSQL share. Times are ISO 8601 texts in UTC, so
that they sort and compare as they are. Tables without a number of their own are kept
by SQLite in the order of their key, which is how they are read.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator

from modelstores.database.storable import storable_or_none
from modelstores.items import REFERENCE_KINDS, SOURCES

#: Version of the tables and views, kept where Alembic keeps it.
SCHEMA_VERSION = "0003"

STATUSES = ("running", "complete", "suspect", "failed")
SCOPES = ("full", "partial")
ORIGINS = ("live", "archive", "wayback")
KINDS = ("model", "app")
STATES = ("present", "absent", "not_applicable", "unknown")
STAGES = ("page", "record", "validation", "policy")
#: What people code: elements, input domain or origin of a product, or two products as similar.
CODED = ("elements", "domains", "origins", "similar")
#: Where the sum must hold: listed = all others together.
COUNTS = ("listed", "stored", "merged", "out_of_scope", "quarantined", "failed", "refused")


#: Text that PostgreSQL, too, compares and sorts by code point, whatever its locale.
PLAIN = Text().with_variant(Text(collation="C"), "postgresql")


class Words(TypeDecorator[str]):
    """Text that a store wrote: anything at all, made storable."""

    impl = PLAIN
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:  # noqa: ARG002
        """Return what makes a text storable on its way in."""
        return storable_or_none


metadata = MetaData()


def _number() -> Column[int]:
    return Column("id", Integer, primary_key=True, comment="Number of the row.")


def _link(table: str, comment: str, *, key: bool = False, optional: bool = False) -> Column[int]:
    return Column(
        f"{table}_id",
        ForeignKey(f"{table}.id"),
        primary_key=key,
        nullable=optional,
        autoincrement=False,
        comment=comment,
    )


def _text(name: str, comment: str, *, key: bool = False, optional: bool = False) -> Column[str]:
    return Column(name, Words, primary_key=key, nullable=optional, comment=comment)


def _count(name: str, comment: str, *, key: bool = False, optional: bool = False) -> Column[int]:
    return Column(
        name, BigInteger, primary_key=key, nullable=optional, autoincrement=False, comment=comment
    )


def _json(name: str, comment: str) -> Column[object]:
    return Column(name, JSON(none_as_null=True), nullable=False, comment=comment)


def _one_of(
    name: str, values: tuple[str, ...], comment: str
) -> tuple[Column[str], CheckConstraint]:
    # For each row that it checks, SQLite would make a table of a list after IN.
    any_of = " OR ".join(f"{name} = '{value}'" for value in values)
    stated = f"{comment} One of: {', '.join(values)}."
    return (
        Column(name, PLAIN, nullable=False, comment=stated),
        CheckConstraint(any_of),
    )


schema_version = Table(
    "alembic_version",
    metadata,
    Column("version_num", String(32), primary_key=True, comment="Version of tables and views."),
    comment="The version of this schema: one row. A program of another version refuses it.",
)

store = Table(
    "store",
    metadata,
    _number(),
    Column("name", PLAIN, nullable=False, unique=True, comment="Name of its spider: `wolfram`."),
    _text("title", "Name as people write it."),
    *_one_of("kind", KINDS, "What the store offers."),
    comment="One site that offers products.",
)

snapshot = Table(
    "snapshot",
    metadata,
    _number(),
    _link("store", "The store that was read."),
    *_one_of("status", STATUSES, "How the run ended; reports count `complete` ones only."),
    *_one_of("scope", SCOPES, "`full`: its listing ended; `partial`: anything else."),
    *_one_of("source", ORIGINS, "Where the pages came from."),
    _text("started_at", "When the run began."),
    _text("ended_at", "When the run ended; null while it runs or if it was killed.", optional=True),
    _text("captured_from", "Capture time of its earliest product.", optional=True),
    _text("captured_until", "Capture time of its latest product.", optional=True),
    _text("parser", "Version of the parser that read the pages."),
    _text("codebook", "Version of the codebook that the elements were told by."),
    _text(
        "vocabulary",
        "Version of the vocabulary that the similarity keys are in; that of the run stands in"
        " `versions`.",
    ),
    _json("versions", "All versions at work: project, parser, codebook, Scrapy, Chromium, ..."),
    _json("settings", "Settings of the run that matter to its result."),
    _count("listed", "Products that the run learnt of: the sum of the six below.", optional=True),
    _count("stored", "Products with a sighting in this snapshot.", optional=True),
    _count("merged", "Pages of a product that another page of the run stands for.", optional=True),
    _count("out_of_scope", "Pages that show no product of the kind looked for.", optional=True),
    _count("quarantined", "Products that failed validation or parsing.", optional=True),
    _count("failed", "Pages that could not be fetched or read.", optional=True),
    _count("refused", "Pages that robots.txt or the store refused.", optional=True),
    _json("reasons", "Why the status is not `complete`: a list of sentences."),
    _json("receipt", "Statistics of the run: requests, answers by status, bytes, times."),
    _text("capture_file", "Name of the WARC file that the run writes, if any.", optional=True),
    Index("snapshot_of_store", "store_id", "status"),
    comment="One run over one store.",
)

snapshot_check = Table(
    "snapshot_check",
    metadata,
    _link("snapshot", "The snapshot.", key=True),
    _text("name", "What was checked.", key=True),
    Column("passed", Boolean, nullable=False, comment="Whether the figure keeps to its bound."),
    Column("figure", Float, comment="The figure found; null if there was nothing to measure."),
    Column("bound", Float, comment="The figure allowed; null if there was nothing to measure."),
    _text("detail", "The check in words: what was compared."),
    comment="What was checked of a finished snapshot; a breach makes it `suspect`.",
)

lease = Table(
    "lease",
    metadata,
    _link("store", "The store.", key=True),
    _text("token", "What the holder alone knows of itself, new each time."),
    _text("host", "Name of the holder's machine."),
    _text("machine", "Which start of that machine: no two have the same."),
    Column("process", Integer, nullable=False, comment="Number of the holder's process."),
    Column("process_started", Float, nullable=False, comment="Its start, seconds since 1970."),
    _text("acquired_at", "Since when it is held, by the database's clock."),
    _text("expires_at", "When it is free again unless renewed, by the database's clock."),
    comment="Which run is at work on a store: one at a time.",
)

capture = Table(
    "capture",
    metadata,
    _number(),
    _link("store", "The store whose pages it holds."),
    _text("file", "Name of the WARC file, without folder."),
    Column(
        "sha256", PLAIN, nullable=False, comment="Digest of the whole file; empty until closed."
    ),
    _count("bytes", "Size of the file; null until closed.", optional=True),
    _text("first_at", "Time of its earliest record that was used.", optional=True),
    _text("last_at", "Time of its latest record that was used.", optional=True),
    UniqueConstraint("store_id", "file", "sha256"),
    comment="A WARC file that holds the responses a run received.",
)

product = Table(
    "product",
    metadata,
    _number(),
    _link("store", "The store that offers it."),
    _text("native_id", "The store's own id."),
    *_one_of("kind", KINDS, "What it is."),
    UniqueConstraint("store_id", "native_id"),
    comment="One model or app in one store.",
)

observation = Table(
    "observation",
    metadata,
    _number(),
    _link("product", "The product it speaks of."),
    *_one_of("source", SOURCES, "What kind of source said this."),
    _text("parser", "Version of the parser that read it."),
    Column("content_hash", PLAIN, nullable=False, comment="SHA-256 of what the source said."),
    _text("url", "Address of the source."),
    _text("name", "Name of the product, in the store's words."),
    _text("summary", "Short description, in the store's words.", optional=True),
    _json("stated", "Labelled values: {element or `objective`: the store's words}."),
    _json("input_domains", "Input domains or tasks, in the store's words."),
    _json("links", "Addresses in the author's text."),
    _json("unread", "Elements whose place this source cannot hold or that could not be read."),
    UniqueConstraint("product_id", "source", "parser", "content_hash"),
    comment="What one source said of a product; stored once for as long as it keeps saying it.",
)

sighting = Table(
    "sighting",
    metadata,
    _link("snapshot", "The snapshot.", key=True),
    _link("product", "The product that was there.", key=True),
    _link("observation", "What it said; its address stands there."),
    _text("captured_at", "When the words were captured (start of the run if not recorded)."),
    _link("capture", "The file that holds the page.", optional=True),
    _count("record_offset", "Byte at which the page's record starts.", optional=True),
    _text("record_id", "The record's `WARC-Record-ID`; a UUID without its URN.", optional=True),
    Column("rendered", Boolean, nullable=False, comment="Whether a browser had rendered the page."),
    Column(
        "completed_by",
        JSON(none_as_null=True),
        comment="Where the record stands that completed the page: file, offset, record_id, time.",
    ),
    Index("sighting_of_product", "product_id"),
    Index("sighting_of_observation", "observation_id"),
    comment="The product was there in this snapshot, and said that. One a snapshot and product: of"
    " several sources a page stands before a record, a record before a list, then the latest.",
    sqlite_with_rowid=False,
)

counter = Table(
    "counter",
    metadata,
    Column("snapshot_id", Integer, primary_key=True, comment="The sighting's snapshot."),
    Column("product_id", Integer, primary_key=True, comment="The sighting's product."),
    _text("name", "What is counted: likes, downloads, rating, reviews.", key=True),
    Column("value", Float, nullable=False, comment="The number on that day."),
    ForeignKeyConstraint(
        ["snapshot_id", "product_id"],
        ["sighting.snapshot_id", "sighting.product_id"],
        ondelete="CASCADE",
    ),
    comment="A number that moves by itself; never part of an observation.",
    sqlite_with_rowid=False,
)

section = Table(
    "section",
    metadata,
    _link("observation", "The observation it is part of.", key=True),
    _count("position", "Place on the page, from 0.", key=True),
    _text("heading", "The heading."),
    _text("text", "The text under it."),
    comment="A section of a page, in the store's words.",
)

element = Table(
    "element",
    metadata,
    _number(),
    Column("codebook", PLAIN, nullable=False, comment="Version of the codebook."),
    Column("element", PLAIN, nullable=False, comment="Id of the element: `ml_algorithms`."),
    Column("name", PLAIN, nullable=False, comment="Name in the paper's Table I."),
    Column("dimension", PLAIN, nullable=False, comment="Dimension in the paper's Table I."),
    Column("definition", PLAIN, nullable=False, comment="What it means."),
    Column("position", Integer, nullable=False, comment="Place in the paper's Table I, from 1."),
    UniqueConstraint("codebook", "element"),
    comment="An information element as one version of the codebook defines it.",
)

element_state = Table(
    "element_state",
    metadata,
    _link("observation", "The observation.", key=True),
    _link("element", "The element, and with it the version of the codebook.", key=True),
    *_one_of("state", STATES, "Whether the observation shows it. `unknown`: could not be read."),
    _text("evidence", "The words that show it; `counter:NAME` for a counter.", optional=True),
    _text("place", "Where the words stand.", optional=True),
    _text("rule", "The rule that decided.", optional=True),
    comment="What an observation shows of an element, by one version of the codebook. An element"
    " without a row is unknown because no such source of the store can hold it.",
    sqlite_with_rowid=False,
)

element_value = Table(
    "element_value",
    metadata,
    _link("observation", "The observation.", key=True),
    _link("element", "The element, and with it the version of the codebook.", key=True),
    _count("position", "Place among the values of the element, from 0.", key=True),
    _text("raw", "The words, as the store has them."),
    _text(
        "value",
        "The same in one form: `1610612736`, `2019-03-15`, `de`; null if it is not read.",
        optional=True,
    ),
    Column("number", Float, comment="The value as a number: bytes, amount, count, figure, years."),
    _text("unit", "Unit of the number: `B`, `USD/hour`, `USD`, `%`.", optional=True),
    _text("metric", "What a figure of performance measures: `accuracy`.", optional=True),
    _text("dataset", "The data that a figure of performance was measured on.", optional=True),
    comment="What an observation says of an element, normalised, with the store's words beside it."
    " Licenses stand in `license`.",
    sqlite_with_rowid=False,
)

element_count = Table(
    "element_count",
    metadata,
    _link("snapshot", "The snapshot.", key=True),
    _link("element", "The element.", key=True),
    *(_count(state, f"Products whose state is `{state}`.") for state in STATES),
    comment="Products of a snapshot per element and state, kept when it closes.",
    sqlite_with_rowid=False,
)

similarity = Table(
    "similarity",
    metadata,
    _link("observation", "The observation.", key=True),
    Column("vocabulary", PLAIN, primary_key=True, comment="Version of the vocabulary."),
    _text(
        "key",
        "Algorithm with variant, training data, objective; null if one is not stated.",
        optional=True,
    ),
    _text("family_key", "The same with the algorithm's family.", optional=True),
    _text("algorithm", "Canonical name of the algorithm.", optional=True),
    _text("variant", "Its variant: depth, size, ...", optional=True),
    _json("datasets", "Canonical names of the training data."),
    _text("objective", "Canonical name of the objective.", optional=True),
    _text("input_domain", "Input domain as in the paper's Table II.", optional=True),
    _json("artefacts", "Names of files and repositories that point to the same weights."),
    _json("evidence", "The words behind each part: {part: words}."),
    Index("similarity_key", "vocabulary", "key"),
    Index("similarity_family_key", "vocabulary", "family_key"),
    comment="The similarity key of an observation, in one version of the vocabulary.",
)

reference = Table(
    "reference",
    metadata,
    _link("observation", "The observation that cites it.", key=True),
    Column("kind", PLAIN, primary_key=True, comment=f"One of: {', '.join(REFERENCE_KINDS)}."),
    _text(
        "identifier",
        "Canonical identifier: `1512.03385`, `10.1/x`, `owner/name`; 600 characters at most.",
        key=True,
    ),
    _text("url", "Address as the page gives it."),
    Index("reference_identifier", "kind", "identifier"),
    comment="A paper, repository or site that an observation refers to.",
)

license_ = Table(
    "license",
    metadata,
    _link("observation", "The observation that names it.", key=True),
    _text("raw", "The store's words; 200 characters at most if they are not read.", key=True),
    _text("spdx", "SPDX expression; null if the words name no known license.", optional=True),
    Index("license_spdx", "spdx"),
    comment="A license that an observation names.",
)

policy = Table(
    "policy",
    metadata,
    _link("snapshot", "The snapshot that read it.", key=True),
    _text("url", "Address of the page.", key=True),
    _link("element", "The element it speaks of.", key=True),
    _text("title", "Title of the page."),
    *_one_of("state", STATES, "Whether the page shows the element."),
    _text("evidence", "The words that show it.", optional=True),
    _text("place", "Where the words stand.", optional=True),
    _text("rule", "The rule that decided.", optional=True),
    _text("captured_at", "When the page was captured."),
    _link("capture", "The file that holds the page, whole.", optional=True),
    _count("record_offset", "Byte at which the page's record starts.", optional=True),
    Index("policy_of_element", "element_id", "state"),
    comment="A policy page of a store, and what it shows of one element.",
)

quarantine = Table(
    "quarantine",
    metadata,
    _number(),
    _link("snapshot", "The snapshot in which it failed."),
    *_one_of("stage", STAGES, "What failed: reading a page, record or policy page, or validation."),
    _text("url", "Address of the page."),
    _json("reasons", "Why: a list of sentences."),
    Column("item", JSON(none_as_null=True), comment="The product as the spider made it, if any."),
    _text("file", "Name of the WARC file that holds the page.", optional=True),
    _count("record_offset", "Byte at which the page's record starts.", optional=True),
    Index("quarantine_of_snapshot", "snapshot_id"),
    comment="What failed, with the reason. Nothing is dropped.",
)

coding = Table(
    "coding",
    metadata,
    _number(),
    _text("coder", "Who judged."),
    *_one_of("what", CODED, "What was judged."),
    _link("product", "The product."),
    _link("observation", "What it said when it was judged."),
    Column("other_product_id", ForeignKey("product.id"), comment="Of a pair, the other product."),
    Column(
        "other_observation_id",
        ForeignKey("observation.id"),
        comment="What the other product said when it was judged.",
    ),
    _text("element", "The element; empty if none is judged."),
    _text(
        "code",
        "The judgement: `1` or `0` (shown, similar), the name of an input domain, or an origin"
        " (`paper`, `repository`, `none`).",
    ),
    _text("remark", "The coder's remark.", optional=True),
    _text("coded_at", "When the sheet was read, ISO 8601, UTC."),
    Index(
        "coding_of_product",
        *("product_id", "what", "element", "coder"),
        unique=True,
        sqlite_where=text("other_product_id IS NULL"),
        postgresql_where=text("other_product_id IS NULL"),
    ),
    Index(
        "coding_of_pair",
        *("product_id", "other_product_id", "what", "element", "coder"),
        unique=True,
    ),
    comment="A person's judgement of a product or a pair: one a coder and thing, the last one."
    " What coders agree on stands before the program's (`agreed_coding`).",
)
