"""What a source said of a product, in one number: what has the same digest is not read again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import orjson

from modelstores.items import OF_THE_SIGHTING, Product

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def content_hash(product: Product, stated: Mapping[str, Any] | None = None) -> str:
    """Return the SHA-256 of what a source said of a product, in hexadecimal.

    It is taken of the spider's part as canonical JSON, without what belongs to the
    sighting: where the words stood, and the numbers of counters. That a counter is shown
    is part of what was said: elements rest on it. ``stated`` is that part, if it was taken.
    """
    stated = product.as_stated() if stated is None else stated
    said = dict(stated)
    for name in OF_THE_SIGHTING:
        said.pop(name, None)
    said["counters"] = sorted(product.counters)
    return hashlib.sha256(_canonical(said)).hexdigest()


def _canonical(said: Mapping[str, Any]) -> bytes:
    """Return canonical JSON: keys sorted, no blanks, all that is not ASCII escaped.

    Where nothing is to be escaped that orjson does not, it writes the same, only faster.
    """
    try:
        encoded = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # half a character
        return _CANONICAL.encode(said).encode()
    is_canonical = encoded.isascii() and b"\x7f" not in encoded
    return encoded if is_canonical else _CANONICAL.encode(said).encode()
