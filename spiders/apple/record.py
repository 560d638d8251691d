"""What the store's interfaces answer: a record of the lookup API, and charts."""

from __future__ import annotations

from typing import Any

from modelstores.page import MAX_ADDRESS, NotAProduct, clean, dig, number, objects, words
from spiders.apple.facts import Facts, numbers, text

#: most apps taken of one chart
MAX_CHART = 200


def read(body: Any, native_id: str) -> Facts:
    """Return what a lookup's answer says of the app with this track id.

    Raises:
        NotAProduct: it has no such app. A lookup answers 200 for apps that are gone, too.
    """
    named = (one for one in objects(dig(body, "results")) if str(one.get("trackId")) == native_id)
    record = next(named, None)
    if record is None:
        raise NotAProduct("the lookup has no app of this id: it is gone, or not sold here")

    def said(*keys: str) -> str:
        return next((value for key in keys if (value := clean(record.get(key)))), "")

    size, needs, site = said("fileSizeBytes"), said("minimumOsVersion"), said("sellerUrl")
    devices = ", ".join(words(record.get("supportedDevices")))
    systems = f"minimumOsVersion {needs}" if needs else ""
    price = number(record.get("price"))
    rating = {"rating": record.get("averageUserRating"), "ratings": record.get("userRatingCount")}
    rows = {
        "languages": ", ".join(dict.fromkeys(words(record.get("languageCodesISO2A")))),
        "size": f"{size} bytes" if size.isdigit() else "",
        "age rating": said("trackContentRating", "contentAdvisoryRating"),
        "compatibility": "; ".join(filter(None, (systems, devices))),
    }
    priced = "" if price is None else f"{price:g} {said('currency')}".strip()
    is_address = site.startswith(("http://", "https://")) and len(site) <= MAX_ADDRESS
    return Facts(
        name=said("trackName"),
        owner=said("sellerName", "artistName"),
        description=text(record.get("description")),
        notes=text(record.get("releaseNotes")),
        version=said("version"),
        price=said("formattedPrice") or priced,
        rows={label: value for label, value in rows.items() if value},
        counters=numbers(rating),
        links=[site] if is_address else [],
    )


def chart(body: Any) -> list[str]:
    """Return the track ids of a chart's body, in order, each once: at most MAX_CHART.

    There are three forms: the RSS feed of old (``feed.entry``: a list, or one object where
    there is one app), the one of today (``feed.results``), and plain ``resultIds``.
    """
    entry, plain = dig(body, "feed", "entry"), dig(body, "resultIds")
    entries = [entry] if isinstance(entry, dict) else objects(entry)
    ids = [
        *(dig(one, "id", "attributes", "im:id") for one in entries),
        *(one.get("id") for one in objects(dig(body, "feed", "results"))),
        *(plain if isinstance(plain, list) else []),
    ]
    said = [str(one) for one in ids if isinstance(one, str | int)]
    return list(dict.fromkeys(x for x in said if x.isascii() and x.isdigit()))[:MAX_CHART]
