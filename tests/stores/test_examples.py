"""Every example page of every store parses to what was reviewed.

``tests/stores/STORE/CASE.html`` begins with ``<!-- url: ADDRESS -->``; beside ``CASE.json``
stands ``CASE.url``: the address, then response headers, a line each. What the page must
give stands in ``CASE.expected.json``: the product as the spider states it, the products and
addresses that it lists, or why the page is no product. Where that file is missing it is
written, and the test fails: review it, then commit it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, TextResponse
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from modelstores.items import Product
from modelstores.page import NotAProduct
from modelstores.spider import StoreSpider
from modelstores.validation import faults

FOLDER = Path(__file__).parent
EXPECTED = ".expected.json"
LOADER = SpiderLoader.from_settings(Settings({"SPIDER_MODULES": ["spiders"]}))
STORES = sorted(LOADER.list())


def examples(store: str) -> list[Path]:
    files = sorted((FOLDER / store).glob("*"))
    return [f for f in files if f.suffix in {".html", ".json"} and not f.name.endswith(EXPECTED)]


def response(example: Path) -> TextResponse:
    body = example.read_bytes()
    if example.suffix == ".html":
        first = body.split(b"\n", 1)[0].decode()
        url = first.removeprefix("<!-- url: ").removesuffix(" -->")
        return HtmlResponse(url, body=body, encoding="utf-8")
    url, *lines = example.with_suffix(".url").read_text("utf-8").splitlines()
    headers = dict(line.split(": ", 1) for line in lines)
    return TextResponse(url, body=body, headers=headers, encoding="utf-8")


def parsed(spider: StoreSpider, page: TextResponse) -> dict[str, Any]:
    try:
        found = list(spider.parse(page))
    except NotAProduct as reason:
        return {"not a product": str(reason)}
    if len(found) == 1 and isinstance(found[0], Product):
        return found[0].as_stated()
    requests = {"requests": [one.url for one in found if isinstance(one, Request)]}
    products = [one.as_stated() for one in found if isinstance(one, Product)]
    return {"products": products, **requests} if products else requests


@pytest.mark.parametrize("store", STORES)
def test_a_store_has_examples(store: str) -> None:
    assert examples(store), f"no example page in {FOLDER / store}"


@pytest.mark.parametrize(
    "example",
    [example for store in STORES for example in examples(store)],
    ids=lambda example: f"{example.parent.name}-{example.name}",
)
def test_example(example: Path) -> None:
    found = parsed(LOADER.load(example.parent.name)(), response(example))
    reviewed = example.with_name(example.stem + EXPECTED)
    if not reviewed.exists():
        words = json.dumps(found, indent=1, ensure_ascii=False)
        reviewed.write_text(words + "\n", encoding="utf-8")
        pytest.fail(f"{reviewed.name} was missing and has been written: review, then commit")
    assert found == json.loads(reviewed.read_text("utf-8"))
    for product in found.get("products", [found] if "name" in found else []):
        assert not faults(product)
