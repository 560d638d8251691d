"""The App Store: four eras of the page say the same, lookups and charts, the real answers.

The pages beside this file are our own; ``tests/stores/test_examples.py`` reads them.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.http import HtmlResponse, TextResponse

from modelstores.capture.warc import Record, records
from modelstores.elements.tagger import tag
from modelstores.items import Product, merge
from modelstores.page import NotAProduct
from spiders.apple import NOT_IN_RECORDS, AppleSpider
from spiders.apple.eras import ERAS
from spiders.apple.record import MAX_CHART, chart

FOLDER = Path(__file__).parent
SPIDER = AppleSpider()
ADDRESS = "https://apps.apple.com/us/app/some-app/id77"
LOOKUP = "https://itunes.apple.com/lookup?id=77"


def read(body: str, url: str) -> list[Product | Request]:
    kind = HtmlResponse if body.startswith("<") else TextResponse
    return list(SPIDER.parse(kind(url, body=body.encode(), encoding="utf-8")))


def app(body: str, url: str = ADDRESS) -> Product:
    (found,) = read(body, url)
    assert isinstance(found, Product)
    return found


def example(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


def states(product: Product, *elements: str) -> set[str]:
    tags = tag(product)
    return {tags[element]["state"] for element in elements}


# --- addresses ---


@pytest.mark.parametrize(
    "url",
    [
        ADDRESS,
        "https://apps.apple.com/app/id77",
        "https://apps.apple.com/hk/app/%E6%96%B0/id77?mt=8&uo=2",
        "https://itunes.apple.com/us/app/some-app/id77?mt=8#details",
        SPIDER.product_url.format(id=77),
    ],
)
def test_the_id_is_the_track_id_whatever_country_and_name(url: str) -> None:
    assert SPIDER.product_id(url) == "77"
    assert SPIDER.record_id(url) is None


@pytest.mark.parametrize(
    "url",
    [
        LOOKUP,
        "https://itunes.apple.com/hk/lookup?id=77",
        "https://itunes.apple.com/lookup?country=us&id=77&entity=software",
        SPIDER.record_url.format(id=77),
    ],
)
def test_a_lookup_is_a_record(url: str) -> None:
    assert SPIDER.record_id(url) == "77"
    assert SPIDER.product_id(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://apps.apple.com/us/developer/some-maker/id77",
        "https://apps.apple.com/us/app/some-app/id77/extra",
        "https://elsewhere.example/us/app/some-app/id77",
        "https://itunes.apple.com/lookup?id=77,78",
        "https://itunes.apple.com/lookup?bundleId=org.some.app",
        "https://itunes.apple.com/search?id=77",
    ],
)
def test_nothing_else_is_an_app(url: str) -> None:
    assert SPIDER.product_id(url) is None
    assert SPIDER.record_id(url) is None


# --- pages ---


@pytest.mark.parametrize(
    "name",
    ["page_2018", "page_2019_store", "page_2021_cache", "page_2024_shelves", "page_2025_wrapped"],
)
def test_every_era_says_the_same_elements(name: str) -> None:
    product = app(example(f"{name}.html"))
    shown = ("owner", "language", "version_number", "age_rating", "release_notes")
    assert states(product, *shown, "compatibility", "pricing", "user_feedback") == {"present"}
    assert states(product, "usage_statistics", "framework", "demo") == {"absent"}


@pytest.mark.parametrize("name", ["page_2018", "page_2021_cache", "page_2024_shelves"])
def test_nothing_depends_on_class_names(name: str) -> None:
    page = example(f"{name}.html")
    assert app(page) == app(page.replace("class=", "data-was="))


def test_nothing_is_read_of_reviews_and_other_apps() -> None:
    product = app(example("page_2018.html"))
    assert "Ubuntu" not in repr(product)
    assert "Another" not in repr(product)
    assert states(product, "developer_license") == {"absent"}


def test_a_value_cut_short_is_read_whole() -> None:
    said = app(example("page_2018.html")).stated["compatibility"]
    assert said.endswith("and iPod touch.")


def test_app_privacy_shows_permissions() -> None:
    assert states(app(example("page_2021_cache.html")), "permission") == {"present"}
    assert states(app(example("page_2018.html")), "permission") == {"absent"}


def test_where_the_rows_are_gone_their_elements_are_unknown() -> None:
    product = app(example("rows_gone.html"))
    unknown = ("language", "size", "version_number", "age_rating", "compatibility")
    assert states(product, *unknown, "end_user_license", "local_installation") == {"unknown"}
    assert states(product, "owner", "description", "pricing") == {"present"}


@pytest.mark.parametrize(
    ("words", "element"),
    [
        ("Size", "size"),
        ("Languages", "language"),
        ("Age Rating", "age_rating"),
        ("License Agreement", "end_user_license"),
        ("What&rsquo;s New", "release_notes"),
    ],
)
def test_without_its_words_an_element_is_not_shown(words: str, element: str) -> None:
    page = example("page_2018.html")
    assert states(app(page), element) == {"present"}
    assert states(app(page.replace(f">{words}<", "><")), element) == {"absent"}


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=15,
)
KEYS = ("d", "data", "attributes", "platformAttributes", "shelfMapping", "information", "items")


@given(st.sampled_from(sorted(ERAS)), JSON, st.lists(st.sampled_from(KEYS), max_size=5))
def test_any_data_is_read_or_set_aside(era: str, value: object, path: list[str]) -> None:
    for key in path:
        value = {key: [value]} if key in {"d", "items", "data"} else {key: value}
    words = json.dumps({"k": json.dumps(value), "x": value}).replace("<", "\\u003c")
    page = example("page_2018.html").replace(
        "</main>", f'</main><script id="{era}">{words}</script>'
    )
    assert app(page).stated["size"] == "21.4 MB"


# --- records and charts ---


@given(JSON)
def test_any_record_is_read_or_no_product(value: object) -> None:
    keys = ("trackName", "description", "price", "fileSizeBytes", "supportedDevices", "sellerUrl")
    body = {"results": [{"trackId": 77, "trackName": "A Thing", **dict.fromkeys(keys[1:], value)}]}
    try:
        product = app(json.dumps(body), LOOKUP)
    except NotAProduct:
        return
    assert product.name == "A Thing"


def test_a_record_completes_a_page() -> None:
    page, record = app(example("rows_gone.html")), app(example("record.json"), LOOKUP_OF_EXAMPLE)
    both = merge(page, record)
    assert states(both, "size", "language", "release_notes", "age_rating") == {"present"}
    assert set(both.unread) == {"local_installation", "end_user_license"}
    assert set(record.unread) == set(NOT_IN_RECORDS)


LOOKUP_OF_EXAMPLE = "https://itunes.apple.com/lookup?id=910000001"


def test_a_chart_is_bounded() -> None:
    assert len(chart({"resultIds": list(range(1_000))})) == MAX_CHART


def test_a_chart_leads_to_apps_and_to_nothing_else() -> None:
    for name in ("chart_rss", "chart_rss_one", "chart_today", "chart_ids"):
        url = (FOLDER / f"{name}.url").read_text("utf-8").strip()
        requests = read(example(f"{name}.json"), url)
        assert requests
        assert all(SPIDER.product_id(one.url) for one in requests)


# --- real answers ---


@pytest.fixture(scope="module")
def answers(shared: Path) -> dict[str, str]:
    found = records(shared / "captures/apple/itunes.warc.gz")
    return {r.url: r.body.decode() for r in found if isinstance(r, Record) and r.kind == "response"}


@pytest.mark.shared
def test_the_real_record(answers: dict[str, str]) -> None:
    url = "https://itunes.apple.com/hk/lookup?id=310633997"
    product = app(answers[url], url)
    assert (product.native_id, product.name) == ("310633997", "WhatsApp Messenger")
    assert product.source == "record"
    stated = product.stated
    assert stated["owner"] == "WhatsApp Inc."
    assert stated["size"] == "158574592 bytes"
    assert stated["version_number"] == "2.18.10"
    assert stated["age_rating"] == "4+"
    assert stated["compatibility"].startswith("minimumOsVersion 7.0; iPhone4-iPhone4, ")
    assert stated["language"].startswith("AR, BN, CA, ")
    assert stated["pricing"]
    assert product.counters == {"rating": 4, "ratings": 98_311}
    unknown = {name for name, one in tag(product).items() if one["state"] == "unknown"}
    assert unknown == {*NOT_IN_RECORDS, "online_submission", "store_review_policy"}


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "native_id"), [("topfree", "310633997"), ("topgrossing", "1289157855")]
)
def test_the_real_charts_of_one_app(answers: dict[str, str], name: str, native_id: str) -> None:
    url = f"https://itunes.apple.com/hk/rss/{name}applications/limit=1/json"
    (request,) = read(answers[url], url)
    assert SPIDER.product_id(request.url) == native_id
