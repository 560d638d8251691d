"""Proofs: what a stated value, counters, a text or a link show of an element, each by itself."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from urllib.parse import urlsplit

from modelstores.elements.rules import Link, Rules, State, state
from modelstores.elements.sections import is_open
from modelstores.elements.text import (
    around,
    bare,
    clean,
    heading_key,
    is_blank,
    is_none,
    lower,
    without_addresses,
)

#: Stated values that are remembered with what they prove, and how long these are at most, in
#: characters: stores state the same licences, frameworks and languages again and again.
KNOWN_VALUES, MAX_KNOWN = 10_000, 80
#: Sets of counters that are remembered with what they prove, as long at most.
KNOWN_COUNTERS = 100


def _stated(value: str, source: str, element: str, rules: Rules) -> State | None:
    low, words = lower(value), clean(value)
    if not words or says_nothing(low, element, rules):
        return None
    if source != element and not meets(low, element, rules):
        return None
    return state("present", words, "stated", f"stated:{source}")


_known = lru_cache(KNOWN_VALUES)(_stated)


def by_stated(value: str, source: str, element: str, rules: Rules) -> State | None:
    """Return what a value that is stated as ``source`` proves of an element."""
    return (_known if len(value) <= MAX_KNOWN else _stated)(value, source, element, rules)


def _counted(names: tuple[str, ...], rules: Rules) -> dict[str, State]:
    proofs: dict[str, State] = {}
    for element, counter in rules.counters:
        for name in names:
            if name.startswith(counter) and name[len(counter) :][:1] in ("", "_"):
                evidence = clean(f"counter:{name}")
                proofs.setdefault(
                    element, state("present", evidence, "counter", f"counter:{counter}")
                )
    return proofs


_known_counters = lru_cache(KNOWN_COUNTERS)(_counted)


def by_counters(names: tuple[str, ...], rules: Rules) -> dict[str, State]:
    """Return what counters prove; they move by themselves, so no evidence holds their number."""
    return (_known_counters if sum(map(len, names)) <= MAX_KNOWN else _counted)(names, rules)


def by_words(
    text: str, where: str, field: str, rules: Rules, elements: Collection[str]
) -> dict[str, State]:
    """Return the first proof of each of the elements that terms and patterns find in a text."""
    low = lower(text)
    hidden = None
    proofs: dict[str, State] = {}
    for rule, words in rules.called(low, field, elements):
        if rule.element in proofs:
            continue
        if not rule.addresses and hidden is None:
            hidden = without_addresses(low)
        span = rule.find(low if rule.addresses else hidden or "", words)
        if span and (evidence := around(text, *span)):
            proofs[rule.element] = state("present", evidence, where, rule.name)
    return proofs


def by_link(url: str, rules: Rules, elements: Collection[str]) -> dict[str, State]:
    """Return what a link proves of the elements."""
    place = _place(url)
    if place is None or f"{place[0]}{place[1]}".startswith(rules.ignored_links):
        return {}
    parts = [part for part in place[1].split("/") if part]
    if parts and (parts[0] in rules.ignored_files or _names_ignored(parts[-1], rules)):
        return {}
    proofs: dict[str, State] = {}
    for link in rules.links:
        if link.element in elements and _is_at(place[0], parts, link) and (said := clean(url)):
            proofs.setdefault(link.element, state("present", said, "link", f"link:{link.name}"))
    return proofs


def _place(url: str) -> tuple[str, str] | None:
    """Return host and path of an address, lower case and without "www."; None if it has none."""
    try:
        address = urlsplit(url[:2_000].lower())
    except ValueError:
        return None
    host = (address.netloc.rpartition("@")[2].partition(":")[0]).removeprefix("www.")
    return (host, address.path) if host else None


def _names_ignored(part: str, rules: Rules) -> bool:
    return not rules.ignored_files.isdisjoint(heading_key(part).split())


def _is_at(host: str, parts: list[str], link: Link) -> bool:
    if host != link.host and not host.endswith(f".{link.host}"):
        return False
    return len(parts) >= len(link.parts) and all(
        part in ("*", found) for part, found in zip(link.parts, parts, strict=False)
    )


def says_nothing(low: str, element: str, rules: Rules) -> bool:
    """Tell whether words in lower case are none, a placeholder, or nothing for this element."""
    words = bare(low)
    return (
        is_open(words, rules) or words in rules.nothing[element] or is_none(words) or is_blank(low)
    )


def meets(low: str, element: str, rules: Rules) -> bool:
    """Tell whether words in lower case have what the codebook requires for an element."""
    requires = rules.requires.get(element)
    return requires is None or requires.search(low) is not None
