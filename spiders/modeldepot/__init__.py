"""ModelDepot: pre-trained models of anybody, one page each. Gone from the web.

Operator  ModelDepot, https://modeldepot.io, which does not answer any more.
Crawled   product pages as the Wayback Machine keeps them (``-a at=DAY``), found in its index
          by their address; or from an archive. A live crawl is refused.
Robots    nothing is asked of the store. The Wayback Machine's robots.txt and limits are kept.
Caveats   An archived page can be an empty shell that its scripts filled in: then it is
          rendered, and stored as listed, unread, if that fails. What visitors wrote below a
          model is not the author's word, and other products shown beside it are not this one.
Browser   for empty shells only, every request of theirs answered from the archive: what its
          copies of scripts make of other pages is no record of the day.
Seen      Addresses in links of other sites; the badges "Pre-trained Model" and
          "Downloads-155"; the description that one author published elsewhere as well, with
          "Possible Use Cases" and "How Good Is This Model?".
Assumed   All markup, the other labels and buttons, and the policy pages but for the front
          page: no page of the store was at hand. So words are looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import dropwhile
from typing import ClassVar

import scrapy
from lxml import etree
from scrapy.http import Response

from modelstores import page
from modelstores.items import Product
from modelstores.page import EmptyShell, NotAProduct
from modelstores.spider import StoreSpider
from spiders.modeldepot import words

ORIGIN = "https://modeldepot.io/"
# First parts of addresses that are the store's own, and ends of what is a file.
OWN = "about|api|assets|blog|browse|docs|images|login|ml|search|signup|static|submit|terms"
FILES = "css|gif|html?|ico|jpe?g|js|json|map|png|svg|txt|webp|woff2?|xml"
#: most characters of a page that is only a frame, and of a stated text (its section is whole)
MAX_FRAME, MAX_STATED = 300, 20_000


class ModelDepotSpider(StoreSpider):
    """A product page: a head with badges, labels and buttons, and the author's description."""

    name = "modeldepot"
    title = "ModelDepot"
    gone = True
    render = False
    render_shells = True
    allowed_domains = ["modeldepot.io"]
    start_urls: list[str] = []
    native_id = rf"(?!(?:{OWN})/)(?![^?#]*\.(?:{FILES})/?$)[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+"
    product_url = f"{ORIGIN}{{id}}"
    listing_url = r"https://modeldepot\.io/(?:browse|search)(?:\?[^#]*)?"
    policy_urls: ClassVar = {
        ORIGIN: ("online_submission", "cloud_deployment", "pricing"),
        f"{ORIGIN}submit": ("online_submission", "store_review_policy"),
        f"{ORIGIN}terms": ("store_review_policy", "pricing", "local_installation"),
    }
    labels = {
        "framework": "framework",
        "architecture": "ml_algorithms",
        "trained on": "training_set",
        "training data": "training_set",
        "license": "end_user_license",
        "licence": "end_user_license",
        "size": "size",
        "file size": "size",
        "price": "pricing",
        "task": "objective",
    }
    headings = {
        "how good is this model": "performance",
        "possible use cases": "description",
        "what does this model do": "description",
    }

    def product_id(self, url: str) -> str | None:
        """Return the native id of a product's address, which may end with ``/overview``."""
        return super().product_id(url.partition("#")[0].removesuffix("/").removesuffix("/overview"))

    def parse(self, response: Response, **_: object) -> Iterator[Product | scrapy.Request]:
        """Yield the product of a product page, or requests for what another page links to."""
        root = page.root(response)
        if native_id := self.product_id(response.url):
            yield self._model(root, native_id)
            return
        links = [link for link in page.links(root, response.url) if self.product_id(link)]
        if not links:
            raise NotAProduct("neither a product nor a list of products")
        yield from map(scrapy.Request, dict.fromkeys(link.partition("#")[0] for link in links))

    def _model(self, root: etree._Element, native_id: str) -> Product:
        url = self.product_url.format(id=native_id)
        if len(page.text(root)) < MAX_FRAME and not page.labelled(root):
            raise EmptyShell("an empty shell: its scripts would have filled it in")
        etree.strip_elements(root, "nav", "footer", with_tail=False)
        others = words.cut_off_others(root)
        badges, controls = words.badges(root), words.controls(root)
        beside = page.labelled(root)
        counters = words.counters(
            [
                *(said for said, _ in badges),
                *(f"{label} {value}" for label, value in beside.items()),
                *others,
            ]
        )
        feedback = next((line for line in others if words.key(line) == "comments"), "")
        name = next(filter(None, map(page.text, root.iter("h1"))), "")
        marked = badges or "downloads" in counters
        if not name or not (marked or any(words.downloads(node) for _, node in controls)):
            raise NotAProduct("nothing on the page marks a product")
        stated = {
            **{element: beside[label] for label, element in self.labels.items() if label in beside},
            "owner": self._owner(root, url, native_id) or beside.get("author", ""),
            "demo": words.caption(controls, words.DEMO, url),
            "cloud_deployment": words.caption(controls, words.TO_CLOUD),
            "user_feedback": "" if "comments" in counters else feedback,
        }
        stated["size"] = words.caption(controls, words.BYTES) or stated.get("size", "")
        for _, node in (*badges, *controls):  # said above: not to be read again as text
            node.clear(keep_tail=True)
        every = page.sections(root)
        sections = list(dropwhile(lambda s: s["heading"] != name, every)) or every
        for section in sections:
            element = self.headings.get(words.key(section["heading"]))
            if element and (element != "performance" or re.search(r"\d", section["text"])):
                stated.setdefault(element, section["text"])
        return Product(
            store=self.name,
            native_id=native_id,
            url=url,
            kind=self.kind,
            source="page",
            name=name,
            summary=page.summary(sections, name),
            stated={element: said[:MAX_STATED] for element, said in stated.items() if said},
            input_domains=[one for one in re.split(r"\s*,\s*", beside.get("category", "")) if one],
            sections=sections,
            links=[link for link in page.links(root, url) if not self.within_store(link)],
            counters=counters,
        )

    def _owner(self, root: etree._Element, url: str, native_id: str) -> str:
        """Return the words of a link to the page of the account that the address names."""
        account = f"{ORIGIN}{native_id.partition('/')[0]}"
        for node in root.iter("a"):
            if account in {link.rstrip("/") for link in page.links(node, url)} and page.text(node):
                return page.text(node)
        return ""
