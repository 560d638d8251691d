"""The Discovery API of the marketplace: which products are a SageMaker model or algorithm.

Addresses, fields and bounds are those of the service model ``marketplace-discovery`` of
2026-02-05, operation ``SearchListings``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrapy import Request
from scrapy.http import JsonRequest, Response

from modelstores.page import NotAProduct, clean, dig, read_json

#: The name and region that a signature is made for. One region serves the whole marketplace;
#: with a fixed one every user asks for the same address.
SERVICE, REGION = "aws-marketplace", "us-east-1"
HOST = f"discovery-marketplace.{REGION}.api.aws"
URL = f"https://{HOST}/2026-02-05/searchListings"
SEARCH = {
    "filters": [
        {
            "filterType": "FULFILLMENT_OPTION_TYPE",
            "filterValues": ["SAGEMAKER_MODEL", "SAGEMAKER_ALGORITHM"],
        }
    ],
    "maxResults": 100,  # the most
}
LISTING_ID = re.compile(r"[\w-]{1,255}", re.ASCII)
TOKEN = re.compile(r"[A-Za-z0-9+/=]{0,8192}")
ERROR_TYPE = re.compile(r"\w{1,100}", re.ASCII)


def search(url: str, token: str = "") -> JsonRequest:
    """Return the request, not yet signed, for the first page of the search or that of a token."""
    asked = SEARCH | ({"nextToken": token} if token else {})
    # A redirect is answered to nobody: what is signed is signed for this address.
    return JsonRequest(url, data=asked, meta={"dont_redirect": True, "handle_httpstatus_all": True})


def listed(response: Response, product_url: str) -> Iterator[Request]:
    """Yield requests for the products of a page of the search, and for its next page.

    Raises:
        NotAProduct: the API refused, or its answer is no page of a search.
    """
    if response.status != 200:
        raise NotAProduct(_refusal(response))
    answer = read_json(response.body)
    listed, token = dig(answer, "listingSummaries"), dig(answer, "nextToken") or ""
    if not isinstance(listed, list) or not isinstance(token, str) or not TOKEN.fullmatch(token):
        raise NotAProduct("the answer of the Discovery API is no page of a search")
    ids = [clean(dig(one, "listingId")) for one in listed]
    if not all(map(LISTING_ID.fullmatch, ids)):
        raise NotAProduct("the Discovery API lists something without a listing id")
    yield from (Request(product_url.format(id=one)) for one in ids)
    if token:
        yield search(response.url, token)


def _refusal(response: Response) -> str:
    """Return in one line what the API refused; its own words are not here any more: ``signing``."""
    said = (response.headers.get("X-Amzn-Errortype") or b"").decode("latin-1")
    kind = ERROR_TYPE.match(said)
    parts = [f"the Discovery API answered {response.status}", *([kind[0]] if kind else [])]
    if response.status in {401, 403}:
        parts.append("the AWS credentials are wrong, have expired or lack a permission")
    return ", ".join(parts)
