"""What a product page of ModelDepot says in badges, links and buttons; no markup was seen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lxml import etree

from modelstores import page
from modelstores.lines import HEADINGS

MARK, DOWNLOAD = "pre-trained model", "md-download-model="
COUNT = re.compile(
    r"(?:(?P<before>downloads?|likes?|comments?)[ :\-]{0,3}\(?(?P<a>[\d,]{1,15})\)?"
    r"|(?P<b>[\d,]{1,15}) (?P<after>downloads?|likes?|comments?))",
    re.IGNORECASE,
)
BYTES = re.compile(r"\bdownload\b.{0,40}\d ?(?:[kmgt]i?b|bytes)\b", re.IGNORECASE)
DEMO = re.compile(r"\b(?:try|live|open|run|launch|online)\b.{0,20}\bdemo\b", re.IGNORECASE)
TO_CLOUD = re.compile(r"\b(?:deploy|launch|open|run)\b.{0,40}\bcloud\b", re.IGNORECASE)
#: Below these stand the words of visitors, and other products.
OTHERS = {"comments", "related models", "similar models", "more models", "you may also like"}
CONTROLS = "body//a | body//button | body//*[@role='button']"
#: most characters of a caption
MAX_CAPTION = 200

#: words of an element, and the element
Said = tuple[str, etree._Element]


def key(heading: str) -> str:
    """Return a heading in lower case, without a number in brackets and without marks at its end."""
    return re.sub(r"[\s?:.!]*(?:\(\d{1,9}\))?[\s?:.!]*$", "", heading[:MAX_CAPTION].lower())


def cut_off_others(root: etree._Element) -> list[str]:
    """Take off the page what visitors wrote and what other products are; return its headings."""
    found = [node for node in root.iter(*HEADINGS - {"h1"}) if key(page.text(node)) in OTHERS]
    words = [page.text(node) for node in found]
    node = found[0] if found else None
    while node is not None and (parent := node.getparent()) is not None and node.tag != "body":
        for sibling in list(node.itersiblings()):
            parent.remove(sibling)
        if node is found[0]:
            parent.remove(node)
        node = parent
    return words


def badges(root: etree._Element) -> list[Said]:
    """Return the store's badges: elements, or pictures, that say only a count or its mark."""
    alone = (
        (page.clean(node.get("alt") or node.text), node) for node in root.iter() if not len(node)
    )
    return [one for one in alone if one[0].lower() == MARK or COUNT.fullmatch(one[0])]


def controls(root: etree._Element) -> list[Said]:
    """Return the links and buttons that download, demonstrate or deploy the product."""
    every = ((page.text(node)[:MAX_CAPTION], node) for node in root.xpath(CONTROLS))
    return [
        (caption, node)
        for caption, node in every
        if downloads(node) or any(said.search(caption) for said in (BYTES, DEMO, TO_CLOUD))
    ]


def downloads(node: etree._Element) -> bool:
    """Tell whether a link is the store's to the product's file."""
    return DOWNLOAD in (node.get("href") or "")


def caption(found: Sequence[Said], wanted: re.Pattern[str], base_url: str = "") -> str:
    """Return the words of the first that says so, with its address if a base is given, or ""."""
    for words, node in found:
        if wanted.search(words):
            links = page.links(node, base_url) if base_url else []
            return f"{words}: {links[0]}" if links else words
    return ""


def counters(said: Iterable[str]) -> dict[str, float]:
    """Return {"downloads", "likes" or "comments": number}; the first of a name counts."""
    found: dict[str, float] = {}
    for line in said:
        if count := COUNT.fullmatch(line):
            digits = (count["a"] or count["b"]).replace(",", "")
            name = (count["before"] or count["after"]).lower().rstrip("s") + "s"
            if digits:
                found.setdefault(name, float(digits))
    return found
