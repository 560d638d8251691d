"""The Neural Net Repository: what its pages say, however they are marked up.

The pages beside this file are our own; ``tests/stores/test_examples.py`` reads them.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.http import HtmlResponse

from modelstores.items import Product
from modelstores.page import NotAProduct
from spiders.wolfram import WolframSpider, words

FOLDER = Path(__file__).parent
STORE = "https://resources.wolframcloud.com/NeuralNetRepository/"
NET = STORE + "resources/Glass-Net"
SPIDER = WolframSpider()


def read(body: str, url: str = NET) -> list[Product | Request]:
    return list(SPIDER.parse(HtmlResponse(url, body=body.encode(), encoding="utf-8")))


def net(body: str, url: str = NET) -> Product:
    (found,) = read(body, url)
    assert isinstance(found, Product)
    return found


def example(name: str) -> tuple[str, str]:
    text = (FOLDER / name).read_text("utf-8")
    return text, text.partition("<!-- url: ")[2].partition(" -->")[0]


def body(*parts: str) -> str:
    head = "<html><head><title>Glass Net</title></head><body><h1>Glass Net</h1>"
    return f"{head}<p>Find glass</p><h2>Examples</h2><p>Look.</p>{''.join(parts)}</body></html>"


def test_a_listing_that_lists_nothing_is_no_answer() -> None:
    with pytest.raises(NotAProduct, match="not rendered"):
        read("<html><body><div id=root></div></body></html>", STORE)


@pytest.mark.parametrize("path", ["resources", "resources/", "resources?page=2", "resources/a/b"])
def test_below_resources_nothing_is_a_listing(path: str) -> None:
    assert not re.fullmatch(SPIDER.listing_url, STORE + path)


@pytest.mark.parametrize("path", ["", "tasktype/Object-Detection/", "all", "new/?page=12"])
def test_all_else_is_a_listing(path: str) -> None:
    assert re.fullmatch(SPIDER.listing_url, STORE + path)


@given(
    levels=st.lists(st.sampled_from(["h2", "h3", "h4", "h5", "h6", "role"]), min_size=11),
    case=st.sampled_from([str.upper, str.lower, str.title]),
    name=st.text("abcdefgh-_", min_size=1),
)
def test_neither_level_nor_case_nor_class_names_matter(levels, case, name) -> None:  # type: ignore[no-untyped-def]
    text, url = example("plain_headings.html")
    rest = iter(levels)

    def other(found: re.Match[str]) -> str:
        level, heading = next(rest, "h2"), case(found[1])
        if level == "role":
            return f'<div class="{name}" role="heading">{heading}</div>'
        return f'<{level} class="{name}">{heading}</{level}>'

    changed = re.sub(r"<h[23]>(.*?)</h[23]>", other, text)
    assert changed != text
    assert net(changed, url).stated == net(text, url).stated


def sections_of(text: str) -> tuple[str, list[str], str]:
    """Return a page as what comes before its sections, the sections, and what comes after."""
    before, rest = text[: text.index("<h2>")], text[text.index("<h2>") :]
    within, after = rest[: rest.index("</main>")], rest[rest.index("</main>") :]
    return before, re.split("(?=<h2>)", within)[1:], after


@given(order=st.permutations(range(6)))
def test_the_order_of_sections_does_not_matter(order: list[int]) -> None:
    text, url = example("plain_headings.html")
    before, sections, after = sections_of(text)
    assert len(sections) == len(order)
    after = f"<button>Send us your comments and ratings</button>{after}"
    other = net(before + "".join(sections[n] for n in order) + after, url).as_stated()
    one = net(before + "".join(sections) + after, url).as_stated()
    for several in ("sections", "links"):
        one[several], other[several] = (sorted(map(str, item[several])) for item in (one, other))
    assert other == one


@pytest.mark.parametrize(
    "figures",
    [
        "<p>Number of layers: 7 | Parameter count: 9,100 | Trained size: 36 kB |</p>",
        "<div>Number of layers:7<br>Parameter count:9,100<br>Trained size:36 kB</div>",
        "<table><tr><td>Number of layers: 7</td><td>Trained size: 36 kB</td></tr></table>",
        "<table><tr><td>Number of layers</td><td>7</td></tr>"
        "<tr><td>Trained size</td><td>36 kB</td></tr></table>",
        "<ul><li><b>Number of layers</b> 7</li><li><b>Trained size</b> 36 kB</li></ul>",
        "<dl><dt>NUMBER OF LAYERS</dt><dd>7</dd><dt>Trained Size:</dt><dd>36 kB</dd></dl>",
    ],
)
def test_figures_in_any_markup(figures: str) -> None:
    stated = net(body(figures)).stated
    assert (stated["size"], stated["ml_algorithms"]) == ("36 kB", "Number of layers: 7")


@pytest.mark.parametrize(
    "figures",
    [
        "<p>Trained size: 7</p>",
        "<p>Trained size: not known</p>",
        "<p>The trained size is 36 kB.</p>",
        "<pre>Trained size: 36 kB</pre>",
        "<table><tr><td>Number of layers</td><td>Trained size</td></tr>"
        "<tr><td>7</td><td>9</td></tr></table>",
    ],
)
def test_what_is_no_size_on_disk(figures: str) -> None:
    assert net(body(figures)).stated.keys().isdisjoint({"size", "ml_algorithms"})


def test_few_facets_are_the_products_many_are_the_menu() -> None:
    links = [f'<div><a href="../tasktype/T{i}/">T{i}</a></div>' for i in range(5)]
    assert net(body(*links[:2])).stated["objective"] == "T0, T1"
    assert "objective" not in net(body(*links)).stated


def test_the_sites_frame_says_nothing_of_a_product() -> None:
    facet = '<a href="../inputdomain/Image/">Image</a>'
    for frame in ("<nav>{}</nav>", "<footer>{}</footer>", '<div role="navigation">{}</div>'):
        assert net(body(facet)).input_domains == ["Image"]
        assert net(body(frame.format(facet))).input_domains == []


def test_a_button_is_no_part_of_the_section_above_it() -> None:
    stated = net(body("<h2>Performance</h2>", "<p><button>Give feedback</button></p>")).stated
    assert stated["user_feedback"] == "Give feedback"
    assert "performance" not in stated
    assert "feedback" not in stated["user_instruction"]


def test_the_title_of_a_paper_asks_for_no_feedback() -> None:
    title = "Everything About Glass That Breaks: A Review"
    stated = net(body(f"<h2>Reference</h2><p><a href='https://x.example'>{title}</a></p>")).stated
    assert stated["origin"] == title
    assert "user_feedback" not in stated


def test_a_heading_may_end_with_a_colon() -> None:
    assert net(body("<h2>Performance:</h2><p>Good: 97 %</p>")).stated["performance"] == "Good: 97 %"


def test_the_name_is_the_heading_that_the_title_holds() -> None:
    banner = body().replace("<h1>", "<h1>Resource System</h1><p>Hello there!</p><h1>")
    assert net(banner).name == "Glass Net"
    assert net(banner).summary == "Find glass"
    site = body().replace("<h1>", f"<h1>{SPIDER.title}</h1><h1>").replace("<title>Glass Net", "")
    assert net(site).name == "Glass Net"
    no_heading = body().replace("<h1>Glass Net</h1>", "")
    assert net(no_heading.replace("</title>", f" | {SPIDER.title}</title>")).name == "Glass Net"


def test_a_name_without_data_states_no_architecture() -> None:
    assert "ml_algorithms" not in net(body()).stated
    assert net(body().replace("Glass Net", "Glass Net trained on Panes")).stated[
        "ml_algorithms"
    ] == ("Glass Net")


@pytest.mark.parametrize(
    ("history", "version", "tells"),
    [
        ("", "", False),
        ("Version 1.1.0", "1.1.0", False),
        ("Version | 1.1.0\nLatest update | 26 July 2018", "1.1.0", False),
        ("Released on July 26, 2018 (version 1.1.0).", "1.1.0", False),
        ("Version 1.1.0, 26 July 2018, 10:00 GMT", "1.1.0", False),
        ("1.1.0: class labels corrected", "1.1.0", True),
        ("1.9.0, 3 May 2018\n1.10.0, 4 May 2018", "1.10.0", True),
        ("Last update 26.07.2018", "", False),
        ("Here the page ends with other words", "", False),
    ],
)
def test_a_stamp_is_no_release_note(history: str, version: str, tells: bool) -> None:
    assert words.history(history) == (version, history if tells else "")


def test_nothing_is_stated_that_would_not_be_stored() -> None:
    stated = net(body(f"<p>{'Look again. ' * 9000}</p>")).stated
    assert len(stated["user_instruction"]) == 20_000
