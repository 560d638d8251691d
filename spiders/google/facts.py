"""What one page of Google Play says, wherever on the page it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

#: what a row says whose element is a counter
COUNT = re.compile(r"(\d[\d,.]{0,20}) ?([KMB]?)\+?", re.ASCII)
TIMES = {"": 1, "K": 1_000, "M": 1_000_000, "B": 1_000_000_000}


@dataclass
class Facts:
    """What a page says of its app; ``rows`` are {label as shown: value}."""

    name: str = ""
    owner: str = ""
    description: str = ""
    #: what stands below "About this app": the description, and maybe more
    about: str = ""
    price: str = ""
    notes: str = ""
    #: what the button says that installs or buys
    button: str = ""
    #: the sentence that names the terms one agrees to
    terms: str = ""
    #: what leads developers to where they submit
    developers: str = ""
    #: where the rows stand
    place: str = ""
    rows: dict[str, str] = field(default_factory=dict)
    #: other sections that are kept: {heading: text}
    kept: dict[str, str] = field(default_factory=dict)
    counters: dict[str, float] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def complete(self, other: Facts | None) -> None:
        """Take from another place what this one does not say."""
        for key, value in vars(other).items() if other else ():
            mine = getattr(self, key)
            if key == "place" and mine and value:
                self.place = f"{mine}; {value}"
            elif isinstance(value, dict):
                have = {name.lower() for name in mine}
                mine.update({name: v for name, v in value.items() if name.lower() not in have})
            elif not mine:
                setattr(self, key, value)

    def sections(self) -> Iterator[tuple[str, str]]:
        """Yield headings and texts as the page has them in order."""
        yield "About this app", self.description or self.about
        yield "What's New", self.notes
        yield self.place, "\n".join(f"{label}: {value}" for label, value in self.rows.items())
        yield from self.kept.items()


def count(words: str) -> float | None:
    """Return the number in "500,000+" or "1.5M+", else None."""
    found = COUNT.fullmatch(words.strip())
    if not found:
        return None
    try:
        return float(found[1].replace(",", "")) * TIMES[found[2]]
    except ValueError:  # "1.2.3"
        return None
