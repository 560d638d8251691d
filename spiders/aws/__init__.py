"""AWS Marketplace: software, data and models for sale; here the machine-learning products.

Operator  Amazon Web Services, https://aws.amazon.com/marketplace
Crawled   product pages. A user with AWS credentials finds them by the documented Discovery
          API, which is asked for SageMaker models and algorithms only; others by the public
          sitemap that robots.txt names. The sitemap does not say what a product is, so
          ``in_scope`` tells once a page has been read. No search page (closed by
          robots.txt) and no internal interface.
Robots    ``/marketplace/search`` is closed to all, ``/marketplace/pp/`` is open. The host of
          the API is asked for a robots.txt like any other, and one that forbids is obeyed; a
          refusal (status 4xx) is none (RFC 9309, 2.3.1.3). The AWS site terms apply, for the
          API those of the account; product texts belong to their sellers.
Caveats   A delisted product is answered with status 200 and an empty cache. The page also
          holds other products (recommendations) and texts written by machine (pricing
          summaries, insights, buyer guide): neither is read. The licence's text is a file of
          its own; only that there is one, and its kind, is read.
Browser   not needed: the server writes the page's data into it as JSON (``vike_pageContext``,
          a cache of answered queries).
Seen      3 product pages of August 2026, none of a model; the service model of the Discovery
          API of February 2026; the sitemap, described.
Assumed   A SageMaker model's delivery option names its fields as the Discovery API does, and
          the API's listing id is the one in a page's address. How many pages of a search the
          API gives is not known: where it ends early, the listing counts as lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

import scrapy
from lxml import etree
from scrapy.http import Response

from modelstores import page
from modelstores.items import Product
from modelstores.page import NotAProduct, dig, objects
from modelstores.spider import StoreSpider
from spiders.aws import discovery, listing, seller, signing, terms, versions

LOCATIONS = etree.XPath("//loc/text()")
SELL = etree.XPath("//a[contains(., 'Sell in AWS Marketplace')]")
# The guide for sellers; its pages change their names now and then.
GUIDE = "https://docs.aws.amazon.com/marketplace/latest/userguide"
# What stands in the answer to a query, and so cannot be told where that is missing.
IN_USAGE = (
    *("version_number", "user_instruction", "framework", "origin", "release_notes"),
    *("deployment_instructions", "cloud_deployment"),
)
IN_PRICING = ("pricing", "end_user_license")
# Most characters of name and summary, and of a stated text: its section is whole.
MAX_NAME, MAX_SUMMARY, MAX_STATED = 500, 5_000, 20_000


class AwsSpider(StoreSpider):
    """API or sitemap lead to product pages; a page is read from the queries in its cache."""

    name = "aws"
    title = "AWS Marketplace"
    allowed_domains: ClassVar = ["aws.amazon.com", discovery.HOST]
    custom_settings = {"ADDONS": {signing.Signing: 0}}
    discovery_url = discovery.URL
    start_urls = ["https://aws.amazon.com/marketplace/sitemap"]
    native_id = r"prodview-[a-z0-9]{8,20}"
    product_url = "https://aws.amazon.com/marketplace/pp/{id}"
    listing_url = r"https://aws\.amazon\.com/marketplace/sitemap[^?#]*"
    policy_urls: ClassVar = {
        "https://aws.amazon.com/partners/marketplace/": ("online_submission",),
        f"{GUIDE}/ml-publishing-your-product-in-aws-marketplace.html": ("online_submission",),
        f"{GUIDE}/machine-learning-products.html": ("online_submission", "cloud_deployment"),
    }
    render = False
    headings: ClassVar = {
        "overview": "description",
        "highlights": "description",
        "version": "version_number",
        "recommended instance types": "deployment_instructions",
        "usage instructions": "user_instruction",
        "release notes": "release_notes",
        "supported content types": "user_instruction",
        "delivery method": "cloud_deployment",
    }

    def listings(self) -> Iterable[scrapy.Request]:
        """Return the search of the Discovery API for a user with credentials, else the sitemap."""
        if signing.configured():
            return [discovery.search(self.discovery_url)]
        return super().listings()

    def parse(self, response: Response, **_: object) -> Iterator[Product | scrapy.Request]:
        """Yield the product of a product page, or requests for what API or sitemap list."""
        if response.url == self.discovery_url:
            yield from discovery.listed(response, self.product_url)
            return
        root = page.root(response)
        if native_id := self.product_id(response.url):
            yield self._product(root, native_id)
            return
        urls = dict.fromkeys(page.clean(url) for url in LOCATIONS(root))
        wanted = [u for u in urls if self.product_id(u) or re.fullmatch(self.listing_url, u)]
        if not wanted:
            raise NotAProduct("neither a product nor a sitemap")
        yield from map(scrapy.Request, wanted)

    def in_scope(self, product: Product) -> bool:
        """Tell whether a product is machine learning: delivered as SageMaker model or algorithm.

        A product whose delivery options could not be read stays in scope.
        """
        unread = "version_number" in product.unread
        return unread or "sagemaker" in product.stated.get("cloud_deployment", "").lower()

    def same_product(self, response: Response) -> tuple[str, ...]:
        """Return the keys of a product page: two listings that share one are one product.

        Raises:
            NotAProduct: the page shows no product.
        """
        native_id = self.product_id(response.url) or ""
        return versions.keys(listing.answers(page.root(response), native_id)["Detail"])

    def _product(self, root: etree._Element, native_id: str) -> Product:
        answers = listing.answers(root, native_id)
        detail = dig(answers["Detail"], "listingDetail")
        overview = dig(detail, "overview")
        summary = dig(answers["Pricing"], "summary")
        usage = dig(answers["Usage"], "listingDetail", "usage", "fulfillmentOptions")
        options = objects(usage)
        name = listing.line(dig(overview, "listingName"))[:MAX_NAME]
        if not name:
            raise NotAProduct("the data of the page names no product")
        categories = listing.categories(overview)
        texts = list(seller.texts(detail, options, summary))
        stated = {
            "owner": listing.line(dig(overview, "creator", "creatorName"))
            or listing.line(dig(summary, "vendor", "vendorName")),
            "description": seller.plain(listing.texts(overview, "longDescription")),
            "objective": ", ".join(categories),
            "version_number": listing.version(options),
            "user_instruction": seller.plain(listing.texts(options, "usageInstructions")),
            "release_notes": seller.plain(listing.texts(options, "releaseNotes")),
            "deployment_instructions": "\n".join(listing.recommended(options)),
            "cloud_deployment": "\n".join(listing.cloud(answers["Detail"], options)),
            "pricing": "\n".join(terms.prices(summary)),
            "end_user_license": terms.licence(summary),
            "online_submission": next(map(page.text, SELL(root)), ""),
        }
        stated = {element: said[:MAX_STATED] for element, said in stated.items() if said}
        counters = listing.counters(answers["reviews"])
        unread = [
            *(() if isinstance(usage, list) else IN_USAGE),
            *(() if isinstance(dig(summary, "terms"), list) else IN_PRICING),
            *(() if counters else ("user_feedback",)),
        ]
        url = self.product_url.format(id=native_id)
        return Product(
            store=self.name,
            native_id=native_id,
            url=url,
            kind=self.kind,
            source="page",
            name=name,
            summary=listing.line(dig(overview, "shortDescription"))[:MAX_SUMMARY] or None,
            stated=stated,
            input_domains=categories,
            sections=seller.sections(texts),
            links=seller.links(texts, url),
            counters=counters,
            unread=[element for element in unread if element not in stated],
        )
