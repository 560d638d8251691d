"""How long tagging takes, beside merely parsing the same pages.

Measured in turn, page by page of one run: ``parsel`` parsing a page and taking
``//body//text()``, and the tagger on the product that the spider reads from that page. The
pages are the real Hugging Face pages at ../shared where they are there, else the small ones
of tests/miniweb.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from scrapy.http import HtmlResponse

from benchmarks.replay import REAL, text_of
from modelstores.capture.warc import Record, records
from modelstores.elements.tagger import tag
from modelstores.items import Product
from spiders.huggingface import HuggingFaceSpider
from tests.miniweb.pack import pack


def read(path: Path) -> list[tuple[bytes, Product]]:
    """Return the HTML of every product page of a capture, and the product on it."""
    spider = HuggingFaceSpider()
    return [
        (found.body, spider.product(HtmlResponse(found.url, body=found.body, encoding="utf-8")))
        for found in records(path)
        if isinstance(found, Record) and found.kind == "response" and "html" in found.content_type
    ]


def seconds(work: Callable[[], object]) -> float:
    """Return the seconds of the processor that a piece of work takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        path = REAL if REAL.exists() else pack("huggingface", Path(name) / "small.warc.gz")
        pages = read(path)
    tag(pages[0][1])  # the codebook's rules are compiled once
    print(f"{len(pages)} {'real' if REAL.exists() else 'small'} pages")
    print("round  parsel ms/page  tagging ms/page  ratio")
    ratios = []
    for turn in range(1, rounds + 1):
        parsed = tagged = 0.0
        for body, product in pages:
            parsed += seconds(lambda body=body: text_of(body))
            tagged += seconds(lambda product=product: tag(product))
        ratios.append(tagged / parsed)
        each = 1000 / len(pages)
        print(f"{turn:5}  {parsed * each:14.2f}  {tagged * each:15.2f}  {ratios[-1]:5.2f}")
    print(f"median ratio {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
