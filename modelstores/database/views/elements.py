"""Which information elements are shown, and where."""

from __future__ import annotations

from modelstores.database.views.view import View

ELEMENTS: dict[str, View] = {
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
}
