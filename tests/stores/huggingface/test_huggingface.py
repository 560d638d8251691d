"""Hugging Face: addresses, what list, record and page say, and whatever the JSON may hold."""

from __future__ import annotations

import html
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.http import HtmlResponse, TextResponse

from modelstores.items import Product, merge
from modelstores.page import NotAProduct
from modelstores.validation import faults
from spiders.huggingface import HuggingFaceSpider, metadata

FOLDER = Path(__file__).parent
SITE = "https://huggingface.co/"
PAGE, RECORD = SITE + "acme/net", SITE + "api/models/acme/net"
LIST = SITE + "api/models?limit=1000"
SPIDER = HuggingFaceSpider()


def product(response: TextResponse) -> Product:
    (found,) = SPIDER.parse(response)
    assert isinstance(found, Product)
    return found


def page(model: object, body: str = "") -> HtmlResponse:
    props = html.escape(json.dumps({"model": model}))
    header = f'<div data-target="ModelHeader" data-props="{props}"></div>'
    return HtmlResponse(PAGE, body=f"<body>{header}{body}".encode(), encoding="utf-8")


def listing(*entries: object) -> list[Product]:
    body = json.dumps(entries).encode()
    found = list(SPIDER.parse(TextResponse(LIST, body=body, encoding="utf-8")))
    assert all(isinstance(one, Product) for one in found)
    return found  # type: ignore[return-value]


def record(model: object) -> TextResponse:
    return TextResponse(RECORD, body=json.dumps(model).encode(), encoding="utf-8")


@pytest.mark.parametrize("path", ["acme/net", "huggingface/models", "a-b_c.d/E.1", "acme/net/"])
def test_addresses_of_products(path: str) -> None:
    native_id = path.rstrip("/")
    assert SPIDER.product_id(SITE + path) == native_id
    assert SPIDER.record_id(f"{SITE}api/models/{path}") == native_id
    assert SPIDER.product_id(f"{SITE}api/models/{path}") is None


@pytest.mark.parametrize(
    "path", ["datasets/acme", "spaces/acme", "api/models", "docs/hub", "models", "acme", "acme/a b"]
)
def test_addresses_of_nothing(path: str) -> None:
    assert SPIDER.product_id(SITE + path) is None


@pytest.mark.parametrize("path", ["acme/net/tree/main", "acme/net?x=1", "acme/net/edit/main/a.md"])
def test_addresses_below_a_product(path: str) -> None:
    assert SPIDER.product_id(SITE + path) is None


def test_page_and_record_say_the_same() -> None:
    shown = (FOLDER / "full_card.html").read_bytes()
    of_page = product(HtmlResponse(SITE + "lighthouse-lab/harbour-bert-sentiment", body=shown))
    stored = (FOLDER / "record.json").read_bytes()
    url = SITE + "api/models/lighthouse-lab/harbour-bert-sentiment"
    of_record = product(TextResponse(url, body=stored))
    assert of_page.counters == of_record.counters
    assert of_page.input_domains == of_record.input_domains
    same = "owner ml_algorithms training_set origin objective end_user_license developer_license"
    for element in same.split():
        assert of_page.stated[element] == of_record.stated[element], element
    assert of_page.stated["framework"].lower() == of_record.stated["framework"].lower()
    assert merge(of_page, of_record).stated == of_page.stated
    assert merge(of_page, of_record).unread == []


@pytest.mark.parametrize(
    ("license_", "name", "said"),
    [
        ("mit", None, "mit"),
        ("other", None, None),
        ("unknown", None, None),
        ("other", "acme-license", "acme-license"),
        (None, None, None),
    ],
)
def test_a_licence_is_one_that_is_named(
    license_: str | None, name: str | None, said: str | None
) -> None:
    tags = [{"id": f"license:{license_}", "label": license_, "type": "license"}] if license_ else []
    model = {"id": "acme/net", "tag_objs": tags, "cardData": {"license_name": name}}
    assert product(page(model)).stated.get("end_user_license") == said
    bare = {"id": "acme/net", "tags": [f"license:{license_}"] if license_ else []}
    bare["cardData"] = {"license_name": name}
    assert product(record(bare)).stated.get("developer_license") == said


@pytest.mark.parametrize(
    ("widget", "demo", "unread"),
    [
        ("<form><button>Compute</button>can be loaded</form>", "Compute can be loaded", []),
        ("<p>has been turned off for this model</p>", None, []),
        ("", None, ["demo"]),
    ],
)
def test_a_demo_is_what_can_be_run(widget: str, demo: str | None, unread: list[str]) -> None:
    found = product(page({"id": "acme/net"}, f'<div data-target="InferenceWidget">{widget}</div>'))
    assert found.stated.get("demo") == demo
    assert found.unread == unread


def test_formats_and_loggers_are_no_frameworks() -> None:
    names = ["Safetensors", "GGUF", "ONNX", "TensorBoard", "PyTorch", "PEFT"]
    tags = [{"id": name.lower(), "label": name, "type": "library"} for name in names]
    found = product(page({"id": "acme/net", "tag_objs": tags}))
    assert found.stated["framework"] == "PyTorch, PEFT"


def test_a_card_that_the_page_does_not_show_is_unread_not_absent() -> None:
    hidden = product(page({"id": "acme/net", "cardExists": True}, "<p>View content</p>"))
    assert {"description", "performance", "user_instruction"} <= set(hidden.unread)
    assert product(page({"id": "acme/net"}, "<p>No model card</p>")).unread == []


@pytest.mark.parametrize(
    ("tags", "language", "unread"),
    [
        (["en", "zh", "region:us"], "en, zh", False),
        (["multilingual"], "multilingual", False),
        (["jax", "tf", "region:us"], None, False),
        (["eng"], None, True),
        (["rvc"], None, True),
        (["fr", "rvc"], "fr", False),
    ],
)
def test_a_list_tells_languages_by_their_codes(
    tags: list[str], language: str | None, unread: bool
) -> None:
    (found,) = listing({"id": "acme/net", "tags": tags})
    assert found.stated.get("language") == language
    assert ("language" in found.unread) == unread


def test_an_entry_without_a_place_leaves_unread_what_would_stand_there() -> None:
    empty, bare = listing({"id": "acme/a", "tags": [], "likes": 0, "downloads": 0}, {"id": "a/b"})
    held = {"framework", "training_set", "language", "origin", "user_feedback", "usage_statistics"}
    held |= {"end_user_license", "developer_license"}
    assert held.isdisjoint(empty.unread)
    assert held <= set(bare.unread)
    assert {"ml_algorithms", "performance", "description"} <= set(empty.unread)


def test_a_licence_of_the_authors_own_is_unread_in_a_list() -> None:
    own, none = ({"id": "acme/net", "tags": tags} for tags in (["license:other"], []))
    assert "end_user_license" in listing(own)[0].unread
    assert "end_user_license" not in listing(none)[0].unread


@pytest.mark.parametrize("reason", ["private", "disabled"])
def test_a_model_that_nobody_may_use_is_not_listed(reason: str) -> None:
    assert listing({"id": "acme/net", reason: True}) == []
    assert len(listing({"id": "acme/net", reason: False})) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)
KEYS = [
    *("author", "tags", "tag_objs", "cardData", "config", "gguf", "likes", "downloads", "spaces"),
    *("pipeline_tag", "library_name", "model-index", "cardExists", "trackDownloads"),
    *("license", "license_name", "language", "base_model", "model_type", "architectures"),
    *("extra_gated_prompt", "results", "metrics", "dataset", "name", "type", "label", "value"),
    *("private", "disabled"),
]
MODEL = st.recursive(
    JSON | st.sampled_from(["license:", "dataset:x", "diffusers:", "base_model:a:b", "pytorch"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner),
    max_leaves=12,
)

TAG = st.sampled_from(
    ["pytorch", "license:mit", "license:other", "abc", "en", "dataset:x", 1, True]
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), MODEL))
def test_any_json_makes_a_well_formed_product(model: dict[str, object]) -> None:
    model = {**model, "id": "acme/net"}
    for found in (product(page(model)), product(record(model)), *listing(model)):
        assert faults(found.as_stated()) == []
        json.dumps(found.as_stated(), ensure_ascii=False).encode()  # no lone surrogates


@settings(max_examples=300, deadline=None)
@given(st.lists(TAG, max_size=4) | JSON, st.sampled_from(KEYS), MODEL, TAG)
def test_an_entry_says_the_same_when_another_has_said_it(
    tags: object, key: str, value: object, task: object
) -> None:
    entry = {"pipeline_tag": task, "tags": tags, key: value}
    expected = metadata.stated(entry)
    for _ in range(2):
        told = metadata.told(json.loads(json.dumps(entry)))
        assert told.stated == expected
        assert not set(told.unread) & expected.keys()


FIGURE = {"metrics": [{"name": "F1", "value": 0.5}]}


@pytest.mark.parametrize(
    ("key", "value", "element"),
    [
        ("author", "Ada", "owner"),
        ("cardData", {"language": "de"}, "language"),
        ("config", {"model_type": "bert"}, "ml_algorithms"),
        ("gguf", {"architecture": "llama"}, "ml_algorithms"),
        ("model-index", [{"results": [FIGURE]}], "performance"),
        ("tag_objs", [{"type": "library", "label": "Flair"}], "framework"),
    ],
)
def test_an_entry_that_says_more_is_read_by_itself(key: str, value: object, element: str) -> None:
    entry = {"tags": ["license:mit"], "pipeline_tag": "x"}
    assert element not in metadata.told(entry).stated
    assert element in metadata.told({**entry, key: value}).stated
    assert element not in metadata.told(entry).stated


@given(st.lists(JSON | st.dictionaries(st.sampled_from(["id", "tags", "private"]), JSON)))
def test_entries_that_are_no_models_are_passed_over(entries: list[object]) -> None:
    assert listing(*entries) == []
    assert len(listing(*entries, {"id": "acme/net"})) == 1


@given(JSON)
def test_json_without_a_model_is_no_product(value: object) -> None:
    for response in (page(value), record(value)):
        with pytest.raises(NotAProduct):
            product(response)
