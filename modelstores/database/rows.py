"""From a product to the rows that hold it: pure functions, one a table."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from modelstores.database.tables import REFERENCE_KINDS, SOURCES
from modelstores.elements.values.value import Value
from modelstores.items import OF_THE_SIGHTING, Capture, Product

Row = dict[str, Any]
#: (kind, identifier, url) of a reference.
Reference = tuple[str, str, str]
#: (the store's words, SPDX expression or None) of a license.
License = tuple[str, str | None]

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
_UUID_URN = "urn:uuid:"
#: Most characters of a text that is part of a key: PostgreSQL indexes 2704 bytes at most.
MAX_KEY = 600


def content_hash(product: Product, stated: Mapping[str, Any] | None = None) -> str:
    """Return the SHA-256 of what a source said of a product, in hexadecimal.

    It is taken of the spider's part as canonical JSON, without what belongs to the
    sighting: where the words stood, and the numbers of counters. That a counter is shown
    is part of what was said: elements rest on it. ``stated`` is that part, if it was taken.
    """
    stated = product.as_stated() if stated is None else stated
    said = {k: v for k, v in stated.items() if k not in OF_THE_SIGHTING}
    said["counters"] = sorted(product.counters)
    return hashlib.sha256(_CANONICAL.encode(said).encode()).hexdigest()


def observation_row(product: Product, product_id: int, parser: str, digest: str) -> Row:
    """Return the row of ``observation``."""
    return {
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


def told_rows(
    elements: Mapping[str, Mapping[str, Any]],
    numbers: Mapping[str, int],
    beyond: Container[str] = (),
) -> list[Row]:
    """Return what a source shows of each element; ``numbers`` are the codebook's {element: row}.

    What is unknown because it is ``beyond`` the source has no row.
    """
    return [
        {
            "element_id": numbers[element],
            "state": told["state"],
            "evidence": told["evidence"],
            "place": told["where"],
            "rule": told["rule"],
        }
        for element, told in elements.items()
        if told["state"] != "unknown" or element not in beyond
    ]


def state_rows(
    elements: Mapping[str, Mapping[str, Any]],
    observation_id: int,
    numbers: Mapping[str, int],
    beyond: Container[str] = (),
) -> list[Row]:
    """Return the rows of ``element_state``."""
    of = {"observation_id": observation_id}
    return [of | row for row in told_rows(elements, numbers, beyond)]


def value_rows(
    values: Mapping[str, Sequence[Value]], observation_id: int, numbers: Mapping[str, int]
) -> list[Row]:
    """Return the rows of ``element_value``; ``numbers`` are those of the elements that go there."""
    return [
        {
            "observation_id": observation_id,
            "element_id": numbers[element],
            "position": position,
            "raw": value.raw,
            "value": value.value,
            "number": value.number,
            "unit": value.unit,
            "metric": value.metric,
            "dataset": value.dataset,
        }
        for element, read in values.items()
        if element in numbers
        for position, value in enumerate(read)
    ]


def similarity_row(product: Product, observation_id: int, vocabulary: str) -> Row:
    """Return the row of ``similarity``; one without a key still tells the input domain."""
    told = product.similarity
    return {
        "observation_id": observation_id,
        "vocabulary": vocabulary,
        "input_domain": product.input_domain,
        **{
            name: told.get(name)
            for name in ("key", "family_key", "algorithm", "variant", "objective")
        },
        "datasets": list(told.get("datasets") or ()),
        "artefacts": list(told.get("artefacts") or ()),
        "evidence": dict(told.get("evidence") or {}),
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


def counter_rows(product: Product, ids: Row) -> list[Row]:
    """Return the rows of ``counter``; what is no finite number counts nothing."""
    found = []
    for name, number in product.counters.items():
        try:
            value = float(number)
        except (OverflowError, TypeError, ValueError):
            continue
        if math.isfinite(value):
            found.append({**ids, "name": name, "value": value})
    return found


def rank(source: str, captured_at: str, digest: str, record_id: str | None) -> tuple[Any, ...]:
    """Return by what the sighting is chosen where a run meets a product twice: the greatest.

    A page stands before a record, a record before a list; then the latest captured. The
    rest only makes the choice independent of the order in which pages are read.
    """
    return -SOURCES.index(source), captured_at, digest, record_id or ""


def _bare(record_id: str) -> str:
    return record_id.strip("<>").removeprefix(_UUID_URN)
