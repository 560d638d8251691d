"""Which listings are versions of one model (the paper: 231 addresses, 228 models)."""

from __future__ import annotations

import re
from typing import Any

from modelstores.items import Product
from modelstores.page import dig, objects
from modelstores.similarity import similarity
from spiders.aws.listing import line

#: at a name's end: "v2", "(v1.0)", "- Version 3", "release 2"
VERSION_WORDS = re.compile(
    r"[\s,_(\[-]+(?:v|ver|version|release|rev)[ .]?\d{1,4}(?:\.\d{1,4}){0,3}[)\]]?$"
)


def keys(detail: Any) -> tuple[str, ...]:
    """Return the keys of a listing (its answer "Detail"): those that share one are one product.

    They are the seller with the product's id, and the seller with the name without version
    words at its end and the algorithm that the whole name names: YOLO v3 and YOLO v5 are two
    algorithms, not two versions of one model. A listing that names no seller has none.
    """
    overview = dig(detail, "listingDetail", "overview")
    creator = dig(overview, "creator")
    seller = line(dig(creator, "creatorId")) or line(dig(creator, "creatorName"))
    if not seller:
        return ()
    ids = [
        line(dig(entity, "product", "productId"))
        for entity in objects(dig(overview, "associatedEntities"))
    ]
    found = [f"{seller}|id|{one}" for one in ids if one]
    name = line(dig(overview, "listingName"))
    if bare := bare_name(name):
        found.append(f"{seller}|name|{bare}|{_algorithm(name)}")
    return tuple(found)


def bare_name(name: str) -> str:
    """Return a name in lower case, without the version words at its end."""
    low = name.lower().strip()
    return VERSION_WORDS.sub("", low[:500])


def _algorithm(name: str) -> str:
    """Return the algorithm, with its variant, that a name names; "" for none."""
    only = Product(store="", native_id="", url="", kind="model", source="page", name=name)
    found = similarity(only)
    return "-".join(filter(None, (found["algorithm"], found["variant"])))
