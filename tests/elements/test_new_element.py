"""An element is added by an edit of the codebook: nothing else knows which elements there are."""

from __future__ import annotations

import ast
import json
from copy import deepcopy
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import Engine

from modelstores.elements.codebook import Codebook, load, read
from modelstores.elements.document import document
from modelstores.elements.rules import Rules
from modelstores.elements.tagger import tag
from modelstores.items import Product
from modelstores.reports.coverage import coverage
from modelstores.reports.elements import elements
from modelstores.validation import faults
from tests.database.samples import VERSIONS, rows, write

NEW = {
    "id": "carbon_footprint",
    "name": "Carbon footprint",
    "dimension": "Environment",
    "definition": "What the training of this product has emitted",
    "note": "A mass of carbon dioxide. A mere promise to be green does not count.",
    "example": "Emissions: 12 kg CO2",
    "counterexample": "We care for the climate.",
    "level": "product",
    "kinds": ["model"],
    "mappings": {"hugging_face": ["co2_eq_emissions"]},
    "headings": ["environmental impact"],
    "labels": ["emissions"],
    "patterns": [{"words": ["co2"], "regex": "\\bemitted \\d{1,9} kg (?:of )?co2\\b"}],
    "links": ["footprint.example"],
    "counters": ["co2"],
}


def schema(name: str) -> Any:
    return json.loads(files("schemas").joinpath(name).read_text("utf-8"))


@pytest.fixture(scope="module")
def book() -> Codebook:
    data = deepcopy(schema("elements.json"))
    data["version"] = "99"
    data["elements"].append(NEW)
    Draft202012Validator(schema("codebook.json")).validate(data)
    return read(data)


def product(native_id: str = "a", heading: str = "", text: str = "", **said: Any) -> Product:
    sections = [{"heading": heading, "text": text}]
    made = {"kind": "model", "source": "page", "name": "A", "sections": sections} | said
    return Product("hub", native_id, f"https://hub.example/{native_id}", **made)


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"stated": {"carbon_footprint": "12 kg"}}, "stated:carbon_footprint"),
        ({"counters": {"co2": 12}}, "counter:co2"),
        ({"heading": "Environmental impact", "text": "12 kg"}, "heading:environmental impact"),
        ({"text": "Emissions: 12 kg"}, "label:emissions"),
        ({"text": "Its training emitted 12 kg of CO2."}, "pattern:1"),
        ({"links": ["https://footprint.example/a"]}, "link:footprint.example"),
    ],
)
def test_it_is_tagged_by_each_of_its_places(book: Codebook, said: Any, rule: str) -> None:
    page = product(**said)
    told = tag(page, Rules(book))
    assert list(told) == [element.id for element in book.elements]
    assert told["carbon_footprint"]["state"] == "present"
    assert told["carbon_footprint"]["rule"] == rule
    before = tag(page)
    assert {name: told[name] for name in before} == before


def test_it_is_absent_where_nothing_shows_it_and_does_not_apply_to_other_kinds(
    book: Codebook,
) -> None:
    rules = Rules(book)
    page = product(text=str(NEW["counterexample"]))
    assert tag(page, rules)["carbon_footprint"]["state"] == "absent"
    app = product(text=str(NEW["example"]), kind="app")
    assert tag(app, rules)["carbon_footprint"]["state"] == "not_applicable"


def test_it_stands_in_the_document(book: Codebook) -> None:
    page = document(book)
    assert "\nVersion 99." in page
    assert "## Environment\n\n### Carbon footprint (`carbon_footprint`)\n\nWhat the tr" in page
    assert "* Counts: “Emissions: 12 kg CO2”\n" in page
    assert page.endswith("| Carbon footprint |  |  |  | `co2_eq_emissions` |\n")


def test_a_product_may_state_every_element(book: Codebook) -> None:
    ids = [element.id for element in book.elements]
    page = product(stated=dict.fromkeys([*ids, "objective"], "words"), unread=ids)
    assert faults(page.as_stated()) == []
    policy = {"store": "hub", "url": "https://hub.example/p", "title": "", "text": ""}
    assert faults(policy | {"elements": ids}, "policy") == []


def test_database_and_reports_count_it(book: Codebook, engine: Engine) -> None:
    rules = Rules(book)
    pages = [product("a", text="Emissions: 12 kg"), product("b", text="No word of it.")]
    for page in pages:
        page.elements = tag(page, rules)
    told = [asdict(element) for element in book.elements]
    write(engine, *pages, elements=told, versions=VERSIONS | {"codebook": book.version})
    assert rows(
        engine, "SELECT position, dimension FROM element WHERE element = 'carbon_footprint'"
    ) == [(len(book.elements), "Environment")]
    with engine.connect() as connection:
        table = elements(connection)
        shares = coverage(connection).rows
    assert table.rows[-1] == ("Environment", "carbon_footprint", "hub", 1, 1, 2, 0.5)
    assert ("hub", "carbon_footprint", 1, 1, 0, 0, 0.5) in shares


def test_no_code_lists_elements() -> None:
    """The spiders state elements by name; everything else takes them from the codebook."""
    ids = {element.id for element in load().elements}
    root = Path(__file__).parents[2]
    sources = [*root.glob("modelstores/**/*.py"), *root.glob("pipelines/*.py")]
    listed = []
    for path in sources:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Dict):
                parts: list[Any] = node.keys
            else:
                parts = getattr(node, "elts", [])
            named = {part.value for part in parts if isinstance(part, ast.Constant)} & ids
            if len(named) > 1:
                listed.append(f"{path.relative_to(root)}:{node.lineno}: {sorted(named)}")
    assert len(sources) > 50
    assert listed == []
