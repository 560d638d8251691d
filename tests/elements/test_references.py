"""References by canonical id."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelstores.elements.references import MOST, references
from modelstores.items import Product


def product(text: str = "", **said: Any) -> Product:
    sections = [{"heading": "Notes", "text": text}]
    return Product("onnx", "x", "https://e.org/x", "model", "page", "X", sections=sections, **said)


def found(*links: str, text: str = "", **said: Any) -> list[tuple[str, str]]:
    return [(r.kind, r.id) for r in references(product(text, links=list(links), **said))]


@pytest.mark.parametrize(
    "url",
    [
        "https://arxiv.org/abs/1512.03385",
        "http://www.arxiv.org/pdf/1512.03385v2.pdf",
        "https://export.arxiv.org/abs/1512.03385v1",
        "https://huggingface.co/papers/1512.03385",
        "https://doi.org/10.48550/arXiv.1512.03385",
        "https://dx.doi.org/10.48550/ARXIV.1512.03385",
    ],
)
def test_one_paper_of_arxiv_has_one_id(url: str) -> None:
    expected = [("arxiv", "1512.03385", "https://arxiv.org/abs/1512.03385")]
    assert references(product(links=[url])) == expected
    assert references(product(text=f"(see {url}).")) == expected


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://arxiv.org/abs/hep-th/9901001v3", "hep-th/9901001"),
        ("https://arxiv.org/pdf/math.GT/0309136", "math/0309136"),
        ("https://arxiv.org/abs/cs/0112017", "cs/0112017"),
    ],
)
def test_old_ids_of_arxiv(url: str, name: str) -> None:
    assert found(url) == [("arxiv", name)]


def test_mentions_in_text_and_stated_origin() -> None:
    text = "As in arXiv:1706.03762v5 and doi:10.1000/XYZ.12, chapter 3."
    origin = {"origin": "https://github.com/Some-Owner/Repo.git"}
    assert found(text=text, stated=origin) == [
        ("arxiv", "1706.03762"),
        ("doi", "10.1000/xyz.12"),
        ("github", "some-owner/repo"),
    ]


def test_doi_with_brackets() -> None:
    assert found(text="(https://doi.org/10.1016/S0140-6736(20)30183-5)") == [
        ("doi", "10.1016/s0140-6736(20)30183-5")
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/a/B",
        "https://www.github.com/A/b/tree/main/x?y#z",
        "https://raw.githubusercontent.com/a/b/main/LICENSE",
    ],
)
def test_repositories(url: str) -> None:
    assert references(product(links=[url])) == [("github", "a/b", "https://github.com/a/b")]


def test_what_is_no_repository_is_an_address() -> None:
    assert [kind for kind, _ in found("https://github.com/a", "https://github.com/topics/x")] == [
        "url",
        "url",
    ]


def test_what_templates_bring_along_is_left_out() -> None:
    links = ["https://arxiv.org/abs/1910.09700", "https://mlco2.github.io/impact#compute"]
    assert found(*links, text="arXiv:1910.09700, https://doi.org/10.48550/arXiv.1910.09700") == []


def test_each_once_and_sorted() -> None:
    links = ["https://e.org/b/", "https://E.org/b#part", "https://e.org/a", "http://[bad", "x"]
    assert found(*links, *links) == [("url", "e.org/a"), ("url", "e.org/b")]


@given(
    text=st.text(max_size=200)
    | st.lists(
        st.sampled_from(["https://", "arxiv.org/abs/", "10.1000/", "2001.00001", "(", ")", "%00"])
    ).map("".join)
)
def test_any_text_gives_printable_references(text: str) -> None:
    for reference in references(product(text, links=[text, f"https://e.org/{text}"])):
        assert all(part and part.isprintable() for part in reference)


def test_hostile_text_costs_bounded_work() -> None:
    text = "https://arxiv.org/abs/" + "(" * 5_000 + "10.1000/" + ")" * 4_000_000
    links = [f"https://e.org/{n}" for n in range(50_000)]
    start = time.process_time()
    assert len(references(product(text, links=links))) == MOST
    assert time.process_time() - start < 2
