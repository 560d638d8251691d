"""The layout report tells a store that looks as expected from one that was restyled."""

from __future__ import annotations

from pathlib import Path

from modelstores.items import Product
from modelstores.layout import Layout, labels_found
from tests.crawling import scrapy
from tests.miniweb.pack import pack

EXPECTED = {"requirements": "deployment_instructions", "trained size": "size", "rights": "license"}


def net(*sections: tuple[str, str]) -> Product:
    return Product(
        store="store",
        native_id="net",
        url="https://store.example/net",
        kind="model",
        source="page",
        name="Net",
        sections=[{"heading": heading, "text": text} for heading, text in sections],
    )


def test_labels_are_found_above_before_and_between_cells() -> None:
    assert labels_found(net(("REQUIREMENTS:", "x")), EXPECTED) == {"requirements"}
    assert labels_found(net(("", "layers: 3 | Trained size: 4 MB |")), EXPECTED) == {"trained size"}
    assert labels_found(net(("", "All rights reserved")), EXPECTED) == set()


def test_the_report_counts_names_what_is_missing_and_what_nothing_claims() -> None:
    layout = Layout(EXPECTED)
    layout.add(net(("Net", "Rights: MIT"), ("Requirements", "x"), ("Odd\x1b words", "x")))
    layout.add(net(("Net", "Rights: MIT"), ("Usage", "x"), ("Odd\x1b words", "x")))
    assert layout.lines() == [
        "layout: 2 page(s) read",
        "  requirements: on 1",
        "  rights: on 2",
        "  trained size: never",
        "  claimed by nothing: 'Odd words' on 2",
    ]


def test_a_limited_crawl_ends_with_it(tmp_path: Path) -> None:
    archive = pack("pytorch_hub", tmp_path / "p.warc.gz")
    arguments = ("crawl", "pytorch_hub", "-a", f"archive={archive}")
    url = f"DATABASE_URL=sqlite:///{tmp_path}/x.db"
    assert "layout:" not in scrapy(*arguments, "-s", url).stderr
    assert "layout: 3 page(s) read" in scrapy(*arguments, "-a", "limit=3", "-s", url).stderr
