"""What changed from one snapshot to another."""

from __future__ import annotations

from modelstores.database.views.view import View

HISTORY: dict[str, View] = {
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
