"""Wolfram Neural Net Repository: nets for the Wolfram Language, with worked examples.

Operator  Wolfram Research, https://resources.wolframcloud.com/NeuralNetRepository
Crawled   the front page, every listing below it that a listing links to (task types, input
          domains, others), and the products they name; no address is guessed.
Robots    robots.txt was never seen: what it says is obeyed. Wolfram's terms of use apply.
Caveats   The id is the store's short name, which does not always follow from the name. A mere
          stamp (version, date) in the resource history is no release note.
Seen      Addresses; 92 names; one whole metadata record; section titles of one page, retold.
Known     In words: the headings and labels below, and that most names are "A Trained on B".
Assumed   All markup, paging by "?page=", "Contributed by", the buttons for the cloud and for
          feedback, both policy pages: no real page was at hand. So words are looked for, in
          headings of any level (or role=heading) and in lines of any element. Rendered, as the
          paper's crawler did.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import dropwhile, takewhile

import scrapy
from lxml import etree
from scrapy.http import Response

from modelstores import page
from modelstores.items import Product
from modelstores.page import NotAProduct
from modelstores.spider import StoreSpider
from spiders.wolfram import words

BYTES = re.compile(r"\d ?(?:[kmgt]i?b|b|bytes)\b", re.IGNORECASE)
TRAINED_ON = re.compile(r"\strained on\s", re.IGNORECASE)
TO_CLOUD = re.compile(r"\b(?:deploy|launch|open|run|try)\b.{0,40}\bcloud\b", re.IGNORECASE)
# Short, as captions are: a link to a paper may have "review" in its title.
FEEDBACK = re.compile(
    r"^(?=.{1,40}$).*\b(?:comments?|feedback|rate|ratings?|reviews?)\b", re.IGNORECASE
)
#: most characters of a page that is only a frame, and of a stated text (its section is whole)
MAX_FRAME, MAX_STATED = 300, 20_000


class WolframSpider(StoreSpider):
    """Listings lead to product pages; a product page is read by its words."""

    name = "wolfram"
    title = "Wolfram Neural Net Repository"
    allowed_domains = ["resources.wolframcloud.com", "www.wolframcloud.com"]
    asset_domains = ["wolframcloud.com"]
    start_urls = ["https://resources.wolframcloud.com/NeuralNetRepository/"]
    product_url = "https://resources.wolframcloud.com/NeuralNetRepository/resources/{id}"
    listing_url = (
        r"https://resources\.wolframcloud\.com/NeuralNetRepository"
        r"(?:/(?!resources(?:[/?]|$))[^?#.]*)?(?:\?page=\d+)?"
    )
    policy_urls = {
        "https://www.wolframcloud.com/pricing": ("pricing", "cloud_deployment"),
        "https://resources.wolframcloud.com/NeuralNetRepository/contribute": (
            "online_submission",
            "store_review_policy",
        ),
    }
    headings = {
        "training set information": "training_set",
        "performance": "performance",
        "examples": "user_instruction",
        "resource retrieval": "user_instruction",
        "basic usage": "user_instruction",
        "feature extraction": "user_instruction",
        "transfer learning": "user_instruction",
        "net information": "user_instruction",
        "export to mxnet": "user_instruction",
        "export to onnx": "user_instruction",
        "requirements": "deployment_instructions",
        "resource history": "version_number",
        "reference": "origin",
    }
    labels = {
        "number of layers": "ml_algorithms",
        "parameter count": "ml_algorithms",
        "trained size": "size",
        "contributed by": "owner",
        "task type": "objective",
        "input domains": "input_domains",
        "available from": "origin",
        "rights": "end_user_license",
    }

    def parse(self, response: Response, **_: object) -> Iterator[Product | scrapy.Request]:
        """Yield the product of a product page, or requests for what a listing links to."""
        root = page.root(response)
        if native_id := self.product_id(response.url):
            yield self._net(root, response.url, native_id)
            return
        links = dict.fromkeys(link.partition("#")[0] for link in page.links(root, response.url))
        wanted = [link for link in links if self._is_ours(link)]
        if not wanted or not self._is_ours(response.url):
            raise NotAProduct("neither a product nor a listing of products, or not rendered")
        yield from map(scrapy.Request, wanted)

    def _is_ours(self, url: str) -> bool:
        listing = re.fullmatch(self.listing_url, url.partition("#")[0])
        return bool(listing or self.product_id(url))

    def _net(self, root: etree._Element, url: str, native_id: str) -> Product:
        title = page.clean(root.findtext(".//title")).replace(self.title, "").strip(" |:-")
        content = words.content(root)
        to_cloud, feedback = (words.take_off(content, says) for says in (TO_CLOUD, FEEDBACK))
        sections = page.sections(content)
        below = words.below(sections, self.headings, open_ended="user_instruction")
        beside = words.beside(sections, self.labels)
        if not below and "trained size" not in beside:
            empty = len(page.text(root)) < MAX_FRAME
            raise NotAProduct("an empty shell, not rendered" if empty else "no product's heading")
        names = [s["heading"] for s in sections if not words.known(s["heading"], self.headings)]
        names = [name for name in names if name and self.title not in name]
        name = next((name for name in names if name in title), (names or [title])[0])
        sections = list(dropwhile(lambda s: s["heading"] != name, sections)) or sections
        controls = set(map(words.caption, words.controls(root)))

        def is_prose(line: str) -> bool:
            return line not in controls and not words.label(line, self.labels)[0]

        about = dropwhile(lambda line: not is_prose(line), words.lines(sections[0]["text"]))
        summary, *description = [*takewhile(is_prose, about)] or [""]
        stated = {
            **self._stated(name, below, beside),
            "description": "\n".join(description),
            "objective": ", ".join(words.facets(root, "tasktype", beside.get("task type"))),
            "cloud_deployment": to_cloud,
            "user_feedback": feedback,
        }
        return Product(
            store=self.name,
            native_id=native_id,
            url=self.product_url.format(id=native_id),
            kind=self.kind,
            source="page",
            name=name,
            summary=summary or None,
            stated={element: said[:MAX_STATED] for element, said in stated.items() if said},
            input_domains=words.facets(root, "inputdomain", beside.get("input domains")),
            sections=sections,
            links=[link for link in page.links(root, url) if not self._is_ours(link)],
        )

    def _stated(self, name: str, below: dict[str, str], beside: dict[str, str]) -> dict[str, str]:
        architecture, *data = TRAINED_ON.split(name, maxsplit=1)
        layers, size = beside.get("number of layers", ""), beside.get("trained size", "")
        version, changes = words.history(below.get("version_number", ""))
        reference = below.get("origin", "").split("\n")
        source = takewhile(lambda line: words.label(line, self.labels)[0] != "rights", reference)
        needed = below.get("deployment_instructions", "").lower()
        return {
            **below,
            "owner": beside.get("contributed by", ""),
            "size": size if BYTES.search(size) else "",
            "version_number": version,
            "release_notes": changes,
            "framework": "Wolfram Language" if "wolfram language" in needed else "",
            "ml_algorithms": architecture if data else layers and f"Number of layers: {layers}",
            "origin": "\n".join(source) or beside.get("available from", ""),
            "end_user_license": beside.get("rights", ""),
        }
