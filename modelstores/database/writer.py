"""The one way into the database: a run, its products in batches, its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select, update

from modelstores.database import batch as batches
from modelstores.database import opened, rows
from modelstores.database.batch import Seen
from modelstores.database.checks import run_checks
from modelstores.database.engine import errors_of
from modelstores.database.entry import Entry, Terms, entry
from modelstores.database.insert import insert_all, insert_new, insert_one
from modelstores.database.opened import CaptureFile, Opened
from modelstores.database.resume import VERSIONS, Resumable, reopen
from modelstores.database.rows import License, Reference, Row
from modelstores.database.tables import (
    COUNTS,
    policy,
    quarantine,
    sighting,
    snapshot,
    snapshot_check,
)
from modelstores.items import SOURCES, Capture, Policy, Product, Rejection

__all__ = ["CaptureFile", "Run", "Writer"]


@dataclass(frozen=True)
class Run:
    """What opens a snapshot."""

    store: str
    title: str
    #: "model" or "app"
    kind: str
    #: "live", "archive" or "wayback"
    source: str
    #: ISO 8601, UTC
    started_at: str
    #: {"project", "parser", "codebook", "vocabulary", "scrapy", "chromium", ...: version}
    versions: Mapping[str, Any]
    #: the codebook: [{"id", "name", "dimension", "definition"}] in the paper's order, with
    #: "values": "license" where the values of an element are licenses
    elements: Sequence[Mapping[str, Any]]
    #: "full" or "partial"; ``Writer.close`` may still change it
    scope: str = "partial"
    settings: Mapping[str, Any] = field(default_factory=dict)
    #: the files that are read; others that a product names are added by themselves
    captures: Sequence[CaptureFile] = ()
    #: name of the WARC file that the run writes, if any
    capture_file: str | None = None
    #: {source: elements it can never hold}, by which a finished snapshot is checked; None: it
    #: is not checked
    beyond: Mapping[str, Collection[str]] | None = None
    #: elements of which only policy pages speak
    of_store: Collection[str] = ()


class Writer:
    """Writes one snapshot, a batch a transaction.

    A batch is written when it holds ``batch`` products and rejections, or when its oldest
    has waited ``seconds``: whatever was flushed outlives the process. What a source goes
    on saying is not written again, only that it was seen. Memory is that of one batch.

    Every method raises DatabaseError when the database fails; the batch then waits still.
    """

    def __init__(
        self,
        engine: Engine,
        run: Run,
        batch: int = 500,
        seconds: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.engine, self.run = engine, run
        self.batch, self.seconds, self._clock = batch, seconds, clock
        #: so far: products with a sighting, further sightings of the same, rejections
        self.stored = self.merged = self.rejected = 0
        self._products: list[Seen] = []
        self._rejections: list[Rejection] = []
        self._since = 0.0
        self._here: Opened
        #: what entries are made by, once it is open
        self.terms: Terms

    def open(self, continues: Resumable | None = None) -> int:
        """Open the snapshot as ``running``, a new one or one gone on with; return its number."""
        run = self.run
        versions = {name: str(run.versions[name]) for name in VERSIONS}
        with errors_of(self.engine), self.engine.begin() as connection:
            store_id = opened.write_store(connection, run.store, run.title, run.kind)
            row = {"store_id": store_id, "status": "running", "reasons": [], "receipt": {}}
            row |= {name: getattr(run, name) for name in ("scope", "source", "started_at")}
            row |= {"versions": dict(run.versions), "settings": dict(run.settings), **versions}
            if continues:
                reopen(connection, continues, store_id, row)
                number, started_at = continues.snapshot_id, continues.started_at
            else:
                row["capture_file"] = run.capture_file
                number, started_at = insert_one(connection, snapshot, row), run.started_at
            elements = opened.write_codebook(connection, versions["codebook"], run.elements)
            licenses = {one["id"] for one in run.elements if one.get("values") == "license"}
            self.terms = Terms(
                parser=versions["parser"],
                vocabulary=versions["vocabulary"],
                elements=elements,
                valued={name: row for name, row in elements.items() if name not in licenses},
                beyond={
                    source: frozenset((*(run.beyond or {}).get(source, ()), *run.of_store))
                    for source in SOURCES
                },
            )
            self._here = Opened(
                snapshot_id=number,
                store_id=store_id,
                started_at=started_at,
                terms=self.terms,
                captures={
                    one.file: opened.write_capture(connection, store_id, one)
                    for one in run.captures
                },
                continued=continues is not None,
            )
        return self._here.snapshot_id

    def known(self) -> set[str]:
        """Return the digests of what has the tags and keys of this run's versions already."""
        with errors_of(self.engine), self.engine.begin() as connection:
            return batches.known(connection, self._here)

    def add(
        self,
        product: Product,
        references: Iterable[Reference] = (),
        licenses: Iterable[License] = (),
    ) -> None:
        """Add a product with its elements and key, and the references and licenses in it.

        Met again in the same snapshot, a product still has one sighting: that of the page
        before that of a record, that of a record before that of a list, then the latest
        captured. What the other source said is kept as an observation without sighting.
        """
        if product.store != self.run.store:
            raise ValueError(f"product of {product.store!r} in a run over {self.run.store!r}")
        made = entry(product, self.terms, references, licenses)
        self._wait(self._products, [Seen(made, product.capture, product.record)])

    def put(self, entries: Iterable[Entry], capture: Capture | None = None) -> None:
        """Add what ``add`` would make of the products of one page, made elsewhere."""
        self._wait(self._products, [Seen(one, capture, None) for one in entries])

    def reject(self, rejection: Rejection) -> None:
        """Put what failed into quarantine."""
        self._wait(self._rejections, [rejection])

    def add_policy(self, page: Policy, elements: Mapping[str, Mapping[str, Any]]) -> None:
        """Write what a policy page shows: {element: {"state", "evidence", "where", "rule"}}."""
        here = self._here
        with self._transaction() as connection:
            opened.name_captures(connection, here, [page.capture])
            place = rows.place_row(page.capture, here.captures, here.started_at)
            common = {"snapshot_id": here.snapshot_id, "url": page.url, "title": page.title}
            common |= dict(zip(rows.PLACE, place, strict=True))
            insert_new(
                connection,
                policy,
                [
                    common | dict(zip(rows.TOLD, told, strict=True))
                    for told in rows.state_rows(elements, here.terms.elements)
                ],
            )

    def tick(self) -> None:
        """Flush if the oldest of the batch has waited long enough; a crawl calls it on a timer."""
        if (self._products or self._rejections) and self._clock() - self._since >= self.seconds:
            self.flush()

    def flush(self) -> None:
        """Write the batch in one transaction; on return it is safe."""
        if not (self._products or self._rejections):
            return
        numbers: list[int] = []
        with self._transaction() as connection:
            if self._products:
                numbers = batches.write_products(connection, self._here, self._products)
            rejected = [self._quarantine_row(one) for one in self._rejections]
            insert_all(connection, {quarantine: rejected})
        # Those that this process met: of those that it goes on with, some are there already.
        stored = sum(map(self._here.met.add, numbers))
        self.stored += stored
        self.merged += len(self._products) - stored
        self.rejected += len(rejected)
        self._products.clear()
        self._rejections.clear()

    def close(
        self,
        status: str,
        reasons: Sequence[str],
        receipt: Mapping[str, Any],
        counts: Mapping[str, int],
        *,
        scope: str | None = None,
        captures: Sequence[CaptureFile] = (),
    ) -> tuple[str, list[str]]:
        """Flush, and close the snapshot as "complete", "suspect" or "failed".

        One that did not fail is checked: a breach makes "complete" into "suspect".
        Returns the status and the reasons for it.

        ``counts`` are those of ``tables.COUNTS``. What is stored is counted here, and what
        was merged here is added; a missing ``listed`` is the sum. ``captures`` are the
        files that the run wrote, now that they have a digest.
        """
        self.flush()
        here, scope = self._here, scope or self.run.scope
        final, why = self.counts(counts), list(reasons)
        with self._transaction() as connection:
            for one in captures:
                opened.write_capture(connection, here.store_id, one)
            opened.span_captures(connection, here)
            opened.count_elements(connection, here)
            if status != "failed" and self.run.beyond is not None:
                breaches = self._check(connection, final, scope)
                status = "suspect" if breaches and status == "complete" else status
                why += breaches
            seen = sighting.c.captured_at
            first, last = connection.execute(
                select(func.min(seen), func.max(seen)).where(
                    sighting.c.snapshot_id == here.snapshot_id
                )
            ).one()
            connection.execute(
                update(snapshot)
                .where(snapshot.c.id == here.snapshot_id)
                .values(
                    status=status,
                    scope=scope,
                    ended_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                    captured_from=first,
                    captured_until=last,
                    reasons=why,
                    receipt=dict(receipt),
                    **final,
                )
            )
        return status, why

    def _check(self, connection: Connection, counts: Mapping[str, int], scope: str) -> list[str]:
        """Check the snapshot, keep what was found, and return the breaches in words."""
        number = self._here.snapshot_id
        checks = run_checks(
            connection,
            number,
            counts=counts,
            scope=scope,
            beyond=self.run.beyond or {},
            of_store=self.run.of_store,
        )
        kept = [{"snapshot_id": number, **asdict(check)} for check in checks]
        insert_all(connection, {snapshot_check: kept})
        return [check.sentence for check in checks if not check.passed]

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        known = dict(self._here.captures)
        try:
            with errors_of(self.engine), self.engine.begin() as connection:
                yield connection
        except BaseException:
            self._here.captures = known  # rows that were rolled back have no number
            raise

    def _wait(self, waiting: list[Any], ones: Sequence[object]) -> None:
        while ones:
            waited = len(self._products) + len(self._rejections)
            if not waited:
                self._since = self._clock()
            room = self.batch - waited
            waiting += ones[:room]
            ones = ones[room:]
            if len(self._products) + len(self._rejections) >= self.batch:
                self.flush()
            else:
                self.tick()

    def counts(self, given: Mapping[str, int]) -> dict[str, int]:
        """Return the counts of the run as they stand in the snapshot, once all was flushed.

        A product met under two addresses was given as stored twice, and has one sighting.
        """
        counts = dict.fromkeys(COUNTS[1:], 0) | {"quarantined": self.rejected} | dict(given)
        counts |= {"stored": self.stored, "merged": given.get("merged", 0) + self.merged}
        return {"listed": sum(counts[name] for name in COUNTS[1:])} | counts

    def _quarantine_row(self, one: Rejection) -> Row:
        return {
            "snapshot_id": self._here.snapshot_id,
            "stage": one.stage,
            "url": one.url,
            "reasons": one.reasons,
            "item": one.item,
            "file": one.capture.file if one.capture else None,
            "record_offset": one.capture.offset if one.capture else None,
        }
