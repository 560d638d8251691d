"""Hugging Face Hub: models that anyone can upload, each with a page and a JSON record.

Operator  Hugging Face, https://huggingface.co
Crawled   the list API (all models, 1,000 an answer, ``Link`` to the next): each entry makes a
          product. Chosen models' pages and records, which say more: either makes a product,
          both together make one.
Robots    robots.txt was never seen: what it says is obeyed. The API asks for at most 500
          requests in 300 seconds. The terms of service apply; cards belong to their authors.
Caveats   A gated model shows its card but not its files. A page marked "not for all
          audiences" hides card and sidebar behind a click: they are unread. A widget that
          only a script fills is unread, too. Some libraries' downloads are not counted.
Browser   not needed: the server renders the page, and puts the model's record into it as
          JSON (``data-props`` of the part ``ModelHeader``).
Seen      648 pages, 4,320 records, 60 lists, all of July 2024.
Assumed   Tags ``base_model:RELATION:OWNER/NAME``, newer than what was seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

import scrapy
from lxml import etree
from scrapy.http import Response

from modelstores import page
from modelstores.items import Product
from modelstores.page import NotAProduct, clean, dig, objects, words
from modelstores.spider import StoreSpider
from spiders.huggingface import metadata

# First parts of addresses that are the site's own, and no owner's.
SITE = (
    "api|avatars|blog|changelog|chat|collections|datasets|docs|enterprise|front|join|learn|login"
    "|models|new|notifications|organizations|papers|posts|pricing|search|settings|spaces|tasks"
)
NEXT = re.compile(r'<([^<>]*)>; *rel="?next')

PARTS = etree.XPath("//*[@data-target]")
CARD = etree.XPath("//*[contains(concat(' ', @class, ' '), ' model-card-content ')]")
EDIT = etree.XPath("//a[contains(@href, '/edit/main/') or contains(@href, '/new/main/')]")
# What a page says in place of a card without words.
EMPTY_CARD = "content is empty"
# What the templates of cards put in place of a value, and say of every model; lower case.
PLACEHOLDER = "more information needed"
TEMPLATE = (
    "aims to be a base template",
    "card has been automatically generated",
    "card has been generated automatically",
    "generated using this raw template",
    PLACEHOLDER,
    "provide a quick summary",
    "should probably proofread",
    "text encoder was not trained",
    "this is the model card of",
    "trained using autotrain",
    "visit autotrain",
)
# What a page does not show while it hides its card and sidebar.
HIDDEN = (
    *("description", "demo", "language", "size", "version_number", "user_instruction"),
    *("framework", "ml_algorithms", "training_set", "performance", "origin", "release_notes"),
    *("deployment_instructions", "compatibility", "pricing", "usage_statistics"),
    *("online_submission", "end_user_license", "developer_license"),
)


class HuggingFaceSpider(StoreSpider):
    """Lists, records and pages hold the same metadata; a list holds the least of it."""

    name = "huggingface"
    title = "Hugging Face"
    allowed_domains: ClassVar = ["huggingface.co"]
    start_urls = ["https://huggingface.co/api/models?limit=1000"]
    native_id = rf"(?!(?:{SITE})/)[A-Za-z0-9._-]+/[A-Za-z0-9._-]+"
    product_url = "https://huggingface.co/{id}"
    record_url = "https://huggingface.co/api/models/{id}"
    listing_url = r"https://huggingface\.co/api/models(?:\?.*)?"
    render = False
    lists_products = True
    beyond: ClassVar = {"record": metadata.NOT_IN_RECORDS, "list": metadata.NOT_IN_LISTS}
    authors_choose = True
    labels: ClassVar = {
        "language(s) (nlp)": "language",
        "finetuned from model": "origin",
        "license": "end_user_license",
    }

    def parse(self, response: Response, **_: object) -> Iterator[Product | scrapy.Request]:
        """Yield the product of a page or record, or the products of a list and what follows it."""
        if native_id := self.record_id(response.url):
            yield self._from_record(page.read_json(response.body), native_id)
        elif native_id := self.product_id(response.url):
            yield self._from_page(page.root(response), native_id)
        else:
            yield from self._from_list(response)

    def _from_list(self, response: Response) -> Iterator[Product | scrapy.Request]:
        entries = page.read_json(response.body)
        if not isinstance(entries, list):
            raise NotAProduct("neither a model nor a list of models")
        for entry in objects(entries):
            native_id = self.product_id(self.product_url.format(id=clean(entry.get("id"))))
            if native_id and not (entry.get("private") or entry.get("disabled")):
                yield self._from_entry(entry, native_id)
        following = NEXT.search((response.headers.get("Link") or b"").decode("latin-1"))
        if following and re.fullmatch(self.listing_url, following[1]):
            yield scrapy.Request(following[1])

    def _from_entry(self, entry: dict[str, Any], native_id: str) -> Product:
        told = metadata.told(entry)
        product = self._from_metadata(entry, native_id, "list", told.stated)
        uncounted = metadata.uncounted(product.counters)
        product.unread = told.unread + uncounted if uncounted else told.unread
        return product

    def _from_record(self, model: Any, native_id: str) -> Product:
        product = self._from_model(model, native_id, "record")
        if spaces := metadata.join(words(dig(model, "spaces"))):
            product.stated["demo"] = spaces
        product.unread = [name for name in metadata.NOT_IN_RECORDS if name not in product.stated]
        return product

    def _from_page(self, root: etree._Element, native_id: str) -> Product:
        parts = {part.get("data-target"): part for part in reversed(PARTS(root))}
        header = parts.get("ModelHeader")
        if header is None:
            raise NotAProduct("the page has no header of a model")
        model = dig(page.read_json(header.get("data-props")), "model")
        product = self._from_model(model, native_id, "page")
        cards, edit = CARD(root), EDIT(root)
        widget, spaces = parts.get("InferenceWidget"), parts.get("LinkedSpacesList")
        if cards:
            self._read_card(cards[0], product)
        elif dig(model, "cardExists") and EMPTY_CARD not in page.text(root):
            product.unread = [name for name in HIDDEN if name not in product.stated]
        if widget is not None and widget.find(".//form") is not None:
            product.stated["demo"] = page.text(widget)
        elif spaces is not None:
            product.stated["demo"] = page.text(spaces)
        elif widget is not None and not page.text(widget):
            product.unread.append("demo")
        if any(page.text(button) == "Deploy" for button in header.iter("button")):
            product.stated["cloud_deployment"] = "Deploy"
        if edit:
            product.stated["online_submission"] = page.text(edit[0])
        if not any("downloads" in page.text(label).lower() for label in root.iter("dt")):
            product.counters.pop("downloads", None)
        product.stated = metadata.bounded(product.stated)
        return product

    def _read_card(self, card: etree._Element, product: Product) -> None:
        sections = page.sections(card)
        product.summary = page.summary(sections, product.name, TEMPLATE)
        product.sections = [*sections, *product.sections]
        product.links = page.links(card, product.url)
        for label, value in page.labelled(card).items():
            element = self.labels.get(label.removesuffix(" [optional]"))
            said = value.strip("[] ")
            if element and said.lower() not in metadata.NOTHING | {PLACEHOLDER}:
                product.stated.setdefault(element, said)
        if license_ := product.stated.get("end_user_license"):
            product.stated.setdefault("developer_license", license_)

    def _from_model(self, model: Any, native_id: str, source: str) -> Product:
        """Return what page and record say alike."""
        if not clean(dig(model, "id")):
            raise NotAProduct("the JSON describes no model")
        return self._from_metadata(model, native_id, source, metadata.stated(model))

    def _from_metadata(
        self, model: dict[str, Any], native_id: str, source: str, stated: dict[str, str]
    ) -> Product:
        """Return what page, record and list say alike; the model says what is ``stated``."""
        owner, _, name = native_id.partition("/")
        return Product(
            store=self.name,
            native_id=native_id,
            url=self.product_url.format(id=native_id),
            kind=self.kind,
            source=source,
            name=name,
            stated={"owner": owner, **stated},
            input_domains=[stated["objective"]] if "objective" in stated else [],
            sections=metadata.conditions(model),
            counters=metadata.counters(model),
        )
