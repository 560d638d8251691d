"""What sellers write: HTML, or plain text with some Markdown in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from lxml import etree
from scrapy.http import HtmlResponse

from modelstores import page
from modelstores.lines import MAX_TEXT, collapse
from modelstores.page import FENCE, MAX_SECTIONS, dig, objects
from spiders.aws import listing

# The store's headings for a delivery option, and the field that stands below each.
OPTION_FIELDS = {
    "Usage instructions": "usageInstructions",
    "Release notes": "releaseNotes",
    "Supported content types": "supportedContentTypes",
    "Supported response types": "supportedResponseMimeTypes",
    "Sample notebook": "sampleNotebookUrl",
    "Git repository": "repositoryUrl",
}
# Beginnings of the labels of what the store itself adds to a seller's resources.
OF_THE_STORE = ("AWS_", "REQUEST_")
TAG = re.compile(
    r"</?(?:p|br|ul|ol|li|b|strong|em|div|h[1-6]|table|tr|a|span|pre|code)\b[^<>]{0,500}>"
)
HEADING = re.compile(r"#{1,6} (.{1,500})")
RULE = frozenset("|-: =_*")
ADDRESS = re.compile(r"https?://[^\s<>\"'()\[\]`|]{1,2000}")


def texts(detail: Any, options: list[dict[str, Any]], summary: Any) -> Iterator[tuple[str, str]]:
    """Yield (the store's heading, the seller's text below it), in the order of the page.

    ``detail`` is the ``listingDetail``, ``summary`` that of the offer.
    """
    overview, support = dig(detail, "overview"), dig(detail, "support", "supportResources")
    yield "Overview", listing.text(dig(overview, "longDescription"))
    yield "Highlights", "\n".join(listing.texts(overview, "highlights"))
    yield "Version", listing.version(options)
    yield "Recommended instance types", "\n".join(listing.recommended(options))
    for heading, field in OPTION_FIELDS.items():
        for said in listing.texts(options, field):
            yield heading, said
    yield "Resources", "\n".join(_resources(dig(overview, "overviewResources")))
    yield "Support", "\n".join(_resources(support))
    yield "Vendor refund policy", "\n".join(listing.texts(summary, "refundPolicy"))
    yield "Delivery method", "\n".join(dict.fromkeys(n for n, _ in listing.methods(options)))


def sections(texts: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Return texts as sections, at most MAX_SECTIONS."""
    found = (section for heading, text in texts for section in read(heading, text))
    return list(islice(found, MAX_SECTIONS))


def links(texts: Iterable[tuple[str, str]], base_url: str) -> list[str]:
    """Return the addresses that stand in texts, as far as :func:`page.links` takes them."""
    root = etree.Element("p")
    for address in (found for _, text in texts for found in ADDRESS.findall(text[:MAX_TEXT])):
        if address.isprintable():
            etree.SubElement(root, "a", href=address.replace("&amp;", "&").rstrip(".,;:!?*"))
    return page.links(root, base_url)


def _resources(listed: Any) -> Iterator[str]:
    """Yield name and value of the resources that are the seller's."""
    for resource in objects(listed):
        if not listing.line(resource.get("resourceLabel")).startswith(OF_THE_STORE):
            parts = (listing.text(resource.get(f"resource{part}")) for part in ("Name", "Value"))
            yield ": ".join(filter(None, parts))


def read(heading: str, text: str) -> list[dict[str, str]]:
    """Return a text as sections: the first below ``heading``, others below its own headings."""
    text = text[:MAX_TEXT]
    if TAG.search(text):
        response = HtmlResponse("https://aws.amazon.com/", body=text, encoding="utf-8")
        found = page.sections(page.root(response))
    else:
        found = list(_plain(text))
    if found and not found[0]["heading"]:
        found[0]["heading"] = heading
    return [section for section in found if section["text"]]


def plain(texts: Iterable[str]) -> str:
    """Return texts as lines, headings among them."""
    found = (section for text in texts for section in read("", text))
    return "\n".join(filter(None, (s[part] for s in found for part in ("heading", "text"))))


def _plain(text: str) -> Iterator[dict[str, str]]:
    heading, body, in_code = "", list[str](), False
    for line in text.splitlines():
        words = collapse(line)
        if words.startswith(FENCE):
            in_code = not in_code
            body.append(FENCE)
        elif in_code:
            indent = len(line) - len(line.lstrip())
            body.append(" " * indent + words)
        elif found := HEADING.fullmatch(words):
            yield {"heading": heading, "text": "\n".join(body)}
            heading, body = found[1].strip("*# "), []
        elif words := _row(words):
            body.append(words)
    if in_code:
        body.append(FENCE)
    yield {"heading": heading, "text": "\n".join(body)}


def _row(words: str) -> str:
    """Return a line of text; of a Markdown table the cells, "" for its rule."""
    if RULE.issuperset(words):
        return ""
    if words.startswith("|"):
        return " | ".join(cell.strip() for cell in words.strip("|").split("|"))
    return words.replace(FENCE, "'''")
