"""The codebook: what the 26 information elements are, and how each shows.

The codebook is data (``schemas/elements.json``, in the shape of ``schemas/codebook.json``);
this module only reads it. Names, dimensions and definitions are those of the paper's Table I.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Pattern:
    """A regular expression over lower-case lines, tried only where one of its words stands.

    ``words`` are the words (ASCII letters and digits; other scripts as plain
    substrings) of which at least one is in everything that ``regex`` matches:
    looking for words is cheap, so most expressions never run.
    """

    words: tuple[str, ...]
    regex: str
    #: lines that the expression sees, from the one with the word on
    lines: int = 1
    #: what it reads ("name", "code"), instead of summary and sections
    only: tuple[str, ...] = ()
    #: whether it is looked for in addresses as well: names in those prove nothing else
    addresses: bool = False


@dataclass(frozen=True)
class Element:
    """One information element: its definition, and the places where it shows."""

    id: str
    name: str
    dimension: str
    definition: str
    #: what settles the borderline
    note: str
    #: words of a page that show it, and words near the borderline that do not
    example: str
    counterexample: str
    #: "product", or "store" for what only the spider or a policy page can state
    level: str
    #: kinds of products that can have it: "model", "app"
    kinds: tuple[str, ...]
    #: what its words can be read as, such as "size" or "license"; None if they stay words
    values: str | None = None
    #: {standard: its fields that hold the same}
    mappings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: fields of a Product that are this element as they stand
    fields: tuple[str, ...] = ()
    #: fields or stated elements in which terms and patterns are looked for as well
    reads: tuple[str, ...] = ()
    #: elements whose stated words prove this one as well, if they meet ``requires``
    also_stated: tuple[str, ...] = ()
    #: regular expression that the words below a heading or after a label must match
    requires: str | None = None
    #: words that prove nothing for this element, beyond the codebook's placeholders
    nothing: tuple[str, ...] = ()
    #: headings, lower case; one that ends in "*" stands for all that begin so
    headings: tuple[str, ...] = ()
    #: field labels ("License: ..."), lower case
    labels: tuple[str, ...] = ()
    #: whether terms and patterns are looked for in code as well
    code: bool = False
    #: names that prove the element by being there
    terms: tuple[str, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    #: what shows it on a policy page of the store, besides ``patterns``
    policies: tuple[Pattern, ...] = ()
    #: "host" or "host/path" that a link starts with; "*" stands for one part of the path
    links: tuple[str, ...] = ()
    #: counters that show it
    counters: tuple[str, ...] = ()
    #: headings (as above) below which labels, terms and patterns prove nothing for it
    not_below: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standard:
    """A standard whose fields elements are mapped to."""

    id: str
    name: str
    version: str
    #: where it is defined
    url: str


@dataclass(frozen=True)
class Codebook:
    """All elements in the paper's order, and what never proves anything."""

    version: str
    standards: tuple[Standard, ...]
    elements: tuple[Element, ...]
    #: words that stand where something is still to be written
    placeholders: tuple[str, ...]
    #: beginnings of sentences that card templates bring along
    boilerplate: tuple[str, ...]
    #: "host/path" of links that card templates bring along, or that lead to no product
    ignored_links: tuple[str, ...]
    #: words in the last part of a link's path, and first parts, with which a link proves nothing
    ignored_files: tuple[str, ...]
    #: headings of what is told of other products, which proves nothing for this one
    other_products: tuple[str, ...]

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Return the six dimensions in the paper's order."""
        return tuple(dict.fromkeys(element.dimension for element in self.elements))

    def __getitem__(self, element_id: str) -> Element:
        """Return the element of this id; KeyError if there is none."""
        for element in self.elements:
            if element.id == element_id:
                return element
        raise KeyError(element_id)


@cache
def load() -> Codebook:
    """Return the codebook that is shipped, read once."""
    return read(json.loads(files("schemas").joinpath("elements.json").read_text("utf-8")))


def read(data: dict[str, Any]) -> Codebook:
    """Return a codebook from its JSON form.

    KeyError or TypeError if a field is missing, TypeError if one is unknown.
    """
    return Codebook(
        version=data["version"],
        standards=tuple(Standard(**entry) for entry in data["standards"]),
        elements=tuple(_element(entry) for entry in data["elements"]),
        placeholders=tuple(data["placeholders"]),
        boilerplate=tuple(data["boilerplate"]),
        ignored_links=tuple(data["ignored_links"]),
        ignored_files=tuple(data["ignored_files"]),
        other_products=tuple(data["other_products"]),
    )


def _element(entry: dict[str, Any]) -> Element:
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
    }
    for name in ("patterns", "policies"):
        values[name] = tuple(
            Pattern(
                tuple(p["words"]),
                p["regex"],
                p.get("lines", 1),
                tuple(p.get("only", ())),
                p.get("addresses", False),
            )
            for p in entry.get(name, ())
        )
    values["mappings"] = {name: tuple(fields) for name, fields in entry.get("mappings", {}).items()}
    return Element(**values)
