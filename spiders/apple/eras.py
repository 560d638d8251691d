"""An app's page in its four eras: the same facts, in other places.

2018-19  server-rendered; JSON-LD ``SoftwareApplication``; rows of ``<dt>`` and ``<dd>``
2019-21  the same, and data in ``script#shoebox-ember-data-store``
2021-24  the same, and data in ``script#shoebox-media-api-cache-apps``
2024-    the same, and data in ``script#serialized-server-data``

JSON-LD and words come first, for they are in all eras; the data completes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import dropwhile
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from modelstores import page
from modelstores.lines import collapse
from modelstores.page import NotAProduct, clean, dig, number, objects
from spiders.apple.facts import Facts, numbers, text

APPS = ("SoftwareApplication", "MobileApplication")
VERSION = re.compile(r"version\s+(\d\S{0,60})", re.IGNORECASE)
#: headings of release notes, and lines below them that are none
NEW = ("what's new", "what\u2019s new")
CHROME = ("version history", "more", "less")
#: headings below which other apps are shown
OTHERS = ("more by", "you may also like", "you might also like", "similar", "featured in")
#: what a control says that brings the app onto a device
GET = re.compile(
    r"get|install|download|(?:[$\u20ac\u00a3] ?\d[\d.,]*|\d[\d.,]* ?[$\u20ac\u00a3])(?: buy)?|buy"
    r"|(?:get|view|open) (?:it )?(?:in|on) (?:the )?(?:mac )?app store",
    re.IGNORECASE,
)
EULA = re.compile(r"(?:end[- ]user )?licen[sc]e agreement|eula", re.IGNORECASE)
#: longest value of a row, in characters
MAX_VALUE = 5_000


def read(root: etree._Element, url: str) -> Facts:
    """Return what a page of any era says."""
    facts = Facts()
    for script in root.iter("script"):
        if script.get("type") == "application/ld+json":
            facts.complete(_from_json_ld(_json(script)))
    facts.complete(_from_words(root, url))
    for script in root.iter("script"):
        if read_era := ERAS.get(script.get("id") or ""):
            facts.complete(read_era(_json(script)))
    return facts


def _json(script: etree._Element) -> Any:
    try:
        return page.read_json(script.text)
    except NotAProduct:  # damaged data says nothing; the words are still there
        return None


# --- what all eras have ---


def _from_json_ld(data: Any) -> Facts:
    named = objects(data) or objects([data])
    app = next((one for one in named if one.get("@type") in APPS), {})
    rating = {
        "rating": dig(app, "aggregateRating", "ratingValue"),
        "ratings": dig(app, "aggregateRating", "ratingCount")
        or dig(app, "aggregateRating", "reviewCount"),
    }
    price = dig(app, "offers", "price")
    words = [f"{price:g}"] if number(price) is not None else page.words(price)
    return Facts(
        name=clean(app.get("name")),
        owner=clean(dig(app, "author", "name")),
        description=text(app.get("description")),
        price=" ".join([*words, clean(dig(app, "offers", "priceCurrency"))]) if words else "",
        requires=clean(app.get("operatingSystem")),
        counters=numbers(rating),
    )


def _from_words(root: etree._Element, url: str) -> Facts:
    title = root.find(".//h1")
    facts = Facts(name=clean(title.text) if title is not None else "", rows=dict(_rows(root)))
    times = {page.text(node) for node in root.iter("time")}
    for section in page.sections(root, levels="h1 h2"):
        heading, lines = section["heading"].lower(), section["text"].split("\n")
        if heading.startswith(NEW):
            version = next((line for line in lines if VERSION.fullmatch(line)), "")
            facts.version = VERSION.sub(r"\1", version)
            chrome = {version, *times}
            facts.notes = "\n".join(
                line for line in lines if line not in chrome and line.lower() not in CHROME
            )
        elif heading.startswith("app privacy"):
            facts.privacy = section["text"]
    for node in _own(root, title):
        if node.tag not in ("a", "button"):
            continue
        words = page.text(node)
        if not facts.button and GET.fullmatch(words):
            facts.button = words
        elif not facts.license and EULA.fullmatch(words):
            facts.license = words
        facts.links += [link for link in page.links(node, url) if not _is_of_apple(link)]
    facts.links = list(dict.fromkeys(facts.links))[: page.MAX_LINKS]
    return facts


def _own(root: etree._Element, title: etree._Element | None) -> Iterator[etree._Element]:
    """Yield what stands below the title, up to a heading below which other apps are shown."""
    for node in dropwhile(lambda one: title is not None and one is not title, root.iter()):
        if node.tag in ("h2", "h3") and page.text(node).lower().startswith(OTHERS):
            return
        yield node


def _is_of_apple(link: str) -> bool:
    return f".{urlsplit(link).hostname}".endswith((".apple.com", ".mzstatic.com"))


def _rows(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield (label, value) of each term; of a value cut short, what its aria-label has whole."""
    found: set[str] = set()
    for term in root.iter("dt"):
        label = page.text(term).rstrip(" :").lower()
        if not 0 < len(label) <= page.MAX_LABEL or label in found:
            continue
        values: list[str] = []
        for node in term.itersiblings():
            if node.tag == "dt" and page.text(node):
                break
            if node.tag == "dd":
                values.append(_whole(node))
        value = "; ".join(filter(None, values))[:MAX_VALUE]
        if value:
            found.add(label)
            yield label, value


def _whole(node: etree._Element) -> str:
    shown = page.text(node)
    begun = shown.partition("\u2026")[0].partition("...")[0][:20].strip()
    full = [collapse(one.get("aria-label") or "") for one in node.iter() if one.get("aria-label")]
    return max((w for w in full if begun and w.startswith(begun)), key=len, default=shown)


# --- what only some have ---


def _from_store(data: Any) -> Facts:
    """Read ``{id: {"data": {"attributes": ...}}}`` of 2019-21."""
    for one in data.values() if isinstance(data, dict) else ():
        if isinstance(attributes := dig(one, "data", "attributes"), dict):
            return _from_attributes(attributes)
    return Facts()


def _from_cache(data: Any) -> Facts:
    """Read the JSON in JSON of 2021-24, ``{key: '{"d": [{"attributes": ...}]}'}``."""
    for one in data.values() if isinstance(data, dict) else ():
        try:
            inner = page.read_json(one if isinstance(one, str) else None)
        except NotAProduct:
            continue
        for app in objects(dig(inner, "d")):
            if isinstance(attributes := app.get("attributes"), dict):
                return _from_attributes({**app, **attributes})
    return Facts()


def _from_attributes(app: dict[str, Any]) -> Facts:
    platforms = app.get("platformAttributes")
    on = next(iter(objects(list(platforms.values()))), {}) if isinstance(platforms, dict) else {}
    latest = next(iter(objects(on.get("versionHistory") or app.get("versionHistory"))), {})
    offer = next(iter(objects(on.get("offers"))), {})
    rows = {
        "seller": clean(on.get("seller")) or clean(app.get("artistName")),
        "languages": ", ".join(page.words(on.get("languageList"))),
        "compatibility": clean(on.get("requirementsString")) or clean(on.get("minimumOSVersion")),
        "age rating": clean(dig(app, "contentRatingsBySystem", "appsApple", "name")),
    }
    rating = {
        "rating": dig(app, "userRating", "value"),
        "ratings": dig(app, "userRating", "ratingCount"),
    }
    return Facts(
        name=clean(app.get("name")),
        owner=rows["seller"],
        description=text(dig(on, "description", "standard")),
        notes=text(latest.get("releaseNotes")),
        version=clean(latest.get("versionDisplay")),
        price=clean(offer.get("priceFormatted")),
        privacy=_privacy(dig(app, "privacy", "privacyTypes")),
        rows={label: value for label, value in rows.items() if value},
        counters=numbers(rating),
    )


def _from_shelves(data: Any) -> Facts:
    """Read ``shelfMapping`` of the pages since late 2024."""
    first = next(iter(objects(data) or objects(dig(data, "data"))), {})
    shelves = dig(first, "data", "shelfMapping")
    if not isinstance(shelves, dict):
        return Facts()

    def items(shelf: str) -> list[dict[str, Any]]:
        return objects(dig(shelves, shelf, "items"))

    latest = next(iter(items("mostRecentVersion")), {})
    rated = next(iter(items("productRatings")), {})
    counted = {"rating": rated.get("ratingAverage"), "ratings": rated.get("totalNumberOfRatings")}
    rows = {
        title.lower(): value[:MAX_VALUE]
        for item in items("information")
        if (title := clean(item.get("title"))) and (value := "; ".join(_said(item)))
    }
    about = [text(item.get("text")) for item in items("productDescription")]
    return Facts(
        name=clean(dig(first, "data", "lockup", "title")) or clean(dig(first, "data", "title")),
        owner=rows.get("seller") or rows.get("provider") or "",
        description="\n".join(about),
        notes=text(latest.get("text")),
        version=VERSION.sub(r"\1", clean(latest.get("primarySubtitle"))),
        privacy=_privacy(items("privacyTypes")),
        rows=rows,
        counters=numbers(counted),
    )


def _said(item: dict[str, Any]) -> list[str]:
    """Return the words of a row: its items' headings, texts and pairs, or its summary."""
    found: list[str] = []
    for one in objects(item.get("items_V3")) or objects(item.get("items")):
        pairs = one.get("textPairs")
        found += [" ".join(page.words(pair)) for pair in (pairs if isinstance(pairs, list) else [])]
        keys = ("heading", "text", "leadingText", "trailingText")
        found.append(" ".join(filter(None, (clean(one.get(key)) for key in keys))))
    return [words for words in found if words] or page.words(item.get("summary"))


def _privacy(types: object) -> str:
    """Return a line for each kind of data use: its title, and the kinds of data."""
    lines = []
    for one in objects(types):
        title = clean(one.get("privacyType")) or clean(one.get("title"))
        kinds = [
            clean(kind.get("dataCategory")) or clean(kind.get("title"))
            for kind in objects(one.get("dataCategories")) + objects(one.get("categories"))
        ]
        said = ", ".join(filter(None, kinds))
        lines.append(f"{title}: {said}" if said else title)
    return "\n".join(filter(None, lines))


ERAS = {
    "shoebox-ember-data-store": _from_store,
    "shoebox-media-api-cache-apps": _from_cache,
    "serialized-server-data": _from_shelves,
}
