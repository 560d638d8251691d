"""The papers, repositories and pages that a product refers to, by canonical ids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from modelstores.elements.codebook import load
from modelstores.elements.text import LINKS, PRODUCT, SECTION, SECTIONS, clean
from modelstores.items import Product

#: References kept of one product. A card that has more is a bibliography.
MOST = 300
#: Longest address that is read; browsers and servers stop near it as well.
LONGEST = 2_000


class Reference(NamedTuple):
    """A reference: its kind ("arxiv", "doi", "github" or "url"), canonical id and address."""

    kind: str
    id: str
    url: str


_URL = re.compile(r"https?://[^\s<>\"'`\\{}|\[\]^]{1,2000}")
_NEW = r"\d\d(?:0[1-9]|1[0-2])\.\d{4,5}"
# Identifiers before April 2007; the subject class ("math.GT") is no part of the id.
_OLD = (
    r"(?:astro-ph|cond-mat|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math-ph|nucl-ex|nucl-th|quant-ph"
    r"|math|nlin|cs|cmp-lg|q-bio|q-fin|stat|physics)(?:\.[a-z]{2})?/\d{7}"
)
_ARXIV = re.compile(rf"(?<![\d.])({_NEW}|{_OLD})(?!\d)")
_ARXIV_MENTION = re.compile(rf"\barxiv\s?[:.]?\s?({_NEW}|{_OLD})(?!\d)")
#: Hosts whose addresses hold an arXiv id.
_ARXIV_HOSTS = ("arxiv.org", "alphaxiv.org", "ar5iv.org", "huggingface.co/papers")
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s<>\"'`\\{}|^]{1,300}")
_ARXIV_DOI = "10.48550/arxiv."
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,99})")
#: First parts of paths on github.com that are no account.
_NO_ACCOUNT = {
    "about",
    "apps",
    "collections",
    "contact",
    "customer-stories",
    "enterprise",
    "explore",
    "features",
    "issues",
    "join",
    "login",
    "marketplace",
    "notifications",
    "orgs",
    "pricing",
    "pulls",
    "search",
    "security",
    "settings",
    "site",
    "sponsors",
    "stars",
    "topics",
    "trending",
    "users",
}
_TRAILING = ".,;:!?*_\u3002\uff0c"


def references(product: Product) -> list[Reference]:
    """Return what links, stated origin and text refer to: sorted, each once, at most MOST.

    arXiv ids come without version, and also where a DOI of arXiv stands; DOIs
    and GitHub's owner/repository in lower case. What card templates bring
    along is left out.
    """
    if not (product.links or product.sections or "origin" in product.stated):
        return []
    ignored = load().ignored_links
    found: dict[tuple[str, str], Reference] = {}
    for reference in _all(product):
        address = _without_scheme(reference.url).lower()
        if not address.startswith(ignored):
            found.setdefault(reference[:2], reference)
        if len(found) >= MOST:
            break
    return sorted(found.values())


def _all(product: Product) -> Iterator[Reference]:
    for link in product.links[:LINKS]:
        yield from _of_url(link)
    texts = [product.stated.get("origin", "")]
    texts += [section["text"] for section in product.sections[:SECTIONS]]
    left = PRODUCT
    for text in texts:
        part = text[: min(SECTION, left)]
        left -= len(part)
        yield from _of_text(part)


def _of_text(text: str) -> Iterator[Reference]:
    low = text.lower()
    if "http" in low:
        for match in _URL.finditer(text):
            yield from _of_url(match[0])
    if "arxiv" in low:
        for match in _ARXIV_MENTION.finditer(low):
            yield _arxiv(match[1])
    if "10." in low:
        for match in _DOI.finditer(low):
            yield _doi(match[0])


def _of_url(url: str) -> Iterator[Reference]:
    url = _trimmed(url[:LONGEST])
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    host = parts.netloc.rpartition("@")[2].partition(":")[0].lower().removeprefix("www.")
    if parts.scheme not in {"http", "https"} or "." not in host:
        return
    path = unquote(parts.path).lower()
    place = host + path
    if any(known in place for known in _ARXIV_HOSTS) and (match := _ARXIV.search(path)):
        yield _arxiv(match[1])
    elif host in {"doi.org", "dx.doi.org"} and (match := _DOI.search(path)):
        yield _doi(match[0])
    elif (repository := _repository(host, path)) is not None:
        yield Reference("github", repository, f"https://github.com/{repository}")
    else:
        address = clean(url.partition("#")[0], LONGEST)
        address_id = host + parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")
        yield Reference("url", clean(address_id, LONGEST), address)


def _arxiv(name: str) -> Reference:
    archive, slash, number = name.partition("/")
    name = archive.partition(".")[0] + slash + number if slash else name
    return Reference("arxiv", name, f"https://arxiv.org/abs/{name}")


def _doi(doi: str) -> Reference:
    doi = _trimmed(doi)
    if doi.startswith(_ARXIV_DOI) and (match := _ARXIV.match(doi[len(_ARXIV_DOI) :])):
        return _arxiv(match[1])
    return Reference("doi", doi, f"https://doi.org/{doi}")


def _repository(host: str, path: str) -> str | None:
    """Return owner/repository of an address on GitHub, or None."""
    if host not in {"github.com", "raw.githubusercontent.com"}:
        return None
    owner, _, rest = path.strip("/").partition("/")
    name = rest.partition("/")[0].removesuffix(".git")
    if owner in _NO_ACCOUNT:
        return None
    if not _NAME.fullmatch(owner) or not _NAME.fullmatch(name):
        return None
    return f"{owner}/{name}"


def _trimmed(address: str) -> str:
    """Return an address without the punctuation of the sentence that it stood in."""
    address = address.rstrip(_TRAILING)
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address[:-1].rstrip(_TRAILING)
    return address


def _without_scheme(url: str) -> str:
    return url.partition("://")[2].removeprefix("www.")
