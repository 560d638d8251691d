"""From a product to the rows that hold it: pure functions, one a table."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from modelstores.database.tables import REFERENCE_KINDS, SOURCES
from modelstores.elements.values.value import Value
from modelstores.items import Capture, Product

Row = dict[str, Any]
#: A row as the values of all columns of its table, in their order: where there are many.
Values = tuple[Any, ...]
#: (kind, identifier, url) of a reference.
Reference = tuple[str, str, str]
#: (the store's words, SPDX expression or None) of a license.
License = tuple[str, str | None]

_UUID_URN = "urn:uuid:"
#: Most characters of a text that is part of a key: PostgreSQL indexes 2704 bytes at most.
MAX_KEY = 600


def observation_row(
    product: Product, number: int, product_id: int, parser: str, digest: str
) -> Row:
    """Return the row of ``observation``."""
    return {
        "id": number,
        "product_id": product_id,
        "source": product.source,
        "parser": parser,
        "content_hash": digest,
        "url": product.url,
        "name": product.name,
        "summary": product.summary,
        "stated": product.stated,
        "input_domains": product.input_domains,
        "links": product.links,
        "unread": product.unread,
    }


def section_rows(product: Product, observation_id: int) -> list[Row]:
    """Return the rows of ``section``, in page order."""
    return [
        {
            "observation_id": observation_id,
            "position": position,
            "heading": section["heading"],
            "text": section["text"],
        }
        for position, section in enumerate(product.sections)
    ]


def reference_rows(references: Iterable[Reference], observation_id: int) -> list[Row]:
    """Return the rows of ``reference``: each paper, repository or site once."""
    found: dict[tuple[str, str], Row] = {}
    for kind, identifier, url in references:
        if kind not in REFERENCE_KINDS:
            raise ValueError(f"reference of an unknown kind: {kind!r}")
        key = identifier[:MAX_KEY]
        row = {"observation_id": observation_id, "kind": kind, "identifier": key, "url": url}
        found.setdefault((kind, key), row)
    return list(found.values())


def license_rows(licenses: Iterable[License], observation_id: int) -> list[Row]:
    """Return the rows of ``license``: each wording once."""
    found: dict[str, Row] = {}
    for raw, spdx in licenses:
        key = raw[:MAX_KEY]
        found.setdefault(key, {"observation_id": observation_id, "raw": key, "spdx": spdx})
    return list(found.values())


#: The columns of what is told of an element.
TOLD = ("element_id", "state", "evidence", "place", "rule")


def told_rows(
    elements: Mapping[str, Mapping[str, Any]],
    numbers: Mapping[str, int],
    beyond: Container[str] = (),
    *before: int,
) -> list[Values]:
    """Return what a source shows of each element, as TOLD, each with what stands ``before``.

    ``numbers`` are the codebook's {element: row}. What is unknown because it is ``beyond`` the
    source has no row.
    """
    return [
        (*before, numbers[element], state, told["evidence"], told["where"], told["rule"])
        for element, told in elements.items()
        if (state := told["state"]) != "unknown" or element not in beyond
    ]


def state_rows(
    elements: Mapping[str, Mapping[str, Any]],
    observation_id: int,
    numbers: Mapping[str, int],
    beyond: Container[str] = (),
) -> list[Values]:
    """Return the rows of ``element_state``."""
    return told_rows(elements, numbers, beyond, observation_id)


def value_rows(
    values: Mapping[str, Sequence[Value]], observation_id: int, numbers: Mapping[str, int]
) -> list[Values]:
    """Return the rows of ``element_value``; ``numbers`` are those of the elements that go there."""
    return [
        (observation_id, numbers[element], position, v.raw, v.value, v.number, v.unit, v.metric,
         v.dataset)
        for element, read in values.items()
        if element in numbers
        for position, v in enumerate(read)
    ]  # fmt: skip


def similarity_row(product: Product, observation_id: int, vocabulary: str) -> Row:
    """Return the row of ``similarity``; one without a key still tells the input domain."""
    told = product.similarity
    return {
        "observation_id": observation_id,
        "vocabulary": vocabulary,
        "key": told.get("key"),
        "family_key": told.get("family_key"),
        "algorithm": told.get("algorithm"),
        "variant": told.get("variant"),
        "datasets": told.get("datasets") or [],
        "objective": told.get("objective"),
        "input_domain": product.input_domain,
        "artefacts": told.get("artefacts") or [],
        "evidence": told.get("evidence") or {},
    }


def place_row(capture: Capture | None, captures: Mapping[str, int], otherwise: str) -> Row:
    """Return the columns that say where a page stands; ``otherwise`` is the time if unknown."""
    if capture is None:
        return {"captured_at": otherwise, "capture_id": None, "record_offset": None}
    return {
        "captured_at": capture.time,
        "capture_id": captures[capture.file],
        "record_offset": capture.offset,
    }


def sighting_row(product: Product, ids: Row, captures: Mapping[str, int], otherwise: str) -> Row:
    """Return the row of ``sighting``; ``ids`` are its snapshot, product and observation."""
    capture = product.capture
    return {
        **ids,
        **place_row(capture, captures, otherwise),
        "record_id": _bare(capture.record_id) if capture else None,
        "rendered": bool(capture and capture.rendered),
        "completed_by": asdict(product.record) if product.record else None,
    }


def counter_rows(product: Product, snapshot_id: int, product_id: int) -> list[Values]:
    """Return the rows of ``counter``; what is no finite number counts nothing."""
    found = []
    for name, number in product.counters.items():
        try:
            value = float(number)
        except (OverflowError, TypeError, ValueError):
            continue
        if math.isfinite(value):
            found.append((snapshot_id, product_id, name, value))
    return found


def rank(source: str, captured_at: str, digest: str, record_id: str | None) -> tuple[Any, ...]:
    """Return by what the sighting is chosen where a run meets a product twice: the greatest.

    A page stands before a record, a record before a list; then the latest captured. The
    rest only makes the choice independent of the order in which pages are read.
    """
    return -SOURCES.index(source), captured_at, digest, record_id or ""


def _bare(record_id: str) -> str:
    return record_id.strip("<>").removeprefix(_UUID_URN)
