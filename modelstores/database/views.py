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
    "agreed_coding": View(
        "What two or more people judged, and all the same, of products that still say what they"
        " said then: it stands before the program's answer.",
        {
            "what": "What was judged: elements, domains, origins or similar.",
            "product_id": "The product.",
            "other_product_id": "Of a pair, the other product; else null.",
            "element": "The element; empty if none was judged.",
            "code": "The judgement.",
            "coders": "How many people judged it.",
            "store_id": "The product's store.",
            "observation_id": "What is said of the product now.",
            "codebook": "Version of the codebook of its latest sighting.",
        },
        # What a page says is the same as long as its digest is, whichever parser read it.
        """
SELECT coding.what, coding.product_id, coding.other_product_id, coding.element,
       MIN(coding.code) AS code, COUNT(*) AS coders,
       latest.store_id, latest.observation_id, latest.codebook
  FROM coding
  JOIN latest_sighting AS latest ON latest.product_id = coding.product_id
  JOIN observation AS said ON said.id = latest.observation_id
  JOIN observation AS judged ON judged.id = coding.observation_id
                            AND judged.content_hash = said.content_hash
  LEFT JOIN latest_sighting AS other ON other.product_id = coding.other_product_id
  LEFT JOIN observation AS other_said ON other_said.id = other.observation_id
  LEFT JOIN observation AS other_judged ON other_judged.id = coding.other_observation_id
 WHERE coding.other_product_id IS NULL
    OR other_judged.content_hash = other_said.content_hash
 GROUP BY coding.what, coding.product_id, coding.other_product_id, coding.element,
          latest.store_id, latest.observation_id, latest.codebook
HAVING COUNT(*) > 1 AND MIN(coding.code) = MAX(coding.code)
""",
    ),
    "coded_state": View(
        "The state of each element that coders agree on, beside the program's.",
        {
            "product_id": "The product.",
            "store_id": "Its store.",
            "codebook": "Version of the codebook of its latest sighting.",
            "element_id": "The element.",
            "state": "What the coders say: present or absent.",
            "told": "What the program says.",
            "coders": "How many people judged it.",
        },
        """
SELECT agreed.product_id, agreed.store_id, agreed.codebook, element.id AS element_id,
       CASE agreed.code WHEN '1' THEN 'present' ELSE 'absent' END AS state,
       COALESCE(element_state.state, 'unknown') AS told, agreed.coders
  FROM agreed_coding AS agreed
  JOIN element ON element.codebook = agreed.codebook AND element.element = agreed.element
  LEFT JOIN element_state ON element_state.observation_id = agreed.observation_id
                         AND element_state.element_id = element.id
 WHERE agreed.what = 'elements'
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
            "coded": "1 if the input domain is what coders agree on, else 0.",
        },
        """
SELECT product.id AS product_id, store.name AS store, product.native_id, product.kind,
       latest.observation_id, latest.snapshot_id, observation.source, observation.name,
       observation.summary, observation.url, latest.captured_at, latest.parser, latest.codebook,
       latest.vocabulary, COALESCE(agreed.code, similarity.input_domain) AS input_domain,
       similarity.key AS similarity_key, similarity.family_key,
       CASE WHEN agreed.code IS NULL THEN 0 ELSE 1 END AS coded
  FROM latest_sighting AS latest
  JOIN product ON product.id = latest.product_id
  JOIN store ON store.id = latest.store_id
  JOIN observation ON observation.id = latest.observation_id
  LEFT JOIN similarity ON similarity.observation_id = latest.observation_id
                      AND similarity.vocabulary = latest.vocabulary
  LEFT JOIN agreed_coding AS agreed ON agreed.product_id = latest.product_id
                                   AND agreed.what = 'domains'
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
            "coded": "Products whose state is what coders agree on.",
        },
        """
SELECT store.name AS store, element.codebook, element.position, element.dimension,
       element.element, element.name, every.products, COALESCE(told.present, 0) AS present,
       COALESCE(told.absent, 0) AS absent, COALESCE(told.not_applicable, 0) AS not_applicable,
       every.products - COALESCE(told.present + told.absent + told.not_applicable, 0) AS unknown,
       COALESCE(written.policies, 0) AS policies,
       COALESCE(written.policies_read, 0) AS policies_read,
       CASE WHEN told.present > 0 OR written.policies > 0 THEN 1 ELSE 0 END AS ticked,
       CAST(told.present AS DOUBLE PRECISION) / NULLIF(told.present + told.absent, 0) AS share,
       COALESCE(told.coded, 0) AS coded
  FROM (SELECT store_id, codebook, COUNT(*) AS products
          FROM latest_sighting GROUP BY store_id, codebook) AS every
  JOIN store ON store.id = every.store_id
  JOIN element ON element.codebook = every.codebook
  LEFT JOIN (SELECT store_id, codebook, element_id,
                    CAST(SUM(present) AS BIGINT) AS present,
                    CAST(SUM(absent) AS BIGINT) AS absent,
                    CAST(SUM(not_applicable) AS BIGINT) AS not_applicable, SUM(coded) AS coded
               FROM (SELECT counted.store_id, counted.codebook, element_count.element_id,
                            element_count.present, element_count.absent,
                            element_count.not_applicable, 0 AS coded
                       FROM counted_snapshot AS counted
                       JOIN element_count ON element_count.snapshot_id = counted.snapshot_id
                     UNION ALL
                     SELECT counted.store_id, counted.codebook, element_state.element_id,
                            CASE element_state.state WHEN 'present' THEN -1 ELSE 0 END,
                            CASE element_state.state WHEN 'absent' THEN -1 ELSE 0 END,
                            CASE element_state.state WHEN 'not_applicable' THEN -1 ELSE 0 END, 0
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
                            CASE element_state.state WHEN 'not_applicable' THEN 1 ELSE 0 END, 0
                       FROM latest_sighting AS latest
                       JOIN element_state ON element_state.observation_id = latest.observation_id
                      WHERE latest.snapshot_id NOT IN (SELECT snapshot_id FROM counted_snapshot)
                     UNION ALL
                     SELECT store_id, codebook, element_id,
                            CASE state WHEN 'present' THEN 1 ELSE 0 END
                            - CASE told WHEN 'present' THEN 1 ELSE 0 END,
                            CASE state WHEN 'absent' THEN 1 ELSE 0 END
                            - CASE told WHEN 'absent' THEN 1 ELSE 0 END,
                            - CASE told WHEN 'not_applicable' THEN 1 ELSE 0 END, 1
                       FROM coded_state
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
            "rule": "The rule that decided; `coding` if coders did, who note no words.",
            "captured_at": "When the page was captured.",
            "file": "Name of the WARC file that holds the page.",
            "record_offset": "Byte at which the page's record starts.",
        },
        # "IS NOT TRUE": after NOT IN, SQLite would go through all pairs for a null.
        """
SELECT store.name AS store, element.element, product.native_id, observation.name, observation.url,
       shown.evidence, shown.place, shown.rule, shown.captured_at,
       capture.file, sighting.record_offset
  FROM (SELECT latest.product_id, latest.store_id, latest.observation_id, latest.snapshot_id,
               latest.captured_at, latest.codebook, told.element_id, told.evidence, told.place,
               told.rule
          FROM latest_sighting AS latest
          JOIN element_state AS told ON told.observation_id = latest.observation_id
                                    AND told.state = 'present'
         WHERE ((latest.product_id, told.element_id) IN
                (SELECT product_id, element_id FROM coded_state WHERE state = 'absent'))
               IS NOT TRUE
        UNION ALL
        SELECT latest.product_id, latest.store_id, latest.observation_id, latest.snapshot_id,
               latest.captured_at, latest.codebook, coded.element_id, NULL, NULL, 'coding'
          FROM coded_state AS coded
          JOIN latest_sighting AS latest ON latest.product_id = coded.product_id
         WHERE coded.state = 'present' AND coded.told <> 'present') AS shown
  JOIN element ON element.id = shown.element_id AND element.codebook = shown.codebook
  JOIN store ON store.id = shown.store_id
  JOIN product ON product.id = shown.product_id
  JOIN observation ON observation.id = shown.observation_id
  JOIN sighting ON sighting.snapshot_id = shown.snapshot_id
               AND sighting.product_id = shown.product_id
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
    "latest_key": View(
        "The similarity key of each product that has one, as it was last seen.",
        {
            "product_id": "The product.",
            "store_id": "Its store.",
            "observation_id": "What was said of it.",
            "captured_at": "When it was captured.",
            "vocabulary": "Version of the vocabulary of the key.",
            "similarity_key": "The key.",
        },
        """
SELECT latest.product_id, latest.store_id, latest.observation_id, latest.captured_at,
       similarity.vocabulary, similarity.key AS similarity_key
  FROM latest_sighting AS latest
  JOIN similarity ON similarity.observation_id = latest.observation_id
                 AND similarity.vocabulary = latest.vocabulary
 WHERE similarity.key IS NOT NULL
""",
    ),
    "coded_pair": View(
        "Pairs of products that coders agree on, each in both directions.",
        {
            "product_id": "The product.",
            "other_product_id": "The other product.",
            "code": "1: they are similar; 0: they are not.",
            "equal_keys": "1 if the two have equal keys in the same vocabulary, else 0.",
        },
        """
SELECT pair.product_id, pair.other_product_id, pair.code,
       CASE WHEN mine.similarity_key = other.similarity_key
                 AND mine.vocabulary = other.vocabulary THEN 1 ELSE 0 END AS equal_keys
  FROM (SELECT product_id, other_product_id, code FROM agreed_coding WHERE what = 'similar'
        UNION ALL
        SELECT other_product_id, product_id, code FROM agreed_coding WHERE what = 'similar') AS pair
  LEFT JOIN latest_key AS mine ON mine.product_id = pair.product_id
  LEFT JOIN latest_key AS other ON other.product_id = pair.other_product_id
""",
    ),
    "coded_apart": View(
        "Products of which coders agree that none in another store with the same key is similar.",
        {"product_id": "The product."},
        """
SELECT DISTINCT mine.product_id
  FROM coded_pair AS pair
  JOIN latest_key AS mine ON mine.product_id = pair.product_id
 WHERE pair.code = '0' AND pair.equal_keys = 1
   AND NOT EXISTS (
       SELECT 1 FROM latest_key AS other
        WHERE other.vocabulary = mine.vocabulary AND other.similarity_key = mine.similarity_key
          AND other.store_id <> mine.store_id
          AND NOT EXISTS (SELECT 1 FROM coded_pair AS judged
                           WHERE judged.product_id = mine.product_id
                             AND judged.other_product_id = other.product_id
                             AND judged.code = '0'))
""",
    ),
    "similar_offering": View(
        "Products whose similarity key a product of another store has too, in the same vocabulary."
        " Coders who agree come first: a pair that they call similar, though its keys differ, has a"
        " key of its own; a product whose every counterpart they call different has no row.",
        {
            "vocabulary": "Version of the vocabulary.",
            "similarity_key": "The key they share; `coded:` and both products for a pair that only"
            " coders call similar.",
            "store": "Name of the store.",
            "native_id": "The store's own id.",
            "name": "Name of the product.",
            "url": "Its address.",
            "captured_at": "When it was captured.",
            "input_domain": "Its input domain.",
            "product_id": "The product.",
            "observation_id": "What was said of it.",
            "coded": "1 if coders agree that it is similar to another one of the group, else 0.",
        },
        """
SELECT offering.vocabulary, offering.similarity_key, latest.store, latest.native_id, latest.name,
       latest.url, latest.captured_at, latest.input_domain, latest.product_id,
       latest.observation_id, offering.coded
  FROM (SELECT keyed.product_id, keyed.vocabulary, keyed.similarity_key,
               CASE WHEN keyed.product_id IN
                         (SELECT product_id FROM coded_pair WHERE code = '1' AND equal_keys = 1)
                    THEN 1 ELSE 0 END AS coded
          FROM (SELECT vocabulary, similarity_key
                  FROM latest_key
                 GROUP BY vocabulary, similarity_key
                HAVING COUNT(DISTINCT store_id) > 1) AS shared
          JOIN latest_key AS keyed ON keyed.vocabulary = shared.vocabulary
                                  AND keyed.similarity_key = shared.similarity_key
         WHERE keyed.product_id NOT IN (SELECT product_id FROM coded_apart)
        UNION ALL
        SELECT CASE side.other WHEN 0 THEN one.product_id ELSE other.product_id END,
               one.vocabulary,
               'coded:' || one.store || '/' || one.native_id || '|' || other.store || '/'
               || other.native_id, 1
          FROM agreed_coding AS agreed
          JOIN coded_pair AS pair ON pair.product_id = agreed.product_id
                                 AND pair.other_product_id = agreed.other_product_id
                                 AND pair.code = '1' AND pair.equal_keys = 0
          JOIN latest_product AS one ON one.product_id = agreed.product_id
          JOIN latest_product AS other ON other.product_id = agreed.other_product_id
          CROSS JOIN (SELECT 0 AS other UNION ALL SELECT 1) AS side
         WHERE agreed.what = 'similar') AS offering
  JOIN latest_product AS latest ON latest.product_id = offering.product_id
""",
    ),
    "input_domain_counts": View(
        "Input domain by store: products, and how many have a similar offering elsewhere.",
        {
            "store": "Name of the store.",
            "input_domain": "Input domain; null for products where it was not determined.",
            "products": "Products of the store in this domain.",
            "share": "The same as part of all products of the store.",
            "similar_products": "Those of `similar_offering`.",
            "coded": "Those whose input domain is what coders agree on, or of which they agree with"
            " what they are similar.",
        },
        """
SELECT latest.store, latest.input_domain, COUNT(*) AS products,
       CAST(COUNT(*) AS DOUBLE PRECISION) / MIN(every.products) AS share,
       COUNT(offering.product_id) AS similar_products,
       SUM(CASE WHEN latest.coded = 1 OR pair.product_id IS NOT NULL THEN 1 ELSE 0 END) AS coded
  FROM latest_product AS latest
  JOIN (SELECT store, COUNT(*) AS products FROM latest_product GROUP BY store) AS every
    ON every.store = latest.store
  LEFT JOIN (SELECT DISTINCT product_id FROM similar_offering) AS offering
         ON offering.product_id = latest.product_id
  LEFT JOIN (SELECT DISTINCT product_id FROM coded_pair) AS pair
         ON pair.product_id = latest.product_id
 GROUP BY latest.store, latest.input_domain
""",
    ),
    "latest_origin": View(
        "Where each product originally comes from, as the paper asks: a paper, a repository alone,"
        " or neither is referred to.",
        {
            "product_id": "The product.",
            "store": "Name of its store.",
            "observation_id": "What was said of it.",
            "origin": "paper (arXiv or DOI), repository (GitHub, and no paper) or none.",
            "coded": "1 if that is what coders agree on, else 0.",
        },
        """
SELECT latest.product_id, latest.store, latest.observation_id,
       COALESCE(agreed.code, CASE WHEN referred.papers > 0 THEN 'paper'
                                  WHEN referred.repositories > 0 THEN 'repository'
                                  ELSE 'none' END) AS origin,
       CASE WHEN agreed.code IS NULL THEN 0 ELSE 1 END AS coded
  FROM latest_product AS latest
  LEFT JOIN (SELECT observation_id,
                    SUM(CASE WHEN kind IN ('arxiv', 'doi') THEN 1 ELSE 0 END) AS papers,
                    SUM(CASE WHEN kind = 'github' THEN 1 ELSE 0 END) AS repositories
               FROM reference GROUP BY observation_id) AS referred
         ON referred.observation_id = latest.observation_id
  LEFT JOIN agreed_coding AS agreed ON agreed.product_id = latest.product_id
                                   AND agreed.what = 'origins'
""",
    ),
    "origin_counts": View(
        "Store by origin: products that cite papers, and products with a repository and no paper.",
        {
            "store": "Name of the store.",
            "products": "Products of the store.",
            "citing": "Products that refer to a paper (arXiv or DOI).",
            "citing_share": "The same as part of all products of the store.",
            "papers": "Distinct papers that these refer to.",
            "repository_only": "Products that refer to a repository (GitHub) and to no paper.",
            "coded": "Products whose origin is what coders agree on.",
        },
        """
SELECT latest.store, COUNT(*) AS products,
       SUM(CASE latest.origin WHEN 'paper' THEN 1 ELSE 0 END) AS citing,
       CAST(SUM(CASE latest.origin WHEN 'paper' THEN 1 ELSE 0 END) AS DOUBLE PRECISION)
           / COUNT(*) AS citing_share,
       COALESCE(MIN(cited.papers), 0) AS papers,
       SUM(CASE latest.origin WHEN 'repository' THEN 1 ELSE 0 END) AS repository_only,
       SUM(latest.coded) AS coded
  FROM latest_origin AS latest
  LEFT JOIN (SELECT store, COUNT(*) AS papers
               FROM (SELECT DISTINCT latest.store, reference.kind, reference.identifier
                       FROM latest_origin AS latest
                       JOIN reference ON reference.observation_id = latest.observation_id
                      WHERE latest.origin = 'paper'
                        AND reference.kind IN ('arxiv', 'doi')) AS paper
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
