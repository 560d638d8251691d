"""What is known of each product and policy page now."""

from __future__ import annotations

from modelstores.database.views.view import COMPLETE, View

LATEST: dict[str, View] = {
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
}
