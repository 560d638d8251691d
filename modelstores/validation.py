"""Whether an item is well formed, by its schema in ``schemas/`` (JSON Schema draft 2020-12)."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jsonschema_rs

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

#: Most reasons kept of one item; the first few say it all.
MAX_REASONS = 20


@cache
def schema(kind: str) -> dict[str, Any]:
    """Return the schema of a kind of item: "product" or "policy"."""
    found: dict[str, Any] = json.loads((files("schemas") / f"{kind}.json").read_text("utf-8"))
    return found


@cache
def validator(kind: str) -> Draft202012Validator:
    """Return the validator that has reasons, compiled once."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - slow, and rarely asked

    Draft202012Validator.check_schema(schema(kind))
    return Draft202012Validator(schema(kind))


@cache
def _quick(kind: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema(kind))


def is_well_formed(item: dict[str, Any], kind: str = "product") -> bool:
    """Tell quickly whether an item keeps to its schema, and says nothing that JSON cannot.

    It is stricter than the validator that has reasons: NaN is no number, and an end of line
    is no end of text.
    """
    try:
        return _quick(kind).is_valid(item)
    except ValueError:  # a value or key that no JSON has
        return False


def faults(item: dict[str, Any], kind: str = "product") -> list[str]:
    """Return in words what is wrong with what a spider said; nothing if it is well formed.

    The words come from the slower validator, asked only where the quick one objects.
    """
    if is_well_formed(item, kind):
        return []
    found = []
    for error in validator(kind).iter_errors(item):
        place = ".".join(str(part) for part in error.absolute_path) or kind
        found.append(f"{place[:200]}: {_rule(error.validator, error.validator_value)}")
        if len(found) == MAX_REASONS:
            break
    return sorted(found)


def _rule(name: str, value: Any) -> str:
    """Say the broken rule without the offending words, which are a page's."""
    words = json.dumps(value, ensure_ascii=False)
    return f"breaks {name} {words[:120]}"
