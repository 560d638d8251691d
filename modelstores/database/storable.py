"""Texts and JSON as the database keeps them: pages may say what cannot be stored."""

from __future__ import annotations

import json
import math
from functools import lru_cache

import orjson

_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, allow_nan=False, separators=(",", ":"))
#: Lists of names that are remembered as JSON, how many names these have at most, and how many
#: characters: products say the same few again and again.
_KNOWN, _MAX_NAMES, _MAX_LENGTH = 2_000, 30, 500


def storable(text: str) -> str:
    """Return the text without what no database keeps: NUL and lone surrogates become U+FFFD."""
    if not text.isascii():
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", "\ufffd") if "\0" in text else text


def storable_or_none(text: str | None) -> str | None:
    """Do the same, quickly for what can be stored as it is, which is nearly all."""
    return text if text is None or text.isprintable() else storable(text)


def to_json(value: object) -> str:
    """Return the JSON text of a value as the database keeps it: sorted, as it reads.

    A number that is none (NaN, infinity) becomes its name: JSON has no other place for it.
    """
    if isinstance(value, list):
        if not value:  # as many are
            return "[]"
        if len(value) <= _MAX_NAMES and _are_short(value):
            return _names(*value)
    return _to_json(value)


def _to_json(value: object) -> str:
    try:
        encoded = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # half a character, or a very long number
        encoded = b"null"
    if b"null" not in encoded:  # which may stand for a number that is none
        return storable(encoded.decode())
    try:
        return storable(_JSON.encode(value))
    except ValueError:
        return storable(_JSON.encode(_finite(value)))


def _are_short(names: list[object]) -> bool:
    try:
        return len("".join(names)) <= _MAX_LENGTH  # type: ignore[arg-type]
    except TypeError:  # some are no text
        return False


@lru_cache(_KNOWN)
def _names(*names: str) -> str:
    return _to_json(names)


def _finite(value: object) -> object:
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
