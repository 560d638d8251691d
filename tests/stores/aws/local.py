"""The spider of AWS Marketplace, sent to local servers: FAKE_STORE and FAKE_API."""

from __future__ import annotations

import os
from typing import ClassVar
from urllib.parse import urlsplit

from spiders.aws import AwsSpider, discovery

AWS = "https://aws.amazon.com"
STORE = os.environ.get("FAKE_STORE", "https://store.example")
API = os.environ.get("FAKE_API", "https://api.example")


class LocalAwsSpider(AwsSpider):
    """The same, at other addresses."""

    allowed_domains: ClassVar = [urlsplit(STORE).hostname, urlsplit(API).hostname]
    start_urls = [f"{STORE}/marketplace/sitemap"]
    product_url = AwsSpider.product_url.replace(AWS, STORE)
    listing_url = f"{STORE}/marketplace/sitemap"
    discovery_url = discovery.URL.replace(f"https://{discovery.HOST}", API)
    policy_urls: ClassVar = {}
