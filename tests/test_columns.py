"""The columns of the paper's Table I, from the small stores: without its words, no tick.

That the ticks are the paper's is shown in ``tests/test_tables.py``.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from playwright.async_api import async_playwright
from scrapy import Request
from scrapy.http import HtmlResponse, TextResponse
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from modelstores import browser
from modelstores.capture.archive import Archive
from modelstores.elements.tagger import tag, tag_policy
from modelstores.items import Product, merge
from modelstores.rendering import answer_from
from modelstores.spider import StoreSpider
from tests.miniweb.pack import pack
from tests.miniweb.stores import pages

#: {address: what the spider is given of it}
Documents = dict[str, str]

LOADER = SpiderLoader.from_settings(Settings({"SPIDER_MODULES": ["spiders"]}))

DATA = yaml.safe_load(Path(__file__).with_name("columns.yaml").read_text("utf-8"))
#: {store: {element: {pattern: what to put instead}}}
CUTS: dict[str, dict[str, dict[str, str]]] = DATA["cuts"]
#: {store: {element: {other element that goes with it: why}}}
COMPANIONS: dict[str, dict[str, dict[str, str]]] = DATA["companions"]


@cache
def spider_of(store: str) -> StoreSpider:
    spider = LOADER.load(store)()
    assert isinstance(spider, StoreSpider)
    return spider


def of_store(store: str, *values: str) -> object:
    """Return parameters about a store, marked if its pages need the browser."""
    return pytest.param(store, *values, marks=[pytest.mark.browser] * spider_of(store).render)


STORES = [of_store(store) for store in CUTS]


async def render(urls: list[str], archive: Archive) -> list[str]:
    """Return the documents that Chromium makes of pages of an archive."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(**browser.launch_options(browser.find(), []))

        async def document(url: str) -> str:
            page = await chromium.new_page()
            await answer_from(archive)(page, Request(url))
            await page.goto(url, wait_until="networkidle")
            return await page.content()

        documents = await asyncio.gather(*map(document, urls))
        await chromium.close()
    return documents


@pytest.fixture(scope="module")
def documents_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Documents]:
    """Return a function from a store to its documents, each rendered once if at all."""

    @cache
    def documents(store: str) -> Documents:
        holds = {"page", "record", "policy"}
        listed = {page.url: page.body for page in pages(store) if page.holds in holds}
        if not spider_of(store).render:
            return {url: body.decode() for url, body in listed.items()}
        packed = pack(store, tmp_path_factory.mktemp(store) / f"{store}.warc.gz")
        rendered = asyncio.run(render(list(listed), Archive.open(str(packed))))
        return dict(zip(listed, rendered, strict=True))

    return documents


def responses(documents: Documents, cut: dict[str, str]) -> Iterator[TextResponse]:
    """Yield the pages and records of a small store with some words taken off."""
    for url, whole in documents.items():
        text = whole
        for pattern, instead in cut.items():
            text = re.sub(pattern, instead, text, flags=re.DOTALL)
        kind = TextResponse if whole.startswith("{") else HtmlResponse
        yield kind(url, body=text.encode(), encoding="utf-8")


def shown(spider: StoreSpider, documents: Documents, cut: dict[str, str]) -> set[str]:
    """Return the elements that a small store shows once some words are taken off all pages."""
    products: dict[str, Product] = {}
    tagged = []
    for response in responses(documents, cut):
        if response.url in spider.policy_urls:
            tagged.append(tag_policy(spider.parse_policy(response, response.url)))
            continue
        (product,) = spider.parse(response)
        assert isinstance(product, Product)
        page = products.get(product.native_id)
        products[product.native_id] = merge(page, product) if page else product
    tagged += map(tag, products.values())
    return {name for tags in tagged for name, one in tags.items() if one["state"] == "present"}


@pytest.mark.parametrize("store", STORES)
def test_each_element_that_is_cut_is_one_that_is_shown(
    store: str, documents_of: Callable[[str], Documents]
) -> None:
    assert shown(spider_of(store), documents_of(store), {}) == set(CUTS[store])


@pytest.mark.parametrize(
    ("store", "element"), [of_store(store, element) for store in CUTS for element in CUTS[store]]
)
def test_without_its_words_the_tick_goes_and_no_other(
    store: str, element: str, documents_of: Callable[[str], Documents]
) -> None:
    documents, cut = documents_of(store), CUTS[store][element]
    text = "\n".join(documents.values())
    unused = [pattern for pattern in cut if not re.search(pattern, text, re.DOTALL)]
    assert unused == [], "what is to be cut stands on no page"
    gone = {element, *COMPANIONS.get(store, {}).get(element, {})}
    assert shown(spider_of(store), documents, cut) == set(CUTS[store]) - gone
