"""Google Play: Android apps, one page each.

Operator  Google, https://play.google.com
Crawled   the two front pages that show today's charts (apps, games), and the pages of the
          apps they name. A chart leads to apps only: no search, no category, no developer.
Robots    robots.txt was never seen: what it says is obeyed. Google Play's terms apply. The
          store answers 429 when it is asked too often.
Caveats   The id is the package name; other parts of the query (hl, gl) do not matter. Size is
          no longer published. Permissions come when somebody asks for them: a page of 2018
          says only that they can be viewed, one of today says nothing (unread).
Browser   not needed, the server renders: the words of 2018 are in the HTML, and today's page
          holds its data as JSON in ``AF_initDataCallback`` (``spiders/google/data.py``).
Seen      One app page, three charts, an empty chart, a developer's page and twelve answers
          429, all of 2018.
Known     From two public programs that agree: the places of today's data, in two layouts.
Assumed   Headings and "Install" in today's HTML; that the front pages still name charts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import scrapy
from lxml import etree
from scrapy.http import Response

from modelstores import page
from modelstores.items import Product
from modelstores.page import NotAProduct
from modelstores.spider import StoreSpider
from spiders.google import data, words
from spiders.google.facts import Facts

DETAILS = re.compile(r"/store/apps/details(?:/[^/]*)?/?")
HAS_DIGIT = re.compile(r"\d")
NEED_A_FIGURE = frozenset({"size", "version_number", "compatibility"})
#: longest text stated (the section holds it whole) and longest name, in characters; most
#: apps taken of one chart
MAX_STATED, MAX_NAME, MAX_CHART = 20_000, 500, 200


class GoogleSpider(StoreSpider):
    """Charts name apps; a page shows labelled rows (2018), or holds arrays of data (today)."""

    name = "google"
    title = "Google Play"
    kind = "app"
    allowed_domains = ["play.google.com", "support.google.com"]
    start_urls = [f"https://play.google.com/store/{part}?hl=en&gl=us" for part in ("apps", "games")]
    native_id = r"[A-Za-z]\w*(?:\.\w+)+"
    product_url = "https://play.google.com/store/apps/details?id={id}&hl=en&gl=us"
    listing_url = (
        r"https://play\.google\.com/store/(?:apps|games"
        r"|apps/(?:category/\w+/)?collection/\w+)(?:\?[^#]*)?"
    )
    render = False
    policy_urls = {
        "https://support.google.com/googleplay/android-developer/answer/9859348": (
            "online_submission",
        ),
        "https://support.google.com/googleplay/android-developer/answer/9859455": (
            "store_review_policy",
        ),
    }
    labels = {
        "offered by": "owner",
        "size": "size",
        "current version": "version_number",
        "version": "version_number",
        "requires android": "compatibility",
        "android os": "compatibility",
        "content rating": "age_rating",
        "in-app products": "pricing",
        "in-app purchases": "pricing",
        "permissions": "permission",
        "app permissions": "permission",
    }

    def product_id(self, url: str) -> str | None:
        """Return the package name that an app's address asks for."""
        parts = urlsplit(url)
        if parts.hostname != "play.google.com" or not DETAILS.fullmatch(parts.path):
            return None
        asked = parse_qs(parts.query).get("id", [""])[0]
        return asked if re.fullmatch(self.native_id, asked, re.ASCII) else None

    def parse(self, response: Response, **_: object) -> Iterator[Product | scrapy.Request]:
        """Yield the product of an app's page, or requests for the apps of a chart."""
        root = page.root(response)
        if native_id := self.product_id(response.url):
            yield self._app(root, response.url, native_id)
            return
        if not re.fullmatch(self.listing_url, response.url.partition("#")[0]):
            raise NotAProduct("neither an app nor a chart")
        links = page.links(root, response.url)
        ids = dict.fromkeys(filter(None, map(self.product_id, links)))
        if not ids:
            raise NotAProduct("a chart that names no app")
        for native_id in list(ids)[:MAX_CHART]:
            yield scrapy.Request(self.product_url.format(id=native_id))

    def _app(self, root: etree._Element, url: str, native_id: str) -> Product:
        facts = words.read(root, url)
        facts.complete(data.read(root))
        if not facts.name or not (facts.rows or facts.owner):
            raise NotAProduct("no app is shown: a shell, or the app is gone")
        stated = self._stated(facts)
        about = facts.description or facts.about
        return Product(
            store=self.name,
            native_id=native_id,
            url=self.product_url.format(id=native_id),
            kind=self.kind,
            source="page",
            name=facts.name[:MAX_NAME],
            summary=page.summary([{"heading": "", "text": about}]),
            stated=stated,
            sections=[
                {"heading": heading, "text": text} for heading, text in facts.sections() if text
            ],
            links=facts.links,
            counters=facts.counters,
            unread=sorted({x for x in self._unread(facts) if x not in stated}),
        )

    def _unread(self, facts: Facts) -> list[str]:
        """Return the elements whose place on the page was not found."""
        unread = ["permission", *facts.unread]
        if not facts.button:
            unread.append("local_installation")
        if not facts.description and not facts.about:
            unread.append("description")
        if not facts.rows:
            unread += [*self.labels.values(), "release_notes"]
            unread += [] if "rating" in facts.counters else ["user_feedback"]
            unread += [] if "installs" in facts.counters else ["usage_statistics"]
        return unread

    def _stated(self, facts: Facts) -> dict[str, str]:
        """Return what is stated; where an element needs a figure, only what has a digit."""
        stated = {
            "owner": facts.owner,
            "pricing": f"Price: {facts.price}" if facts.price else "",
            "release_notes": facts.notes,
            "local_installation": facts.button,
            "end_user_license": facts.terms,
            "online_submission": facts.developers,
        }
        for label, value in facts.rows.items():
            element = self.labels.get(label.lower(), "")
            if element == "pricing":
                stated[element] = "; ".join(filter(None, (stated[element], f"{label}: {value}")))
            elif element in NEED_A_FIGURE and not HAS_DIGIT.search(value):
                continue  # "Varies with device"
            elif element:
                said = f"{label}: {value}" if element in {"permission", "compatibility"} else value
                stated.setdefault(element, said)
        return {element: said[:MAX_STATED] for element, said in stated.items() if said}
