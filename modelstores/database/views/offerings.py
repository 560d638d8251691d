"""What is offered: similar products, input domains, origins."""

from __future__ import annotations

from modelstores.database.views.view import View

OFFERINGS: dict[str, View] = {
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
}
