"""The views for researchers, in SQL that SQLite and PostgreSQL both run.

Each view stands on ``complete_snapshot`` alone. :func:`query` gives the same SQL as one
statement over snapshots of other statuses, so that a report can ask more widely without
a second wording of any figure.
"""

from __future__ import annotations

import re
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
        # A longer version number is a later one: 10 comes after 9.
        """
SELECT product_id, store_id, observation_id, snapshot_id, captured_at, parser, codebook, vocabulary
  FROM (SELECT sighting.product_id, snapshot.store_id, sighting.observation_id,
               sighting.snapshot_id, sighting.captured_at, snapshot.parser, snapshot.codebook,
               snapshot.vocabulary,
               ROW_NUMBER() OVER (
                   PARTITION BY sighting.product_id
                   ORDER BY sighting.captured_at DESC, LENGTH(snapshot.parser) DESC,
                            snapshot.parser DESC, sighting.snapshot_id DESC) AS recency
          FROM sighting
          JOIN complete_snapshot AS snapshot ON snapshot.id = sighting.snapshot_id) AS seen
 WHERE recency = 1
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
    "settled_snapshot": View(
        "Snapshots all of whose products were last seen there: what was counted when they closed"
        " (`element_count`) still holds.",
        {
            "snapshot_id": "The snapshot.",
            "store_id": "Its store.",
            "codebook": "Version of its codebook.",
            "products": "Its products.",
        },
        """
SELECT latest.snapshot_id, latest.store_id, latest.codebook, COUNT(*) AS products
  FROM latest_sighting AS latest
 GROUP BY latest.snapshot_id, latest.store_id, latest.codebook
HAVING COUNT(*) = (SELECT COUNT(*) FROM sighting WHERE sighting.snapshot_id = latest.snapshot_id)
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
       1.0 * told.present / NULLIF(told.present + told.absent, 0) AS share
  FROM (SELECT store_id, codebook, COUNT(*) AS products
          FROM latest_sighting GROUP BY store_id, codebook) AS every
  JOIN store ON store.id = every.store_id
  JOIN element ON element.codebook = every.codebook
  LEFT JOIN (SELECT store_id, codebook, element_id, SUM(present) AS present,
                    SUM(absent) AS absent, SUM(not_applicable) AS not_applicable
               FROM (SELECT settled.store_id, settled.codebook, element_count.element_id,
                            element_count.present, element_count.absent,
                            element_count.not_applicable
                       FROM settled_snapshot AS settled
                       JOIN element_count ON element_count.snapshot_id = settled.snapshot_id
                     UNION ALL
                     SELECT latest.store_id, latest.codebook, element_state.element_id,
                            CASE element_state.state WHEN 'present' THEN 1 ELSE 0 END,
                            CASE element_state.state WHEN 'absent' THEN 1 ELSE 0 END,
                            CASE element_state.state WHEN 'not_applicable' THEN 1 ELSE 0 END
                       FROM latest_sighting AS latest
                       JOIN element_state ON element_state.observation_id = latest.observation_id
                      WHERE latest.snapshot_id NOT IN (SELECT snapshot_id FROM settled_snapshot)
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
SELECT latest.vocabulary, latest.similarity_key, latest.store, latest.native_id, latest.name,
       latest.url, latest.captured_at, latest.input_domain, latest.product_id,
       latest.observation_id
  FROM latest_product AS latest
  JOIN (SELECT vocabulary, similarity_key
          FROM latest_product
         WHERE similarity_key IS NOT NULL
         GROUP BY vocabulary, similarity_key
        HAVING COUNT(DISTINCT store) > 1) AS shared
    ON shared.vocabulary = latest.vocabulary AND shared.similarity_key = latest.similarity_key
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
       1.0 * COUNT(*) / MIN(every.products) AS share, COUNT(offering.product_id) AS similar_products
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
       1.0 * COUNT(origin.papers) / COUNT(*) AS citing_share,
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
    "snapshot_pair": View(
        "Each snapshot and the one before it of the same store, origin, parser and codebook: what"
        " may be compared.",
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
SELECT store.name AS store, LAG(snapshot.id) OVER earlier AS since_snapshot,
       snapshot.id AS snapshot, LAG(snapshot.captured_from) OVER earlier AS since,
       snapshot.captured_from AS until, snapshot.codebook,
       CASE WHEN snapshot.scope = 'full' AND LAG(snapshot.scope) OVER earlier = 'full'
            THEN 1 ELSE 0 END AS both_full
  FROM complete_snapshot AS snapshot
  JOIN store ON store.id = snapshot.store_id
WINDOW earlier AS (PARTITION BY snapshot.store_id, snapshot.source, snapshot.parser,
                                snapshot.codebook
                   ORDER BY snapshot.captured_from, snapshot.id)
""",
    ),
    "changes": View(
        "What differs between the two snapshots of a `snapshot_pair`. Arrivals and departures are"
        " told between full snapshots only; a product whose page failed has not departed. Elements"
        " are compared between equal kinds of source.",
        {
            "store": "Name of the store.",
            "since_snapshot": "The earlier snapshot.",
            "snapshot": "The later snapshot.",
            "since": "Capture time of the earlier snapshot's first product.",
            "until": "Capture time of the later snapshot's first product.",
            "change": "listed, delisted or changed.",
            "native_id": "The store's own id of the product.",
            "name": "Its name, as last seen.",
            "element": "The element that changed.",
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
       was.state, was.evidence, becomes.state, becomes.evidence
  FROM snapshot_pair AS pair
  JOIN sighting AS later ON later.snapshot_id = pair.snapshot
  JOIN sighting AS earlier ON earlier.snapshot_id = pair.since_snapshot
                          AND earlier.product_id = later.product_id
                          AND earlier.observation_id <> later.observation_id
  JOIN observation AS said ON said.id = later.observation_id
  JOIN observation AS had_said ON had_said.id = earlier.observation_id
                              AND had_said.source = said.source
  JOIN product ON product.id = later.product_id
  JOIN element_state AS becomes ON becomes.observation_id = later.observation_id
  JOIN element ON element.id = becomes.element_id AND element.codebook = pair.codebook
  JOIN element_state AS was ON was.observation_id = earlier.observation_id
                           AND was.element_id = becomes.element_id
 WHERE becomes.state <> was.state
    OR COALESCE(becomes.evidence, '') <> COALESCE(was.evidence, '')
""",
    ),
}


def create_views(connection: Connection) -> None:
    """Create every view, in the order in which they build on each other."""
    for name, view in VIEWS.items():
        connection.exec_driver_sql(f"CREATE VIEW {name} AS {view.sql}")


def query(name: str, selection: Selection = COMPLETE) -> str:
    """Return one SQL statement that says what a view says, over the snapshots selected.

    It uses no view, only tables.
    """
    steps: list[str] = []
    for step, view in VIEWS.items():
        if step == name:
            return f"WITH {', '.join(steps)} {view.sql}" if steps else view.sql
        sql = selection.sql if view is VIEWS["complete_snapshot"] else view.sql
        steps.append(f"{step} AS ({sql})")
    raise KeyError(name)
