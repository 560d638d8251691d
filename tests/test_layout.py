"""The layout report tells a store that looks as expected from one that was restyled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from modelstores.elements.tagger import tag
from modelstores.items import Product
from modelstores.layout import Layout, is_changed, labels_found, unread
from spiders.huggingface import HuggingFaceSpider
from spiders.wolfram import WolframSpider
from tests.crawling import rows, scrapy
from tests.miniweb.pack import pack
from tests.warcs import write_warc

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


def test_a_page_without_any_label_of_its_store_was_laid_out_anew() -> None:
    wolfram, huggingface = WolframSpider(), HuggingFaceSpider()
    anew, known = net(("Size", "4 MB")), net(("", "Trained size: 4 MB"))
    anew.stated = {"size": "4 MB"}
    assert is_changed(wolfram, anew)
    assert not is_changed(wolfram, known)
    assert not is_changed(wolfram, replace(anew, source="record"))
    assert not is_changed(huggingface, anew), "there authors choose the headings"
    found = tag(replace(anew, unread=unread(wolfram, anew)))
    assert found["size"]["state"] == "present"
    assert {found[name]["state"] for name in ("performance", "origin", "owner")} == {"unknown"}
    # What no heading of the store shows is not made unknown.
    assert found["pricing"]["state"] == "absent"


def test_a_run_says_that_a_page_was_laid_out_anew(tmp_path: Path) -> None:
    page = Path(__file__).parent / "stores" / "google" / "headings_gone.html"
    url = page.read_text("utf-8").partition("-->")[0].partition("url: ")[2].strip()
    write_warc(tmp_path / "g.warc.gz", [(url, "text/html; charset=utf-8", page.read_bytes())])
    run = scrapy(
        *("crawl", "google", "-a", f"archive={tmp_path}/g.warc.gz"),
        *("-s", f"DATABASE_URL=sqlite:///{tmp_path}/x.db"),
    )
    assert run.returncode == 1
    assert f"unread: {url}: none of the store's headings" in run.stderr
    assert "1 of 1 products are unread" in run.stderr
    size = "select state from element_state s join element e on e.id = s.element_id"
    assert rows(tmp_path / "x.db", f"{size} where e.element = 'size'") == [("unknown",)]


def test_a_limited_crawl_ends_with_it(tmp_path: Path) -> None:
    archive = pack("pytorch_hub", tmp_path / "p.warc.gz")
    arguments = ("crawl", "pytorch_hub", "-a", f"archive={archive}")
    url = f"DATABASE_URL=sqlite:///{tmp_path}/x.db"
    assert "layout:" not in scrapy(*arguments, "-s", url).stderr
    assert "layout: 3 page(s) read" in scrapy(*arguments, "-a", "limit=3", "-s", url).stderr
