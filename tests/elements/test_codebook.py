"""The codebook: its shape, the paper's names, and patterns that stay cheap."""

from __future__ import annotations

import csv
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelstores.elements.codebook import Pattern, load
from modelstores.elements.document import PAGE, document
from modelstores.elements.rules import default_rules
from modelstores.elements.text import heading_key, lower

WORDS = {"type": "array", "uniqueItems": True, "items": {"type": "string", "minLength": 1}}
LISTS = (
    *("fields", "reads", "also_stated", "nothing", "headings", "labels", "terms", "links"),
    "not_below",
)
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$defs": {
        "patterns": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["words", "regex"],
                "properties": {
                    "words": {**WORDS, "minItems": 1},
                    "regex": {"type": "string", "format": "regex"},
                    "lines": {"type": "integer", "minimum": 2, "maximum": 10},
                    "only": {**WORDS, "items": {"enum": ["name", "code"]}},
                    "addresses": {"const": True},
                },
            },
        }
    },
    "type": "object",
    "additionalProperties": False,
    "required": [
        *("version", "placeholders", "boilerplate", "ignored_links", "ignored_files"),
        *("other_products", "elements"),
    ],
    "properties": {
        "version": {"type": "string"},
        "placeholders": WORDS,
        "boilerplate": WORDS,
        "ignored_links": WORDS,
        "ignored_files": WORDS,
        "other_products": WORDS,
        "elements": {
            "type": "array",
            "minItems": 26,
            "maxItems": 26,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["id", "name", "dimension", "definition", "note", "level", "kinds"],
                "properties": {
                    "id": {"type": "string", "pattern": "^[a-z]+(_[a-z]+)*$"},
                    "name": {"type": "string"},
                    "dimension": {"type": "string"},
                    "definition": {"type": "string"},
                    "note": {"type": "string", "minLength": 20},
                    "level": {"enum": ["product", "store"]},
                    "kinds": {**WORDS, "items": {"enum": ["model", "app"]}, "minItems": 1},
                    "requires": {"type": "string", "format": "regex"},
                    "code": {"const": True},
                    "counters": WORDS,
                    **dict.fromkeys(LISTS, WORDS),
                    "patterns": {"$ref": "#/$defs/patterns"},
                    "policies": {"$ref": "#/$defs/patterns"},
                },
                "if": {"properties": {"level": {"const": "store"}}},
                "then": {"not": {"anyOf": [{"required": [k]} for k in ("headings", "patterns")]}},
            },
        },
    },
}
PATTERNS = [
    pytest.param(pattern, id=f"{element.id}-{number}")
    for element in load().elements
    for number, pattern in enumerate(element.patterns, 1)
]
POLICIES = [
    pytest.param(element.id, pattern, id=f"{element.id}-{number}")
    for element in load().elements
    for number, pattern in enumerate(element.policies, 1)
]
REGEXES = [
    *(p.values[0].regex for p in PATTERNS),  # type: ignore[attr-defined]
    *(p.values[1].regex for p in POLICIES),  # type: ignore[attr-defined]
    *(e.requires for e in load().elements if e.requires),
]


def data() -> Any:
    return json.loads(files("schemas").joinpath("elements.json").read_text("utf-8"))


def test_codebook_has_its_shape() -> None:
    jsonschema.validate(data(), SCHEMA, format_checker=jsonschema.FormatChecker())


@pytest.mark.shared
def test_names_dimensions_and_definitions_are_the_papers(shared: Path) -> None:
    with (shared / "paper" / "table1.csv").open(newline="") as file:
        table = [(r["dimension"], r["element"], r["description"]) for r in csv.DictReader(file)]
    assert [(e.dimension, e.name, e.definition) for e in load().elements] == table


def test_ids_are_the_names_in_snake_case() -> None:
    elements = load().elements
    assert [e.id for e in elements] == [e.name.lower().replace(" ", "_") for e in elements]
    assert len(load().dimensions) == 6
    assert load()["size"].name == "Size"
    with pytest.raises(KeyError):
        load()["weight"]


def test_what_an_element_refers_to_exists() -> None:
    ids = {e.id for e in load().elements}
    for element in load().elements:
        assert ids.issuperset(element.also_stated)
        assert ids.issuperset(set(element.reads) - {"name"})
        assert set(element.fields) <= {"name", "summary"}


def test_synonyms_are_unambiguous_lower_case_words() -> None:
    for element in load().elements:
        for words in (element.headings, element.labels, element.terms, element.nothing):
            assert all(lower(word) == word for word in words)
        assert all(heading_key(w) for w in (*element.headings, *element.labels))


@pytest.mark.parametrize("regex", REGEXES)
def test_regexes_have_no_groups_of_their_own(regex: str) -> None:
    assert re.compile(regex).groups == 0


@pytest.mark.parametrize("pattern", PATTERNS)
@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(choose=st.data())
def test_a_pattern_is_called_by_every_text_it_matches(
    pattern: Pattern, choose: st.DataObject
) -> None:
    alphabet = st.characters(codec="utf-8")
    text = choose.draw(st.from_regex(pattern.regex, fullmatch=True, alphabet=alphabet))
    low = f"x\n{lower(text)}"
    if re.search(pattern.regex, lower(text)):
        called = default_rules().called(low, default_rules().by_id)
        rules = {rule.regex.pattern: (rule, words) for rule, words in called}
        assert pattern.regex in rules
        rule, words = rules[pattern.regex]
        assert rule.find(low, words)


@pytest.mark.parametrize(("element", "pattern"), POLICIES)
@given(choose=st.data())
@settings(deadline=None)
def test_a_policy_pattern_is_called_by_every_text_it_matches(
    element: str, pattern: Pattern, choose: st.DataObject
) -> None:
    alphabet = st.characters(codec="utf-8")
    low = lower(choose.draw(st.from_regex(pattern.regex, fullmatch=True, alphabet=alphabet)))
    if re.search(pattern.regex, low):
        rules = default_rules().policies[element]
        (rule, words) = next(each for each in rules if each[0].regex.pattern == pattern.regex)
        assert rule.find(low, words)


def test_the_document_is_the_codebooks() -> None:
    assert PAGE.read_text("utf-8") == document(load())
