"""The views for researchers, in SQL that SQLite and PostgreSQL both run.

Numbers are BIGINT or DOUBLE PRECISION: what PostgreSQL makes of a division or a sum of
sums by itself is a decimal.

Each view stands on ``complete_snapshot`` alone. :func:`query` gives the same SQL as one
statement over snapshots of other statuses, so that a report can ask more widely without
a second wording of any figure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from modelstores.database.tables import STATUSES


@dataclass(frozen=True)
class View:
    """A view: what it says, its columns with their meaning, and its SQL."""

    comment: str
    columns: dict[str, str]
    sql: str


@dataclass(frozen=True)
class Selection:
    """The snapshots that count: their statuses, and their stores (none named: all)."""

    statuses: tuple[str, ...] = ("complete",)
    stores: tuple[str, ...] = ()

    @property
    def sql(self) -> str:
        """Return the SELECT of these snapshots.

        Raises:
            ValueError: a status is none of ``tables.STATUSES``, or a name is no store's.
        """
        if not set(self.statuses) <= set(STATUSES):
            raise ValueError(f"statuses: {self.statuses}")
        if not all(map(STORE_NAME.fullmatch, self.stores)):
            raise ValueError(f"stores: {self.stores}")
        sql = f"SELECT * FROM snapshot WHERE status IN ({_listed(self.statuses)})"  # noqa: S608 - checked
        if self.stores:
            named = f"SELECT id FROM store WHERE name IN ({_listed(self.stores)})"  # noqa: S608 - checked
            sql += f" AND store_id IN ({named})"
        return sql


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


#: What counts unless something else is asked for.
COMPLETE = Selection()
#: The names that spiders have.
STORE_NAME = re.compile(r"[a-z0-9_]{1,50}")

VIEWS: dict[str, View] = {
    "complete_snapshot": View(
        "The snapshots that count.",
        {"*": "The columns of `snapshot`."},
        COMPLETE.sql,
    ),
    "rival_snapshot": View(
        "Pairs of snapshots of one store of which the second may hold a later sighting.",
        {
            "snapshot_id": "The snapshot.",
            "rival_id": "One that was captured while it was, or after.",
            "later_read": "1 if of equal capture times the second counts: it was read by a later"
            " parser, or by the same later; else 0.",
        },
        """
SELECT this.id AS snapshot_id, rival.id AS rival_id,
       CASE WHEN (LENGTH(rival.parser), rival.parser, rival.id)
                 > (LENGTH(this.parser), this.parser, this.id) THEN 1 ELSE 0 END AS later_read
  FROM complete_snapshot AS this
  JOIN complete_snapshot AS rival ON rival.store_id = this.store_id AND rival.id <> this.id
 WHERE COALESCE(rival.captured_until, '9') >= COALESCE(this.captured_from, '')
""",
    ),
    "latest_sighting": View(
        "The last sighting of each product: latest captured, then latest parser, then latest read.",
        {
            "product_id": "The product.",
            "store_id": "Its store.",
            "observation_id": "What was said of it.",
            "snapshot_id": "The snapshot.",
            "captured_at": "When it was captured.",
            "parser": "Version of the parser of that snapshot.",
            "codebook": "Version of the codebook of that snapshot.",
            "vocabulary": "Version of the vocabulary of that snapshot.",
        },
        # A longer version number is a later one: 10 comes after 9. Only snapshots that were
        # captured while or after one was can hold what is later: the newest is asked nothing.
        """
SELECT sighting.product_id, this.store_id, sighting.observation_id, sighting.snapshot_id,
       sighting.captured_at, this.parser, this.codebook, this.vocabulary
  FROM complete_snapshot AS this
  JOIN sighting ON sighting.snapshot_id = this.id
 WHERE NOT EXISTS (
       SELECT 1 FROM rival_snapshot AS rival
         JOIN sighting AS other ON other.snapshot_id = rival.rival_id
                               AND other.product_id = sighting.product_id
        WHERE rival.snapshot_id = sighting.snapshot_id
          AND (other.captured_at > sighting.captured_at
               OR other.captured_at = sighting.captured_at AND rival.later_read = 1))
""",
    ),
    "latest_product": View(
        "Each product as it was last seen.",
        {
            "product_id": "The product.",
            "store": "Name of its store.",
            "native_id": "The store's own id.",
            "kind": "model or app.",
            "observation_id": "What was said of it.",
            "snapshot_id": "The snapshot that saw it last.",
            "source": "page, record or list.",
            "name": "Its name.",
            "summary": "Its short description.",
            "url": "Address of the source.",
            "captured_at": "When it was captured.",
            "parser": "Version of the parser.",
            "codebook": "Version of the codebook of that snapshot.",
            "vocabulary": "Version of the vocabulary of that snapshot.",
            "input_domain": "Input domain; null if it was not determined.",
            "similarity_key": "Similarity key; null if a part of it is not stated.",
            "family_key": "Similarity key with the algorithm's family.",
        },
        """
SELECT product.id AS product_id, store.name AS store, product.native_id, product.kind,
       latest.observation_id, latest.snapshot_id, observation.source, observation.name,
       observation.summary, observation.url, latest.captured_at, latest.parser, latest.codebook,
       latest.vocabulary, similarity.input_domain, similarity.key AS similarity_key,
       similarity.family_key
  FROM latest_sighting AS latest
  JOIN product ON product.id = latest.product_id
  JOIN store ON store.id = latest.store_id
  JOIN observation ON observation.id = latest.observation_id
  LEFT JOIN similarity ON similarity.observation_id = latest.observation_id
                      AND similarity.vocabulary = latest.vocabulary
""",
    ),
    "counted_snapshot": View(
        "Snapshots at least half of whose products were last seen there: what was counted when they"
        " closed (`element_count`) holds, less the other products.",
        {
            "snapshot_id": "The snapshot.",
            "store_id": "Its store.",
            "codebook": "Version of its codebook.",
            "products": "Products that were last seen there.",
            "superseded": "Its other products.",
        },
        """
SELECT snapshot_id, store_id, codebook, products, sightings - products AS superseded
  FROM (SELECT snapshot_id, store_id, codebook, products,
               (SELECT COUNT(*) FROM sighting
                 WHERE sighting.snapshot_id = last.snapshot_id) AS sightings
          FROM (SELECT snapshot_id, store_id, codebook, COUNT(*) AS products
                  FROM latest_sighting GROUP BY snapshot_id, store_id, codebook) AS last) AS every
 WHERE 2 * products >= sightings
""",
    ),
    "latest_policy": View(
        "Each policy page as it was last seen, and what it shows of each element.",
        {
            "store_id": "The store.",
            "snapshot_id": "The snapshot that read it last.",
            "url": "Address of the page.",
            "title": "Title of the page.",
            "element_id": "The element it speaks of.",
            "state": "Whether the page shows the element.",
            "evidence": "The words that show it.",
            "place": "Where the words stand.",
            "rule": "The rule that decided.",
            "captured_at": "When the page was captured.",
            "capture_id": "The file that holds the page.",
            "record_offset": "Byte at which the page's record starts.",
        },
        # All rows that one snapshot has of a page are equally recent.
        """
SELECT store_id, snapshot_id, url, title, element_id, state, evidence, place, rule, captured_at,
       capture_id, record_offset
  FROM (SELECT policy.*, snapshot.store_id,
               RANK() OVER (
                   PARTITION BY snapshot.store_id, policy.url
                   ORDER BY policy.captured_at DESC, LENGTH(snapshot.parser) DESC,
                            snapshot.parser DESC, policy.snapshot_id DESC) AS recency
          FROM policy
          JOIN complete_snapshot AS snapshot ON snapshot.id = policy.snapshot_id) AS seen
 WHERE recency = 1
""",
    ),
    "element_matrix": View(
        "Store by element: how many of its products show it. Every element of the codebook has"
        " its row.",
        {
            "store": "Name of the store.",
            "codebook": "Version of the codebook.",
            "position": "Place of the element in the paper's Table I.",
            "dimension": "Dimension of the element.",
            "element": "Id of the element.",
            "name": "Name of the element.",
            "products": "Products of the store that were asked.",
            "present": "Products that show it.",
            "absent": "Products that do not.",
            "not_applicable": "Products to which it does not apply.",
            "unknown": "Products where it could not be read.",
            "policies": "Policy pages that show it.",
            "policies_read": "Policy pages that were read for it.",
            "ticked": "1 if a product or a policy page shows it, else 0.",
            "share": "present / (present + absent); null if there are none.",
        },
        """
SELECT store.name AS store, element.codebook, element.position, element.dimension,
       element.element, element.name, every.products, COALESCE(told.present, 0) AS present,
       COALESCE(told.absent, 0) AS absent, COALESCE(told.not_applicable, 0) AS not_applicable,
       every.products - COALESCE(told.present + told.absent + told.not_applicable, 0) AS unknown,
       COALESCE(written.policies, 0) AS policies,
       COALESCE(written.policies_read, 0) AS policies_read,
       CASE WHEN told.present > 0 OR written.policies > 0 THEN 1 ELSE 0 END AS ticked,
       CAST(told.present AS DOUBLE PRECISION) / NULLIF(told.present + told.absent, 0) AS share
  FROM (SELECT store_id, codebook, COUNT(*) AS products
          FROM latest_sighting GROUP BY store_id, codebook) AS every
  JOIN store ON store.id = every.store_id
  JOIN element ON element.codebook = every.codebook
  LEFT JOIN (SELECT store_id, codebook, element_id,
                    CAST(SUM(present) AS BIGINT) AS present,
                    CAST(SUM(absent) AS BIGINT) AS absent,
                    CAST(SUM(not_applicable) AS BIGINT) AS not_applicable
               FROM (SELECT counted.store_id, counted.codebook, element_count.element_id,
                            element_count.present, element_count.absent,
                            element_count.not_applicable
                       FROM counted_snapshot AS counted
                       JOIN element_count ON element_count.snapshot_id = counted.snapshot_id
                     UNION ALL
                     SELECT counted.store_id, counted.codebook, element_state.element_id,
                            CASE element_state.state WHEN 'present' THEN -1 ELSE 0 END,
                            CASE element_state.state WHEN 'absent' THEN -1 ELSE 0 END,
                            CASE element_state.state WHEN 'not_applicable' THEN -1 ELSE 0 END
                       FROM counted_snapshot AS counted
                       JOIN sighting ON sighting.snapshot_id = counted.snapshot_id
                       JOIN element_state ON element_state.observation_id = sighting.observation_id
                      WHERE counted.superseded > 0
                        AND NOT EXISTS (SELECT 1 FROM latest_sighting AS latest
                                         WHERE latest.snapshot_id = sighting.snapshot_id
                                           AND latest.product_id = sighting.product_id)
                     UNION ALL
                     SELECT latest.store_id, latest.codebook, element_state.element_id,
                            CASE element_state.state WHEN 'present' THEN 1 ELSE 0 END,
                            CASE element_state.state WHEN 'absent' THEN 1 ELSE 0 END,
                            CASE element_state.state WHEN 'not_applicable' THEN 1 ELSE 0 END
                       FROM latest_sighting AS latest
                       JOIN element_state ON element_state.observation_id = latest.observation_id
                      WHERE latest.snapshot_id NOT IN (SELECT snapshot_id FROM counted_snapshot)
                    ) AS counted
              GROUP BY store_id, codebook, element_id) AS told
         ON told.store_id = every.store_id AND told.codebook = every.codebook
        AND told.element_id = element.id
  LEFT JOIN (SELECT store_id, element_id, COUNT(*) AS policies_read,
                    SUM(CASE state WHEN 'present' THEN 1 ELSE 0 END) AS policies
               FROM latest_policy WHERE state IN ('present', 'absent')
              GROUP BY store_id, element_id) AS written
         ON written.store_id = every.store_id AND written.element_id = element.id
""",
    ),
    "element_evidence": View(
        "What shows an element: each latest product and policy page that does, the words, and where"
        " the page stands in which capture.",
        {
            "store": "Name of the store.",
            "element": "Id of the element.",
            "native_id": "The store's own id of the product; null for a policy page.",
            "name": "Name of the product, or title of the policy page.",
            "url": "Address of the page.",
            "evidence": "The words that show it; `counter:NAME` for a counter.",
            "place": "Where the words stand.",
            "rule": "The rule that decided.",
            "captured_at": "When the page was captured.",
            "file": "Name of the WARC file that holds the page.",
            "record_offset": "Byte at which the page's record starts.",
        },
        """
SELECT store.name AS store, element.element, product.native_id, observation.name, observation.url,
       element_state.evidence, element_state.place, element_state.rule, latest.captured_at,
       capture.file, sighting.record_offset
  FROM latest_sighting AS latest
  JOIN element_state ON element_state.observation_id = latest.observation_id
                    AND element_state.state = 'present'
  JOIN element ON element.id = element_state.element_id AND element.codebook = latest.codebook
  JOIN store ON store.id = latest.store_id
  JOIN product ON product.id = latest.product_id
  JOIN observation ON observation.id = latest.observation_id
  JOIN sighting ON sighting.snapshot_id = latest.snapshot_id
               AND sighting.product_id = latest.product_id
  LEFT JOIN capture ON capture.id = sighting.capture_id
UNION ALL
SELECT store.name, element.element, NULL, latest.title, latest.url, latest.evidence, latest.place,
       latest.rule, latest.captured_at, capture.file, latest.record_offset
  FROM latest_policy AS latest
  JOIN element ON element.id = latest.element_id
  JOIN store ON store.id = latest.store_id
  LEFT JOIN capture ON capture.id = latest.capture_id
 WHERE latest.state = 'present'
""",
    ),
    "latest_value": View(
        "What each product said of its elements when it was last seen, in one form: a row a value."
        " Licenses stand in `license`, numbers that move by themselves in `counter`.",
        {
            "store": "Name of the store.",
            "native_id": "The store's own id.",
            "element": "Id of the element.",
            "position": "Place among the product's values of the element, from 0.",
            "raw": "The words, as the store has them.",
            "value": "The same in one form; null if they could not be read.",
            "number": "The value as a number: bytes, amount, count, figure, years.",
            "unit": "Unit of the number.",
            "metric": "What a figure of performance measures.",
            "dataset": "The data that a figure of performance was measured on.",
            "product_id": "The product.",
            "observation_id": "What was said of it.",
        },
        """
SELECT store.name AS store, product.native_id, element.element, said.position, said.raw,
       said.value, said.number, said.unit, said.metric, said.dataset, latest.product_id,
       latest.observation_id
  FROM latest_sighting AS latest
  JOIN element_value AS said ON said.observation_id = latest.observation_id
  JOIN element ON element.id = said.element_id AND element.codebook = latest.codebook
  JOIN store ON store.id = latest.store_id
  JOIN product ON product.id = latest.product_id
""",
    ),
    "latest_key": View(
        "The similarity key of each product that has one, as it was last seen.",
        {
            "product_id": "The product.",
            "store_id": "Its store.",
            "observation_id": "What was said of it.",
            "captured_at": "When it was captured.",
            "vocabulary": "Version of the vocabulary of the key.",
            "similarity_key": "The key.",
            "input_domain": "Input domain; null if it was not determined.",
        },
        """
SELECT latest.product_id, latest.store_id, latest.observation_id, latest.captured_at,
       similarity.vocabulary, similarity.key AS similarity_key, similarity.input_domain
  FROM latest_sighting AS latest
  JOIN similarity ON similarity.observation_id = latest.observation_id
                 AND similarity.vocabulary = latest.vocabulary
 WHERE similarity.key IS NOT NULL
""",
    ),
    "similar_offering": View(
        "Products whose similarity key a product of another store has too, in the same vocabulary.",
        {
            "vocabulary": "Version of the vocabulary.",
            "similarity_key": "The key they share.",
            "store": "Name of the store.",
            "native_id": "The store's own id.",
            "name": "Name of the product.",
            "url": "Its address.",
            "captured_at": "When it was captured.",
            "input_domain": "Its input domain.",
            "product_id": "The product.",
            "observation_id": "What was said of it.",
        },
        """
SELECT latest.vocabulary, latest.similarity_key, store.name AS store, product.native_id,
       observation.name, observation.url, latest.captured_at, latest.input_domain,
       latest.product_id, latest.observation_id
  FROM (SELECT vocabulary, similarity_key
          FROM latest_key
         GROUP BY vocabulary, similarity_key
        HAVING COUNT(DISTINCT store_id) > 1) AS shared
  JOIN latest_key AS latest ON latest.vocabulary = shared.vocabulary
                           AND latest.similarity_key = shared.similarity_key
  JOIN store ON store.id = latest.store_id
  JOIN product ON product.id = latest.product_id
  JOIN observation ON observation.id = latest.observation_id
""",
    ),
    "input_domain_counts": View(
        "Input domain by store: products, and how many have a similar offering elsewhere.",
        {
            "store": "Name of the store.",
            "input_domain": "Input domain; null for products where it was not determined.",
            "products": "Products of the store in this domain.",
            "share": "The same as part of all products of the store.",
            "similar_products": "Those whose similarity key a product of another store has too.",
        },
        """
SELECT latest.store, latest.input_domain, COUNT(*) AS products,
       CAST(COUNT(*) AS DOUBLE PRECISION) / MIN(every.products) AS share,
       COUNT(offering.product_id) AS similar_products
  FROM latest_product AS latest
  JOIN (SELECT store, COUNT(*) AS products FROM latest_product GROUP BY store) AS every
    ON every.store = latest.store
  LEFT JOIN similar_offering AS offering ON offering.product_id = latest.product_id
 GROUP BY latest.store, latest.input_domain
""",
    ),
    "origin_counts": View(
        "Store by origin: products that cite papers, and products with a repository and no paper.",
        {
            "store": "Name of the store.",
            "products": "Products of the store.",
            "citing": "Products that refer to a paper (arXiv or DOI).",
            "citing_share": "The same as part of all products of the store.",
            "papers": "Distinct papers referred to.",
            "repository_only": "Products that refer to a repository (GitHub) and to no paper.",
        },
        """
SELECT latest.store, COUNT(*) AS products, COUNT(origin.papers) AS citing,
       CAST(COUNT(origin.papers) AS DOUBLE PRECISION) / COUNT(*) AS citing_share,
       COALESCE(MIN(cited.papers), 0) AS papers,
       SUM(CASE WHEN origin.papers IS NULL AND origin.repositories > 0 THEN 1 ELSE 0 END)
           AS repository_only
  FROM latest_product AS latest
  LEFT JOIN (SELECT observation_id,
                    SUM(CASE WHEN kind IN ('arxiv', 'doi') THEN 1 END) AS papers,
                    SUM(CASE WHEN kind = 'github' THEN 1 END) AS repositories
               FROM reference GROUP BY observation_id) AS origin
         ON origin.observation_id = latest.observation_id
  LEFT JOIN (SELECT store, COUNT(*) AS papers
               FROM (SELECT DISTINCT latest.store, reference.kind, reference.identifier
                       FROM latest_product AS latest
                       JOIN reference ON reference.observation_id = latest.observation_id
                      WHERE reference.kind IN ('arxiv', 'doi')) AS paper
              GROUP BY store) AS cited ON cited.store = latest.store
 GROUP BY latest.store
""",
    ),
    "previous_snapshot": View(
        "Each snapshot and the one that it is compared with: the last one before it of the same"
        " store, origin, parser and codebook; for a full one the last full one, if there is one.",
        {
            "snapshot": "The snapshot.",
            "since_snapshot": "The one before it; null for the first.",
        },
        """
SELECT id AS snapshot,
       CASE scope WHEN 'full' THEN COALESCE(LAG(id) OVER equal_scope, LAG(id) OVER any_scope)
                  ELSE LAG(id) OVER any_scope END AS since_snapshot
  FROM complete_snapshot
 WHERE captured_from IS NOT NULL
WINDOW any_scope AS (PARTITION BY store_id, source, parser, codebook ORDER BY captured_from, id),
       equal_scope AS (PARTITION BY store_id, source, parser, codebook, scope
                       ORDER BY captured_from, id)
""",
    ),
    "snapshot_pair": View(
        "What may be compared: the pairs of `previous_snapshot`, with their times.",
        {
            "store": "Name of the store.",
            "since_snapshot": "The earlier snapshot; null for the first.",
            "snapshot": "The later snapshot.",
            "since": "Capture time of the earlier snapshot's first product.",
            "until": "Capture time of the later snapshot's first product.",
            "codebook": "Version of the codebook of both.",
            "both_full": "1 if both have the scope `full`, else 0.",
        },
        """
SELECT store.name AS store, earlier.id AS since_snapshot, later.id AS snapshot,
       earlier.captured_from AS since, later.captured_from AS until, later.codebook,
       CASE WHEN earlier.scope = 'full' AND later.scope = 'full' THEN 1 ELSE 0 END AS both_full
  FROM previous_snapshot AS pair
  JOIN snapshot AS later ON later.id = pair.snapshot
  JOIN store ON store.id = later.store_id
  LEFT JOIN snapshot AS earlier ON earlier.id = pair.since_snapshot
""",
    ),
    "changed_product": View(
        "Products that do not say the same in the two snapshots of a `snapshot_pair`, both times"
        " by the same kind of source.",
        {
            "store": "Name of the store.",
            "since_snapshot": "The earlier snapshot.",
            "snapshot": "The later snapshot.",
            "since": "Capture time of the earlier snapshot's first product.",
            "until": "Capture time of the later snapshot's first product.",
            "codebook": "Version of the codebook of both.",
            "product_id": "The product.",
            "since_observation_id": "What was said of it in the earlier snapshot.",
            "observation_id": "What was said of it in the later one.",
        },
        """
SELECT pair.store, pair.since_snapshot, pair.snapshot, pair.since, pair.until, pair.codebook,
       later.product_id, earlier.observation_id AS since_observation_id, later.observation_id
  FROM snapshot_pair AS pair
  JOIN sighting AS later ON later.snapshot_id = pair.snapshot
  JOIN sighting AS earlier ON earlier.snapshot_id = pair.since_snapshot
                          AND earlier.product_id = later.product_id
                          AND earlier.observation_id <> later.observation_id
  JOIN observation AS said ON said.id = later.observation_id
  JOIN observation AS had_said ON had_said.id = earlier.observation_id
                              AND had_said.source = said.source
""",
    ),
    "changes": View(
        "What differs between the two snapshots of a `snapshot_pair`. Arrivals and departures are"
        " told between full snapshots only; a product whose page failed has not departed, and does"
        " not arrive when its page is read again. Elements are compared between equal kinds of"
        " source; a product that says something else, but shows the same of every element, has one"
        " row without element.",
        {
            "store": "Name of the store.",
            "since_snapshot": "The earlier snapshot.",
            "snapshot": "The later snapshot.",
            "since": "Capture time of the earlier snapshot's first product.",
            "until": "Capture time of the later snapshot's first product.",
            "change": "listed, delisted or changed.",
            "native_id": "The store's own id of the product.",
            "name": "Its name, as last seen.",
            "element": "The element that changed; null if other words did.",
            "before_state": "Its state in the earlier snapshot.",
            "before_words": "Its evidence in the earlier snapshot.",
            "after_state": "Its state in the later snapshot.",
            "after_words": "Its evidence in the later snapshot.",
        },
        """
SELECT pair.store, pair.since_snapshot, pair.snapshot, pair.since, pair.until,
       'listed' AS change, product.native_id, said.name, NULL AS element,
       NULL AS before_state, NULL AS before_words, NULL AS after_state, NULL AS after_words
  FROM snapshot_pair AS pair
  JOIN sighting AS later ON later.snapshot_id = pair.snapshot
  JOIN observation AS said ON said.id = later.observation_id
  JOIN product ON product.id = later.product_id
 WHERE pair.both_full = 1
   AND NOT EXISTS (SELECT 1 FROM sighting AS earlier
                    WHERE earlier.snapshot_id = pair.since_snapshot
                      AND earlier.product_id = later.product_id)
   AND NOT EXISTS (SELECT 1 FROM quarantine
                    WHERE quarantine.snapshot_id = pair.since_snapshot
                      AND quarantine.url = said.url)
UNION ALL
SELECT pair.store, pair.since_snapshot, pair.snapshot, pair.since, pair.until,
       'delisted', product.native_id, said.name, NULL, NULL, NULL, NULL, NULL
  FROM snapshot_pair AS pair
  JOIN sighting AS earlier ON earlier.snapshot_id = pair.since_snapshot
  JOIN observation AS said ON said.id = earlier.observation_id
  JOIN product ON product.id = earlier.product_id
 WHERE pair.both_full = 1
   AND NOT EXISTS (SELECT 1 FROM sighting AS later
                    WHERE later.snapshot_id = pair.snapshot
                      AND later.product_id = earlier.product_id)
   AND NOT EXISTS (SELECT 1 FROM quarantine
                    WHERE quarantine.snapshot_id = pair.snapshot AND quarantine.url = said.url)
UNION ALL
SELECT pair.store, pair.since_snapshot, pair.snapshot, pair.since, pair.until,
       'changed', product.native_id, said.name, element.element,
       COALESCE(was.state, 'unknown'), was.evidence,
       COALESCE(becomes.state, 'unknown'), becomes.evidence
  FROM changed_product AS pair
  JOIN observation AS said ON said.id = pair.observation_id
  JOIN product ON product.id = pair.product_id
  JOIN element ON element.codebook = pair.codebook
  LEFT JOIN element_state AS was ON was.observation_id = pair.since_observation_id
                                AND was.element_id = element.id
  LEFT JOIN element_state AS becomes ON becomes.observation_id = pair.observation_id
                                    AND becomes.element_id = element.id
 WHERE COALESCE(was.state, 'unknown') <> COALESCE(becomes.state, 'unknown')
    OR COALESCE(was.evidence, '') <> COALESCE(becomes.evidence, '')
UNION ALL
SELECT pair.store, pair.since_snapshot, pair.snapshot, pair.since, pair.until,
       'changed', product.native_id, said.name, NULL, NULL, NULL, NULL, NULL
  FROM changed_product AS pair
  JOIN observation AS said ON said.id = pair.observation_id
  JOIN product ON product.id = pair.product_id
 WHERE NOT EXISTS (
       SELECT 1 FROM element
         LEFT JOIN element_state AS was ON was.observation_id = pair.since_observation_id
                                       AND was.element_id = element.id
         LEFT JOIN element_state AS becomes ON becomes.observation_id = pair.observation_id
                                           AND becomes.element_id = element.id
        WHERE element.codebook = pair.codebook
          AND (COALESCE(was.state, 'unknown') <> COALESCE(becomes.state, 'unknown')
               OR COALESCE(was.evidence, '') <> COALESCE(becomes.evidence, '')))
""",
    ),
    "share_changes": View(
        "Elements whose share moved between the two snapshots of a `snapshot_pair`: among all"
        " products between full ones, else among those that both have from the same kind of"
        " source.",
        {
            "store": "Name of the store.",
            "since_snapshot": "The earlier snapshot.",
            "snapshot": "The later snapshot.",
            "since": "Capture time of the earlier snapshot's first product.",
            "until": "Capture time of the later snapshot's first product.",
            "position": "Place of the element in the paper's Table I.",
            "element": "The element.",
            "before_share": "present / (present + absent) in the earlier snapshot; null if it was"
            " nowhere looked for.",
            "after_share": "The same in the later snapshot.",
        },
        """
SELECT counted.store, counted.since_snapshot, counted.snapshot, counted.since, counted.until,
       element.position, element.element,
       CAST(counted.before_present AS DOUBLE PRECISION)
           / NULLIF(counted.before_looked, 0) AS before_share,
       CAST(counted.after_present AS DOUBLE PRECISION)
           / NULLIF(counted.after_looked, 0) AS after_share
  FROM (SELECT pair.store, pair.since_snapshot, pair.snapshot, pair.since, pair.until,
               becomes.element_id, was.present AS before_present,
               was.present + was.absent AS before_looked, becomes.present AS after_present,
               becomes.present + becomes.absent AS after_looked
          FROM snapshot_pair AS pair
          JOIN element_count AS becomes ON becomes.snapshot_id = pair.snapshot
          JOIN element_count AS was ON was.snapshot_id = pair.since_snapshot
                                   AND was.element_id = becomes.element_id
         WHERE pair.both_full = 1
        UNION ALL
        SELECT pair.store, pair.since_snapshot, pair.snapshot, pair.since, pair.until,
               becomes.element_id,
               SUM(CASE was.state WHEN 'present' THEN 1 ELSE 0 END),
               SUM(CASE WHEN was.state IN ('present', 'absent') THEN 1 ELSE 0 END),
               SUM(CASE becomes.state WHEN 'present' THEN 1 ELSE 0 END),
               SUM(CASE WHEN becomes.state IN ('present', 'absent') THEN 1 ELSE 0 END)
          FROM snapshot_pair AS pair
          JOIN sighting AS later ON later.snapshot_id = pair.snapshot
          JOIN sighting AS earlier ON earlier.snapshot_id = pair.since_snapshot
                                  AND earlier.product_id = later.product_id
          JOIN observation AS said ON said.id = later.observation_id
          JOIN observation AS had_said ON had_said.id = earlier.observation_id
                                      AND had_said.source = said.source
          JOIN element_state AS becomes ON becomes.observation_id = later.observation_id
          JOIN element_state AS was ON was.observation_id = earlier.observation_id
                                   AND was.element_id = becomes.element_id
         WHERE pair.both_full = 0
         GROUP BY pair.store, pair.since_snapshot, pair.snapshot, pair.since, pair.until,
                  becomes.element_id) AS counted
  JOIN element ON element.id = counted.element_id
  JOIN snapshot ON snapshot.id = counted.snapshot AND snapshot.codebook = element.codebook
 WHERE counted.before_present * counted.after_looked
       <> counted.after_present * counted.before_looked
    OR (counted.before_looked = 0 AND counted.after_looked > 0)
    OR (counted.before_looked > 0 AND counted.after_looked = 0)
""",
    ),
}


def create_views(connection: Connection) -> None:
    """Create every view, in the order in which they build on each other."""
    for name, view in VIEWS.items():
        connection.exec_driver_sql(f"CREATE VIEW {name} AS {view.sql}")


def drop_views(connection: Connection) -> None:
    """Drop every view that is there; they hold nothing of their own."""
    for name in reversed(VIEWS):
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")


def query(
    name: str, selection: Selection = COMPLETE, instead: Mapping[str, str] | None = None
) -> str:
    """Return one SQL statement that says what a view says, over the snapshots selected.

    It uses no view, only tables. ``instead`` is {view: SELECT} for views that it stands on
    and that are to say something else.
    """
    given = {"complete_snapshot": selection.sql, **(instead or {})}
    steps: list[str] = []
    for step, view in VIEWS.items():
        if step == name:
            return f"WITH {', '.join(steps)} {view.sql}" if steps else view.sql
        steps.append(f"{step} AS ({given.get(step, view.sql)})")
    raise KeyError(name)
