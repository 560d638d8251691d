"""AWS Marketplace: addresses, the real pages, versions, prices, and whatever the data may hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy import Request
from scrapy.http import HtmlResponse

from modelstores.capture.warc import Record, records
from modelstores.elements.tagger import tag
from modelstores.items import Product
from modelstores.page import NotAProduct
from modelstores.similarity import describe
from modelstores.validation import faults
from spiders.aws import AwsSpider, terms, versions
from tests.miniweb.stores import pages

FOLDER = Path(__file__).parent
SITE = "https://aws.amazon.com/marketplace/"
ID = "prodview-abcdefghijklm"
SPIDER = AwsSpider()


def product(response: HtmlResponse) -> Product:
    (found,) = SPIDER.parse(response)
    assert isinstance(found, Product)
    return found


def example(case: str) -> Product:
    body = (FOLDER / f"{case}.html").read_bytes()
    url = body.split(b"\n", 1)[0].decode().removeprefix("<!-- url: ").removesuffix(" -->")
    return product(HtmlResponse(url, body=body, encoding="utf-8"))


def page(**answers: object) -> HtmlResponse:
    """Return a page whose cache holds these answers; the key "reviews" is that of reviews."""
    queries = [
        {
            "queryKey": ["ace", "reviewsV2", {"listingId": ID}]
            if name == "reviews"
            else ["disco", "get-listing-view", {"listingId": ID, "queryName": name}],
            "state": {"status": "success", "data": answer},
        }
        for name, answer in answers.items()
    ]
    data = json.dumps({"dehydratedState": {"queries": queries}}).replace("<", "\\u003c")
    body = f'<body><script id="vike_pageContext" type="application/json">{data}</script>'
    return HtmlResponse(f"{SITE}pp/{ID}", body=body.encode(), encoding="utf-8")


def detail(name: str, seller: str = "s", product_id: str = "") -> dict[str, object]:
    overview = {
        "listingName": name,
        "creator": {"creatorName": "acme", "creatorId": seller},
        "associatedEntities": [{"product": {"productId": product_id}}],
    }
    return {"listingDetail": {"overview": overview}}


@pytest.mark.parametrize("path", [f"pp/{ID}", f"pp/{ID}/", f"pp/{ID}#reviews"])
def test_addresses_of_products(path: str) -> None:
    assert SPIDER.product_id(SITE + path) == ID


@pytest.mark.parametrize(
    "path", ["search/results", f"reviews/reviews-list/{ID}", "pp/B01LXMNGHB", f"pp/{ID}/x", "pp/"]
)
def test_addresses_of_nothing(path: str) -> None:
    assert SPIDER.product_id(SITE + path) is None


# --- the real pages ---


@pytest.fixture(scope="module")
def captured(shared: Path) -> dict[str, HtmlResponse]:
    return {
        record.url: HtmlResponse(record.url, body=record.body, encoding="utf-8")
        for record in records(shared / "captures/aws/pages.warc.gz")
        if isinstance(record, Record) and record.kind == "response"
    }


@pytest.mark.shared
def test_a_real_page_with_prices_and_reviews(captured: dict[str, HtmlResponse]) -> None:
    found = product(captured[f"{SITE}pp/prodview-g232pyu6l55l4"])
    assert faults(found.as_stated()) == []
    assert (found.name, found.stated["owner"]) == ("TrendAI™ Cloud One", "Trend Micro")
    # As the page shows them: over AWS, G2 and PeerSpot together.
    assert found.counters == {"rating": 4.5, "reviews": 227}
    assert found.input_domains == ["Security", "AI Security"]
    assert found.stated["cloud_deployment"] == "Deployed on AWS"
    prices = found.stated["pricing"].split("\n")
    assert len(prices) == 13
    assert "Per gigabyte (GB) inspected: $0.014 / Units" in prices
    assert found.stated["end_user_license"].endswith("CustomEula")
    assert found.stated["online_submission"] == "Sell in AWS Marketplace"
    assert "user_instruction" not in found.stated
    assert found.unread == []
    assert not any("premiumsupport" in link or "customer-connect" in link for link in found.links)
    assert SPIDER.in_scope(found) is False


@pytest.mark.shared
def test_a_real_page_of_a_free_product(captured: dict[str, HtmlResponse]) -> None:
    found = product(captured[f"{SITE}pp/prodview-4jqih5hzoxv3a"])
    assert faults(found.as_stated()) == []
    assert (found.name, found.stated["owner"]) == ("DoiT MCP", "DoiT International")
    assert found.stated["pricing"].split("\n") == ["Free", "Free (default): $0 / Units"]
    assert found.stated["end_user_license"].endswith("StandardEula")
    assert found.counters == {"reviews": 0}
    assert "cloud_deployment" not in found.stated  # the page says: Deployed on AWS, No
    assert "https://github.com/doitintl/doit-mcp-server" in found.links
    assert {"Requirements", "Installation"} <= {s["heading"] for s in found.sections}
    assert found.unread == []


@pytest.mark.shared
def test_the_real_pages_leave_other_products_and_machines_out(
    captured: dict[str, HtmlResponse],
) -> None:
    """Their recommendations and summaries are there, but not in the products."""
    for url, response in captured.items():
        if not SPIDER.product_id(url):
            continue
        found = str(product(response).as_stated())
        for words in ("discoRecommendations", "aiPricingSummary"):
            assert words in response.text
        assert "You pay nothing to use it" not in found
        assert "Solutions Architect On Demand" not in found
        assert "!undefined" not in found


@pytest.mark.shared
def test_the_real_sitemap(captured: dict[str, HtmlResponse]) -> None:
    found = list(SPIDER.parse(captured[f"{SITE}sitemap"]))
    assert len(found) == 3
    assert all(isinstance(one, Request) and SPIDER.product_id(one.url) for one in found)


# --- what is read, and what is not ---


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("sagemaker_model", True),
        ("saas", False),
        ("failed_query", False),
        ("no_usage_no_reviews", True),
    ],
)
def test_machine_learning_is_in_scope_and_the_unknown_stays(case: str, expected: bool) -> None:
    assert SPIDER.in_scope(example(case)) is expected


@pytest.mark.parametrize(
    ("case", "unknown"),
    [
        ("no_pricing", {"pricing", "end_user_license"}),
        ("failed_query", {"pricing", "end_user_license"}),
        (
            "no_usage_no_reviews",
            {"version_number", "user_instruction", "release_notes", "user_feedback"},
        ),
        ("sagemaker_model", set()),
    ],
)
def test_what_a_missing_query_would_hold_is_unknown(case: str, unknown: set[str]) -> None:
    found = {e for e, shown in tag(example(case)).items() if shown["state"] == "unknown"}
    assert unknown <= found
    if not unknown:
        assert found == {"store_review_policy"}, "what stands on policy pages"


def test_nothing_of_other_products_is_taken() -> None:
    shown = {
        e for e, tagged in tag(example("other_products")).items() if tagged["state"] == "present"
    }
    assert shown == {"owner", "description", "user_feedback", "online_submission"}


def test_sentinels_show_nothing() -> None:
    shown = {e for e, tagged in tag(example("sentinels")).items() if tagged["state"] == "present"}
    assert shown & {"version_number", "release_notes", "user_instruction", "pricing"} == set()
    assert shown & {"deployment_instructions", "end_user_license", "online_submission"} == set()


@pytest.mark.parametrize(
    ("price", "currency", "said"),
    [
        ("0.00700000", "USD", "x: $0.007"),
        ("115200.00000000", "USD", "x: $115,200"),
        ("100", "USD", "x: $100"),
        ("0", "EUR", "x: 0 EUR"),
        ("19.90", "!undefined", "x: 19.9"),
        ("1e99999999", "USD", None),
        ("NaN", "USD", None),
        ("", "USD", None),
        (5, "USD", None),
    ],
)
def test_amounts(price: object, currency: str, said: str | None) -> None:
    cards = [{"displayName": "x", "price": price}]
    summary = {"terms": [{"currencyCode": currency, "rateCards": cards}]}
    assert terms.prices(summary) == ([said] if said else [])


def test_prices_are_bounded() -> None:
    cards = [{"displayName": f"ml.m{n}", "price": "1"} for n in range(1_540)]
    assert len(terms.prices({"terms": [{"rateCards": cards}]})) == terms.MAX_PRICES


# --- versions of one model ---


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Harbour Detection (v2)", "harbour detection"),
        ("Harbour Detection v2.1", "harbour detection"),
        ("Harbour Detection - Version 3", "harbour detection"),
        ("Harbour Detection, release 2.0.1", "harbour detection"),
        ("ResNet-50", "resnet-50"),
        ("Llama 2 7B", "llama 2 7b"),
        ("YOLOv3 Detection", "yolov3 detection"),
        ("v2", "v2"),
        ("Curve2", "curve2"),
    ],
)
def test_version_words_at_the_end_of_a_name(name: str, bare: str) -> None:
    assert versions.bare_name(name) == bare


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (detail("Net v2", product_id="p2"), True),
        (detail("Another name", product_id="p1"), True),
        (detail("Another name", product_id="p2"), False),
        (detail("Net v2", seller="t", product_id="p1"), False),
    ],
)
def test_two_listings_of_one_product_share_a_key(other: object, same: bool) -> None:
    first = SPIDER.same_product(page(Detail=detail("Net v1", product_id="p1")))
    assert bool({*first} & {*SPIDER.same_product(page(Detail=other))}) is same


@pytest.mark.parametrize(
    ("name", "other", "same"),
    [
        ("Traffic YOLO v3", "Traffic YOLO v5", False),
        ("Traffic YOLO", "Traffic YOLO v3", False),
        ("MobileNet (v1)", "MobileNet (v2)", False),
        ("Traffic YOLO v3 v1", "Traffic YOLO v3 v2", True),
        ("YOLO Traffic v1", "YOLO Traffic v2", True),
        ("Mask R-CNN v1", "Mask R-CNN v2", True),
        ("Llama 2 7B v1.0", "Llama 2 7B v1.1", True),
        ("Llama 2 7B v1.0", "Llama 3 7B v1.0", False),
        ("Fraud Model v1", "Fraud Model v2", True),
    ],
)
def test_versions_of_an_algorithm_are_not_versions_of_a_model(
    name: str, other: str, same: bool
) -> None:
    keys = [{*versions.keys(detail(one))} - {"s|id|"} for one in (name, other)]
    assert all(keys)
    assert bool(keys[0] & keys[1]) is same


def test_a_listing_without_a_seller_is_the_same_as_none() -> None:
    assert versions.keys({"listingDetail": {"overview": {"listingName": "Net"}}}) == ()


# --- the small store ---


def small_store() -> dict[str, HtmlResponse]:
    return {
        answer.holds + answer.url: HtmlResponse(answer.url, body=answer.body, encoding="utf-8")
        for answer in pages("aws")
    }


def test_the_small_store_has_one_model_in_two_versions_and_resnet_50() -> None:
    responses = [r for holds, r in small_store().items() if holds.startswith("page")]
    names = [SPIDER.same_product(response)[-1] for response in responses]
    assert len(responses) >= 6
    assert len(responses) - len(set(names)) == 1
    keys = [describe(product(response))[0]["key"] for response in responses]
    assert "resnet-50|imagenet-1k|image-classification" in keys
    assert all(SPIDER.in_scope(product(response)) for response in responses)


def test_the_sitemap_of_the_small_store_names_its_products() -> None:
    listed = small_store()
    (sitemap,) = (r for holds, r in listed.items() if holds.startswith("listing"))
    named = {one.url for one in SPIDER.parse(sitemap) if isinstance(one, Request)}
    assert named == {r.url for holds, r in listed.items() if holds.startswith("page")}


# --- hostile data ---

KEYS = """
    overview creator creatorName listingName categories categoryName highlights support summary
    longDescription shortDescription supportResources resourceValue usage terms price badges value
    fulfillmentOptions fulfillmentOptionType fulfillmentOptionTypeName releaseNotes version
    usageInstructions rateCards rates selector documents type termType duration listingDetail
    ProviderSummaries Count AverageRating
"""
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.just("<p>"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(overview=VALUES, usage=VALUES, summary=VALUES, reviews=VALUES)
@settings(max_examples=100, deadline=None)
def test_any_data_gives_a_well_formed_product_or_none(
    overview: object, usage: object, summary: object, reviews: object
) -> None:
    answers = {
        "Detail": {
            "listingDetail": {
                "overview": {"listingName": "x", **overview}
                if isinstance(overview, dict)
                else overview,
                "support": overview,
            }
        },
        "Usage": {"listingDetail": {"usage": {"fulfillmentOptions": usage}}},
        "Pricing": {"summary": summary},
        "reviews": reviews,
    }
    try:
        found = product(page(**answers))
    except NotAProduct:
        return
    assert faults(found.as_stated()) == []


def test_huge_data_is_bounded() -> None:
    overview = {
        "listingName": "x" * 9_999,
        "shortDescription": "y" * 9_999,
        "longDescription": "\n".join(f"## h{n}\nhttps://a.example/{n}" for n in range(3_000)),
        "categories": [{"categoryName": f"{n} " * 300} for n in range(99)],
    }
    reviews = {"ProviderSummaries": [{"Count": 10**400, "AverageRating": -1}]}
    found = product(page(Detail={"listingDetail": {"overview": overview}}, reviews=reviews))
    assert faults(found.as_stated()) == []
    assert found.counters == {"reviews": 0}


@pytest.mark.parametrize("data", ["", "{", "[1]", '{"dehydratedState": {"queries": [{}, 3]}}'])
def test_broken_data_is_no_product(data: str) -> None:
    body = f'<body><script id="vike_pageContext">{data}</script>'.encode()
    with pytest.raises(NotAProduct):
        product(HtmlResponse(f"{SITE}pp/{ID}", body=body, encoding="utf-8"))
