"""The words of a page: label and value pairs, headings, buttons, microdata (all eras).

Class names are generated, and tied to a build of the site: nothing is found by them.
"""

from __future__ import annotations

import re
from itertools import dropwhile
from urllib.parse import urlsplit

from lxml import etree

from modelstores import page
from spiders.google.facts import Facts, count

NEW, ABOUT, SAFETY = ("what's new", "what\u2019s new"), "about this app", "data safety"
#: heading of the rows, and the labels that may stand below it (2018, and today's dialog)
INFORMATION = "Additional Information"
LABELS = frozenset(
    {
        *("updated", "size", "installs", "current version", "requires android", "content rating"),
        *("interactive elements", "in-app products", "permissions", "offered by", "developer"),
        *("eligible for family library", "report", "version", "android os", "downloads"),
        *("in-app purchases", "updated on", "released on", "app permissions"),
    }
)
#: what ends a value and is only a link to the store's help; longest value, in characters
HELP = re.compile(r"\s*learn more\Z", re.IGNORECASE)
MAX_VALUE = 2_000
INSTALLS = ("installs", "downloads")
CHROME = frozenset({"read more", "show more", "see more", "show less", "arrow_forward"})
INSTALL = re.compile(r"install|pre-register|(?:\S{1,15} )?buy", re.IGNORECASE)
TERMS = re.compile(r"\bagree\w* to\b.{0,60}\bterms\b", re.IGNORECASE)
DEVELOPER_SITES = (
    *("developer.android.com", "play.google.com/console", "play.google.com/apps/publish"),
)


def read(root: etree._Element, url: str) -> Facts:
    """Return what the words of a page say; facts are empty where it has none."""
    facts = Facts(name=_named(root, "name"), rows=_rows(root))
    facts.place = INFORMATION if facts.rows else ""
    title = root.find(".//h1")
    if title is not None:
        facts.name = page.text(title) or facts.name
    for section in page.sections(root, levels="h1 h2"):
        heading = section["heading"].lower()
        text = "\n".join(x for x in section["text"].split("\n") if x.lower() not in CHROME)
        if heading.startswith(NEW):
            facts.notes = text
        elif heading.startswith(ABOUT):
            facts.about = text
        elif heading.startswith(SAFETY):
            facts.kept[section["heading"]] = text
    facts.description = _description(root)
    facts.price = _named(root, "price")
    lower = {label.lower(): value for label, value in facts.rows.items()}
    facts.owner = lower.get("offered by") or _developer(root)
    numbers = {
        "rating": count(_named(root, "ratingValue")),
        # the microdata says "reviewCount", the page itself "ratings"
        "ratings": count(_named(root, "reviewCount")),
        "installs": next((count(lower[label]) for label in INSTALLS if label in lower), None),
    }
    facts.counters = {name: value for name, value in numbers.items() if value is not None}
    said = (x for node in root.iter("button") for x in (page.text(node), node.get("aria-label")))
    facts.button = next((page.clean(words) for words in said if INSTALL.fullmatch(words or "")), "")
    _read_foot(root, facts)
    below_title = dropwhile(lambda node: node is not title, root.iter())
    links = (x for node in below_title if node.tag == "a" for x in page.links(node, url))
    own = dict.fromkeys(link for link in links if not _is_of_google(link))
    facts.links = list(own)[: page.MAX_LINKS]
    return facts


def _is_of_google(link: str) -> bool:
    return f".{urlsplit(link).hostname}".endswith((".google.com", ".android.com"))


def _read_foot(root: etree._Element, facts: Facts) -> None:
    """Read the sentence that names the terms, and where developers are led to."""
    lines = (line for part in page.sections(root) for line in part["text"].split("\n"))
    facts.terms = next((line for line in lines if TERMS.search(line)), "")
    for anchor in root.iter("a"):
        place = (anchor.get("href") or "").partition("://")[2]
        if place.startswith(DEVELOPER_SITES):
            facts.developers = page.text(anchor)
            return


def _rows(root: etree._Element) -> dict[str, str]:
    """Return {label: value}: an element that holds a known label and nothing else, and what
    follows it in the same element."""
    found: dict[str, str] = {}
    read: set[str] = set()
    for node in root.iter("div", "span", "dt", "th"):
        label = page.clean(node.text) if not len(node) else ""
        if label.lower() not in LABELS - read:
            continue
        value = " ".join(filter(None, (page.text(one) for one in node.itersiblings())))
        if value := HELP.sub("", value)[:MAX_VALUE]:
            read.add(label.lower())
            found[label] = value
    return found


def _named(root: etree._Element, name: str) -> str:
    """Return the first value of a microdata property."""
    for node in root.xpath("//*[@itemprop=$name]", name=name):
        if value := page.clean(node.get("content")) or page.text(node):
            return value
    return ""


def _description(root: etree._Element) -> str:
    """Return the author's text with its lines: the part marked as description before any
    heading "What's New", whose notes are marked the same."""
    for node in root.iter():
        if node.tag == "h2" and page.text(node).lower().startswith(NEW):
            return ""
        if node.get("itemprop") == "description" and node.tag != "meta":
            parts = [s["text"] for s in page.sections(node)]
            lines = [x for part in parts for x in part.split("\n") if x.lower() not in CHROME]
            if lines:
                return "\n".join(lines)
    return ""


def _developer(root: etree._Element) -> str:
    for anchor in root.iter("a"):
        if urlsplit(anchor.get("href") or "").path in ("/store/apps/dev", "/store/apps/developer"):
            return page.text(anchor)
    return ""
