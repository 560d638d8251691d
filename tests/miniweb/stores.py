"""The small stores: what each answers, by address (``STORE/pages.yaml``)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent
STORES = tuple(sorted(path.parent.name for path in FOLDER.glob("*/pages.yaml")))


@dataclass(frozen=True)
class Page:
    """One answer of a small store.

    ``url`` is the store's real address, ``path`` the part after the host,
    ``type`` the Content-Type, ``holds`` "page", "record", "listing", "policy" or "asset".
    """

    url: str
    path: str
    file: Path
    type: str
    holds: str

    @property
    def body(self) -> bytes:
        """Return the bytes of the answer."""
        return self.file.read_bytes()


def pages(store: str) -> Iterator[Page]:
    """Yield the answers of a small store, in the order of its list.

    Raises:
        ValueError: there is no small store of this name.
    """
    if store not in STORES:
        raise ValueError(f"no small store {store!r} (there are: {', '.join(STORES)})")
    listed = yaml.safe_load((FOLDER / store / "pages.yaml").read_text("utf-8"))
    for page in listed["pages"]:
        yield Page(
            url=page.get("origin", listed["origin"]) + page["path"],
            path=page["path"],
            file=FOLDER / store / page["file"],
            type=page["type"],
            holds=page["holds"],
        )
