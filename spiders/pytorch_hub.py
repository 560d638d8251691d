"""PyTorch Hub: research models that load with one line of ``torch.hub``, one page each.

Operator  PyTorch Foundation, https://pytorch.org/hub
Crawled   the hub's list pages, and the product pages they link to.
Robots    one robots.txt was seen, of a translated copy of the site: it forbids the folders of
          old documentation only. What the site's own says is obeyed. Its terms of use apply.
Caveats   Stars of the GitHub repository are filled in by a script, on list pages alone: they
          are not read. The site's frame may be in another language than the author's text.
          ``developer-models`` redirects to ``research-models``; neither is a product.
Browser   not needed to render anything: the pages are static files.
Seen      30 product pages, 3 list pages, 2 redirect stubs, of June 2021, of that copy.
Assumed   The site itself has the same pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import dropwhile, takewhile
from typing import ClassVar

import scrapy
from lxml import etree
from scrapy.http import Response

from modelstores import page
from modelstores.items import Product
from modelstores.page import NotAProduct
from modelstores.spider import StoreSpider

LISTS = "research-models|developer-models"
BY = "By "
# Words that name the framework.
FRAMEWORK = re.compile(r"\bimport torch\b|\bPyTorch\b")
REPOSITORY, NOTEBOOK = "https://github.com/", "https://colab.research.google.com/"


class PyTorchHubSpider(StoreSpider):
    """List pages lead to product pages: a head (owner, summary, links) and an article."""

    name = "pytorch_hub"
    title = "PyTorch Hub"
    allowed_domains: ClassVar = ["pytorch.org"]
    start_urls = ["https://pytorch.org/hub/research-models"]
    native_id = rf"(?!(?:{LISTS})/?$)[A-Za-z0-9._-]+"
    product_url = "https://pytorch.org/hub/{id}/"
    listing_url = rf"https://pytorch\.org/hub(?:/(?:{LISTS})(?:/compact)?)?/?"
    render = False

    def parse(self, response: Response, **_: object) -> Iterator[Product | scrapy.Request]:
        """Yield the product of a product page, or requests for what a list page links to."""
        root = page.root(response)
        if native_id := self.product_id(response.url):
            yield self._model(root, native_id)
            return
        links = [link for link in page.links(root, response.url) if self.product_id(link)]
        if not links:
            raise NotAProduct("neither a product nor a list of products")
        yield from map(scrapy.Request, dict.fromkeys(link.partition("#")[0] for link in links))

    def _model(self, root: etree._Element, native_id: str) -> Product:
        title, article = root.find(".//h1"), root.find(".//article")
        if title is None or article is None:
            raise NotAProduct("the page has no title and article of a model")
        url = self.product_url.format(id=native_id)
        after_title = dropwhile(lambda node: node is not title, root.iter())
        head = list(takewhile(lambda node: node is not article, after_title))
        lines = [page.text(node) for node in head if node.tag == "p"]
        owner = next((line[len(BY) :] for line in lines if line.startswith(BY)), "")
        name = page.text(title)
        if not owner or not name:
            raise NotAProduct("the page names no model or no owner")
        buttons = {
            link: f"{page.text(node)}: {link}"
            for node in head
            if node.tag == "a"
            for link in page.links(node, url)
        }
        etree.strip_elements(article, "button", with_tail=False)
        sections = page.sections(article)
        framework = FRAMEWORK.search("\n".join(section["text"] for section in sections))
        stated = {
            "owner": owner,
            "framework": framework[0] if framework else "",
            "origin": "; ".join(buttons[link] for link in buttons if link.startswith(REPOSITORY)),
            "demo": "; ".join(buttons[link] for link in buttons if link.startswith(NOTEBOOK)),
        }
        return Product(
            store=self.name,
            native_id=native_id,
            url=url,
            kind=self.kind,
            source="page",
            name=name,
            summary=next((line for line in lines if line and not line.startswith(BY)), None),
            stated={element: said for element, said in stated.items() if said},
            sections=sections,
            links=list(dict.fromkeys([*buttons, *page.links(article, url)])),
        )
