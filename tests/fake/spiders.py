"""Spiders for a store at FAKE_STORE: a fake one, plain or rendered, and Wolfram's."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from modelstores import page
from modelstores.items import Product
from modelstores.spider import StoreSpider
from spiders.wolfram import WolframSpider

WOLFRAM = "https://resources.wolframcloud.com"
STORE = os.environ.get("FAKE_STORE", "https://store.example")


class FakeSpider(StoreSpider):
    """Pages and records, no browser."""

    name = "fake"
    title = "Fake store"
    render = False
    allowed_domains: ClassVar[list[str]] = [urlsplit(STORE).hostname or ""]
    native_id = r"[a-z0-9-]+"
    product_url = f"{STORE}/models/{{id}}"
    record_url = f"{STORE}/api/{{id}}"
    start_urls = [f"{STORE}/list/1"]
    policy_urls: ClassVar[dict[str, tuple[str, ...]]] = {
        f"{STORE}/submit": ("online_submission", "store_review_policy"),
        f"{STORE}/terms": ("pricing",),
    }

    def parse(self, response: Response, **_: object) -> Iterator[Product | Request]:
        """Read a page (h1, p, links), a record (JSON) or a listing (links)."""
        record, native_id = self.record_id(response.url), self.product_id(response.url)
        common = {"store": self.name, "kind": "model", "url": response.url}
        if record:
            data = page.read_json(response.text)
            yield Product(
                **common,
                native_id=record,
                source="record",
                name=data["name"],
                stated={"end_user_license": data["license"]},
                counters={"likes": data["likes"]},
                unread=["description", "owner"],
            )
        elif native_id:
            root = page.root(response)
            name = root.findtext(".//h1")
            if not name:
                raise page.EmptyShell("no heading")
            summary = root.findtext(".//p")
            yield Product(**common, native_id=native_id, source="page", name=name, summary=summary)
        else:
            yield from map(Request, page.links(page.root(response), response.url))


class RenderedSpider(FakeSpider):
    """The same pages, rendered."""

    name = "rendered"
    title = "Fake store, rendered"
    render = True
    record_url = None


class ShellSpider(FakeSpider):
    """The same pages, of which those without a heading are rendered."""

    name = "shells"
    title = "Fake store, once filled in by scripts"
    render_shells = True
    record_url = None


class LocalWolframSpider(WolframSpider):
    """Wolfram's own spider, sent to the local server."""

    allowed_domains: ClassVar[list[str]] = FakeSpider.allowed_domains
    start_urls = [url.replace(WOLFRAM, STORE) for url in WolframSpider.start_urls]
    product_url = WolframSpider.product_url.replace(WOLFRAM, STORE)
    listing_url = WolframSpider.listing_url.replace(re.escape(WOLFRAM), re.escape(STORE))


if STORE.startswith("http:"):  # the local test server has no certificate
    HANDLER = "modelstores.handler.RenderingHandler"
    RenderedSpider.custom_settings = {"DOWNLOAD_HANDLERS": {"http": HANDLER, "https": None}}
    LocalWolframSpider.custom_settings = RenderedSpider.custom_settings
    ShellSpider.custom_settings = RenderedSpider.custom_settings
