"""The data in today's page: ``AF_initDataCallback({key: 'ds:5', ..., data:[...], ...});``.

Below ``[1][2]`` stands the app. In the first layout every field has its index there; in the
second, some fields stand in an object at the end, under the index plus one as a string.
Source: two public programs, google-play-scraper 1.2.7 (2024) and 10.1.3 (2025).
"""

from __future__ import annotations

import json
from typing import Any

from lxml import etree
from scrapy.http import HtmlResponse

from modelstores import page
from modelstores.page import NotAProduct, clean, number
from spiders.google.facts import Facts, count

KEY, DATA = "key: 'ds:5'", "data:"
DECODER = json.JSONDecoder()
#: the two layouts of what changes with a version: how it is named, and where each field is
LAYOUTS: dict[str, dict[str, tuple[int | str, ...]]] = {
    "by index": {
        "Version": (140, 0, 0, 0),
        "Requires Android": (140, 1, 1, 0, 0, 1),
        "Updated on": (145, 0, 0),
        "notes": (144, 1, 1),
    },
    "by name": {
        "Version": (-1, "141", 0, 0, 0),
        "Requires Android": (-1, "141", 1, 1, 0, 0, 1),
        "Updated on": (-1, "146", 0, 0),
        "notes": (-1, "145", 1, 1),
    },
}
OF_THE_VERSION = ("version_number", "compatibility", "release_notes")
MICROS = 1_000_000
#: heading of the rows that are made of data
INFORMATION = "App info"


def read(root: etree._Element) -> Facts | None:
    """Return what the data of a page says, or None if it holds none of an app."""
    app = at(_blob(root), 1, 2)
    name = clean(at(app, 0, 0))
    if not name:
        return None
    counters = {
        "rating": at(app, 51, 0, 1),
        "ratings": at(app, 51, 2, 1),
        "reviews": at(app, 51, 3, 1),
        "installs": at(app, 13, 1),
    }
    installs = clean(at(app, 13, 0))
    numbers = {key: value for key, v in counters.items() if (value := number(v)) is not None}
    if "installs" not in numbers and (value := count(installs)) is not None:
        numbers["installs"] = value
    rows = {
        "Downloads": installs,
        "Content rating": clean(at(app, 9, 0)),
        "In-app purchases": clean(at(app, 19, 0)),
        "Released on": clean(at(app, 10, 0)),
    }
    facts = Facts(
        name=name,
        owner=clean(at(app, 68, 0)) or clean(at(app, 69, 4, 0)),
        description=plain(at(app, 72, 0, 1)) or plain(at(app, 12, 0, 0, 1)),
        price=_price(app),
        counters=numbers,
    )
    layout = next((name for name in LAYOUTS if any(_fields(app, name).values())), None)
    facts.place = f"{INFORMATION} (ds:5 {layout})" if layout else INFORMATION
    if layout:
        fields = _fields(app, layout)
        facts.notes = plain(fields.pop("notes"))
        rows |= {label: clean(value) for label, value in fields.items()}
    else:
        facts.unread = list(OF_THE_VERSION)
    facts.rows = {label: value for label, value in rows.items() if value}
    return facts


def at(value: Any, *path: int | str) -> Any:
    """Return what stands at a path of indices and keys, or None where a step is not there."""
    for step in path:
        if isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        elif isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        else:
            return None
    return value


def plain(markup: object) -> str:
    """Return the lines of a text with mark-up (``<br>``, ``<b>``)."""
    if not isinstance(markup, str) or not markup.strip():
        return ""
    try:
        root = page.root(HtmlResponse("https://play.google.com/", body=markup, encoding="utf-8"))
    except NotAProduct:
        return ""
    return "\n".join(part["text"] for part in page.sections(root))


def _blob(root: etree._Element) -> Any:
    for script in root.iter("script"):
        _, key, rest = (script.text or "").partition(KEY)
        _, found, text = rest.partition(DATA) if key else ("", "", "")
        if found:
            try:
                return DECODER.raw_decode(text.lstrip())[0]
            except (ValueError, RecursionError):  # damaged: the words are still there
                return None
    return None


def _fields(app: Any, layout: str) -> dict[str, Any]:
    return {label: at(app, *path) for label, path in LAYOUTS[layout].items()}


def _price(app: Any) -> str:
    micros, currency = (at(app, 57, 0, 0, 0, 0, 1, 0, place) for place in (0, 1))
    if (value := number(micros)) is None:
        return ""
    return f"{value / MICROS:.2f} {clean(currency)}".strip()
