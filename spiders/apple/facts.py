"""What one page or record of the App Store says, wherever it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from modelstores.page import MAX_TEXT, clean, number

NUMBER = re.compile(r"\d[\d,]{0,15}(?:\.\d{1,15})?", re.ASCII)


@dataclass
class Facts:
    """What is said of one app; ``rows`` are {label in lower case: value}."""

    name: str = ""
    owner: str = ""
    description: str = ""
    notes: str = ""
    version: str = ""
    price: str = ""
    #: which systems it runs on, where no row says so
    requires: str = ""
    #: what leads to the app's own terms
    license: str = ""
    privacy: str = ""
    #: what the button says that brings the app onto a device
    button: str = ""
    rows: dict[str, str] = field(default_factory=dict)
    counters: dict[str, float] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)

    def complete(self, other: Facts) -> None:
        """Take from another place what this one does not say."""
        for key, value in vars(other).items():
            mine = getattr(self, key)
            if isinstance(value, dict):
                setattr(self, key, {**value, **mine})
            elif not mine:
                setattr(self, key, value)


def text(value: object) -> str:
    """Return an author's text with its lines, each without control characters."""
    lines = value.split("\n") if isinstance(value, str) else []
    return "\n".join(line for one in lines if (line := clean(one)))[:MAX_TEXT]


def numbers(values: dict[str, object]) -> dict[str, float]:
    """Return what is a number, or one written as words ("4.5", "1,204")."""
    found = {
        key: float(value.replace(",", ""))
        if isinstance(value, str) and NUMBER.fullmatch(value)
        else number(value)
        for key, value in values.items()
    }
    return {key: value for key, value in found.items() if value is not None}
