"""Store: what a spider says of its store, and what follows from it without any crawl."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from modelstores import page
from modelstores.elements import codebook
from modelstores.items import Capture, Policy, Product

#: Longest title kept of a policy page, in characters.
MAX_TITLE = 500


class Store:
    """One store: its addresses and labels, and how a page of it is read."""

    #: the spider's name: the store's short name everywhere
    name: str
    #: the store's name as reports print it
    title: ClassVar[str]
    #: "model" or "app"
    kind: ClassVar[str] = "model"
    #: hosts of the store, their subdomains included: nothing else is followed or believed
    allowed_domains: ClassVar[list[str]]
    #: whether the store has left the web: only its past, or an archive, can be read
    gone: ClassVar[bool] = False
    #: addresses of the listings a full crawl starts from
    start_urls: list[str]
    #: regular expression of the ``{id}`` part of the addresses below
    native_id: ClassVar[str] = r"[^/?#]+"
    #: address of a product page, with ``{id}`` where the native id stands
    product_url: ClassVar[str]
    #: address of a product's machine-readable record, if the store has one
    record_url: ClassVar[str | None] = None
    #: regular expression of listing pages
    listing_url: ClassVar[str | None] = None
    #: whether the entries of a listing are products themselves (source "list"): a crawl of the
    #: whole store then reads no page a product; one of some products (``limit``, ``ids``) does
    lists_products: ClassVar[bool] = False
    #: {source ("page", "record", "list"): elements that no such source of the store can hold}
    beyond: ClassVar[dict[str, tuple[str, ...]]] = {}
    #: whether a browser renders the pages; one that does without says why in its card
    render: ClassVar[bool] = True
    #: whether an archived page that is an empty shell (``page.EmptyShell``) is rendered
    render_shells: ClassVar[bool] = False
    #: domains besides ``allowed_domains`` that rendered pages take scripts and data from
    asset_domains: ClassVar[list[str]] = []
    #: {address of a policy page: elements that it can be evidence for}
    policy_urls: ClassVar[dict[str, tuple[str, ...]]] = {}
    #: whether authors, not the store, choose the labels and headings below: a page that
    #: shows none of them is then no change of layout
    authors_choose: ClassVar[bool] = False
    #: {the store's word before a value, lower case: element id}
    labels: ClassVar[dict[str, str]] = {}
    #: {the store's word above a section, lower case: element id}
    headings: ClassVar[dict[str, str]] = {}

    def parse(self, response: Response, **kwargs: Any) -> Iterable[Product | Request]:
        """Read one page: yield its Product, or requests for what it lists.

        Pure: it uses neither crawler nor settings, so a bare Response will do.

        Raises:
            NotAProduct: the page is neither; the message says in a line what it is.
        """
        raise NotImplementedError

    def listings(self) -> Iterable[Request]:
        """Return the requests that a live crawl of the store begins its listing with."""
        return map(Request, self.start_urls)

    def product(self, response: Response) -> Product:
        """Return the product of a page or record. Pure.

        Raises:
            NotAProduct: it shows none.
        """
        if not self.within_store(response.url):
            raise page.NotAProduct("the page led out of the store")
        found = (one for one in self.parse(response) if isinstance(one, Product))
        product = next(found, None)
        if product is None or product.source == "list":  # it led to a listing
            raise page.NotAProduct("the page shows no product")
        return product

    def in_scope(self, product: Product) -> bool:  # noqa: ARG002
        """Tell whether a product is of the kind that is looked for. Pure.

        Asked of what a listing led to only: a page that is given is read whatever it is.
        """
        return True

    def same_product(self, response: Response) -> tuple[str, ...]:  # noqa: ARG002
        """Return keys of a product's page: products that share one are one product. Pure."""
        return ()

    def parse_policy(self, response: Response, url: str) -> Policy:
        """Read a policy page of the store; ``url`` is its address in ``policy_urls``. Pure.

        Raises:
            NotAProduct: there is no HTML in the answer.
        """
        root = page.root(response)
        sections = page.sections(root)
        return Policy(
            store=self.name,
            url=url,
            elements=list(self.policy_urls[url]),
            title=page.clean(root.findtext(".//title"))[:MAX_TITLE],
            text="\n".join(
                filter(None, (s[part] for s in sections for part in ("heading", "text")))
            ),
        )

    @cached_property
    def _product_pattern(self) -> re.Pattern[str]:
        return address_pattern(self.product_url, self.native_id)

    @cached_property
    def _record_pattern(self) -> re.Pattern[str] | None:
        return address_pattern(self.record_url, self.native_id) if self.record_url else None

    def product_id(self, url: str) -> str | None:
        """Return the native id of a product page's address, else None."""
        found = self._product_pattern.fullmatch(url.partition("#")[0])
        return found["id"] if found else None

    def record_id(self, url: str) -> str | None:
        """Return the native id of a record's address, else None."""
        found = self._record_pattern and self._record_pattern.fullmatch(url.partition("#")[0])
        return found["id"] if found else None

    def native_id_of(self, url: str) -> str | None:
        """Return the native id of the address of a product's page or record, else None."""
        return self.product_id(url) or self.record_id(url)

    def within_store(self, url: str) -> bool:
        """Tell whether an address is on one of the store's hosts."""
        host = urlsplit(url).hostname or ""
        return any(host == d or host.endswith(f".{d}") for d in self.allowed_domains)


def as_listed(store: Store, native_id: str, capture: Capture | None = None) -> Product:
    """Return a product of which it is only known that the store lists it.

    No name was read: its id stands for it. Every element is unread, so none counts as absent.
    """
    return Product(
        store=store.name,
        native_id=native_id,
        url=store.product_url.format(id=native_id),
        kind=store.kind,
        source="list",
        name=native_id,
        unread=[element.id for element in codebook.load().elements],
        capture=capture,
    )


def address_pattern(address: str, native_id: str) -> re.Pattern[str]:
    """Return the pattern of an address with ``{id}``; a last slash may be there or not."""
    before, _, after = address.rstrip("/").partition("{id}")
    return re.compile(f"{re.escape(before)}(?P<id>{native_id}){re.escape(after)}/?")
