"""Hostile pages, from their HTML to their tags: bounded work, and words that do no harm."""

from __future__ import annotations

import csv
import html
import io
import json
import time
from typing import Any

import pytest
from scrapy.http import HtmlResponse

from modelstores.elements.tagger import tag
from modelstores.items import Product
from modelstores.page import MAX_HEADING, MAX_SECTIONS, MAX_TEXT, NotAProduct
from modelstores.validation import faults
from spiders.huggingface import HuggingFaceSpider

#: Bytes of a hostile page, and seconds of the processor that parsing and tagging one may take.
SIZE, SECONDS = 10_000_000, 20


def read(card: str, name: str = "net") -> Product:
    """Return the product of a page with this card, as its spider reads it."""
    model = html.escape(json.dumps({"model": {"id": f"acme/{name}", "cardExists": True}}))
    body = (
        f'<!doctype html><div data-target="ModelHeader" data-props="{model}"></div>'
        f'<div class="model-card-content">{card}</div>'
    )
    url = f"https://huggingface.co/acme/{name}"
    return HuggingFaceSpider().product(HtmlResponse(url, body=body.encode("utf-8", "replace")))


LIST = "<ul>" * 50 + "<li>This model is trained on data: accuracy 0.5</li>" + "</ul>" * 50
#: What libxml2 gives up on: nesting without end, and a single text of ten megabytes.
REFUSED = {"open lists", "deep quotes", "one heading"}
#: What a page repeats, and what stands before it.
REPEATED = {
    "nested lists": (LIST, ""),
    "open lists": ("<ul><li>a", ""),
    "deep quotes": ("<blockquote><p>trained on</p>", ""),
    "one heading": ("training data ", "<h2>"),
    "headings": ("<h2>Training data</h2><p>None</p>", ""),
    "rows": ("<tr><td>top 1 |<td>acc</tr>", "<table>"),
    "cells": ("<td>0.5</td>", "<table><tr>"),
    "code": ("<pre>datasets:\n- pipeline(</pre>", ""),
    "links": ('<a href="https://github.com/a/b">paper</a> ', ""),
    "entities": ("&#8238;&#x200b;&nbsp;", ""),
}


@pytest.mark.parametrize("kind", REPEATED)
def test_a_page_of_ten_megabytes_costs_bounded_work(kind: str) -> None:
    part, before = REPEATED[kind]
    card = before + part * (SIZE // len(part) + 1)
    started = time.process_time()
    try:
        product = read(card)
    except NotAProduct:
        product = None
    read_in = time.process_time() - started
    assert read_in < SECONDS
    assert (product is None) == (kind in REFUSED)
    if product is None:
        return
    started = time.process_time()
    assert all(found["state"] for found in tag(product).values())
    assert time.process_time() - started < SECONDS / 4
    assert sum(len(s["heading"]) + len(s["text"]) for s in product.sections) <= 2 * MAX_TEXT
    assert len(product.sections) <= MAX_SECTIONS + 1


def test_a_heading_of_a_hundred_thousand_characters_is_cut() -> None:
    product = read(f"<h2>Training data {'x' * 100_000}</h2><p>Moths.</p>")
    (section,) = product.sections
    assert len(section["heading"]) == MAX_HEADING
    found = tag(product)["training_set"]
    assert found["evidence"] == "Moths."
    assert len(found["where"]) <= 100


HOSTILE = "\u202eRe\u200b\u2066d\x1b[31m\x07 <script>alert(1)</script> =cmd|' /C calc'!A0 \ufeff"


def evidence(tags: dict[str, dict[str, Any]]) -> list[str]:
    return [found[part] for found in tags.values() for part in ("evidence", "where") if found[part]]


def test_evidence_is_harmless_in_terminal_csv_and_html() -> None:
    card = html.escape(f"{HOSTILE} License: MIT. This model is a {HOSTILE} detector")
    product = read(
        f"<h2>Usage {html.escape(HOSTILE)}</h2><p>{card}</p><h2>License</h2><p>{card}</p>"
    )
    product.name = product.stated["owner"] = HOSTILE
    assert not faults(read(card).as_stated())
    words = evidence(tag(product))
    assert words
    for said in words:
        assert said.isprintable()
        assert len(said) <= 200
        assert not {"\u202e", "\u200b", "\u2066", "\x1b", "\x07", "\ufeff"} & set(said)
    file = io.StringIO()
    csv.writer(file).writerows([[said] for said in words])
    assert [row[0] for row in csv.reader(io.StringIO(file.getvalue()))] == words
    assert "<" not in html.escape("".join(words))


def test_right_to_left_words_are_kept() -> None:
    assert (
        tag(read("<h2>License</h2><p>رخصة MIT</p>"))["end_user_license"]["evidence"] == "رخصة MIT"
    )


def test_markup_in_a_name_stays_words() -> None:
    product = read("<p>x</p>")
    product.name = "<b>resnet</b>"
    assert tag(product)["ml_algorithms"]["evidence"] == "<b>resnet</b>"
