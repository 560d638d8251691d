"""Read a page whose markup nobody has seen: by its headings and its labels alone."""

from __future__ import annotations

import calendar
import re
from collections.abc import Collection, Mapping, Sequence
from itertools import islice, pairwise

from lxml import etree

from modelstores import page
from modelstores.page import FENCE

_VERSION = re.compile(r"(?<![\d.])\d{1,3}\.\d{1,3}\.\d{1,3}(?!\.?\d)")
#: words of a stamp: a history with more than two others tells of changes
_STAMP = {
    *("date", "initial", "last", "latest", "of", "on", "published", "release", "released"),
    *("the", "update", "updated", "version"),
    *map(str.lower, (*calendar.month_name, *calendar.month_abbr)),
}
#: most facets of a kind that a product shows: a menu shows more
MAX_FACETS = 4

#: a section as :func:`modelstores.page.sections` gives it
Section = Mapping[str, str]


def content(root: etree._Element) -> etree._Element:
    """Take the site's frame off a page, and make every heading one of HTML's own."""
    for node in root.xpath("body//nav | body//footer | body//*[@role='navigation']"):
        node.clear(keep_tail=True)
    for node in root.xpath("body//*[@role='heading']"):
        node.tag = "h2"
    return root


def lines(text: str) -> list[str]:
    """Return the lines of a section's text that are no code."""
    outside = text.split(f"{FENCE}\n")[::2]
    return [line for part in outside for line in part.split("\n") if line]


def known(heading: str, headings: Mapping[str, str]) -> str | None:
    """Return what a heading stands for, whatever its case and with or without a colon."""
    return headings.get(heading.lower().strip(" :"))


def below(
    sections: Sequence[Section], headings: Mapping[str, str], *, open_ended: str
) -> dict[str, str]:
    """Return {what a heading stands for: the text below all its headings}.

    An unknown heading after one that stands for ``open_ended`` belongs to it.
    """
    found: dict[str, list[str]] = {}
    place: str | None = None
    for section in sections:
        unknown = open_ended if place == open_ended else None
        place = known(section["heading"], headings) or unknown
        if place and section["text"]:
            found.setdefault(place, []).append(section["text"])
    return {place: "\n".join(texts) for place, texts in found.items()}


def label(words: str, labels: Collection[str]) -> tuple[str, str]:
    """Return (label, value) of a line or cell that begins with a label, else ("", "").

    After the label comes no further word, unless the label ends in "by".
    """
    for name in labels:
        rest = words[len(name) :].lstrip()
        marked = not rest[:1].isalpha() or name.endswith(" by")
        if marked and words[: len(name)].lower() == name:
            return name, rest.strip(" :|")
    return "", ""


def beside(sections: Sequence[Section], labels: Collection[str]) -> dict[str, str]:
    """Return {label: value} of all lines and cells; a value may stand in the next one."""
    found: dict[str, str] = {}
    for section in sections:
        cells = [cell.strip() for line in lines(section["text"]) for cell in line.split("|")]
        for cell, after in pairwise([*cells, ""]):
            name, value = label(cell, labels)
            following = "" if label(after, labels)[0] else after
            if name and (value or following):
                found.setdefault(name, value or following)
    return found


def controls(root: etree._Element) -> list[etree._Element]:
    """Return the links and buttons of a page."""
    found: list[etree._Element] = root.xpath("body//a | body//button | body//*[@role='button']")
    return found


def take_off(root: etree._Element, says: re.Pattern[str]) -> str:
    """Take the words off every link or button that says so; return those of the first, or "".

    They are the store's: left there, they would be read as the end of a section.
    """
    found = [(caption(node), node) for node in controls(root)]
    found = [(words, node) for words, node in found if says.search(words)]
    for _, node in found:
        del node[:]
        node.text = None
    return found[0][0] if found else ""


def caption(control: etree._Element) -> str:
    """Return what a link or button says, at most 20 pieces of text of it."""
    return page.clean("".join(islice(control.itertext(), 20)))


def facets(root: etree._Element, facet: str, said: str | None) -> list[str]:
    """Return what the page says of a facet, or else the words that link to it, if few."""
    links = (caption(a) for a in root.iter("a") if f"/{facet}/" in a.get("href", ""))
    found = said.split(",") if said else list(dict.fromkeys(links))
    return [word.strip() for word in found if word.strip()] if len(found) <= MAX_FACETS else []


def history(text: str) -> tuple[str, str]:
    """Return the highest version ("1.10.0") in a version history, and the history again if
    it tells of changes: if it holds more than one version's stamp.
    """
    versions = sorted(set(_VERSION.findall(text)), key=lambda v: [*map(int, v.split("."))])
    told = {*re.findall(r"[^\W\d_]{2,}", text.lower())} - _STAMP
    changes = len(versions) > 1 or (versions and len(told) > 2)
    return "".join(versions[-1:]), text if changes else ""
