"""Apple App Store: apps for Apple's devices, each a page and a record of the lookup API.

Operator  Apple, https://apps.apple.com
Crawled   two charts (top free, top paid: at most 100 apps each), and the page and record of
          each app they name. Charts are the only listings, and lead to apps only.
Robots    robots.txt was never seen: what it says is obeyed. Apple's media services terms
          apply; the lookup API is documented for affiliates.
Caveats   The id is the track id; country and short name in an address do not matter. A
          record cannot hold what only the page shows (``NOT_IN_RECORDS``). Records count a
          size in bytes, pages round it. App privacy is shown since December 2020.
Browser   not needed: the server renders the words, and puts its data beside them as JSON
          (``spiders/apple/eras.py``).
Seen      One record and two charts of 2018.
Known     From public programs: what each of the four eras of the page keeps its data in.
Assumed   The layout of whole pages: none was at hand. So rows are looked for in any ``<dt>``
          and ``<dd>``, headings by their words, and nothing by a class name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import scrapy
from scrapy.http import Response

from modelstores import page
from modelstores.items import Product
from modelstores.page import NotAProduct
from modelstores.spider import StoreSpider
from spiders.apple import eras, record
from spiders.apple.facts import Facts

APP = re.compile(r"(?:/[a-z]{2})?/app/(?:[^/]+/)?id(\d+)/?")
LOOKUP = re.compile(r"(?:/[a-z]{2})?/lookup/?")
HAS_DIGIT = re.compile(r"\d")
#: elements that no record has a field for
NOT_IN_RECORDS = ("permission", "local_installation", "end_user_license", "usage_statistics")
#: longest text stated (the section holds it whole) and longest name, in characters
MAX_STATED, MAX_NAME = 20_000, 500


class AppleSpider(StoreSpider):
    """Charts name apps; an app's page shows rows of information, its record the same data."""

    name = "apple"
    title = "Apple App Store"
    kind = "app"
    allowed_domains = [
        *("apps.apple.com", "itunes.apple.com", "rss.marketingtools.apple.com"),
        "developer.apple.com",
    ]
    start_urls = [
        f"https://rss.marketingtools.apple.com/api/v2/us/apps/{chart}/100/apps.json"
        for chart in ("top-free", "top-paid")
    ]
    native_id = r"\d+"
    product_url = "https://apps.apple.com/us/app/id{id}"
    record_url = "https://itunes.apple.com/lookup?id={id}"
    listing_url = (
        r"https?://(?:rss\.marketingtools\.apple\.com/api/v2/[a-z]{2}/apps/.+\.json"
        r"|(?:ax\.)?itunes\.apple\.com/(?:[a-z]{2}/rss/.+/json"
        r"|WebObjects/MZStoreServices\.woa/ws/(?:RSS/.+/json|charts))(?:\?.*)?)"
    )
    render = False
    beyond = {"record": NOT_IN_RECORDS}
    policy_urls = {
        "https://developer.apple.com/app-store/submitting/": ("online_submission",),
        "https://developer.apple.com/app-store/review/guidelines/": ("store_review_policy",),
    }
    labels = {
        "seller": "owner",
        "provider": "owner",
        "size": "size",
        "compatibility": "compatibility",
        "requirements": "compatibility",
        "requires": "compatibility",
        "languages": "language",
        "language": "language",
        "age rating": "age_rating",
        "rated": "age_rating",
        "price": "pricing",
        "in-app purchases": "pricing",
    }

    def product_id(self, url: str) -> str | None:
        """Return the track id of an app's page, whatever its country and short name."""
        parts = urlsplit(url)
        found = APP.fullmatch(parts.path)
        hosts = ("apps.apple.com", "itunes.apple.com")
        return found[1] if found and parts.hostname in hosts else None

    def record_id(self, url: str) -> str | None:
        """Return the track id that a lookup asks for, if it is one."""
        parts = urlsplit(url)
        if parts.hostname != "itunes.apple.com" or not LOOKUP.fullmatch(parts.path):
            return None
        asked = parse_qs(parts.query).get("id", [""])
        return asked[0] if asked[0].isascii() and asked[0].isdigit() else None

    def parse(self, response: Response, **_: object) -> Iterator[Product | scrapy.Request]:
        """Yield the product of a page or record, or requests for the apps of a chart."""
        if native_id := self.record_id(response.url):
            facts = record.read(page.read_json(response.body), native_id)
            yield self._product(native_id, "record", facts, list(NOT_IN_RECORDS))
        elif native_id := self.product_id(response.url):
            facts = eras.read(page.root(response), response.url)
            yield self._product(native_id, "page", facts, self._unread(facts))
        else:
            ids = record.chart(page.read_json(response.body))
            if not ids:
                raise NotAProduct("neither an app nor a chart of apps")
            for native_id in ids:
                yield scrapy.Request(self.product_url.format(id=native_id))

    def _unread(self, facts: Facts) -> list[str]:
        """Return the elements whose place on the page was not found."""
        unread = [] if facts.button else ["local_installation"]
        if not facts.rows:
            unread += [*self.labels.values(), "version_number", "release_notes"]
            unread += ["end_user_license"]
        if not facts.counters:
            unread.append("user_feedback")
        return [*unread, "description"]

    def _product(self, native_id: str, source: str, facts: Facts, unread: list[str]) -> Product:
        if not facts.name or not (facts.rows or facts.owner or facts.description):
            raise NotAProduct("no app is shown: a shell, or the app is gone")
        stated = self._stated(facts)
        held = {*stated, *(["description"] if facts.description else [])}
        rows = facts.rows if source == "page" else {}
        parts = {
            "Description": facts.description,
            "What's New": facts.notes,
            "Information": "\n".join(f"{label}: {value}" for label, value in rows.items()),
            "App Privacy": facts.privacy,
        }
        return Product(
            store=self.name,
            native_id=native_id,
            url=self.product_url.format(id=native_id),
            kind=self.kind,
            source=source,
            name=facts.name[:MAX_NAME],
            summary=page.summary([{"heading": "", "text": facts.description}]),
            stated=stated,
            sections=[{"heading": head, "text": words} for head, words in parts.items() if words],
            links=facts.links,
            counters=facts.counters,
            unread=sorted({element for element in unread if element not in held}),
        )

    def _stated(self, facts: Facts) -> dict[str, str]:
        stated: dict[str, str] = {}
        for label, value in facts.rows.items():
            element = self.labels.get(label, "")
            if element == "pricing":  # the price, and what is sold in the app
                said = f"{label}: {value}"
                stated[element] = "; ".join(filter(None, (stated.get(element), said)))
            elif element:
                stated.setdefault(element, value)
        others = {
            "owner": facts.owner,
            "pricing": facts.price,
            "compatibility": facts.requires if HAS_DIGIT.search(facts.requires) else "",
            "version_number": facts.version if HAS_DIGIT.search(facts.version) else "",
            "release_notes": facts.notes,
            "local_installation": facts.button,
            "end_user_license": facts.license,
        }
        return {k: words[:MAX_STATED] for k, words in {**others, **stated}.items() if words}
