"""From a product to the rows that hold it: pure functions, one a table.

A row is the values of a table's columns, in their order, ready for the driver: texts can be
stored, and what a column keeps as JSON is JSON already. What stands before them, the numbers of
snapshot, product and observation, only the database knows: it is put there when they are written.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from modelstores.database.storable import storable_or_none as plain
from modelstores.database.storable import to_json
from modelstores.elements.values.value import Value
from modelstores.items import REFERENCE_KINDS, SOURCES, Capture, Product

#: A row as {column: value}, which need not be ready.
Row = dict[str, Any]
#: A row, ready, as the values of all columns, or of all but the first few.
Values = tuple[Any, ...]
#: (kind, identifier, url) of a reference.
Reference = tuple[str, str, str]
#: (the store's words, SPDX expression or None) of a license.
License = tuple[str, str | None]

_UUID_URN = "urn:uuid:"
#: Most characters of a text that is part of a key: PostgreSQL indexes 2704 bytes at most.
MAX_KEY = 600


def observation_row(product: Product, parser: str, digest: str) -> Values:
    """Return the row of ``observation`` behind its number and that of the product."""
    return (
        product.source,
        parser,
        digest,
        plain(product.url),
        plain(product.name),
        plain(product.summary),
        to_json(product.stated),
        to_json(product.input_domains),
        to_json(product.links),
        to_json(product.unread),
    )


def section_rows(product: Product) -> list[Values]:
    """Return the rows of ``section``, in page order."""
    return [
        (position, plain(section["heading"]), plain(section["text"]))
        for position, section in enumerate(product.sections)
    ]


def reference_rows(references: Iterable[Reference]) -> list[Values]:
    """Return the rows of ``reference``: each paper, repository or site once."""
    found: dict[tuple[str, str], Values] = {}
    for kind, identifier, url in references:
        if kind not in REFERENCE_KINDS:
            raise ValueError(f"reference of an unknown kind: {kind!r}")
        key = identifier[:MAX_KEY]
        found.setdefault((kind, key), (kind, plain(key), plain(url)))
    return list(found.values())


def license_rows(licenses: Iterable[License]) -> list[Values]:
    """Return the rows of ``license``: each wording once."""
    found: dict[str, Values] = {}
    for raw, spdx in licenses:
        key = raw[:MAX_KEY]
        found.setdefault(key, (plain(key), plain(spdx)))
    return list(found.values())


#: The columns of what is told of an element.
TOLD = ("element_id", "state", "evidence", "place", "rule")


def state_rows(
    elements: Mapping[str, Mapping[str, Any]],
    numbers: Mapping[str, int],
    beyond: Container[str] = (),
) -> list[Values]:
    """Return what a source shows of each element, as TOLD: the rows of ``element_state``.

    ``numbers`` are the codebook's {element: row}. What is unknown because it is ``beyond`` the
    source has no row.
    """
    return [
        (
            numbers[element],
            state,
            plain(told["evidence"]),
            plain(told["where"]),
            plain(told["rule"]),
        )
        for element, told in elements.items()
        if (state := told["state"]) != "unknown" or element not in beyond
    ]


def value_rows(values: Mapping[str, Sequence[Value]], numbers: Mapping[str, int]) -> list[Values]:
    """Return the rows of ``element_value``; ``numbers`` are those of the elements that go there."""
    return [
        (numbers[element], position, plain(v.raw), plain(v.value), v.number, plain(v.unit),
         plain(v.metric), plain(v.dataset))
        for element, read in values.items()
        if element in numbers
        for position, v in enumerate(read)
    ]  # fmt: skip


def similarity_row(product: Product, vocabulary: str) -> Values:
    """Return the row of ``similarity``; one without a key still tells the input domain."""
    told = product.similarity
    return (
        vocabulary,
        plain(told.get("key")),
        plain(told.get("family_key")),
        plain(told.get("algorithm")),
        plain(told.get("variant")),
        to_json(told.get("datasets") or []),
        plain(told.get("objective")),
        plain(product.input_domain),
        to_json(told.get("artefacts") or []),
        to_json(told.get("evidence") or {}),
    )


#: The columns of a place.
PLACE = ("captured_at", "capture_id", "record_offset")


def place_row(capture: Capture | None, captures: Mapping[str, int], otherwise: str) -> Values:
    """Return where a page stands, as PLACE; ``otherwise`` is the time if that is unknown."""
    if capture is None:
        return otherwise, None, None
    return plain(capture.time), captures[capture.file], capture.offset


def sighting_row(
    capture: Capture | None, record: Capture | None, captures: Mapping[str, int], otherwise: str
) -> Values:
    """Return the row of ``sighting`` behind snapshot, product and observation."""
    return (
        *place_row(capture, captures, otherwise),
        plain(_bare(capture.record_id)) if capture else None,
        bool(capture and capture.rendered),
        to_json(asdict(record)) if record else None,
    )


def counter_rows(counters: Mapping[str, Any]) -> list[Values]:
    """Return the rows of ``counter`` behind snapshot and product.

    What is no finite number counts nothing.
    """
    found = []
    for name, number in counters.items():
        try:
            value = float(number)
        except (OverflowError, TypeError, ValueError):
            continue
        if math.isfinite(value):
            found.append((plain(name), value))
    return found


def rank(source: str, captured_at: str, digest: str, record_id: str | None) -> tuple[Any, ...]:
    """Return by what the sighting is chosen where a run meets a product twice: the greatest.

    A page stands before a record, a record before a list; then the latest captured. The
    rest only makes the choice independent of the order in which pages are read.
    """
    return -SOURCES.index(source), captured_at, digest, record_id or ""


def _bare(record_id: str) -> str:
    return record_id.strip("<>").removeprefix(_UUID_URN)
