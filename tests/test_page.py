"""Reading pages by what they say, however they are marked up and whoever wrote them."""

from __future__ import annotations

import time
import unicodedata

import parsel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html
from scrapy.http import HtmlResponse, Response

from modelstores import page
from modelstores.lines import MAX_TEXT
from modelstores.page import NotAProduct

URL = "https://store.example/models/one?x=1"


def read(body: str) -> etree._Element:
    return page.root(HtmlResponse(URL, body=body.encode(), encoding="utf-8"))


# --- text ---


def test_text_separates_blocks_and_joins_inline_elements() -> None:
    root = read("<div>on<b>e</b></div><p>two\n  words<br>three</p><table><td>a<td>b</table>")
    assert page.text(root) == "one two words three a | b"


def test_text_leaves_out_what_nobody_sees() -> None:
    unseen = ["script", "style", "template", "noscript", "svg", "iframe"]
    inside = "".join(f"<{tag}><p>no</p></{tag}>yes " for tag in unseen)
    root = read(f"<html><head><title>no</title></head><body>{inside}<!-- no --> end</body></html>")
    assert page.text(root) == "yes " * len(unseen) + "end"


def test_text_takes_an_element_with_comments_or_a_selector() -> None:
    element = html.fromstring("<p>a<!-- x -->b<?pi x?>c</p>")
    assert page.text(element) == page.text(parsel.Selector(root=element)) == "abc"
    assert page.text(parsel.Selector("<p>a <i>b</i></p>").xpath("//p/i/text()")[0]) == "b"


def test_text_of_an_element_ends_with_it() -> None:
    assert page.text(read("<p><b>in</b> out</p>").find(".//b")) == "in"


def test_text_is_bounded() -> None:
    assert len(page.text(read("<p>" + "word " * MAX_TEXT))) <= MAX_TEXT
    assert len(page.text(read("<p>word</p>" * MAX_TEXT))) <= MAX_TEXT


@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_text_holds_nothing_that_steers_a_terminal(words: str) -> None:
    element = etree.Element("p")
    try:
        element.text = words
    except ValueError:  # what lxml holds no document can bring
        return
    for found in (page.text(element), page.clean(words)):
        assert not {unicodedata.category(c) for c in found} & {"Cc", "Cs"}
        assert not set(found) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


# --- sections ---


def test_sections_in_page_order() -> None:
    root = read(
        "lead<h1>One <i>two</i><br>three</h1><p>a</p>b<h3></h3>c<h2>Four</h2><h4>Five</h4>d"
    )
    assert page.sections(root) == [
        {"heading": "", "text": "lead"},
        {"heading": "One two three", "text": "a\nb\nc"},
        {"heading": "Four", "text": ""},
        {"heading": "Five", "text": "d"},
    ]


def test_sections_by_chosen_levels() -> None:
    root = read("<h1>One</h1>a<h3>Two</h3>b")
    assert page.sections(root, levels="h1 h2") == [{"heading": "One", "text": "a\nTwo\nb"}]
    assert page.sections(root, levels="") == [{"heading": "", "text": "One\na\nTwo\nb"}]


def test_no_text_no_section() -> None:
    assert page.sections(read("<div> <p>\n</p></div>")) == []


def test_code_keeps_its_lines_between_fences() -> None:
    root = read(
        "<p>Run</p><pre><code><span>for</span> x:\n\n    y()<br>z</code>\n</pre>then <i>it</i>"
    )
    text = "Run\n```\nfor x:\n\n    y()\nz\n```\nthen it"
    assert page.sections(root) == [{"heading": "", "text": text}]


@given(
    st.lists(st.sampled_from(["<pre>", "</pre>", "```", "x", "\n", "<p>", "<h2>h</h2>", "<td>"]))
)
def test_no_page_opens_or_closes_code(parts: list[str]) -> None:
    for section in page.sections(read("<div>a" + "".join(parts))):
        lines = section["text"].split("\n")
        assert lines.count(page.FENCE) % 2 == 0
        assert page.FENCE not in section["heading"]
        assert all(line == page.FENCE for line in lines if page.FENCE in line)


def test_rows_stand_on_a_line_each() -> None:
    root = read(
        "<table><thead><tr><th>Name</th><th>Size</th></tr></thead>"
        "<tbody><tr><td><p>a</p></td><td>1<br>MB</td></tr><tr><td>b</td><td></td></tr></table>end"
    )
    text = "Name | Size\na | 1 MB\nb |\nend"
    assert page.sections(root) == [{"heading": "", "text": text}]


def test_sections_are_bounded_but_their_text_is_kept() -> None:
    found = page.sections(read("<h2>head</h2>text" * (page.MAX_SECTIONS + 5) + "<h2>last</h2>"))
    assert len(found) == page.MAX_SECTIONS
    assert found[-1]["text"].endswith("text\nlast")
    (long,) = page.sections(read(f"<h1>{'x' * 9_999}</h1>"))
    assert len(long["heading"]) == page.MAX_HEADING


# --- labels ---


@pytest.mark.parametrize(
    "markup",
    [
        "<dl><dt>Licence:</dt><dd>MIT</dd></dl>",
        "<dl><dt>Licence</dt><dd><ul><li>MIT</li></ul></dd></dl>",
        "<dl><div><dt>Licence</dt><dd><div>MIT</div></dd></div></dl>",
        "<table><tr><th>Licence</th><td>MIT</td></tr></table>",
        "<table><tr><td><b>Licence</b></td><td><p>MIT</p></td></tr></table>",
        "<ul><li><strong>Licence:</strong> MIT</li></ul>",
        "<ul><li><p><strong>Licence</strong> : MIT</p></li></ul>",
        "<p><b>Licence:</b> <a href='x'>MIT</a></p>",
        "<p>Licence: MIT</p>",
        "<p>Words.<br>Licence: MIT<br>More</p>",
        "<div><span>Licence: </span><span>MIT</span></div>",
    ],
)
def test_labels_as_pages_write_them(markup: str) -> None:
    assert page.labelled(read(f"<body>{markup}</body>")) == {"licence": "MIT"}


@pytest.mark.parametrize(
    "markup",
    [
        "<p><b>Licence</b> is MIT</p>",
        "<p>See https://mit.example/</p>",
        "<p>Licence:</p>",
        "<h2>Licence: MIT</h2>",
        "<pre>licence: MIT</pre>",
        "<table><tr><th>Licence</th><th>MIT</th></tr></table>",
        "<table><tr><td>Licence</td><td>MIT</td></tr></table>",
        "<table><tr><th>Licence</th><td>MIT</td><td>BSD</td></tr></table>",
        f"<p>{'word ' * 12}: MIT</p>",
        f"<p>Licence: {'word ' * 60}</p>",
        "<dl><dd>MIT</dd></dl>",
    ],
)
def test_what_is_no_label(markup: str) -> None:
    assert page.labelled(read(f"<body>{markup}</body>")) == {}


def test_the_first_of_a_label_counts_and_a_term_may_have_several_values() -> None:
    root = read("<p>Size: 1 MB</p><p>size: 2 MB</p><dl><dt>Tags<dd>a<dd>b<dt>Size<dd>3 MB</dl>")
    assert page.labelled(root)["tags"] == "a b"
    assert page.labelled(read("<p>Size: 1 MB</p><p>size: 2 MB</p>")) == {"size": "1 MB"}


# --- links ---


def test_links_are_absolute_and_stand_once() -> None:
    hrefs = ["/a", "b", "https://x.example/", "/a", "//x.example/c d", " /e\n", "/a#part"]
    root = read("".join(f'<a href="{href}">x</a>' for href in hrefs))
    assert page.links(root, URL) == [
        "https://store.example/a",
        "https://store.example/models/b",
        "https://x.example/",
        "https://x.example/c%20d",
        "https://store.example/e",
        "https://store.example/a#part",
    ]


@pytest.mark.parametrize(
    "href",
    [
        *("", "#top", URL, URL + "#top", "javascript:alert(1)", "data:text/html,x", "mailto:a@b"),
        *("file:///etc/passwd", "ftp://x.example/", "https://user:key@x.example/", "http://[x/"),
        *("https://", "https://x.example/\u202e", "https://x.example/\x85/", "/" + "x" * 3000),
    ],
)
def test_links_that_are_none(href: str) -> None:
    anchor = etree.SubElement(etree.Element("p"), "a", href=href)
    assert page.links(anchor, URL) == []


def test_links_are_bounded() -> None:
    root = read("".join(f'<a href="/{n}">x</a>' for n in range(page.MAX_LINKS + 9)))
    assert len(page.links(root, URL)) == page.MAX_LINKS


# --- summary ---


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<h1>X</h1><p>A net for many leaves. It is small. It is old.</p>",
         "A net for many leaves. It is small."),
        ("<h1>X</h1><h2>Usage</h2><p>Call it with a picture of a leaf.</p>", None),
        ("<h1>X</h1><h2>Model description</h2><p>It tells leaves from needles.</p>",
         "It tells leaves from needles."),
        ("<h1>X</h1><p>Made by templates for all of them.</p><p>A net for many leaves.</p>",
         "A net for many leaves."),
        ("<p>Licence: the usual one of ours</p><pre>print the leaf of a tree.</pre>"
         "<p>Ada B. Leaf, Bob C. Twig, Cyd Bark</p><p>A net for many leaves.</p>",
         "A net for many leaves."),
        ("<p>Model description: it tells leaves from needles.</p>",
         "it tells leaves from needles."),
        ("<p>A net for leaves of trees. It reaches this on the test set:</p>",
         "A net for leaves of trees."),
        ("<p>这是一个用于识别树叶种类的图像分类模型。它很小。</p>",
         "这是一个用于识别树叶种类的图像分类模型。 它很小。"),
        ("<p>See https://x.example/ for all of the words.</p>", None),
        ("<table><tr><td>a leaf of a tree</td><td>a needle of a pine</td></tr></table>", None),
        ("<h1>Leafnet</h1><h2>All on leafnet</h2><p>It tells leaves from needles.</p>",
         "It tells leaves from needles."),
    ],
)  # fmt: skip
def test_summary(markup: str, expected: str | None) -> None:
    assert page.summary(page.sections(read(markup)), "Leafnet", ("made by templates",)) == expected


def test_summary_is_bounded() -> None:
    (section,) = page.sections(read(f"<p>{'word ' * 999}</p>"))
    assert len(page.summary([section]) or "") == page.MAX_SUMMARY


# --- JSON ---


@pytest.mark.parametrize("body", ["", None, b"\xff", "{", "[" * 100_000, '{"a":' * 100_000])
def test_unreadable_json_is_no_product(body: str | bytes | None) -> None:
    with pytest.raises(NotAProduct) as error:
        page.read_json(body)
    assert "\n" not in str(error.value)
    assert error.value.__cause__ is None


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
)


@given(JSON)
def test_accessors_take_anything(value: object) -> None:
    assert all(isinstance(word, str) and word for word in page.words(value))
    assert all(isinstance(one, dict) for one in page.objects(value))
    assert page.number(value) is None or page.number(value) == value
    page.dig(value, "a", "b")


def test_accessors() -> None:
    assert page.dig({"a": {"b": [1]}}, "a", "b") == [1]
    assert page.dig({"a": [1]}, "a", "b") is None
    assert page.words(["a", 1, " ", None, "b\x1b[0m\n"]) == ["a", "b[0m"]
    assert page.words("a") == ["a"]
    assert [page.number(x) for x in (1, 0.5, True, "1", float("nan"), float("inf"))] == [
        *(1, 0.5, None, None, None, None)
    ]


# --- hostile pages ---


@pytest.mark.parametrize("body", [b"", b"  \n"])
def test_a_page_without_html_is_no_product(body: bytes) -> None:
    with pytest.raises(NotAProduct):
        page.root(HtmlResponse(URL, body=body, encoding="utf-8"))


def test_a_body_that_is_no_text_is_no_product() -> None:
    with pytest.raises(NotAProduct):
        page.root(Response(URL, body=b"<p>x</p>"))


@pytest.mark.parametrize("tag", ["div", "b", "ul><li", "table><tr><td"])
def test_a_page_nested_too_deeply_is_said_to_be_unread(tag: str) -> None:
    with pytest.raises(NotAProduct, match="nested too deeply"):
        read(f"<p>before</p>{f'<{tag}>' * 100_000}after")


def everything(node: etree._Element) -> None:
    page.text(node)
    page.summary(page.sections(node))
    page.links(node, URL)
    page.labelled(node)


@pytest.mark.parametrize("tag", ["div", "b", "td", "tr", "pre", "h2", "dd"])
def test_reading_needs_no_recursion(tag: str) -> None:
    node = top = etree.Element("body")
    for _ in range(5_000):  # libxml2 itself stops at 2,048, Python at 1,000
        node = etree.SubElement(node, tag)
    node.text = "deep"
    assert page.text(top).endswith("deep")
    everything(top)


@pytest.mark.parametrize(
    "piece",
    ["<b> </b>", "a<b>b</b>", "<p>a: b", "<td>a", "<h2>x</h2>", "<tr><td>a<td>b", "<a href=x#>",
     "<pre>x</pre>", "<!-- -->", "x. ", "&#0;", "<dt>a<dd>b", "<br>", "a b|"],
)  # fmt: skip
def test_time_is_linear_in_the_size_of_a_page(piece: str) -> None:
    """Four times the page takes about four times as long; sixteen would be a quadratic."""

    def seconds(times: int) -> float:
        root = read("<body>" + piece * times)
        taken = []
        for _ in range(3):
            start = time.process_time()
            everything(root)
            taken.append(time.process_time() - start)
        return min(taken)

    assert seconds(12_000) < 10 * seconds(3_000) + 0.05


@settings(max_examples=200)
@given(st.text(st.sampled_from(list("<>/=\"' abhprtdl123:|`&;#\n")), max_size=200))
def test_any_markup_can_be_read(body: str) -> None:
    try:
        root = read(body)
    except NotAProduct:
        return
    everything(root)


def test_a_number_that_no_float_holds_is_none() -> None:
    assert page.number(10**400) is None
    assert page.number(3) == 3
