"""What every spider of the project must be, whatever its store."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.project import get_project_settings

from modelstores.spider import StoreSpider
from modelstores.store import address_pattern

LOADER = SpiderLoader.from_settings(Settings({"SPIDER_MODULES": ["spiders"]}))
#: what a store's spider may define anew
OWN = {"parse", "product_id", "record_id", "listings", "in_scope", "same_product"}
SPIDERS: list[type[StoreSpider]] = [LOADER.load(name) for name in sorted(LOADER.list())]


@pytest.mark.parametrize("spider", SPIDERS, ids=lambda spider: spider.name)
def test_a_spider_describes_its_store(spider: type[StoreSpider]) -> None:
    card = import_module(spider.__module__).__doc__ or ""
    for word in ("Operator", "Crawled", "Robots"):
        assert re.search(word, card, re.IGNORECASE), f"the card says nothing of {word}"
    if not spider.render:
        assert re.search("render|browser|Chromium", card, re.IGNORECASE), (
            "a spider without a browser says why"
        )
    assert issubclass(spider, StoreSpider)
    assert spider.title
    assert spider.allowed_domains
    assert "{id}" in spider.product_url
    # Scrapy never calls start_requests; the rest is for all stores to share.
    own = {name for name in vars(spider) if callable(getattr(spider, name))}
    shared = {name for name in dir(StoreSpider) if callable(getattr(StoreSpider, name, None))}
    assert not own & (shared - OWN | {"start_requests"})


@pytest.mark.parametrize("spider", SPIDERS, ids=lambda spider: spider.name)
def test_addresses_read_back_as_ids(spider: type[StoreSpider]) -> None:
    one = spider()
    ids = ("a-b_c.1", "owner/a-b_c.1", "prodview-abcdefghijklm", "1234567890", "com.example.app")
    for native_id in ids:
        url = spider.product_url.format(id=native_id)
        if one.product_id(url) != native_id:
            continue
        assert one.product_id(url + "#part") == native_id
        assert one.product_id(url.replace("https://", "https://elsewhere.")) is None
        if "?" not in url:
            assert one.product_id(url.rstrip("/") + "/") == native_id
        break
    else:
        pytest.fail("no id fits native_id")
    for listing in spider.start_urls:
        assert one.product_id(listing) is None


def test_address_pattern_takes_the_rest_literally() -> None:
    pattern = address_pattern("https://a.example/x/{id}/view?y=1", r"\d+")
    assert pattern.fullmatch("https://a.example/x/12/view?y=1")
    assert not pattern.fullmatch("https://axexample/x/12/view?y=1")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ROBOTSTXT_OBEY", True),
        ("DOWNLOAD_DELAY", 1.0),
        ("DOWNLOAD_DELAY_JITTER", 0.0),
        ("CONCURRENT_REQUESTS_PER_DOMAIN", 1),
        ("TELNETCONSOLE_ENABLED", False),
        ("REMOTE_CONTROL_ENABLED", False),
        ("DOWNLOAD_VERIFY_CERTIFICATES", True),
        ("COOKIES_ENABLED", False),
        ("DOWNLOAD_MAXSIZE", 32 * 1024 * 1024),
    ],
)
def test_safe_by_default(name: str, value: object) -> None:
    assert get_project_settings()[name] == value


def test_only_the_web_is_fetched_and_we_say_who_we_are() -> None:
    settings = get_project_settings()
    handlers = settings.getdict("DOWNLOAD_HANDLERS")
    assert all(handlers[scheme] is None for scheme in ("file", "data", "ftp", "s3"))
    assert settings["USER_AGENT"].startswith("modelstores/")
