"""One product of two sources, and what is well formed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from modelstores.elements.tagger import tag
from modelstores.items import Capture, Product, merge
from modelstores.similarity import similarity
from modelstores.store import as_listed
from modelstores.validation import faults
from spiders.wolfram import WolframSpider

PAGE = Product(
    store="store",
    native_id="owner/net",
    url="https://store.example/owner/net",
    kind="model",
    source="page",
    name="net",
    stated={"owner": "owner", "end_user_license": "MIT"},
    sections=[{"heading": "Use", "text": "so"}],
    links=["https://a.example"],
    counters={"likes": 3},
    unread=["size", "demo"],
    capture=Capture("c.warc.gz", 12, "<urn:uuid:1>", "2024-05-06T07:08:09Z"),
)


def test_merge_puts_the_page_first_and_keeps_unread_what_neither_holds() -> None:
    record = replace(
        PAGE,
        source="record",
        summary="A net.",
        stated={"end_user_license": "mit", "framework": "PyTorch"},
        sections=[],
        links=["https://b.example", "https://a.example"],
        counters={"likes": 2, "downloads": 9},
        unread=["demo", "description"],
        capture=Capture("c.warc.gz", 99, "<urn:uuid:2>", "2024-05-06T07:08:10Z"),
    )
    merged = merge(PAGE, record)
    assert merged.source == "page"
    assert merged.summary == "A net."
    assert merged.stated == {"owner": "owner", "end_user_license": "MIT", "framework": "PyTorch"}
    assert merged.sections == PAGE.sections
    assert merged.links == ["https://a.example", "https://b.example"]
    assert merged.counters == {"likes": 3, "downloads": 9}
    assert merged.unread == ["demo"]
    assert merged.capture == PAGE.capture
    assert merged.record == record.capture
    assert faults(merged.as_stated()) == []


def test_a_whole_product_is_well_formed() -> None:
    assert faults(PAGE.as_stated()) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"name": ""}, "name: breaks minLength"),
        ({"name": "x" * 501}, "name: breaks maxLength"),
        ({"native_id": 7}, "native_id: breaks type"),
        ({"url": "javascript:alert(1)"}, "url: breaks pattern"),
        ({"kind": "toy"}, "kind: breaks enum"),
        ({"source": "guess"}, "source: breaks enum"),
        ({"stated": {"No Element": "x"}}, "stated: breaks"),
        ({"stated": {"owner": ""}}, "stated.owner: breaks minLength"),
        ({"links": ["ftp://a.example"]}, "links.0: breaks pattern"),
        ({"counters": {"likes": "3"}}, "counters.likes: breaks type"),
        ({"sections": [{"heading": "only"}]}, "sections.0: breaks required"),
        ({"sections": [{"heading": "a", "text": "b"}] * 2001}, "sections: breaks maxItems"),
    ],
)
def test_faults_name_the_place_and_the_rule(change: dict[str, Any], fault: str) -> None:
    found = faults({**PAGE.as_stated(), **change})
    assert len(found) == 1
    assert found[0].startswith(fault)


def test_faults_are_bounded() -> None:
    many = faults({**PAGE.as_stated(), "links": ["x"] * 1000})
    assert len(many) == 20


def test_of_a_product_that_is_only_listed_nothing_is_read_not_even_its_id() -> None:
    store = WolframSpider()
    listed = as_listed(store, "ResNet-50-Trained-on-ImageNet-Competition-Data")
    assert faults(listed.as_stated()) == []
    assert {found["state"] for found in tag(listed).values()} == {"unknown"}
    assert similarity(listed)["algorithm"] is None
    named = replace(listed, summary="Identifies the main object in an image.")
    assert not named.only_listed
    assert similarity(named)["algorithm"] == "resnet"
