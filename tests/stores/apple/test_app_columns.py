"""The app stores' columns of the paper's Table I, from their small stores: no tick without
words, and no words, no tick."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from scrapy.http import HtmlResponse, TextResponse
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

from modelstores.elements.codebook import load
from modelstores.elements.tagger import tag, tag_policy
from modelstores.items import Product, merge
from modelstores.spider import StoreSpider
from tests.miniweb.stores import pages

LOADER = SpiderLoader.from_settings(Settings({"SPIDER_MODULES": ["spiders"]}))
NAMES = {element.id: element.name for element in load().elements}
#: what to take off all pages of a small store for an element's tick to go: {pattern: instead}
CUTS: dict[str, dict[str, dict[str, str]]] = {
    "apple": {
        "owner": {"Tidepool Works Ltd|Tidepool Works|Northwind Games|acme-labs": ""},
        "description": {
            r"(?:Tide Clock shows|Play chess|Acme Shopping List keeps)[^<\"\\]*": "",
            r"(?:A clock face|Openings are|Items sort|Alarms before)[^<\"\\]*": "",
        },
        "language": {"Languages|languageList|languageCodesISO2A": ""},
        "size": {">Size<": "><", '"Size"|"fileSizeBytes"': '""'},
        "version_number": {"Version [0-9.]+": "", "versionHistory": "", '"version"': '""'},
        "age_rating": {
            "Age Rating|contentRatingsBySystem": "",
            "[a-zA-Z]+(?:ContentR|AdvisoryR)": "r",
        },
        "release_notes": {"What&rsquo;s New|versionHistory|mostRecentVersion|releaseNotes": ""},
        "compatibility": {"Compatibility|requirementsString|minimumOsVersion|supportedDevices": ""},
        "local_installation": {"View in App Store|(?<=>)Get(?=<)": ""},
        "pricing": {"(?<=>)Price|In-App Purchases|[pP]rice|formattedPrice|offers": ""},
        "user_feedback": {"aggregateRating|userRating|averageUserRating|productRatings": ""},
        "online_submission": {"(?:upload|submit) your app": ""},
        "store_review_policy": {"App Review Guidelines": ""},
        "end_user_license": {"License Agreement": ""},
    },
    "google": {
        "owner": {"Tidepool Works|Northwind Games|acme-labs": "", ">Developer<": "><"},
        "description": {
            r"(?:Tide Clock shows|Play chess|Acme Shopping List keeps)[^<\"\\]*": "",
            r"(?:A clock face|Openings are|Items sort|Alarms before)[^<\"\\]*": "",
        },
        "size": {">Size<": "><"},
        "version_number": {">Current Version<": "><", r"2\.7\.0|1\.4\.2": ""},
        "permission": {">Permissions<": "><"},
        "age_rating": {">Content Rating<": "><", '"Everyone"|"Teen"': '""'},
        "release_notes": {'What&#39;s New|A calmer[^"]*|Shared lists[^"]*': ""},
        "compatibility": {">Requires Android<": "><", r"\"8\.0\"|\"9 and up\"": '""'},
        "local_installation": {r"\$1\.99 Buy|(?<=[>\"])Install(?=[<\"])": ""},
        "pricing": {r"\$1\.99(?=\")|\$0\.99[^<\"]*": "", r"(?:0|2490000),\"USD\"": "null,null"},
        "user_feedback": {
            "ratingValue|reviewCount": "",
            r"(?:4\.25|3\.9)(?=\])|\b(?:5321|210|812|64)\b": "null",
        },
        "usage_statistics": {">Installs<": "><", r"\"[0-9,]+\+\",\d+": "null,null"},
        "online_submission": {"Upload your app": ""},
        "store_review_policy": {"must be reviewed": ""},
        "end_user_license": {"agreeing to": ""},
    },
}


def shown(store: str, cut: dict[str, str]) -> set[str]:
    """Return the elements that a small store shows once some words are taken off all pages."""
    spider = LOADER.load(store)()
    assert isinstance(spider, StoreSpider)
    products: dict[str, Product] = {}
    tagged = []
    for page in pages(store):
        body = page.body.decode()
        for pattern, instead in cut.items():
            body = re.sub(pattern, instead, body)
        kind = TextResponse if "json" in page.type else HtmlResponse
        response = kind(page.url, body=body.encode(), encoding="utf-8")
        if page.holds == "policy":
            tagged.append(tag_policy(spider.parse_policy(response, page.url)))
        elif page.holds in {"page", "record"}:
            (product,) = spider.parse(response)
            assert isinstance(product, Product)
            page_of = products.get(product.native_id)
            products[product.native_id] = merge(page_of, product) if page_of else product
    tagged += map(tag, products.values())
    return {name for tags in tagged for name, one in tags.items() if one["state"] == "present"}


@pytest.mark.parametrize("store", sorted(CUTS))
def test_each_element_that_is_cut_is_one_that_is_shown(store: str) -> None:
    assert shown(store, {}) == set(CUTS[store])


@pytest.mark.parametrize(
    ("store", "element"), [(store, element) for store in CUTS for element in CUTS[store]]
)
def test_without_its_words_the_tick_goes_and_no_other(store: str, element: str) -> None:
    assert shown(store, CUTS[store][element]) == set(CUTS[store]) - {element}


@pytest.mark.shared
@pytest.mark.parametrize("store", sorted(CUTS))
def test_the_column_is_the_papers(store: str, shared: Path) -> None:
    with (shared / "paper/table1.csv").open(encoding="utf-8") as file:
        column = {row["element"] for row in csv.DictReader(file) if row[store] == "1"}
    assert {NAMES[element] for element in shown(store, {})} == column
