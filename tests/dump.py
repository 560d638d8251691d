"""What a database says, without what two equal runs may differ in: numbers, times, places."""

from __future__ import annotations

from pathlib import Path

from tests.crawling import rows

_OBSERVATION = "product.native_id, observation.source, observation.content_hash"
_JOIN = (
    "join observation on observation.id = {table}.observation_id"
    " join product on product.id = observation.product_id"
)

#: {table: what it says}
QUERIES = {
    "store": "select name, title, kind from store",
    "snapshot": "select status, scope, source, parser, codebook, vocabulary, settings, listed,"
    " stored, merged, out_of_scope, quarantined, failed, refused, reasons from snapshot",
    "snapshot_check": "select name, passed, figure, bound, detail from snapshot_check",
    "product": "select native_id, kind from product",
    "observation": f"select {_OBSERVATION}, url, name, summary, stated, input_domains, links,"
    " unread from observation join product on product.id = observation.product_id",
    "sighting": f"select snapshot_id, {_OBSERVATION}, rendered, completed_by is null"
    " from sighting join observation on observation.id = sighting.observation_id"
    " join product on product.id = sighting.product_id",
    "counter": "select snapshot_id, native_id, name, value from counter"
    " join product on product.id = counter.product_id",
    "section": f"select {_OBSERVATION}, position, heading, text from section "
    + _JOIN.format(table="section"),
    "element_state": f"select {_OBSERVATION}, element.element, state, evidence, place, rule"
    f" from element_state {_JOIN.format(table='element_state')}"
    " join element on element.id = element_state.element_id",
    "element_value": f"select {_OBSERVATION}, element.element, element_value.position, raw, value,"
    f" number, unit, metric, dataset from element_value {_JOIN.format(table='element_value')}"
    " join element on element.id = element_value.element_id",
    "element_count": "select snapshot_id, element.element, present, absent, not_applicable,"
    " unknown from element_count join element on element.id = element_count.element_id",
    "similarity": f"select {_OBSERVATION}, vocabulary, key, family_key, algorithm, variant,"
    " datasets, objective, input_domain, artefacts, evidence from similarity "
    + _JOIN.format(table="similarity"),
    "reference": f"select {_OBSERVATION}, reference.kind, identifier, reference.url"
    f" from reference {_JOIN.format(table='reference')}",
    "license": f"select {_OBSERVATION}, raw, spdx from license " + _JOIN.format(table="license"),
    "policy": "select snapshot_id, url, element.element, title, state, evidence, place, rule"
    " from policy join element on element.id = policy.element_id",
    "quarantine": "select snapshot_id, stage, url, reasons, item from quarantine",
    "lease": "select store_id from lease",
}


def dump(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return {table: its rows in order}, complete but for numbers, times and places."""
    return {table: sorted(rows(database, query), key=repr) for table, query in QUERIES.items()}
