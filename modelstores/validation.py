"""Whether an item is well formed, by its schema in ``schemas/`` (JSON Schema draft 2020-12)."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator

#: Most reasons kept of one item; the first few say it all.
MAX_REASONS = 20


@cache
def validator(kind: str) -> Draft202012Validator:
    """Return the validator of a kind of item ("product" or "policy"), compiled once."""
    schema = json.loads((files("schemas") / f"{kind}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def faults(item: dict[str, Any], kind: str = "product") -> list[str]:
    """Return in words what is wrong with what a spider said; nothing if it is well formed."""
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
