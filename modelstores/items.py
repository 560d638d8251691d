"""What a spider may say: a :class:`Product`, alone or in a listing, or a :class:`Policy`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from modelstores.elements.values.value import Value

if TYPE_CHECKING:
    from modelstores.database.entry import Entry

#: Sources that speak of a product; an earlier one says more than a later one.
SOURCES = ("page", "record", "list")
#: Kinds of what a product refers to.
REFERENCE_KINDS = ("arxiv", "doi", "github", "url")

#: Fields of a Product that pipelines add. They are neither validated with the
#: spider's part nor hashed: a new tagger must not make an old page look new.
ADDED_BY_PIPELINES = frozenset({"digest", "input_domain", "elements", "values", "similarity"})

#: Fields that say where the words came from, or that move by themselves.
#: They belong to the sighting, not to what the source said of the product.
OF_THE_SIGHTING = frozenset({"capture", "record", "counters"})


@dataclass
class Capture:
    """Where in which capture a page stands, so that its words can be found again.

    ``file`` is the file's name (no folder), ``offset`` the byte at which the
    record starts in it, ``record_id`` the record's ``WARC-Record-ID``, ``time``
    the ``WARC-Date`` (ISO 8601, UTC), ``rendered`` whether the words were read
    from a document that a browser had rendered.
    """

    file: str
    offset: int
    record_id: str
    time: str
    rendered: bool = False


@dataclass
class Product:
    """One model or app of one store, as one source of that store describes it.

    Up to ``unread`` the fields are what the spider says; all texts are the
    store's own words, trimmed, never normalised.
    """

    store: str
    #: the store's own id, unique within the store
    native_id: str
    url: str
    #: "model" or "app"
    kind: str
    #: "page", "record" or "list"; a page completed by a record is a "page"
    source: str
    name: str
    summary: str | None = None
    #: {element id, or "objective": the words with which the store states it}
    stated: dict[str, str] = field(default_factory=dict)
    #: input domains or tasks, in the store's words
    input_domains: list[str] = field(default_factory=list)
    #: [{"heading": str, "text": str}] in page order; code is left in the text
    sections: list[dict[str, str]] = field(default_factory=list)
    #: absolute http(s) addresses in the author's text or stated fields
    links: list[str] = field(default_factory=list)
    #: {name: number} that moves by itself: likes, downloads, rating, reviews
    counters: dict[str, float] = field(default_factory=dict)
    #: element ids whose place this source cannot hold or could not be read
    unread: list[str] = field(default_factory=list)
    capture: Capture | None = None
    #: where the record stands that completed the page, if one did
    record: Capture | None = None

    # --- added by pipelines ---
    #: SHA-256 of what the source said (``modelstores.digest``)
    digest: str | None = None
    #: Image, Video, Natural language, Audio, Structured, Multimodal or Other
    input_domain: str | None = None
    #: {element id: {"state", "evidence", "where", "rule"}}
    elements: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: {element id: what its words were read as}
    values: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    #: {"key", "family_key", "algorithm", "variant", "datasets", "objective", ...}
    similarity: dict[str, Any] = field(default_factory=dict)

    @property
    def only_listed(self) -> bool:
        """Whether nothing of it was read: its name is then its id, which is no word of anybody."""
        if self.source != "list" or self.name != self.native_id:
            return False
        said = (self.summary, self.stated, self.input_domains, self.sections, self.links)
        return not any((*said, self.counters))

    def as_stated(self) -> dict[str, Any]:
        """Return the spider's part as plain data: what is validated."""
        said = vars(self)
        stated = {name: value for name in _STATED if (value := said[name]) is not None}
        for place in _PLACES:
            if place in stated:
                stated[place] = dict(vars(stated[place]))
        return stated


#: Fields of a Product that the spider fills.
_STATED = tuple(f.name for f in fields(Product) if f.name not in ADDED_BY_PIPELINES)
#: Those of them that are a Capture.
_PLACES = ("capture", "record")


@dataclass
class Listing:
    """The entries of one page of a listing, each a product, on their way together.

    There are a thousand to a page, and Scrapy's cost of an item is more than theirs. Some may
    be described already, and ``ready`` for the database; ``capture`` is where all stand.
    """

    products: list[Product] = field(default_factory=list)
    ready: list[Entry] = field(default_factory=list)
    capture: Capture | None = None

    def add(self, one: Product | Entry) -> None:
        """Add an entry."""
        if isinstance(one, Product):
            one.capture = self.capture
            self.products.append(one)
        else:
            self.ready.append(one)

    def __len__(self) -> int:
        return len(self.products) + len(self.ready)


@dataclass
class Policy:
    """One policy page of a store: evidence for what stands on no product page."""

    store: str
    url: str
    #: element ids that this page is about
    elements: list[str]
    title: str
    text: str
    capture: Capture | None = None

    # --- added by pipelines ---
    #: {element id: {"state", "evidence", "where", "rule"}}
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)


Item = Product | Listing | Policy


def products(item: Item) -> list[Product]:
    """Return the products in an item."""
    if isinstance(item, Listing):
        return item.products
    return [item] if isinstance(item, Product) else []


@dataclass
class Rejection:
    """What could not be stored, and why.

    ``stage`` is where it failed: "record" (a capture's record could not be read),
    "page" (no answer, or one that is no product page), "policy" or "validation".
    """

    stage: str
    url: str
    reasons: list[str]
    item: dict[str, Any] | None = None
    capture: Capture | None = None


def merge(page: Product, record: Product) -> Product:
    """Return one product of a page and a record of it; where both speak, the page does.

    The source is "page". What neither could hold stays unread.
    """
    return replace(
        page,
        name=page.name or record.name,
        summary=page.summary or record.summary,
        stated={**record.stated, **page.stated},
        input_domains=page.input_domains or record.input_domains,
        sections=page.sections or record.sections,
        links=list(dict.fromkeys([*page.links, *record.links])),
        counters={**record.counters, **page.counters},
        unread=[name for name in page.unread if name in record.unread],
        record=record.capture,
    )
