"""The spiders over every real page at hand: nothing is lost, and nothing shown is missed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, TextResponse

from modelstores.capture.warc import Record, records
from modelstores.items import Product
from modelstores.page import NotAProduct, dig, read_json
from modelstores.page import root as parsed
from modelstores.validation import faults
from spiders.huggingface import PARTS, HuggingFaceSpider
from spiders.huggingface.metadata import NO_FRAMEWORK, NOTHING
from spiders.pytorch_hub import PyTorchHubSpider

pytestmark = pytest.mark.shared


def responses(path: Path) -> Iterator[TextResponse]:
    for record in records(path):
        if isinstance(record, Record) and record.kind == "response":
            kind = HtmlResponse if b"<" in record.body[:9] else TextResponse
            headers = {name: value for name, value in record.headers if name.lower() == "link"}
            yield kind(record.url, body=record.body, headers=headers, encoding="utf-8")


def well_formed(product: object) -> Product:
    assert isinstance(product, Product)
    assert product.name
    assert product.stated["owner"]
    assert faults(product.as_stated()) == []
    return product


def agrees(product: Product, model: object) -> None:
    """Check that a product has what the page's or record's own JSON names."""
    library, task = dig(model, "library_name"), dig(model, "pipeline_tag")
    license_ = dig(model, "cardData", "license")
    if isinstance(library, str) and library.lower() not in NO_FRAMEWORK:
        assert product.stated["framework"]
    if task:
        assert product.stated["objective"] == task == product.input_domains[0]
    if isinstance(license_, str) and license_.lower() not in NOTHING:
        assert license_.lower() == product.stated["end_user_license"].lower()
        assert product.stated["developer_license"] == product.stated["end_user_license"]
    assert product.counters["likes"] == dig(model, "likes")


def test_huggingface_pages(shared: Path) -> None:
    spider, number, carded = HuggingFaceSpider(), 0, 0
    for response in responses(shared / "captures/huggingface/pages.warc.gz"):
        (found,) = spider.parse(response)
        product = well_formed(found)
        number += 1
        carded += bool(product.sections)
        header = next(p for p in PARTS(parsed(response)) if p.get("data-target") == "ModelHeader")
        agrees(product, dig(read_json(header.get("data-props")), "model"))
        if b"model-card-content" not in response.body:
            assert product.summary is None
    assert number == 648
    assert carded > 300


def test_huggingface_records(shared: Path) -> None:
    spider, number = HuggingFaceSpider(), 0
    for response in responses(shared / "captures/huggingface/api.warc.gz"):
        (found,) = spider.parse(response)
        agrees(well_formed(found), json.loads(response.body))
        number += 1
    assert number == 4_320


def test_huggingface_lists(shared: Path) -> None:
    spider, number, followed = HuggingFaceSpider(), 0, 0
    for response in responses(shared / "captures/huggingface/lists.warc.gz"):
        entries = {entry["id"]: entry for entry in json.loads(response.body)}
        for found in spider.parse(response):
            if isinstance(found, Request):
                followed += 1
                continue
            product = well_formed(found)
            agrees(product, entries[product.native_id])
            assert product.source == "list"
            number += 1
    assert (number, followed) == (60_000, 59)


def test_huggingface_entries_say_what_the_records_say(shared: Path) -> None:
    """What an entry states, the record of the same model states as well; else it is unread."""
    spider, both, differ = HuggingFaceSpider(), 0, 0
    records_ = {}
    for response in responses(shared / "captures/huggingface/api.warc.gz"):
        (found,) = spider.parse(response)
        assert isinstance(found, Product)
        records_[found.native_id] = found
    for response in responses(shared / "captures/huggingface/lists.warc.gz"):
        for entry in spider.parse(response):
            if not isinstance(entry, Product) or entry.native_id not in records_:
                continue
            record, both = records_[entry.native_id], both + 1
            assert record.stated.keys() - entry.stated.keys() <= set(entry.unread)
            differ += entry.stated != {n: record.stated.get(n) for n in entry.stated}
    assert both == 738
    assert differ < both / 50


def test_pytorch_hub(shared: Path) -> None:
    spider, products, lists, others = PyTorchHubSpider(), 0, 0, 0
    for response in responses(shared / "captures/pytorch_hub/pages.warc.gz"):
        try:
            first, *_ = spider.parse(response)
        except NotAProduct:
            others += 1
            continue
        if isinstance(first, Request):
            lists += 1
            continue
        products += 1
        product = well_formed(first)
        assert {"framework", "origin", "demo"} <= product.stated.keys()
        assert product.summary
        assert product.sections
    assert (products, lists, others) == (30, 3, 3)
