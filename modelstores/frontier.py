"""The frontier of a run: which products it asks for, each once, and as far as it may."""

from __future__ import annotations

from collections.abc import Iterator

from scrapy.http import Response

from modelstores.account import Account
from modelstores.arguments import Arguments
from modelstores.capture.archive import Archive
from modelstores.items import Capture, Product, Rejection
from modelstores.store import Store


class Frontier:
    """Takes products into the run, and accounts for those that are no further product."""

    def __init__(self, store: Store, account: Account, arguments: Arguments):
        self._store = store
        self._account = account
        self._archive = arguments.archive
        self._limit = arguments.limit
        #: whether the run was told to read only some products
        self.is_bounded = arguments.is_bounded
        #: if given, only these products are read
        self.ids = arguments.ids
        self._taken: set[str] = set()
        #: whether a listing of the archive names what the archive does not hold
        self.leads_out = False
        #: the products of which the archive holds a page or record
        self._held: set[str] | None = None
        #: {key of a product: its native id}
        self._known_as: dict[str, str] = {}
        #: how many products there are to read, as far as is known
        self.expected = self._limit or (len(self.ids) if self.ids else None)

    @property
    def is_full(self) -> bool:
        """Whether the run has as many products as it may."""
        return self._limit is not None and len(self._taken) >= self._limit

    def take(self, native_id: str) -> bool:
        """Count a product as listed, unless it is already or was not asked for; tell which."""
        taken = self.claim(native_id)
        if taken:
            self._account.add("listed")
        return taken

    def claim(self, native_id: str) -> bool:
        """Do as ``take``, but leave the counting to who claims many at once."""
        if native_id in self._taken or (self.ids is not None and native_id not in self.ids):
            return False
        self._taken.add(native_id)
        return True

    def chosen(self) -> Iterator[str]:
        """Yield the addresses of the products that were asked for by id."""
        for native_id in self.ids or ():
            if self.is_full:
                return
            if self.take(native_id):
                yield self._store.product_url.format(id=native_id)

    def holds_listing(self, archive: Archive) -> bool:
        """Tell whether the archive holds the store's whole listing, and all that it names.

        To be asked once all of it was read.
        """
        first = self._store.start_urls
        return bool(first) and all(map(archive.has, first)) and not self.leads_out

    def is_new(self, archive: Archive, native_id: str | None, link: str | None = None) -> bool:
        """Tell whether what a listing of the archive names is still to be read.

        What the archive holds is asked for by itself, and what it does not hold cannot be:
        then the ``link``, an address, leads out of it. An entry that is a product itself has none:
        it can be read, unless there is more of that product.
        """
        if self._held is None:
            self._held = set(
                filter(None, map(self._store.native_id_of, filter(archive.has, archive)))
            )
        if native_id in self._held or (native_id is None and link and archive.has(link)):
            return False
        self.leads_out |= link is not None
        return link is None

    def of_archive(self, archive: Archive) -> Iterator[str]:
        """Yield the address of each product the archive holds, and account for all it holds.

        A record whose page is there, a second capture of an address, and a second address
        of a product count as merged; a damaged record as a product lost, since what it held
        cannot be known.
        """
        store, account = self._store, self._account
        good = filter(archive.has, archive) if store.record_url else ()
        pages = {store.product_id(url) for url in good}
        if self.expected is None:
            found = [url for url in archive if store.product_id(url) or store.record_id(url)]
            others = sum(archive.superseded.get(url, 0) for url in found)
            self.expected = len(found) + others + len(archive.damage) or None
        for damage in archive.damage:
            if damage.url and not (store.product_id(damage.url) or store.record_id(damage.url)):
                continue  # a revisit of something else
            account.add("listed")
            place = Capture(damage.file, damage.offset, "", "")
            account.reject(Rejection("record", "", [str(damage)], capture=place))
        for url in archive:
            record = store.record_id(url)
            native_id = record or store.product_id(url)
            if native_id is None or (self.ids is not None and native_id not in self.ids):
                continue
            if self.is_full:
                return
            again = archive.superseded.get(url, 0)
            account.add("listed", again)
            account.add("merged", again)
            if (record is None or record not in pages) and self.take(native_id):
                yield url
            else:
                account.add("listed")
                account.add("merged")

    def is_another(self, product: Product, response: Response) -> bool:
        """Account for a product that is out of scope, or one that was read already."""
        if self._archive is None and not self._store.in_scope(product):
            self._account.add("out_of_scope")
            return True
        keys = self._store.same_product(response)
        if any(self._known_as.get(key, product.native_id) != product.native_id for key in keys):
            self._account.add("merged")
            return True
        self._known_as.update(dict.fromkeys(keys, product.native_id))
        return False
