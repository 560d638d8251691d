"""Whether a store still looks as its spider expects: which labels were found, which never.

The first run over a store whose markup nobody has seen, and any run after a store was
restyled, is judged by this and not by what happens to be stored.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from modelstores.elements import codebook
from modelstores.elements.rules import Rules, default_rules
from modelstores.elements.text import clean, heading_key
from modelstores.items import Policy, Product
from modelstores.store import Store

#: Most unclaimed headings that are named, and longest part of one, in characters.
MAX_UNCLAIMED, MAX_HEADING = 20, 80


@dataclass
class Layout:
    """What was found on the pages read so far."""

    #: the spider's labels and headings: {words, lower case: element}
    expected: Mapping[str, str]
    pages: int = 0
    found: Counter[str] = field(default_factory=Counter)
    unclaimed: Counter[str] = field(default_factory=Counter)

    def add(self, product: Product, rules: Rules | None = None) -> None:
        """Count what one product's page shows."""
        rules = rules or default_rules()
        self.pages += 1
        self.found.update(labels_found(product, self.expected))
        self.unclaimed.update(
            {
                clean(section["heading"], MAX_HEADING)
                for section in product.sections
                if section["heading"] not in {"", product.name}
                and section["heading"].lower() not in self.expected
                and not rules.heading(section["heading"])[1]
            }
        )

    def lines(self) -> list[str]:
        """Return the report, for people."""
        said = [f"layout: {self.pages} page(s) read"]
        said += [
            f"  {label}: on {self.found[label]}" for label in self.expected if self.found[label]
        ]
        said += [f"  {label}: never" for label in self.expected if not self.found[label]]
        most = sorted(self.unclaimed.items(), key=lambda item: (-item[1], item[0]))
        said += [
            f"  claimed by nothing: {heading!r} on {number}"
            for heading, number in most[:MAX_UNCLAIMED]
        ]
        if len(most) > MAX_UNCLAIMED:
            said.append(f"  and {len(most) - MAX_UNCLAIMED} more headings claimed by nothing")
        return said


def labels_found(product: Product, expected: Iterable[str]) -> set[str]:
    """Return which labels or headings a product's sections show.

    A label is found as a heading, or where a line or a cell of one begins with it.
    """
    headings = {heading_key(section["heading"]) for section in product.sections}
    starts = [
        part.strip().lower()
        for section in product.sections
        for line in section["text"].split("\n")
        for part in line.split("|")
    ]
    return {
        label
        for label in expected
        if heading_key(label) in headings or any(start.startswith(label) for start in starts)
    }


def is_changed(store: Store, product: Product) -> bool:
    """Tell whether a page was laid out anew: it shows none of the store's labels and headings."""
    expected = {**store.headings, **store.labels}
    wanted = bool(expected) and product.source == "page" and not store.authors_choose
    return wanted and not labels_found(product, expected)


def unread(store: Store, product: Product) -> list[str]:
    """Return what is unread of a product whose page was laid out anew.

    That is also what the labels and headings show, unless it is stated all the same.
    """
    known = {element.id for element in codebook.load().elements}
    shown = {*store.headings.values(), *store.labels.values()} & known
    return sorted({*product.unread, *(shown - product.stated.keys())})


class LayoutReport:
    """Prints the layout at the end of a run that was limited, which is how one looks at a store."""

    def __init__(self, crawler: Crawler):
        spider = crawler.spider
        if spider is None or getattr(spider, "limit", None) is None:
            raise NotConfigured
        self._layout = Layout({**spider.headings, **spider.labels})  # type: ignore[attr-defined]

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the extension and connect it."""
        report = cls(crawler)
        crawler.signals.connect(report.scraped, signals.item_scraped)
        crawler.signals.connect(report.closed, signals.spider_closed)
        return report

    def scraped(self, item: Product | Policy) -> None:
        """Count a product read from a page."""
        if isinstance(item, Product) and item.source == "page":
            self._layout.add(item)

    def closed(self) -> None:
        """Print the report."""
        for line in self._layout.lines():
            print(line, file=sys.stderr)
