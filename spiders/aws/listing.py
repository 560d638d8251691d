"""The data of a product page: a cache of answered queries, each known by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from modelstores.lines import MAX_TEXT
from modelstores.page import NotAProduct, clean, dig, objects, read_json

DATA = etree.XPath("//script[@id='vike_pageContext']")
#: pageId of what is answered for a product that is no longer offered
DELISTED = "/ppV2/default"
#: what stands for no value: undefined, a mere date, and the day a clock begins
NOTHING = re.compile(r"!undefined|!Date:.{0,40}|1970-01-01(?:T[\d:.]{0,20}Z?)?")
TYPE = "fulfillmentOptionType"
VERSION = ("fulfillmentOptionVersion", "version", "versionName", "versionTitle")
RECOMMENDED = re.compile(r"recommended(\w{1,60})InstanceType")
WORD = re.compile(r"[A-Z][a-z]+")
#: delivery options that put the product into the customer's part of the AWS cloud
INTO_THE_CLOUD = (
    *("SAGEMAKER_MODEL", "SAGEMAKER_ALGORITHM", "AMAZON_MACHINE_IMAGE", "CLOUDFORMATION"),
    *("CONTAINER", "HELM", "EKS", "EC2_IMAGE_BUILDER"),
)
DEPLOYED = "DEPLOYED_ON_AWS"
MAX_COUNT, MAX_RATING = 10**9, 5
MAX_CATEGORIES, MAX_CATEGORY = 50, 200


def answers(root: etree._Element, native_id: str) -> dict[str, Any]:
    """Return ``{"Detail", "Usage", "Pricing", "reviews": answer or None}`` of a product page.

    Queries are found by their name and the listing they ask for: others in the cache are
    of other products, or written by machine.

    Raises:
        NotAProduct: the page holds no data, or none of this listing.
    """
    scripts = DATA(root)
    if not scripts:
        raise NotAProduct("the page holds no data")
    context = read_json(scripts[0].text)
    found: dict[str, Any] = dict.fromkeys(("Detail", "Usage", "Pricing", "reviews"))
    for query in objects(dig(context, "dehydratedState", "queries")):
        key = query.get("queryKey")
        _, kind, asked = [*key, None, None, None][:3] if isinstance(key, list) else (None,) * 3
        if dig(asked, "listingId") != native_id:
            continue
        name = "reviews" if kind == "reviewsV2" else dig(asked, "queryName")
        answer = dig(query, "state", "data")
        if isinstance(name, str) and name in found and isinstance(answer, dict):
            found[name] = answer
    if found["Detail"] is None:
        if clean(dig(context, "pageId")).endswith(DELISTED):
            raise NotAProduct("delisted: the page is answered without a product")
        raise NotAProduct("the page holds no data of its product")
    return found


def text(value: object) -> str:
    """Return a string of the data with its lines; "" for what stands for no value."""
    if not isinstance(value, str) or NOTHING.fullmatch(value):
        return ""
    return value[:MAX_TEXT].strip()


def line(value: object) -> str:
    """Return a string of the data on one line; "" for what stands for no value."""
    return clean(text(value))


def fields(value: object) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a JSON value at any depth, in order, without recursion."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            yield from one.items()
            left.extend(reversed(one.values()))
        elif isinstance(one, list):
            left.extend(reversed(one))


def texts(value: object, *names: str) -> list[str]:
    """Return each text in the fields of these names, at any depth, once."""
    found: dict[str, None] = {}
    for name, said in fields(value):
        if name in names:
            for one in said if isinstance(said, list) else [said]:
                found[text(one)] = None
    found.pop("", None)
    return list(found)


def methods(options: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield name and kind of each delivery option, as ("SaaS", "SAAS")."""
    for option in options:
        kind = line(dig(option, TYPE, f"{TYPE}Id"))
        yield line(dig(option, TYPE, f"{TYPE}Name")) or kind, kind


def cloud(detail: Any, options: list[dict[str, Any]]) -> dict[str, None]:
    """Return the words that say that the product is deployed in the cloud of AWS."""
    named = (name for name, kind in methods(options) if kind.startswith(INTO_THE_CLOUD))
    badges = objects(dig(detail, "listingSummaryView", "badges"))
    shown = (line(badge.get("displayName")) for badge in badges if badge.get("value") == DEPLOYED)
    return dict.fromkeys(filter(None, (*named, *shown)))


def categories(overview: Any) -> list[str]:
    """Return the names of the categories that the product is in."""
    listed = objects(dig(overview, "categories"))[:MAX_CATEGORIES]
    named = (line(one.get("categoryName"))[:MAX_CATEGORY].rstrip() for one in listed)
    return list(dict.fromkeys(filter(None, named)))


def version(options: list[dict[str, Any]]) -> str:
    """Return the version of the first delivery option that names one with a figure in it.

    A version deeper in the data is of something else: a service, an interface.
    """
    for option in options:
        for said in (option.get(name) for name in VERSION):
            for named in texts(said, *VERSION) if isinstance(said, dict) else [line(said)]:
                if any(letter.isdecimal() for letter in named):
                    return line(named)
    return ""


def recommended(options: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the kinds of machine that the seller recommends, and what for."""
    for name, said in fields(options):
        purpose = RECOMMENDED.fullmatch(name)
        if purpose and line(said):
            words = " ".join(WORD.findall(purpose[1])).lower()
            yield f"Recommended instance type, {words}: {line(said)}"


def counters(reviews: Any) -> dict[str, float]:
    """Return the number of reviews and, where there are any, the rating that the page shows.

    Nothing at all is returned where the reviews could not be read.
    That is the mean over all who provide reviews; the field "AverageCustomerRating" is
    rounded to whole stars and leaves the others out.
    """
    listed = dig(reviews, "ProviderSummaries")
    if not isinstance(listed, list) or dig(reviews, "IsErrorResponse"):
        return {}
    providers = [
        (_within(one.get("Count"), MAX_COUNT), _within(one.get("AverageRating"), MAX_RATING))
        for one in objects(listed)
    ]
    count = sum(count for count, _ in providers)
    if count == 0:
        return {"reviews": 0}
    rating = sum(count * rating for count, rating in providers) / count
    return {"rating": round(rating, 1), "reviews": count}


def _within(value: object, most: int) -> float:
    """Return a number from 0 to ``most``; 0 for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return value if 0 <= value <= most else 0
