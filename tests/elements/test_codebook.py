"""The codebook: its shape, the paper's names, examples, and patterns that stay cheap."""

from __future__ import annotations

import csv
import json
import re
from copy import deepcopy
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from modelstores.elements.codebook import Element, Pattern, load
from modelstores.elements.rules import default_rules
from modelstores.elements.tagger import tag, tag_policy
from modelstores.elements.text import heading_key, lower
from modelstores.items import Policy, Product

DATA: dict[str, Any] = json.loads(files("schemas").joinpath("elements.json").read_text("utf-8"))
SCHEMA: dict[str, Any] = json.loads(files("schemas").joinpath("codebook.json").read_text("utf-8"))
ELEMENTS = load().elements
PATTERNS = [
    pytest.param(pattern, id=f"{element.id}-{number}")
    for element in ELEMENTS
    for number, pattern in enumerate(element.patterns, 1)
]
POLICIES = [
    pytest.param(element.id, pattern, id=f"{element.id}-{number}")
    for element in ELEMENTS
    for number, pattern in enumerate(element.policies, 1)
]
REGEXES = [
    *(p.values[0].regex for p in PATTERNS),  # type: ignore[attr-defined]
    *(p.values[1].regex for p in POLICIES),  # type: ignore[attr-defined]
    *(e.requires for e in ELEMENTS if e.requires),
]


def faults(data: Any) -> list[str]:
    """Return where a codebook breaks its schema."""
    validator = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [error.json_path for error in validator.iter_errors(data)]


def test_the_codebook_has_its_shape() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert faults(DATA) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", "Owner"),
        ("note", "Too short."),
        ("example", "two\nlines"),
        ("level", "shop"),
        ("kinds", []),
        ("values", "colour"),
        ("requires", "(open"),
        ("headings", ["owner", "owner"]),
        ("patterns", [{"words": [], "regex": "owner"}]),
        ("mappings", {"cyclonedx": ["model card"]}),
        ("mappings", {"dublin_core": ["creator"]}),
        ("heading", ["owner"]),
    ],
)
def test_what_breaks_the_shape_is_found(key: str, value: Any) -> None:
    data = deepcopy(DATA)
    data["elements"][0][key] = value
    assert any(path.startswith("$.elements[0]") for path in faults(data))


def test_an_element_of_the_store_has_no_place_on_a_product_page() -> None:
    data = deepcopy(DATA)
    (store, *_) = (entry for entry in data["elements"] if entry["level"] == "store")
    for place in ("headings", "labels", "terms", "links", "counters"):
        store[place] = ["place"]
        assert len(faults(data)) == 1, place
        del store[place]
    assert faults(data) == []


def test_the_schema_is_strict_and_tells_what_every_field_is() -> None:
    def check(part: Any, path: str) -> None:
        if not isinstance(part, dict):
            return
        if part.get("type") == "object":
            assert part["additionalProperties"] is False, path
            for name, told in part["properties"].items():
                assert told["description"], f"{path}.{name}"
        for name, inner in part.items():
            check(inner, f"{path}.{name}")

    check(SCHEMA, "$")


def test_the_standards_are_those_that_the_schema_knows() -> None:
    known = SCHEMA["$defs"]["standard"]["properties"]["id"]["enum"]
    assert [standard.id for standard in load().standards] == known
    mappings = SCHEMA["$defs"]["element"]["properties"]["mappings"]
    assert list(mappings["properties"]) == known


@pytest.mark.shared
def test_the_papers_elements_come_first_under_its_names(shared: Path) -> None:
    with (shared / "paper" / "table1.csv").open(newline="") as file:
        table = [(r["dimension"], r["element"], r["description"]) for r in csv.DictReader(file)]
    assert len(table) == 26
    told = [(e.dimension, e.name, e.definition) for e in ELEMENTS]
    assert told[: len(table)] == table


def test_ids_are_the_names_in_snake_case() -> None:
    ids = [e.id for e in ELEMENTS]
    assert ids == [e.name.lower().replace(" ", "_") for e in ELEMENTS]
    assert len(set(ids)) == len(ids)
    assert len(load().dimensions) == 6
    assert load()["size"].name == "Size"
    with pytest.raises(KeyError):
        load()["weight"]


def test_what_an_element_refers_to_exists() -> None:
    ids = {e.id for e in ELEMENTS}
    for element in ELEMENTS:
        assert ids.issuperset(element.also_stated)
        assert ids.issuperset(set(element.reads) - {"name"})
        assert set(element.fields) <= {"name", "summary"}


def test_synonyms_are_unambiguous_lower_case_words() -> None:
    for element in ELEMENTS:
        for words in (element.headings, element.labels, element.terms, element.nothing):
            assert all(lower(word) == word for word in words)
        assert all(heading_key(w) for w in (*element.headings, *element.labels))


def told(words: str, element: Element) -> Any:
    """Return what is told of an element by words, as the only ones of a page of its level."""
    if element.level == "store":
        policy = Policy("hub", "https://hub.example/terms", [element.id], "Terms", words)
        return tag_policy(policy)[element.id]["state"]
    sections = [{"heading": "", "text": words}]
    url = "https://hub.example/one"
    page = Product("hub", "one", url, element.kinds[0], "page", "One", sections=sections)
    return tag(page)[element.id]["state"]


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda element: element.id)
def test_the_examples_are_tagged_as_they_say(element: Element) -> None:
    if not element.counters:  # which are fields of a product, not words of its sections
        assert told(element.example, element) == "present"
    assert told(element.counterexample, element) == "absent"


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
        field = pattern.only[0] if pattern.only else "text"
        called = default_rules().called(low, field, default_rules().by_id)
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
