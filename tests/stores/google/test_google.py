"""Google Play: the two layouts of today's data, words without class names, the real pages.

The pages beside this file are our own; ``tests/stores/test_examples.py`` reads them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.http import HtmlResponse

from modelstores.capture.warc import Record, records
from modelstores.elements.tagger import tag
from modelstores.items import Product
from modelstores.page import NotAProduct
from spiders.google import GoogleSpider, data
from spiders.google.facts import count

FOLDER = Path(__file__).parent
SPIDER = GoogleSpider()
ADDRESS = "https://play.google.com/store/apps/details?id=org.some.app"


def read(body: str, url: str = ADDRESS) -> list[Product | Request]:
    return list(SPIDER.parse(HtmlResponse(url, body=body.encode(), encoding="utf-8")))


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
        ADDRESS + "&hl=ja&gl=jp",
        "https://play.google.com/store/apps/details?hl=en&id=org.some.app#reviews",
        "https://play.google.com/store/apps/details/Some_App?id=org.some.app",
        "http://play.google.com/store/apps/details/?id=org.some.app",
        SPIDER.product_url.format(id="org.some.app"),
    ],
)
def test_the_id_is_the_package_name_whatever_else_is_asked(url: str) -> None:
    assert SPIDER.product_id(url) == "org.some.app"


@pytest.mark.parametrize(
    "url",
    [
        "https://play.google.com/store/apps/developer?id=org.some.app",
        "https://play.google.com/store/books/details?id=org.some.app",
        "https://play.google.com/store/apps/details?id=one",
        "https://play.google.com/store/apps/details?id=../etc/passwd",
        "https://play.google.com/store/apps/details",
        "https://elsewhere.example/store/apps/details?id=org.some.app",
    ],
)
def test_nothing_else_is_an_app(url: str) -> None:
    assert SPIDER.product_id(url) is None


def test_a_chart_leads_to_apps_and_to_nothing_else() -> None:
    for name in ("chart.html", "chart_today.html"):
        text = example(name)
        url = text.partition("<!-- url: ")[2].partition(" -->")[0]
        requests = read(text, url)
        assert requests
        assert all(SPIDER.product_id(one.url) for one in requests)


# --- words ---


def test_nothing_depends_on_class_names() -> None:
    page = example("page_2018.html")
    assert app(page) == app(page.replace("class=", "data-was="))


def test_nothing_is_read_of_other_apps_and_reviews() -> None:
    product = app(example("page_2018.html"))
    shown = repr(product)
    assert "Other" not in shown
    assert "MIT" not in shown
    assert states(product, "developer_license", "language", "demo") == {"absent"}


def test_where_the_rows_are_gone_their_elements_are_unknown() -> None:
    product = app(example("headings_gone.html"))
    rows = ("size", "version_number", "compatibility", "age_rating", "permission")
    assert states(product, *rows, "usage_statistics", "release_notes") == {"unknown"}
    assert states(product, "owner", "description", "user_feedback") == {"present"}


@pytest.mark.parametrize(
    ("label", "element"),
    [
        ("Size", "size"),
        ("Current Version", "version_number"),
        ("Requires Android", "compatibility"),
        ("Content Rating", "age_rating"),
        ("Installs", "usage_statistics"),
    ],
)
def test_without_its_row_an_element_is_not_shown(label: str, element: str) -> None:
    page = example("page_2018.html")
    assert states(app(page), element) == {"present"}
    assert states(app(page.replace(f">{label}<", "><")), element) == {"absent"}


def test_without_their_row_permissions_are_unknown() -> None:
    page = example("page_2018.html")
    assert states(app(page), "permission") == {"present"}
    assert states(app(page.replace(">Permissions<", "><")), "permission") == {"unknown"}


@pytest.mark.parametrize(
    ("words", "number"),
    [("500,000+", 500_000), ("1.5M+", 1_500_000), ("10", 10), ("1.2.3", None), ("many", None)],
)
def test_a_count_is_read(words: str, number: float | None) -> None:
    assert count(words) == number


@given(st.text(max_size=40))
def test_any_words_are_a_count_or_none(words: str) -> None:
    assert count(words) is None or count(words) >= 0  # type: ignore[operator]


# --- data ---


@pytest.mark.parametrize("layout", ["index", "name"])
def test_both_layouts_are_read_and_named(layout: str) -> None:
    product = app(example(f"data_by_{layout}.html"))
    elements = ("version_number", "compatibility", "release_notes", "usage_statistics")
    assert states(product, *elements) == {"present"}
    assert [s["heading"] for s in product.sections if "ds:5" in s["heading"]] == [
        f"App info (ds:5 by {layout})"
    ]


def test_where_neither_layout_matches_is_unknown() -> None:
    product = app(example("data_neither.html"))
    unknown = ("version_number", "compatibility", "release_notes")
    assert states(product, *unknown) == {"unknown"}
    assert states(product, "age_rating", "pricing", "usage_statistics") == {"present"}


@pytest.mark.parametrize("name", ["data_damaged.html", "data_hostile.html"])
def test_damaged_data_costs_its_elements_alone(name: str) -> None:
    product = app(example(name))
    assert states(product, "version_number", "pricing", "user_feedback") == {"unknown"}
    assert states(product, "owner", "description", "local_installation") == {"present"}


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=20,
)


@given(JSON)
def test_any_data_is_read_or_set_aside(value: object) -> None:
    blob = json.dumps([None, [None, None, [["A Thing"], value, value]]]).replace("<", "\\u003c")
    script = f"AF_initDataCallback({{key: 'ds:5', hash: '1', data:{blob}, sideChannel: {{}}}});"
    page = f'<html><body><a href="/store/apps/dev?id=1">Maker</a><script>{script}</script></body>'
    product = app(page)
    assert product.name == "A Thing"
    assert product.stated["owner"] == "Maker"


def test_a_step_that_is_not_there_gives_nothing() -> None:
    tree = [1, [2, {"141": [[["3.0"]]]}]]
    assert data.at(tree, 1, -1, "141", 0, 0, 0) == "3.0"
    for path in ((5,), (1, -3), (1, "141"), (0, 0), (1, 1, 141), (1, 1, "142", 0)):
        assert data.at(tree, *path) is None


# --- real pages ---


@pytest.fixture(scope="module")
def answers(shared: Path) -> dict[str, Record]:
    def responses() -> Iterator[Record]:
        for record in records(shared / "captures/google/pages.warc.gz"):
            if isinstance(record, Record) and record.kind == "response":
                yield record

    return {record.url: record for record in responses()}


@pytest.mark.shared
def test_the_real_app_page(answers: dict[str, Record]) -> None:
    url = "https://play.google.com/store/apps/details?id=com.mg.android&hl=en"
    product = app(answers[url].body.decode(), url)
    assert (product.native_id, product.name) == ("com.mg.android", "WeatherPro")
    stated = product.stated
    assert stated["owner"] == "MeteoGroup"
    assert stated["size"] == "12M"
    assert stated["version_number"] == "4.8.8.4"
    assert stated["compatibility"] == "Requires Android: 4.0.3 and up"
    assert stated["age_rating"] == "Everyone"
    assert stated["pricing"] == "Price: $2.99; In-app Products: $2.99 - $8.99 per item"
    assert stated["permission"] == "Permissions: View details"
    assert stated["local_installation"] == "$2.99 Buy"
    assert stated["end_user_license"].endswith("Privacy Notice.")
    assert product.counters == pytest.approx(
        {"rating": 4.236471652984619, "ratings": 53_296, "installs": 500_000}
    )
    assert product.unread == []


@pytest.mark.shared
def test_the_real_app_page_shows_what_the_gold_says(
    answers: dict[str, Record], shared: Path
) -> None:
    lines = (shared / "gold/elements/tune.jsonl").read_text("utf-8").splitlines()
    (gold,) = (g for g in map(json.loads, lines) if g["id"] == "googleplay:com.mg.android")
    tags = tag(app(answers[gold["url"] + "&hl=en"].body.decode(), gold["url"]))
    shown = {name for name, one in tags.items() if one["state"] == "present"}
    assert shown == {
        name.lower().replace(" ", "_") for name, said in gold["elements"].items() if said
    }


@pytest.mark.shared
def test_the_real_charts(answers: dict[str, Record]) -> None:
    found: list[int | str] = []
    for url, record in answers.items():
        if record.status == 200 and "/collection/" in url:
            try:
                found.append(len({one.url for one in read(record.body.decode(), url)}))
            except NotAProduct as reason:
                found.append(str(reason))
    assert found == [62, "a chart that names no app", 100, 100]


@pytest.mark.shared
def test_the_real_page_of_a_developer_is_no_chart(answers: dict[str, Record]) -> None:
    url = "https://play.google.com/store/apps/developer?id=Zynga"
    with pytest.raises(NotAProduct, match="neither an app nor a chart"):
        read(answers[url].body.decode(), url)


@pytest.mark.shared
def test_the_real_answers_429_are_no_pages(answers: dict[str, Record]) -> None:
    refused = [record for record in answers.values() if record.status == 429]
    assert len(refused) == 12
    # Scrapy hands a spider no answer but 2xx, unless the spider asks for it.
    assert not hasattr(SPIDER, "handle_httpstatus_list")
    for record in refused:
        with pytest.raises(NotAProduct):
            read(record.body.decode(), record.url)


@pytest.mark.shared
def test_a_real_answer_429_for_an_app_is_no_product(answers: dict[str, Record]) -> None:
    body = next(record.body for record in answers.values() if record.status == 429)
    with pytest.raises(NotAProduct, match="no app is shown"):
        read(body.decode(), ADDRESS)
